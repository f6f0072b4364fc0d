// Fetching missed half-hours from the meters' own profiles, for `gas` and `demand`: one question
// for each meter at a time, again after a pause that grows, until nothing is missing.

import type { Entropy } from "../../hal/entropy";
import { Sent } from "../../hal/sent";
import { Operation } from "../ipc/operation";
import { type Commodity, ProfileAsk, ProfileDone, ProfileResult } from "../ipc/reading";
import type { Port } from "../kernel/partition";
import { copyBytes, readU16, readU32, writeU32 } from "../wire/little-endian";
import {
  clearMissing,
  endOf,
  HalfHours,
  halfHourOf,
  missingRun,
  newestMissing,
} from "./half-hours";

export const enum RecoveryLimit {
  /** So that all hubs of a street do not ask at the same second after the half-hour. */
  JITTER_MS = 60_000,
  FIRST_PAUSE_MS = 45_000,
  /** No longer than a half-hour: a gas meter is awake that often. */
  LONGEST_PAUSE_MS = 1_800_000,
  /** The intervals come before `PROFILE_DONE`, but take a moment to be stored. */
  SETTLE_MS = 5_000,
  /** A gas meter is not awake before its next half-hour; one that was lost has four tries. */
  ANSWER_WAIT_MS = 7_200_000,
  /** One answer of a meter holds this many. */
  RUN_MAX = 24,
  PORT_RETRY_MS = 1_000,
}

const enum State {
  IDLE = 0,
  /** To ask at its time. */
  DUE = 1,
  /** Asked; given up at its time. */
  ASKED = 2,
  /** Answered: what came is being stored; at its time we look what is still missing. */
  SETTLING = 3,
}

/** Beside a `State`. */
const HAS_PROGRESS = 0x80;

/**
 * Where the owner keeps its meters: one record after the other, each with EUI-64 and half-hours.
 */
export interface MeterRecords {
  readonly capacity: number;
  readonly bytes: Uint8Array;
  isUsed(meter: number): boolean;
  eui64At(meter: number): number;
  halfHoursAt(meter: number): number;
  /** The record changed and is to be stored. */
  changed(meter: number): void;
}

export class Recovery {
  asked = 0;
  recovered = 0;
  givenUp = 0;
  /** Of each meter, and `HAS_PROGRESS`: something came since it was asked. */
  private readonly states: Uint8Array;
  /** When each meter is due, then its next pause; milliseconds. */
  private readonly times: Float64Array;

  /** @param message room for what is sent; its content is of no use between calls */
  constructor(
    private readonly meters: MeterRecords,
    private readonly commodity: Commodity,
    private readonly han: Port,
    private readonly entropy: Entropy,
    private readonly message: Uint8Array,
  ) {
    this.states = new Uint8Array(meters.capacity);
    this.times = new Float64Array(2 * meters.capacity);
    this.times.fill(RecoveryLimit.FIRST_PAUSE_MS, meters.capacity);
  }

  /** Something may be missing: ask after a random moment, unless it is under way already. */
  look(now: number, meter: number, withinMs: number): void {
    if (this.state(meter) !== State.IDLE) return;
    if (this.newest(meter) === HalfHours.NONE) return;
    this.states[meter] = State.DUE;
    this.times[meter] = now + this.jitter(withinMs);
  }

  /** An interval is stored: that half-hour is had. */
  have(meter: number, halfHour: number): void {
    if (!clearMissing(this.meters.bytes, this.meters.halfHoursAt(meter), halfHour)) return;
    this.recovered++;
    this.times[this.meters.capacity + meter] = RecoveryLimit.FIRST_PAUSE_MS;
    this.states[meter]! |= HAS_PROGRESS;
    this.meters.changed(meter);
  }

  /** `PROFILE_DONE` of `han` for this meter. */
  done(now: number, meter: number, message: Uint8Array): void {
    if (this.state(meter) !== State.ASKED) return;
    switch (message[ProfileDone.CODE] as ProfileResult) {
      case ProfileResult.OK:
        this.states[meter]! += State.SETTLING - State.ASKED;
        this.times[meter] = now + RecoveryLimit.SETTLE_MS;
        break;
      case ProfileResult.NOT_AVAILABLE:
        this.giveUp(meter, message);
        this.states[meter] = State.DUE;
        this.times[meter] = now;
        break;
      default:
        this.pause(now, meter);
    }
  }

  /** `han` died: it has forgotten what was asked. */
  askAgain(now: number): void {
    for (let meter = 0; meter < this.meters.capacity; meter++) {
      if (this.state(meter) === State.ASKED) this.pause(now, meter);
    }
  }

  tick(now: number): void {
    for (let meter = 0; meter < this.meters.capacity; meter++) {
      if (this.state(meter) === State.IDLE || now < this.times[meter]!) continue;
      this.step(now, meter);
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (let meter = 0; meter < this.meters.capacity; meter++) {
      if (this.state(meter) !== State.IDLE && this.times[meter]! < due) {
        due = this.times[meter]!;
      }
    }
    return due;
  }

  private step(now: number, meter: number): void {
    const newest = this.newest(meter);
    if (newest === HalfHours.NONE) {
      this.states[meter] = State.IDLE;
    } else if (this.state(meter) === State.DUE) {
      this.ask(now, meter, newest);
    } else if (this.states[meter] === (State.SETTLING | HAS_PROGRESS)) {
      this.ask(now, meter, newest);
    } else {
      this.pause(now, meter);
    }
  }

  private state(meter: number): State {
    return this.states[meter]! & ~HAS_PROGRESS;
  }

  private newest(meter: number): number {
    if (!this.meters.isUsed(meter)) return HalfHours.NONE;
    return newestMissing(this.meters.bytes, this.meters.halfHoursAt(meter));
  }

  private ask(now: number, meter: number, newest: number): void {
    const { message } = this;
    const { bytes } = this.meters;
    const at = this.meters.halfHoursAt(meter);
    message[0] = Operation.PROFILE_ASK;
    message[ProfileAsk.COMMODITY] = this.commodity;
    message[ProfileAsk.COUNT] = missingRun(bytes, at, newest, RecoveryLimit.RUN_MAX);
    copyBytes(bytes, this.meters.eui64At(meter), message, ProfileAsk.EUI64, 8);
    writeU32(message, ProfileAsk.END_TIME, endOf(newest));
    if (this.han.send(message, ProfileAsk.LENGTH) !== Sent.OK) {
      this.times[meter] = now + RecoveryLimit.PORT_RETRY_MS;
      return;
    }
    this.asked++;
    this.states[meter] = State.ASKED;
    this.times[meter] = now + RecoveryLimit.ANSWER_WAIT_MS;
  }

  private giveUp(meter: number, message: Uint8Array): void {
    const newest = halfHourOf(readU32(message, ProfileDone.END_TIME)) - 1;
    const at = this.meters.halfHoursAt(meter);
    const count = Math.min(message[ProfileDone.COUNT]!, RecoveryLimit.RUN_MAX);
    for (let back = 0; back < count; back++) {
      if (clearMissing(this.meters.bytes, at, newest - back)) this.givenUp++;
    }
    this.meters.changed(meter);
  }

  private pause(now: number, meter: number): void {
    this.states[meter] = State.DUE;
    this.times[meter] =
      now +
      this.times[this.meters.capacity + meter]! +
      this.jitter(this.times[this.meters.capacity + meter]! / 4);
    this.times[this.meters.capacity + meter] = Math.min(
      this.times[this.meters.capacity + meter]! * 2,
      RecoveryLimit.LONGEST_PAUSE_MS,
    );
  }

  private jitter(withinMs: number): number {
    this.entropy.fill(this.message, 0, 2);
    return Math.floor((readU16(this.message, 0) * withinMs) / 0x10000);
  }
}
