// A stranger who wants in: by association and the well-known link key, or by a rejoin in clear
// under a member's or an own name. It succeeds when the hub gives it a network key that opens with
// the well-known key, or answers the rejoin.

import type { Transmission } from "../air/air";
import { FrameType, frameType, headerOctets } from "../air/frame";
import { ApsCommand, decodeAps, openAps } from "../devices/zigbee/aps-frame";
import { decodeMac, MacCommand } from "../devices/zigbee/mac-frame";
import { COORDINATOR, decodeNwk, NwkCommand, NwkType } from "../devices/zigbee/nwk-frame";
import { KeyIdentifier, keyTransportKey } from "../devices/zigbee/security";
import { Attack, type AttackKind } from "./attack";
import { associationRequest, dataRequest, sayForged, strangerEui64 } from "./forge";
import { WELL_KNOWN_KEY } from "./forged-keys";
import { isHubs, type Scene } from "./scene";

const RESPONSE_US = 500_000;
const POLLS = 4;
const POLL_US = 300_000;
const WAIT_US = 3_000_000;

/** Listens for an address, a network key and an answer. */
abstract class Stranger extends Attack {
  abstract override readonly kind: AttackKind;
  protected eui64 = 0n;
  protected short: number | undefined;
  private hasKey = false;
  private isAnswered = false;

  constructor(scene: Scene) {
    super(scene);
    scene.onFrame.push((transmission) => this.hear(transmission));
  }

  protected begin(eui64: bigint, short: number | undefined): void {
    this.eui64 = eui64;
    this.short = short;
    this.hasKey = false;
    this.isAnswered = false;
    const address = Buffer.alloc(8);
    address.writeBigUInt64LE(eui64);
    this.scene.radio.configure({ eui64: address, short: short ?? 0xffff });
    this.judge(WAIT_US, () => {
      this.scene.radio.configure({ eui64: new Uint8Array(8), short: 0xffff });
      return this.hasKey || this.isAnswered;
    });
  }

  /** Asks for what the hub holds for it. */
  protected poll(panId: number): void {
    for (let i = 0; i < POLLS; i++) {
      this.scene.world.schedule(RESPONSE_US + i * POLL_US, () =>
        this.scene.say(
          dataRequest(this.scene, panId, i % 2 === 0 ? this.eui64 : (this.short ?? this.eui64)),
        ),
      );
    }
  }

  private hear(transmission: Transmission): void {
    if (this.eui64 === 0n || !isHubs(this.scene, transmission)) return;
    const { bytes, length } = transmission;
    const type = frameType(bytes, length);
    if (type === FrameType.COMMAND) this.hearCommand(Buffer.from(bytes.subarray(0, length)));
    else if (type === FrameType.DATA && length > headerOctets(bytes) + 8) {
      this.hearData(Buffer.from(bytes.subarray(0, length)));
    }
  }

  private hearCommand(octets: Buffer): void {
    const { destination, payload } = decodeMac(octets);
    if (destination !== this.eui64 || payload[0] !== MacCommand.ASSOCIATION_RESPONSE) return;
    if (payload[3] !== 0) return;
    this.short = payload.readUInt16LE(1);
    this.scene.radio.configure({ short: this.short });
  }

  private hearData(octets: Buffer): void {
    const { destination, payload } = decodeMac(octets);
    if (destination !== this.short) return;
    const nwk = decodeNwk(payload);
    if (nwk.secured !== undefined) return;
    if (nwk.type === NwkType.COMMAND) {
      if (nwk.payload[0] === NwkCommand.REJOIN_RESPONSE) this.isAnswered = true;
      return;
    }
    const aps = decodeAps(nwk.payload);
    if (aps.secured?.key !== KeyIdentifier.KEY_TRANSPORT) return;
    const plain = openAps(aps, keyTransportKey(WELL_KNOWN_KEY), this.scene.hubEui64);
    if (plain?.[0] === ApsCommand.TRANSPORT_KEY) this.hasKey = true;
  }
}

export class WellKnownJoin extends Stranger {
  readonly kind = "well-known-join";

  attempt(): void {
    const panId = this.scene.network?.panId;
    if (panId === undefined) return;
    this.begin(strangerEui64(this.scene), undefined);
    this.scene.say(associationRequest(this.scene, panId, this.eui64));
    this.poll(panId);
  }
}

export class UnsecuredRejoin extends Stranger {
  readonly kind = "unsecured-rejoin";

  attempt(): void {
    const panId = this.scene.network?.panId;
    if (panId === undefined) return;
    const member = this.scene.random.chance(0.5) ? this.scene.member() : undefined;
    const short = member?.node.short ?? 0x1000 + this.scene.random.below(0x6000);
    this.begin(member?.node.eui64 ?? strangerEui64(this.scene), short);
    const LISTENS = 0x8c;
    sayForged(this.scene, {
      type: NwkType.COMMAND,
      source: short,
      destination: COORDINATOR,
      sourceEui64: this.eui64,
      payload: Buffer.from([NwkCommand.REJOIN_REQUEST, LISTENS]),
    });
    this.poll(panId);
  }
}
