// Somebody who has the network key and no link key: a device that was thrown out, or one that was
// broken open. It sends a member's own report again, sealed anew, from the member's address but as
// itself; or asks for a link key under the member's whole name. It succeeds when the hub takes the
// reading, or the trust centre answers.
//
// What nothing holds off yet, and what is therefore not counted here: data under the member's whole
// name, address and EUI-64. Only link keys on application frames would.

import { Operation } from "../../firmware/ipc/operation";
import type { Transmission } from "../air/air";
import { FrameType, frameType, headerOctets } from "../air/frame";
import { ApsCommand, encodeSecuredCommand, KeyType } from "../devices/zigbee/aps-frame";
import { COORDINATOR, decodeNwk, NwkType, openNwk } from "../devices/zigbee/nwk-frame";
import { KeyIdentifier } from "../devices/zigbee/security";
import { Attack } from "./attack";
import { sayForged } from "./forge";
import { WELL_KNOWN_KEY } from "./forged-keys";
import { isHubs, type Scene, type StolenKey, type Victim } from "./scene";

/** Behind the APS header. */
const APS_COUNTER = 7;
/** APS data to one, with acknowledgement, not fragmented. */
const ACKED_DATA = 0x40;
const REPORT_MIN = 30;
const OWN_EUI64 = 0x00158d00deadbeefn;

export class Insider extends Attack {
  readonly kind = "insider";
  private readonly reports = new Map<Victim, Buffer>();
  private readonly lastCounters = new Map<bigint, number>();
  private frameCounter = 1;

  constructor(
    scene: Scene,
    private readonly stolen: () => StolenKey | undefined,
  ) {
    super(scene);
    scene.onFrame.push((transmission) => this.hear(transmission));
  }

  attempt(): void {
    const key = this.stolen();
    const victim = this.scene.member((one) => this.reports.has(one));
    if (key === undefined || victim === undefined || !this.isQuiet(victim)) return;
    const asksForKey = this.scene.random.chance(0.3);
    if (asksForKey) this.askForKey(victim, key);
    else this.report(victim, key);
    this.judgeSign(victim, asksForKey ? Operation.NODE_TELL : Operation.READING);
  }

  private report(victim: Victim, key: StolenKey): void {
    const payload = Buffer.from(this.reports.get(victim)!);
    payload[APS_COUNTER] = this.scene.random.below(256);
    this.frameCounter++;
    const frame = { source: victim.node.short, destination: COORDINATOR, payload };
    sayForged(this.scene, frame, {
      key: key.key,
      keySequence: key.sequence,
      frameCounter: 0x4000_0000 + this.frameCounter,
      eui64: OWN_EUI64,
    });
  }

  /** Only the member's next counter, which costs it one frame: more would silence it. */
  private askForKey({ node }: Victim, key: StolenKey): void {
    const request = Buffer.from([ApsCommand.REQUEST_KEY, KeyType.TRUST_CENTRE_LINK]);
    const payload = encodeSecuredCommand(this.scene.random.below(256), request, {
      key: WELL_KNOWN_KEY,
      identifier: KeyIdentifier.DATA,
      frameCounter: 0x4000_0000 + this.frameCounter++,
      eui64: node.eui64,
    });
    const frame = { source: node.short, destination: COORDINATOR, payload };
    sayForged(this.scene, frame, {
      key: key.key,
      keySequence: key.sequence,
      frameCounter: this.lastCounters.get(node.eui64)! + 1,
      eui64: node.eui64,
    });
  }

  private hear(transmission: Transmission): void {
    const { bytes, length } = transmission;
    if (isHubs(this.scene, transmission) || frameType(bytes, length) !== FrameType.DATA) return;
    const start = headerOctets(bytes);
    const victim = this.scene.senderOf(transmission);
    const key = this.stolen();
    if (victim === undefined || key === undefined || length < start + 30) return;
    const nwk = decodeNwk(Buffer.from(bytes.subarray(start, length)));
    if (nwk.secured === undefined || nwk.type !== NwkType.DATA) return;
    if (nwk.secured.sender !== victim.node.eui64 || nwk.source !== victim.node.short) return;
    this.lastCounters.set(victim.node.eui64, nwk.secured.frameCounter);
    const plain = openNwk(nwk, key.key);
    if (plain !== undefined && plain.length >= REPORT_MIN && plain[0] === ACKED_DATA) {
      this.reports.set(victim, plain);
    }
  }
}
