// Electricity readings on their way from `han` to the firewall, and the watch over what is missing.

import { TimeQuality } from "../../../hal/clock";
import { Commodity, ProfileDone, Reading, ReadingFlags, Stored } from "../../ipc/reading";
import { HalfHours, halfHourOf, isMissing } from "../../readings/half-hours";
import { MeterJournal } from "../../readings/meter-journal";
import { PendingLimit, PendingReadings } from "../../readings/pending-readings";
import { Recovery, RecoveryLimit } from "../../readings/recovery";
import { StoredAnswer } from "../../readings/stored-answer";
import type { Environment } from "../../system";
import { readU32 } from "../../wire/little-endian";
import { MeterLimit, Meters } from "./meters";

export const enum DemandLimit {
  /** Four meters, and the intervals of one profile as `han` paces them. */
  PENDING = 12,
  /** A meter time further ahead of the hub's clock than this says nothing about gaps. */
  AHEAD_SECONDS = 3_600,
}

export class Demand {
  readonly meters = new Meters();
  readonly pending: PendingReadings;
  readonly recovery: Recovery;
  readonly journal: MeterJournal;
  malformed = 0;
  /** What is sent next, whoever puts it together: it is sent in one go. */
  readonly message = new Uint8Array(Reading.LENGTH);
  private readonly answer: StoredAnswer;

  constructor(private readonly environment: Environment<"demand">) {
    this.pending = new PendingReadings(
      DemandLimit.PENDING,
      environment.ports.firewall,
      this.message,
    );
    this.answer = new StoredAnswer(environment.ports.han, this.message);
    this.recovery = new Recovery(
      this.meters,
      Commodity.ELECTRICITY,
      environment.ports.han,
      environment.entropy,
      this.message,
    );
    this.journal = new MeterJournal(environment.regions.samples, this.meters);
    this.journal.open(environment.startedAt);
  }

  reading(now: number, message: Uint8Array, length: number): void {
    if (length !== Reading.LENGTH || message[Reading.COMMODITY] !== Commodity.ELECTRICITY) {
      this.malformed++;
      return;
    }
    // Before the journal is read, a new record could hide a stored one; the meter repeats it.
    if (!this.journal.isOpen) return;
    if (message[Reading.FLAGS] === ReadingFlags.INTERVAL && !this.isWanted(message)) return;
    this.pending.add(now, message);
  }

  /** The firewall's answer: the meter may be told, and its half-hours are counted. */
  stored(now: number, message: Uint8Array, code: Stored): void {
    const index = this.pending.stored(message);
    if (index === PendingLimit.NONE) return;
    if (code !== Stored.FULL) this.count(now, index);
    this.answer.send(this.pending, index, code);
    this.pending.free(index);
  }

  profileDone(now: number, message: Uint8Array): void {
    const meter = this.meters.find(message, ProfileDone.EUI64);
    if (meter !== MeterLimit.NONE) this.recovery.done(now, meter, message);
  }

  private count(now: number, index: number): void {
    const { bytes } = this.pending;
    const at = this.pending.at(index);
    const time = readU32(bytes, at + Reading.METER_TIME);
    if (bytes[at + Reading.FLAGS] === ReadingFlags.INTERVAL) {
      const meter = this.meters.find(bytes, at + Reading.EUI64);
      if (meter !== MeterLimit.NONE) this.recovery.have(meter, halfHourOf(time) - 1);
      return;
    }
    if (this.isTooFarAhead(time)) return;
    const meter = this.meters.findOrAdd(bytes, at + Reading.EUI64);
    this.meters.have(meter, time);
    this.recovery.look(now, meter, RecoveryLimit.JITTER_MS);
  }

  /** A meter gives whole runs of its profile; only what is missing goes on. */
  private isWanted(message: Uint8Array): boolean {
    const time = readU32(message, Reading.METER_TIME);
    const meter = this.meters.find(message, Reading.EUI64);
    if (meter === MeterLimit.NONE || time % HalfHours.SECONDS !== 0) return false;
    return isMissing(this.meters.bytes, this.meters.halfHoursAt(meter), halfHourOf(time) - 1);
  }

  /** One wrong time from a meter must not make a day of half-hours look missing. */
  private isTooFarAhead(time: number): boolean {
    const { clock } = this.environment;
    if (clock.quality() === TimeQuality.UNKNOWN) return false;
    return time > clock.utcMs() / 1000 + DemandLimit.AHEAD_SECONDS;
  }
}
