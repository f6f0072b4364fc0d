// Keys in the trust centre's name, and questions for keys in members' names, without link keys. It
// succeeds when a device takes a key of the attacker's, or the trust centre answers.

import { Operation } from "../../firmware/ipc/operation";
import type { Transmission } from "../air/air";
import { FrameType, frameType } from "../air/frame";
import {
  ApsCommand,
  type ApsSecurity,
  encodeSecuredCommand,
  KeyType,
} from "../devices/zigbee/aps-frame";
import { JoinState } from "../devices/zigbee/joiner";
import { COORDINATOR } from "../devices/zigbee/nwk-frame";
import { OctetWriter } from "../devices/zigbee/octets";
import { KeyIdentifier, keyLoadKey, keyTransportKey } from "../devices/zigbee/security";
import { Attack } from "./attack";
import { sayForged } from "./forge";
import { isHubs, type Scene, type Victim } from "./scene";

/** The link key of whoever has none of its own: known to all. */
export const WELL_KNOWN_KEY = Buffer.from("ZigBeeAlliance09", "latin1");

const WAIT_US = 1_000_000;
const APS_COMMAND = 1;
/** After the begin of an association response: just behind its acknowledgement. */
const QUICK_US = 2200;

export class ForgedKey extends Attack {
  readonly kind = "forged-key";
  private readonly key = Buffer.alloc(16, 0x66);

  constructor(scene: Scene) {
    super(scene);
    scene.onFrame.push((transmission) => this.hear(transmission));
  }

  attempt(): void {
    const victim = this.scene.member();
    if (victim === undefined) return;
    if (this.scene.random.chance(0.5)) this.askForKey(victim);
    else this.giveKey(victim, this.scene.random.chance(0.3));
  }

  /** A device that was just let in waits for its key: now is the time to be quicker. */
  private hear(transmission: Transmission): void {
    const { bytes, length } = transmission;
    if (!isHubs(this.scene, transmission)) return;
    if (frameType(bytes, length) !== FrameType.COMMAND) return;
    this.scene.world.schedule(QUICK_US, () => {
      const victim = this.scene.victims.find(
        ({ node, isOn }) => isOn && node.state === JoinState.AWAITING_KEY,
      );
      if (victim !== undefined) this.giveKey(victim, false);
    });
  }

  private giveKey(victim: Victim, isLinkKey: boolean): void {
    const { node } = victim;
    const payload = this.transport(node.eui64, isLinkKey);
    const wrapping = isLinkKey ? keyLoadKey(WELL_KNOWN_KEY) : keyTransportKey(WELL_KNOWN_KEY);
    const identifier = isLinkKey ? KeyIdentifier.KEY_LOAD : KeyIdentifier.KEY_TRANSPORT;
    const inClear = this.scene.random.chance(0.3);
    const aps = inClear
      ? Buffer.concat([Buffer.from([APS_COMMAND, this.scene.random.below(256)]), payload])
      : this.sealed(payload, wrapping, identifier, this.scene.hubEui64);
    const frame = { source: COORDINATOR, destination: node.short, payload: aps };
    sayForged(this.scene, { ...frame, sourceEui64: this.scene.hubEui64 });
    this.judge(WAIT_US, () => {
      const { networkKey, otherKey, linkKey, pendingLinkKey } = node.memory;
      const keys = [networkKey?.key, otherKey?.key, linkKey, pendingLinkKey];
      return keys.some((key) => key?.equals(this.key));
    });
  }

  private askForKey(victim: Victim): void {
    if (!this.isQuiet(victim)) return;
    const { node } = victim;
    const payload = Buffer.from([ApsCommand.REQUEST_KEY, KeyType.TRUST_CENTRE_LINK]);
    const aps = this.sealed(payload, WELL_KNOWN_KEY, KeyIdentifier.DATA, node.eui64);
    const frame = { source: node.short, destination: COORDINATOR, payload: aps };
    sayForged(this.scene, { ...frame, sourceEui64: node.eui64 });
    this.judgeSign(victim, Operation.NODE_TELL);
  }

  private transport(eui64: bigint, isLinkKey: boolean): Buffer {
    const out = new OctetWriter(35)
      .u8(ApsCommand.TRANSPORT_KEY)
      .u8(isLinkKey ? KeyType.TRUST_CENTRE_LINK : KeyType.STANDARD_NETWORK)
      .bytes(this.key);
    if (!isLinkKey) out.u8(this.scene.random.below(256));
    return out.u64(eui64).u64(this.scene.hubEui64).done();
  }

  private sealed(payload: Buffer, key: Buffer, identifier: KeyIdentifier, eui64: bigint): Buffer {
    const frameCounter = 0x1000_0000 + this.scene.random.below(0xffff);
    const security: ApsSecurity = { key, identifier, frameCounter, eui64 };
    return encodeSecuredCommand(this.scene.random.below(256), payload, security);
  }
}
