// The electricity meters that `demand` knows: for each its missing half-hours, which are stored,
// and which ten-second readings of the current and the previous half-hour are had, which are not.

import {
  clearMissing,
  HalfHours,
  halfHourOf,
  restartAt,
  settle,
  settledUpTo,
} from "../../readings/half-hours";
import type { StoredMeters } from "../../readings/meter-journal";
import type { MeterRecords } from "../../readings/recovery";
import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum MeterLimit {
  /** Electricity meters and sub-meters in one home; each further one costs 100 bytes. */
  MAX = 16,
  NONE = -1,
  /** A reading every ten seconds. */
  SLOT_SECONDS = 10,
  SLOTS = 180,
  /** A repetition of the half-hour's last readings comes within this. */
  GRACE_SECONDS = 60,
}

export const enum StoredMeter {
  LENGTH = 18,
}

/** One record; the journal keeps the first `StoredMeter.LENGTH` bytes. */
export const enum Meter {
  EUI64 = 0,
  HALF_HOURS = 8,

  USED = 18,
  DIRTY = 19,
  /** The half-hour of the first bitmap; the second belongs to the one before. u32 */
  CURRENT = 20,
  SLOTS_NOW = 24,
  SLOTS_BEFORE = 48,
  SLOT_BYTES = 23,
  LENGTH = 72,
}

export class Meters implements MeterRecords, StoredMeters {
  readonly capacity = MeterLimit.MAX;
  readonly storedLength = StoredMeter.LENGTH;
  readonly bytes = new Uint8Array(MeterLimit.MAX * Meter.LENGTH);

  isUsed(meter: number): boolean {
    return this.bytes[meter * Meter.LENGTH + Meter.USED] === 1;
  }

  recordAt(meter: number): number {
    return meter * Meter.LENGTH;
  }

  eui64At(meter: number): number {
    return meter * Meter.LENGTH + Meter.EUI64;
  }

  halfHoursAt(meter: number): number {
    return meter * Meter.LENGTH + Meter.HALF_HOURS;
  }

  changed(meter: number): void {
    this.bytes[meter * Meter.LENGTH + Meter.DIRTY] = 1;
  }

  isChanged(meter: number): boolean {
    return this.bytes[meter * Meter.LENGTH + Meter.DIRTY] === 1;
  }

  stored(meter: number): void {
    this.bytes[meter * Meter.LENGTH + Meter.DIRTY] = 0;
  }

  /** The meter with this EUI-64; `MeterLimit.NONE`. */
  find(eui64: Uint8Array, start: number): number {
    for (let meter = 0; meter < this.capacity; meter++) {
      if (!this.isUsed(meter)) continue;
      if (equalBytes(this.bytes, this.eui64At(meter), eui64, start, 8)) return meter;
    }
    return MeterLimit.NONE;
  }

  /** The same; a new meter takes a free record, or the one that has been silent for longest. */
  findOrAdd(eui64: Uint8Array, start: number): number {
    const known = this.find(eui64, start);
    if (known !== MeterLimit.NONE) return known;
    let oldest = 0;
    for (let meter = 0; meter < this.capacity; meter++) {
      if (this.age(meter) < this.age(oldest)) oldest = meter;
    }
    const at = oldest * Meter.LENGTH;
    this.bytes.fill(0, at, at + Meter.LENGTH);
    copyBytes(eui64, start, this.bytes, at + Meter.EUI64, 8);
    this.bytes[at + Meter.USED] = 1;
    return oldest;
  }

  /** Puts back what the journal kept. */
  restore(meter: number, bytes: Uint8Array, start: number): void {
    const at = meter * Meter.LENGTH;
    this.bytes.fill(0, at, at + Meter.LENGTH);
    copyBytes(bytes, start, this.bytes, at, StoredMeter.LENGTH);
    this.bytes[at + Meter.USED] = 1;
  }

  /** A reading of this meter time lies in flash. */
  have(meter: number, meterTime: number): void {
    const at = meter * Meter.LENGTH;
    const halfHour = halfHourOf(meterTime);
    this.begin(meter, halfHour, meterTime);
    const current = readU32(this.bytes, at + Meter.CURRENT);
    if (halfHour === current) this.mark(at + Meter.SLOTS_NOW, slotOf(meterTime));
    else if (halfHour === current - 1) this.mark(at + Meter.SLOTS_BEFORE, slotOf(meterTime));
    this.judge(meter, halfHour, meterTime);
  }

  /** Moves on to a later half-hour; a clock that went far back starts the record anew. */
  private begin(meter: number, halfHour: number, meterTime: number): void {
    const at = meter * Meter.LENGTH;
    const settled = settledUpTo(this.bytes, at + Meter.HALF_HOURS);
    if (settled === 0 || halfHour < settled - HalfHours.KEPT) {
      restartAt(this.bytes, at + Meter.HALF_HOURS, halfHour - 1);
      this.bytes.fill(0, at + Meter.SLOTS_NOW, at + Meter.LENGTH);
      writeU32(this.bytes, at + Meter.CURRENT, halfHour);
      // Before its first reading there is none to miss.
      for (let slot = 0; slot < slotOf(meterTime); slot++) this.mark(at + Meter.SLOTS_NOW, slot);
      this.changed(meter);
      return;
    }
    const current = readU32(this.bytes, at + Meter.CURRENT);
    if (halfHour <= current) return;
    if (halfHour === current + 1) {
      copyBytes(
        this.bytes,
        at + Meter.SLOTS_NOW,
        this.bytes,
        at + Meter.SLOTS_BEFORE,
        Meter.SLOT_BYTES,
      );
    } else {
      this.bytes.fill(0, at + Meter.SLOTS_BEFORE, at + Meter.SLOTS_BEFORE + Meter.SLOT_BYTES);
    }
    this.bytes.fill(0, at + Meter.SLOTS_NOW, at + Meter.SLOTS_NOW + Meter.SLOT_BYTES);
    writeU32(this.bytes, at + Meter.CURRENT, halfHour);
  }

  /** Everything before the current half-hour is judged once its late repetitions can be there. */
  private judge(meter: number, halfHour: number, meterTime: number): void {
    const at = meter * Meter.LENGTH;
    const settled = settledUpTo(this.bytes, at + Meter.HALF_HOURS);
    if (halfHour - 1 <= settled) return;
    if (meterTime - halfHour * HalfHours.SECONDS < MeterLimit.GRACE_SECONDS) return;
    settle(this.bytes, at + Meter.HALF_HOURS, halfHour - 1);
    if (this.isWhole(at + Meter.SLOTS_BEFORE)) {
      clearMissing(this.bytes, at + Meter.HALF_HOURS, halfHour - 1);
    }
    this.changed(meter);
  }

  private age(meter: number): number {
    return this.isUsed(meter) ? settledUpTo(this.bytes, this.halfHoursAt(meter)) : -1;
  }

  private isWhole(at: number): boolean {
    for (let slot = 0; slot < MeterLimit.SLOTS; slot++) {
      if ((this.bytes[at + (slot >> 3)]! & (1 << (slot & 7))) === 0) return false;
    }
    return true;
  }

  private mark(at: number, slot: number): void {
    this.bytes[at + (slot >> 3)] = this.bytes[at + (slot >> 3)]! | (1 << (slot & 7));
  }
}

function slotOf(meterTime: number): number {
  return Math.floor((meterTime % HalfHours.SECONDS) / MeterLimit.SLOT_SECONDS);
}
