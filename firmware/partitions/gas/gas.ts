// Gas readings: into the mirror, on to the firewall, and the watch over missing half-hours.

import { TimeQuality } from "../../../hal/clock";
import { Commodity, ProfileDone, Reading, ReadingFlags, Stored } from "../../ipc/reading";
import { HalfHours, halfHourOf, isMissing } from "../../readings/half-hours";
import { MeterJournal } from "../../readings/meter-journal";
import { PendingLimit, PendingReadings } from "../../readings/pending-readings";
import { Recovery } from "../../readings/recovery";
import { StoredAnswer } from "../../readings/stored-answer";
import type { Environment } from "../../system";
import { readU32 } from "../../wire/little-endian";
import { MirrorLimit, Mirrors } from "./mirror";

export const enum GasLimit {
  /** A register of each meter, and the intervals of one profile as `han` paces them. */
  PENDING = 12,
  /** A meter time further ahead of the hub's clock than this says nothing about gaps. */
  AHEAD_SECONDS = 3_600,
}

export class Gas {
  readonly mirrors = new Mirrors();
  readonly pending: PendingReadings;
  readonly recovery: Recovery;
  readonly journal: MeterJournal;
  malformed = 0;
  /** What is sent next, whoever puts it together: it is sent in one go. */
  readonly message = new Uint8Array(Reading.LENGTH);
  private readonly answer: StoredAnswer;

  constructor(private readonly environment: Environment<"gas">) {
    this.pending = new PendingReadings(GasLimit.PENDING, environment.ports.firewall, this.message);
    this.answer = new StoredAnswer(environment.ports.han, this.message);
    this.recovery = new Recovery(
      this.mirrors,
      Commodity.GAS,
      environment.ports.han,
      environment.entropy,
      this.message,
    );
    this.journal = new MeterJournal(environment.regions.mirror, this.mirrors);
    this.journal.open(environment.startedAt);
  }

  reading(now: number, message: Uint8Array, length: number): void {
    if (length !== Reading.LENGTH || message[Reading.COMMODITY] !== Commodity.GAS) {
      this.malformed++;
      return;
    }
    // Before the journal is read, a new record could hide a stored one; the meter repeats it.
    if (!this.journal.isOpen) return;
    if (message[Reading.FLAGS] !== ReadingFlags.INTERVAL) this.synchronise(message);
    else if (!this.isWanted(message)) return;
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
    const meter = this.mirrors.find(message, ProfileDone.EUI64);
    if (meter !== MirrorLimit.NONE) this.recovery.done(now, meter, message);
  }

  private synchronise(message: Uint8Array): void {
    const { clock } = this.environment;
    const known = clock.quality() !== TimeQuality.UNKNOWN;
    const syncedAt = known ? Math.floor(clock.utcMs() / 1000) : 0;
    const meter = this.mirrors.findOrAdd(message, Reading.EUI64);
    this.mirrors.synchronise(meter, message, Reading.METER_TIME, Reading.VALUE, syncedAt);
  }

  private count(now: number, index: number): void {
    const { bytes } = this.pending;
    const at = this.pending.at(index);
    const meter = this.mirrors.find(bytes, at + Reading.EUI64);
    if (meter === MirrorLimit.NONE) return;
    const time = readU32(bytes, at + Reading.METER_TIME);
    if (bytes[at + Reading.FLAGS] === ReadingFlags.INTERVAL) {
      this.recovery.have(meter, halfHourOf(time) - 1);
    } else if (!this.isTooFarAhead(time)) {
      this.mirrors.have(meter, time);
      // No jitter: the meter is awake now and sleeps soon.
      this.recovery.look(now, meter, 0);
    }
  }

  /** A meter gives whole runs of its profile; only what is missing goes on. */
  private isWanted(message: Uint8Array): boolean {
    const time = readU32(message, Reading.METER_TIME);
    const meter = this.mirrors.find(message, Reading.EUI64);
    if (meter === MirrorLimit.NONE || time % HalfHours.SECONDS !== 0) return false;
    return isMissing(this.mirrors.bytes, this.mirrors.halfHoursAt(meter), halfHourOf(time) - 1);
  }

  /** One wrong time from a meter must not make a day of half-hours look missing. */
  private isTooFarAhead(time: number): boolean {
    const { clock } = this.environment;
    if (clock.quality() === TimeQuality.UNKNOWN) return false;
    return time > clock.utcMs() / 1000 + GasLimit.AHEAD_SECONDS;
  }
}
