// Another network under our PAN ID: its frames look like ours to every radio. Beacons show it,
// heard by us or reported by a router, and our own question confirms it; then we take another PAN
// ID. A beacon is not secured: whoever forges some may make us move, ever less often.
// @source Zigbee 05-3474-22 section 3.6.1.13

import type { Entropy } from "../../../hal/entropy";
import { beaconExtendedPanAt, checkBeacon, isZigbeeBeacon } from "../../wire/beacon";
import { equalBytes, readU16 } from "../../wire/little-endian";
import { Mac, macSourcePan } from "../../wire/mac";
import { NetworkReport } from "../../wire/nwk-command";
import { Parsed } from "../../wire/parsed";
import type { Memory } from "./memory";
import type { NetworkMove } from "./network-move";
import type { NetworkIdentity } from "./network-store";

const enum ConflictLimit {
  /** Foreign beacons that confirm each other, the first of them unasked for. */
  BEACONS = 3,
  /** Between two questions, and how many there are. */
  ASK_MS = 1_000,
  QUESTIONS = 5,
  DRAWS = 64,
}

const enum Rest {
  /** After a move, doubled with each one. */
  MS = 3_600_000,
  DOUBLINGS = 5,
}

export interface ConflictUser {
  /** Asks all networks on this channel for their beacons. */
  askBeacons(now: number): void;
}

export class PanConflict {
  conflicts = 0;
  private readonly scratch: Uint8Array;
  private readonly numbers: Float64Array;
  private readonly due: number;
  private beacons = 0;
  private questions = 0;
  private moves = 0;
  private restUntil = -Infinity;

  constructor(
    private readonly entropy: Entropy,
    private readonly identity: NetworkIdentity,
    private readonly move: NetworkMove,
    private readonly user: ConflictUser,
    memory: Memory,
  ) {
    this.scratch = memory.scratch;
    this.numbers = memory.numbers;
    this.due = memory.takeDues(1);
  }

  /** A beacon, of whatever network. */
  beaconHeard(now: number, bytes: Uint8Array, start: number, length: number): void {
    if (now < this.restUntil || checkBeacon(bytes, start, length) !== Parsed.OK) return;
    if (!this.isForeign(bytes, start, length)) return;
    this.beacons++;
    if (this.beacons >= ConflictLimit.BEACONS) this.confirmed(now);
    else if (this.numbers[this.due] === Number.POSITIVE_INFINITY) {
      this.questions = 0;
      this.numbers[this.due] = now + ConflictLimit.ASK_MS;
    }
  }

  /** A router reports that it heard such a network, and the PAN IDs around it. */
  reported(now: number, bytes: Uint8Array, at: number): void {
    if (now < this.restUntil) return;
    const kind = bytes[at + NetworkReport.OPTIONS]! & ~NetworkReport.COUNT_MASK;
    const pan = this.identity.extendedPanAt;
    const from = at + NetworkReport.EXTENDED_PAN;
    if (kind !== 0 || !equalBytes(bytes, from, this.identity.bytes, pan, 8)) return;
    if (!this.lists(bytes, at, this.identity.panId)) return;
    this.confirmed(now, bytes, at);
  }

  tick(now: number): void {
    if (now < this.numbers[this.due]!) return;
    if (this.questions === ConflictLimit.QUESTIONS) {
      // Whoever sent that beacon does not answer: it is not there, or never was.
      this.forget();
      return;
    }
    this.questions++;
    this.numbers[this.due] = now + ConflictLimit.ASK_MS;
    this.user.askBeacons(now);
  }

  private isForeign(bytes: Uint8Array, start: number, length: number): boolean {
    if (macSourcePan(bytes, start) !== this.identity.panId) return false;
    if (!isZigbeeBeacon(bytes, start, length)) return true;
    const extendedPan = beaconExtendedPanAt(bytes, start);
    return !equalBytes(bytes, extendedPan, this.identity.bytes, this.identity.extendedPanAt, 8);
  }

  private confirmed(now: number, report: Uint8Array = this.scratch, at = -1): void {
    this.conflicts++;
    this.forget();
    for (let i = 0; i < ConflictLimit.DRAWS; i++) {
      this.entropy.fill(this.scratch, 0, 2);
      const panId = readU16(this.scratch, 0);
      if (panId === 0 || panId >= Mac.NO_SHORT || panId === this.identity.panId) continue;
      if (at >= 0 && this.lists(report, at, panId)) continue;
      if (!this.move.toPan(now, panId)) return;
      const doublings = Math.min(this.moves++, Rest.DOUBLINGS);
      this.restUntil = now + Rest.MS * 2 ** doublings;
      return;
    }
  }

  private lists(bytes: Uint8Array, at: number, panId: number): boolean {
    const count = bytes[at + NetworkReport.OPTIONS]! & NetworkReport.COUNT_MASK;
    for (let i = 0; i < count; i++) {
      if (readU16(bytes, at + NetworkReport.RECORDS + 2 * i) === panId) return true;
    }
    return false;
  }

  private forget(): void {
    this.beacons = 0;
    this.numbers[this.due] = Number.POSITIVE_INFINITY;
  }
}
