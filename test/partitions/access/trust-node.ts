// A device at the trust centre, played by the simulated devices' codec: what it says under its link
// key, and what it can open.

import { NodeSaid, NodeTell } from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import {
  ApsCommand,
  decodeAps,
  decodeTransportKey,
  encodeSecuredCommand,
  KeyType,
  openAps,
} from "../../../host-sim/devices/zigbee/aps-frame";
import { OctetWriter } from "../../../host-sim/devices/zigbee/octets";
import {
  KeyIdentifier,
  keyedHash,
  keyLoadKey,
  keyTransportKey,
  linkKeyOf,
} from "../../../host-sim/devices/zigbee/security";
import { eui64Of, installCode } from "../han/test-node";
import type { AccessFixture } from "./fixture";

const HUB = Buffer.from(eui64Of(0x77)).readBigUInt64LE();

export class TrustNode {
  readonly eui64: bigint;
  readonly installKey: Buffer;
  counter = 0;

  constructor(
    private readonly fixture: AccessFixture,
    readonly n: number,
  ) {
    this.eui64 = Buffer.from(eui64Of(n)).readBigUInt64LE();
    this.installKey = linkKeyOf(Buffer.from(installCode(n)));
  }

  /** Says an APS frame; returns the APS frames that came for it. */
  say(frame: Buffer, length = frame.length): Buffer[] {
    const message = new Uint8Array(NodeSaid.LENGTH);
    message[0] = Operation.NODE_SAID;
    message[NodeSaid.APS_LENGTH] = length;
    message.set(eui64Of(this.n), NodeSaid.EUI64);
    message.set(frame.subarray(0, NodeSaid.APS_MAX), NodeSaid.APS_FRAME);
    const before = this.fixture.toHan.length;
    this.fixture.say(Party.HAN, message);
    return told(this.fixture.toHan.slice(before));
  }

  sealed(
    payload: Buffer,
    key: Buffer,
    counter = this.counter++,
    identifier = KeyIdentifier.DATA,
    eui64 = this.eui64,
  ): Buffer {
    return encodeSecuredCommand(7, payload, { key, identifier, frameCounter: counter, eui64 });
  }

  request(key: Buffer, counter = this.counter++, type: number = KeyType.TRUST_CENTRE_LINK) {
    return this.say(this.sealed(Buffer.from([ApsCommand.REQUEST_KEY, type]), key, counter));
  }

  verify(key: Buffer, eui64 = this.eui64): Buffer[] {
    const COMMAND = 1;
    const payload = new OctetWriter(28)
      .u8(COMMAND)
      .u8(9)
      .u8(ApsCommand.VERIFY_KEY)
      .u8(KeyType.TRUST_CENTRE_LINK)
      .u64(eui64)
      .bytes(keyedHash(key, Buffer.from([3])))
      .done();
    return this.say(payload);
  }

  /** The link key in a Transport-Key under the key-load key of `under`; undefined: not for it. */
  linkKeyIn(frame: Buffer | undefined, under: Buffer): Buffer | undefined {
    return this.transported(frame, keyLoadKey(under), KeyType.TRUST_CENTRE_LINK)?.key;
  }

  networkKeyIn(frame: Buffer | undefined, under: Buffer) {
    return this.transported(frame, keyTransportKey(under), KeyType.STANDARD_NETWORK);
  }

  /** Whether a frame is the Confirm-Key under this key, for this device. */
  isConfirmed(frame: Buffer | undefined, under: Buffer): boolean {
    if (frame === undefined) return false;
    const plain = openAps(decodeAps(frame), under, HUB);
    const expected = new OctetWriter(11).u8(ApsCommand.CONFIRM_KEY).u8(0).u8(4).u64(this.eui64);
    return plain?.equals(expected.done()) ?? false;
  }

  /** The whole exchange; its new link key. */
  exchange(): Buffer {
    const [transport] = this.request(this.installKey);
    const key = this.linkKeyIn(transport, this.installKey);
    if (key === undefined) throw new Error("no link key came");
    const [confirmation] = this.verify(key);
    if (!this.isConfirmed(confirmation, key)) throw new Error("it was not confirmed");
    this.counter = 0;
    return key;
  }

  private transported(frame: Buffer | undefined, key: Buffer, type: KeyType) {
    if (frame === undefined) return undefined;
    const plain = openAps(decodeAps(frame), key, HUB);
    if (plain === undefined) return undefined;
    const transport = decodeTransportKey(plain);
    const isOurs = transport.type === type && transport.destination === this.eui64;
    return isOurs && transport.source === HUB ? transport : undefined;
  }
}

/** The APS frames of the `NODE_TELL`s among messages to `han`. */
export function told(messages: readonly Uint8Array[]): Buffer[] {
  return messages
    .filter((one) => one[0] === Operation.NODE_TELL)
    .map((one) => {
      const end = NodeTell.APS_FRAME + one[NodeTell.APS_LENGTH]!;
      return Buffer.from(one.subarray(NodeTell.APS_FRAME, end));
    });
}
