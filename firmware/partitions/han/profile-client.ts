// Fetches half-hours from a meter's own profile for `gas` and `demand`: one question for each
// meter, held while it sleeps; each interval goes back as a reading with the exact end of its
// half-hour.
// @source Smart Energy 07-5356-22 annexes D.3.2.3.1.1, D.3.3.3.1.1

import { Sent } from "../../../hal/sent";
import { DeviceKind } from "../../ipc/device";
import { Operation } from "../../ipc/operation";
import {
  Commodity,
  ProfileAsk,
  ProfileDone,
  ProfileResult,
  Reading,
  ReadingFlags,
} from "../../ipc/reading";
import { earliest } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Profile } from "../../wire/aps";
import { IntervalPeriod, MeteringReceived } from "../../wire/clusters/metering";
import {
  checkGetProfileResponse,
  GetProfileResponse,
  IntervalChannel,
  ProfileStatus,
  profileCount,
  profileEndTime,
  profileInterval,
  profilePeriod,
  profileStatus,
  putGetProfile,
} from "../../wire/clusters/metering-command";
import { unixTime, zclTime } from "../../wire/clusters/time";
import { copyBytes, readU32, writeI32, writeU32, writeU48 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclControl } from "../../wire/zcl";
import { Endpoint } from "./endpoints";
import { type Knowledge, Known } from "./knowledge";
import type { Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import { isOurUnit, scaled } from "./scale";
import type { Wakefulness } from "./wakefulness";
import type { ZclMessage, ZclWriter } from "./zcl-message";

export const enum ProfileLimit {
  /** Questions under way; whoever finds no room asks again. */
  QUESTIONS = 5,
  INTERVALS_MAX = 24,
  INTERVAL_SECONDS = 1_800,
  /** The meter looks into its flash; the frame itself is repeated below. */
  ANSWER_WAIT_MS = 10_000,
  TRIES_MAX = 3,
  /** Intervals go at sixteen a second at most, so that the queues behind keep their pace. */
  PACE_MS = 250,
  PACE_COUNT = 4,
  NONE = -1,
}

const enum State {
  FREE = 0,
  /** The meter sleeps, or there was no room. */
  HELD = 1,
  ASKED = 2,
  /** The intervals go out. */
  GIVING = 3,
  /** The last word, with its result, waits for room. */
  DONE = 4,
}

const enum Question {
  STATE = 0,
  NODE = 1,
  COMMODITY = 2,
  COUNT = 3,
  TRIES = 4,
  SEQUENCE = 5,
  RESULT = 6,
  /** Intervals of the answer that are still to be given; the next is the oldest of them. */
  LEFT = 7,
  /** As asked for, u32. */
  END_TIME = 8,
  /** Of the answer's newest interval, Unix seconds, u32. */
  NEWEST = 12,
  EUI64 = 16,
  /** Where the answer would begin of which only the intervals are kept, for `profileInterval`. */
  PROFILE = 17,
  INTERVALS = 24,
  LENGTH = 96,
}

export interface ProfileCounts {
  asked: number;
  answered: number;
  malformed: number;
  unreachable: number;
  full: number;
}

export class ProfileClient {
  readonly counts: ProfileCounts = {
    asked: 0,
    answered: 0,
    malformed: 0,
    unreachable: 0,
    full: 0,
  };
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly dueTimes: number;
  private readonly message: Uint8Array;

  constructor(
    private readonly environment: Environment<"han">,
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly wakefulness: Wakefulness,
    private readonly writer: ZclWriter,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(ProfileLimit.QUESTIONS * Question.LENGTH);
    this.numbers = memory.numbers;
    this.dueTimes = memory.takeDues(ProfileLimit.QUESTIONS);
    this.message = memory.scratch;
  }

  /** `PROFILE_ASK`. A new question about a meter replaces its old one. */
  ask(now: number, message: Uint8Array): void {
    const index = this.entryFor(message);
    if (index === ProfileLimit.NONE) {
      // Its asker hears nothing, waits, and asks again.
      this.counts.full++;
      return;
    }
    const at = this.first + index * Question.LENGTH;
    const { bytes } = this;
    bytes[at + Question.COMMODITY] = message[ProfileAsk.COMMODITY]!;
    const count = Math.max(1, message[ProfileAsk.COUNT]!);
    bytes[at + Question.COUNT] = Math.min(count, ProfileLimit.INTERVALS_MAX);
    bytes[at + Question.TRIES] = 0;
    copyBytes(message, ProfileAsk.END_TIME, bytes, at + Question.END_TIME, 4);
    copyBytes(message, ProfileAsk.EUI64, bytes, at + Question.EUI64, 8);
    const node = this.network.nodes.findEui64(message, ProfileAsk.EUI64);
    if (node === NodeLimit.NONE || !this.isMeter(node, bytes[at + Question.COMMODITY]!)) {
      this.finish(now, index, ProfileResult.UNREACHABLE);
      return;
    }
    bytes[at + Question.NODE] = node;
    bytes[at + Question.STATE] = State.HELD;
    this.numbers[this.dueTimes + index] = Number.POSITIVE_INFINITY;
    this.trySend(now, index);
  }

  /** The node spoke: a sleeping one can be asked now. */
  heard(now: number, node: number): void {
    for (let index = 0; index < ProfileLimit.QUESTIONS; index++) {
      const at = this.first + index * Question.LENGTH;
      if (this.bytes[at + Question.STATE] !== State.HELD) continue;
      if (this.bytes[at + Question.NODE] === node) this.trySend(now, index);
    }
  }

  /** Whether a question waits until the node can be asked. */
  isWaitingFor(node: number): boolean {
    for (let index = 0; index < ProfileLimit.QUESTIONS; index++) {
      const at = this.first + index * Question.LENGTH;
      const state = this.bytes[at + Question.STATE];
      if (state !== State.HELD && state !== State.ASKED) continue;
      if (this.bytes[at + Question.NODE] === node) return true;
    }
    return false;
  }

  /** GetProfileResponse. False: nobody asked for it. */
  answered(now: number, message: ZclMessage): boolean {
    const index = this.askedBy(message.node, message.sequence);
    if (index === ProfileLimit.NONE) return false;
    const { bytes, start, end } = message;
    if (checkGetProfileResponse(bytes, start, end) !== Parsed.OK) {
      this.counts.malformed++;
      return true;
    }
    this.counts.answered++;
    const status = profileStatus(bytes, start);
    const taken = status === ProfileStatus.SUCCESS && this.takeIntervals(index, bytes, start);
    if (taken) this.give(now, index);
    else this.finish(now, index, ProfileResult.NOT_AVAILABLE);
    return true;
  }

  /** A Default Response to GetProfile: the meter has no profile. */
  refused(now: number, node: number, sequence: number): void {
    const index = this.askedBy(node, sequence);
    if (index !== ProfileLimit.NONE) this.finish(now, index, ProfileResult.NOT_AVAILABLE);
  }

  forget(now: number, node: number): void {
    for (let index = 0; index < ProfileLimit.QUESTIONS; index++) {
      const at = this.first + index * Question.LENGTH;
      const state = this.bytes[at + Question.STATE];
      if (state === State.FREE || state === State.DONE) continue;
      if (this.bytes[at + Question.NODE] !== node) continue;
      this.finish(now, index, ProfileResult.UNREACHABLE);
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.dueTimes, ProfileLimit.QUESTIONS)) return;
    for (let index = 0; index < ProfileLimit.QUESTIONS; index++) {
      if (now < this.numbers[this.dueTimes + index]!) continue;
      const at = this.first + index * Question.LENGTH;
      switch (this.bytes[at + Question.STATE] as State) {
        case State.HELD:
          this.trySend(now, index);
          break;
        case State.ASKED:
          this.again(now, index);
          break;
        case State.GIVING:
          this.give(now, index);
          break;
        case State.DONE:
          this.finish(now, index, this.bytes[at + Question.RESULT]!);
          break;
        default:
          this.numbers[this.dueTimes + index] = Number.POSITIVE_INFINITY;
      }
    }
  }

  private trySend(now: number, index: number): void {
    const at = this.first + index * Question.LENGTH;
    const node = this.bytes[at + Question.NODE]!;
    const endpoint = this.knowledge.byte(node, Known.METERING_ENDPOINT);
    this.numbers[this.dueTimes + index] = Number.POSITIVE_INFINITY;
    if (endpoint === 0 || !this.knowledge.isScaled(node)) {
      // Known soon: `heard` and the retry below come back to it.
      this.numbers[this.dueTimes + index] = now + ProfileLimit.ANSWER_WAIT_MS;
      return;
    }
    if (!this.wakefulness.isReachable(now, node)) return;
    const sequence = this.writer.nextSequence();
    const out = this.writer.begin(
      node,
      endpoint,
      Endpoint.HUB,
      Cluster.METERING,
      Profile.SMART_ENERGY,
      ZclControl.CLUSTER,
      sequence,
      MeteringReceived.GET_PROFILE,
    );
    if (out < 0) {
      this.numbers[this.dueTimes + index] = now + ProfileLimit.PACE_MS;
      return;
    }
    const end = zclTime(readU32(this.bytes, at + Question.END_TIME));
    const count = this.bytes[at + Question.COUNT]!;
    const { bytes } = this.writer;
    this.writer.send(now, putGetProfile(bytes, out, IntervalChannel.DELIVERED, end, count));
    this.counts.asked++;
    this.bytes[at + Question.STATE] = State.ASKED;
    this.bytes[at + Question.SEQUENCE] = sequence;
    this.numbers[this.dueTimes + index] = now + ProfileLimit.ANSWER_WAIT_MS;
  }

  private again(now: number, index: number): void {
    const at = this.first + index * Question.LENGTH;
    const tries = this.bytes[at + Question.TRIES]! + 1;
    this.bytes[at + Question.TRIES] = tries;
    if (tries >= ProfileLimit.TRIES_MAX) {
      this.finish(now, index, ProfileResult.UNREACHABLE);
      return;
    }
    this.bytes[at + Question.STATE] = State.HELD;
    this.trySend(now, index);
  }

  /** False: other periods than half-hours, or none that was asked for. */
  private takeIntervals(index: number, bytes: Uint8Array, start: number): boolean {
    const at = this.first + index * Question.LENGTH;
    const count = Math.min(profileCount(bytes, start), ProfileLimit.INTERVALS_MAX);
    const newest = unixTime(profileEndTime(bytes, start));
    const asked = readU32(this.bytes, at + Question.END_TIME);
    const span = this.bytes[at + Question.COUNT]! * ProfileLimit.INTERVAL_SECONDS;
    if (profilePeriod(bytes, start) !== IntervalPeriod.MINUTES_30 || count === 0) return false;
    if (newest % ProfileLimit.INTERVAL_SECONDS !== 0) return false;
    if (newest > asked || newest <= asked - span) return false;
    writeU32(this.bytes, at + Question.NEWEST, newest);
    const length = count * GetProfileResponse.INTERVAL_LENGTH;
    const from = start + GetProfileResponse.INTERVALS;
    copyBytes(bytes, from, this.bytes, at + Question.INTERVALS, length);
    this.bytes[at + Question.LEFT] = count;
    this.bytes[at + Question.STATE] = State.GIVING;
    return true;
  }

  /** Sends some of the intervals on, oldest first. */
  private give(now: number, index: number): void {
    const at = this.first + index * Question.LENGTH;
    for (let turn = 0; turn < ProfileLimit.PACE_COUNT; turn++) {
      const left = this.bytes[at + Question.LEFT]!;
      if (left === 0) {
        this.finish(now, index, ProfileResult.OK);
        return;
      }
      if (!this.giveOne(at, left - 1)) break;
      this.bytes[at + Question.LEFT] = left - 1;
    }
    this.numbers[this.dueTimes + index] = now + ProfileLimit.PACE_MS;
  }

  /** False: no room. An interval that the meter does not know, or too large a one, is left out. */
  private giveOne(at: number, place: number): boolean {
    const raw = profileInterval(this.bytes, at + Question.PROFILE, place);
    const node = this.bytes[at + Question.NODE]!;
    const value = scaled(this.knowledge, node, raw);
    if (raw === GetProfileResponse.INVALID_INTERVAL || Number.isNaN(value)) return true;
    const { message } = this;
    const newest = readU32(this.bytes, at + Question.NEWEST);
    message.fill(0, 0, Reading.LENGTH);
    message[0] = Operation.READING;
    message[Reading.FLAGS] = ReadingFlags.INTERVAL;
    message[Reading.COMMODITY] = this.bytes[at + Question.COMMODITY]!;
    copyBytes(this.bytes, at + Question.EUI64, message, Reading.EUI64, 8);
    const endTime = newest - place * ProfileLimit.INTERVAL_SECONDS;
    writeU32(message, Reading.METER_TIME, endTime);
    writeU48(message, Reading.VALUE, value);
    writeI32(message, Reading.DEMAND, Reading.NO_DEMAND);
    message[Reading.INTERVAL_SECONDS] = ProfileLimit.INTERVAL_SECONDS & 0xff;
    message[Reading.INTERVAL_SECONDS + 1] = ProfileLimit.INTERVAL_SECONDS >> 8;
    return this.port(at).send(message, Reading.LENGTH) === Sent.OK;
  }

  /** Tells the asker; without room for it, soon again. */
  private finish(now: number, index: number, result: ProfileResult): void {
    const at = this.first + index * Question.LENGTH;
    const { message } = this;
    if (result === ProfileResult.UNREACHABLE) this.counts.unreachable++;
    message.fill(0, 0, ProfileDone.LENGTH);
    message[0] = Operation.PROFILE_DONE;
    message[ProfileDone.CODE] = result;
    message[ProfileDone.COUNT] = this.bytes[at + Question.COUNT]!;
    copyBytes(this.bytes, at + Question.EUI64, message, ProfileDone.EUI64, 8);
    copyBytes(this.bytes, at + Question.END_TIME, message, ProfileDone.END_TIME, 4);
    const told = this.port(at).send(message, ProfileDone.LENGTH) !== Sent.FULL;
    this.bytes[at + Question.STATE] = told ? State.FREE : State.DONE;
    this.bytes[at + Question.RESULT] = result;
    this.numbers[this.dueTimes + index] = told
      ? Number.POSITIVE_INFINITY
      : now + ProfileLimit.PACE_MS;
  }

  private isMeter(node: number, commodity: number): boolean {
    const { nodes } = this.network;
    if (!nodes.isNetworked(node)) return false;
    const gas = commodity === Commodity.GAS;
    const kind = gas ? DeviceKind.GAS_METER : DeviceKind.ELECTRICITY_METER;
    if (nodes.kind(node) !== kind) return false;
    const unit = this.knowledge.byte(node, Known.UNIT);
    return !this.knowledge.isScaled(node) || isOurUnit(unit, kind);
  }

  private port(at: number) {
    const { ports } = this.environment;
    return this.bytes[at + Question.COMMODITY] === Commodity.GAS ? ports.gas : ports.demand;
  }

  private askedBy(node: number, sequence: number): number {
    for (let index = 0; index < ProfileLimit.QUESTIONS; index++) {
      const at = this.first + index * Question.LENGTH;
      if (this.bytes[at + Question.STATE] !== State.ASKED) continue;
      if (this.bytes[at + Question.NODE] !== node) continue;
      if (this.bytes[at + Question.SEQUENCE] === sequence) return index;
    }
    return ProfileLimit.NONE;
  }

  private entryFor(message: Uint8Array): number {
    let free: number = ProfileLimit.NONE;
    for (let index = 0; index < ProfileLimit.QUESTIONS; index++) {
      const at = this.first + index * Question.LENGTH;
      if (this.bytes[at + Question.STATE] === State.FREE) free = index;
      else if (this.isSame(at, message)) return index;
    }
    return free;
  }

  private isSame(at: number, message: Uint8Array): boolean {
    for (let i = 0; i < 8; i++) {
      if (this.bytes[at + Question.EUI64 + i] !== message[ProfileAsk.EUI64 + i]) return false;
    }
    return true;
  }
}
