// Readings on their way from a meter to the providers' flash: kept here from the moment `han`
// brings them until the firewall says what became of them. `gas` and `demand` have one each.

import { Sent } from "../../hal/sent";
import { Reading, ReadingStored } from "../ipc/reading";
import type { Port } from "../kernel/partition";
import { equalBytes, readU32, writeU32 } from "../wire/little-endian";

export const enum PendingState {
  FREE = 0,
  /** The firewall's queue was full: to be sent. */
  WAITING = 1,
  /** Sent; `READING_STORED` will come. */
  SENT = 2,
}

export const enum PendingLimit {
  NONE = -1,
  /** The queue towards the firewall empties at 20 messages a second. */
  RETRY_MS = 100,
  /** Longer than any flash takes; the meter has repeated the reading long since. */
  STORE_WAIT_MS = 30_000,
}

/** An entry is the whole message, then what belongs to it. */
const enum Entry {
  /** The number that `han` gave it. u32 */
  ORIGIN = 32,
  STATE = 36,
  LENGTH = 40,
}

export class PendingReadings {
  /** Entries one after the other; `at(index)` is where one's `READING` message begins. */
  readonly bytes: Uint8Array;
  dropped = 0;
  private readonly deadlines: Float64Array;
  private lastReference = 0;

  /** @param message room for what is sent; its content is of no use between calls */
  constructor(
    private readonly capacity: number,
    private readonly firewall: Port,
    private readonly message: Uint8Array,
  ) {
    this.bytes = new Uint8Array(capacity * Entry.LENGTH);
    this.deadlines = new Float64Array(capacity);
  }

  at(index: number): number {
    return index * Entry.LENGTH;
  }

  /** The number that `han` gave to the reading. */
  origin(index: number): number {
    return readU32(this.bytes, this.at(index) + Entry.ORIGIN);
  }

  /**
   * Takes a `READING` of `han` and sends it on. A repetition of one that is under way only brings
   * the number by which `han` wants to hear of it. False: no room, dropped and counted; the meter
   * repeats what nobody acknowledged.
   */
  add(now: number, reading: Uint8Array): boolean {
    const same = this.find(reading);
    const index = same === PendingLimit.NONE ? this.findFree() : same;
    if (index === PendingLimit.NONE) {
      this.dropped++;
      return false;
    }
    const at = this.at(index);
    writeU32(this.bytes, at + Entry.ORIGIN, readU32(reading, Reading.REFERENCE));
    if (index === same) return true;
    for (let i = 0; i < Reading.LENGTH; i++) this.bytes[at + i] = reading[i]!;
    this.lastReference = (this.lastReference + 1) % 0x100000000;
    writeU32(this.bytes, at + Reading.REFERENCE, this.lastReference);
    this.deadlines[index] = now + PendingLimit.STORE_WAIT_MS;
    this.trySend(index);
    return true;
  }

  /** The entry that a `READING_STORED` speaks of; `PendingLimit.NONE`: it was given up before. */
  stored(message: Uint8Array): number {
    const reference = readU32(message, ReadingStored.REFERENCE);
    for (let index = 0; index < this.capacity; index++) {
      if (this.state(index) !== PendingState.SENT) continue;
      if (readU32(this.bytes, this.at(index) + Reading.REFERENCE) === reference) return index;
    }
    return PendingLimit.NONE;
  }

  free(index: number): void {
    this.bytes[this.at(index) + Entry.STATE] = PendingState.FREE;
  }

  /** The firewall died: what it had not answered is sent again. */
  resend(): void {
    for (let index = 0; index < this.capacity; index++) {
      if (this.state(index) === PendingState.SENT) this.setState(index, PendingState.WAITING);
    }
  }

  tick(now: number): void {
    for (let index = 0; index < this.capacity; index++) {
      const state = this.state(index);
      if (state === PendingState.FREE) continue;
      if (now >= this.deadlines[index]!) {
        this.dropped++;
        this.free(index);
      } else if (state === PendingState.WAITING) {
        this.trySend(index);
      }
    }
  }

  dueAt(now: number): number {
    let due = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.capacity; index++) {
      const state = this.state(index);
      if (state === PendingState.WAITING) return now + PendingLimit.RETRY_MS;
      if (state === PendingState.SENT && this.deadlines[index]! < due) due = this.deadlines[index]!;
    }
    return due;
  }

  private trySend(index: number): void {
    const at = this.at(index);
    for (let i = 0; i < Reading.LENGTH; i++) this.message[i] = this.bytes[at + i]!;
    const sent = this.firewall.send(this.message, Reading.LENGTH);
    this.setState(index, sent === Sent.OK ? PendingState.SENT : PendingState.WAITING);
  }

  private find(reading: Uint8Array): number {
    for (let index = 0; index < this.capacity; index++) {
      if (this.state(index) === PendingState.FREE) continue;
      const at = this.at(index);
      if (this.bytes[at + Reading.FLAGS] !== reading[Reading.FLAGS]) continue;
      // EUI-64, time and value stand together: the same reading, not a corrected one.
      if (equalBytes(this.bytes, at + Reading.EUI64, reading, Reading.EUI64, 18)) return index;
    }
    return PendingLimit.NONE;
  }

  private findFree(): number {
    for (let index = 0; index < this.capacity; index++) {
      if (this.state(index) === PendingState.FREE) return index;
    }
    return PendingLimit.NONE;
  }

  private state(index: number): PendingState {
    return this.bytes[this.at(index) + Entry.STATE]!;
  }

  private setState(index: number, state: PendingState): void {
    this.bytes[this.at(index) + Entry.STATE] = state;
  }
}
