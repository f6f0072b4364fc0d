// The mirror of each gas meter: its last register with the meter's own time, and the half-hours
// that are missing. The sleeping meter is never asked; it brings its values when it wakes.

import {
  clearMissing,
  HalfHours,
  halfHourOf,
  markMissing,
  restartAt,
  settle,
  settledUpTo,
} from "../../readings/half-hours";
import type { StoredMeters } from "../../readings/meter-journal";
import type { MeterRecords } from "../../readings/recovery";
import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum MirrorLimit {
  /** One mirror endpoint each. */
  MAX = 4,
  NONE = -1,
}

const enum Rhythm {
  /** A meter comes every half-hour of its own. */
  SECONDS = 1800,
  /** So much early or late is still on time: twice a meter's jitter. */
  TOLERANCE_SECONDS = 9,
}

export const enum StoredMirror {
  LENGTH = 40,
}

/** One record; the journal keeps the first `StoredMirror.LENGTH` bytes. */
export const enum Mirror {
  EUI64 = 0,
  HALF_HOURS = 8,
  /** Unix seconds by the meter's clock; 0: no value yet. u32 */
  METER_TIME = 18,
  /** Cubic decimetres. u48 */
  VALUE = 22,
  /** Unix seconds by the hub's clock; 0: unknown. u32 */
  SYNCED_AT = 28,
  /** When it came, or should have come, by its own half-hourly rhythm. Unix seconds, u32 */
  RHYTHM = 32,
  /** The half-hour, perhaps not over yet, in which it came in vain before; 0: none. u32 */
  BROKEN = 36,

  USED = 40,
  DIRTY = 41,
  LENGTH = 44,
}

export class Mirrors implements MeterRecords, StoredMeters {
  readonly capacity = MirrorLimit.MAX;
  readonly storedLength = StoredMirror.LENGTH;
  readonly bytes = new Uint8Array(MirrorLimit.MAX * Mirror.LENGTH);

  isUsed(meter: number): boolean {
    return this.bytes[meter * Mirror.LENGTH + Mirror.USED] === 1;
  }

  recordAt(meter: number): number {
    return meter * Mirror.LENGTH;
  }

  eui64At(meter: number): number {
    return meter * Mirror.LENGTH + Mirror.EUI64;
  }

  halfHoursAt(meter: number): number {
    return meter * Mirror.LENGTH + Mirror.HALF_HOURS;
  }

  changed(meter: number): void {
    this.bytes[meter * Mirror.LENGTH + Mirror.DIRTY] = 1;
  }

  isChanged(meter: number): boolean {
    return this.bytes[meter * Mirror.LENGTH + Mirror.DIRTY] === 1;
  }

  stored(meter: number): void {
    this.bytes[meter * Mirror.LENGTH + Mirror.DIRTY] = 0;
  }

  find(eui64: Uint8Array, start: number): number {
    for (let meter = 0; meter < this.capacity; meter++) {
      if (!this.isUsed(meter)) continue;
      if (equalBytes(this.bytes, this.eui64At(meter), eui64, start, 8)) return meter;
    }
    return MirrorLimit.NONE;
  }

  /** The same; a new meter takes a free record, or the one that has been silent for longest. */
  findOrAdd(eui64: Uint8Array, start: number): number {
    const known = this.find(eui64, start);
    if (known !== MirrorLimit.NONE) return known;
    let oldest = 0;
    for (let meter = 0; meter < this.capacity; meter++) {
      if (this.age(meter) < this.age(oldest)) oldest = meter;
    }
    const at = oldest * Mirror.LENGTH;
    this.bytes.fill(0, at, at + Mirror.LENGTH);
    copyBytes(eui64, start, this.bytes, at + Mirror.EUI64, 8);
    this.bytes[at + Mirror.USED] = 1;
    return oldest;
  }

  restore(meter: number, bytes: Uint8Array, start: number): void {
    const at = meter * Mirror.LENGTH;
    this.bytes.fill(0, at, at + Mirror.LENGTH);
    copyBytes(bytes, start, this.bytes, at, StoredMirror.LENGTH);
    this.bytes[at + Mirror.USED] = 1;
  }

  /** The meter's register as it said it: value (6 bytes) and meter time (4 bytes) together. */
  synchronise(
    meter: number,
    bytes: Uint8Array,
    timeAt: number,
    valueAt: number,
    syncedAt: number,
  ): void {
    const at = meter * Mirror.LENGTH;
    this.closeBroken(at, halfHourOf(readU32(bytes, timeAt)));
    this.keepRhythm(at, readU32(bytes, timeAt));
    copyBytes(bytes, timeAt, this.bytes, at + Mirror.METER_TIME, 4);
    copyBytes(bytes, valueAt, this.bytes, at + Mirror.VALUE, 6);
    writeU32(this.bytes, at + Mirror.SYNCED_AT, syncedAt);
    this.changed(meter);
  }

  hasValue(meter: number): boolean {
    return readU32(this.bytes, meter * Mirror.LENGTH + Mirror.METER_TIME) !== 0;
  }

  /** A register of this meter time is stored: its half-hour is had, those left out are missing. */
  have(meter: number, meterTime: number): void {
    const at = this.halfHoursAt(meter);
    const halfHour = halfHourOf(meterTime);
    const settled = settledUpTo(this.bytes, at);
    // A clock that went far back starts the record anew.
    if (settled === 0 || halfHour < settled - HalfHours.KEPT) {
      restartAt(this.bytes, at, halfHour);
    } else if (halfHour > settled) {
      settle(this.bytes, at, halfHour);
    }
    clearMissing(this.bytes, at, halfHour);
    this.changed(meter);
  }

  private age(meter: number): number {
    if (!this.isUsed(meter)) return -1;
    return readU32(this.bytes, meter * Mirror.LENGTH + Mirror.METER_TIME);
  }

  /** A half-hour with a reading that came in vain is over: its interval is missing. */
  private closeBroken(at: number, halfHour: number): void {
    const broken = readU32(this.bytes, at + Mirror.BROKEN);
    if (broken === 0 || halfHour <= broken) return;
    markMissing(this.bytes, at + Mirror.HALF_HOURS, broken);
    writeU32(this.bytes, at + Mirror.BROKEN, 0);
  }

  /**
   * A meter that comes at another time than its rhythm's came in vain before, or was away. In the
   * half-hour that it comes in now, nothing else would tell that a reading is lacking.
   */
  private keepRhythm(at: number, meterTime: number): void {
    const rhythm = readU32(this.bytes, at + Mirror.RHYTHM);
    const previous = readU32(this.bytes, at + Mirror.METER_TIME);
    const since = meterTime - rhythm;
    const late = since % Rhythm.SECONDS;
    const early = Rhythm.SECONDS - Rhythm.TOLERANCE_SECONDS;
    if (previous === 0 || since < 0 || late <= Rhythm.TOLERANCE_SECONDS || late >= early) {
      writeU32(this.bytes, at + Mirror.RHYTHM, meterTime);
      return;
    }
    writeU32(this.bytes, at + Mirror.BROKEN, halfHourOf(meterTime));
    if (since < early) return;
    // Late twice running is perhaps a new rhythm.
    const isSecond = previous !== rhythm;
    writeU32(this.bytes, at + Mirror.RHYTHM, isSecond ? meterTime : meterTime - late);
  }
}
