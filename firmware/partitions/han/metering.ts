// The Metering client: a meter's reports become readings, and once a reading is stored for the
// providers, the report is answered with SUCCESS. Until then it is not, and the meter repeats it.
// @source Smart Energy 07-5356-22 annex D.3; ZCL 07-5123-06 section 2.5.11

import { Sent } from "../../../hal/sent";
import { DeviceKind } from "../../ipc/device";
import { Operation } from "../../ipc/operation";
import { Commodity, Reading, ReadingStored, Stored } from "../../ipc/reading";
import { earliest } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Profile } from "../../wire/aps";
import { findByte, readU32, writeU32, writeU48 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclCommand, ZclStatus } from "../../wire/zcl";
import { checkReadResponse, checkRecords } from "../../wire/zcl-attribute";
import { type Knowledge, Known } from "./knowledge";
import type { Memory } from "./memory";
import { MeterReport } from "./meter-report";
import type { MirrorNotification } from "./mirror-notification";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import { isOurUnit, scaled } from "./scale";
import type { ZclMessage, ZclWriter } from "./zcl-message";

export const enum MeteringLimit {
  /** Reports whose readings are on their way to flash: three of each of four meters. */
  PENDING = 12,
  /** One more of a meter in a hurry; a hostile one must leave room for the others'. */
  PENDING_EACH = 4,
  /** The meter has repeated it, and counts it as missed, by then. */
  STORE_WAIT_MS = 30_000,
  RETRY_MS = 100,
  NONE = -1,
}

const enum State {
  FREE = 0,
  /** The scale is not known yet. */
  UNSCALED = 1,
  /** The next partition's queue was full. */
  WAITING = 2,
  SENT = 3,
  /** Stored; the answer waits for room. */
  STORED = 4,
}

const enum Entry {
  STATE = 0,
  /** `NodeLimit.NONE` of a free entry. */
  NODE = 1,
  ENDPOINT = 2,
  SOURCE_ENDPOINT = 3,
  SEQUENCE = 4,
  FROM_SERVER = 5,
  HAS_DEMAND = 6,
  WANTS_NO_ANSWER = 7,
  /** u32 */
  REFERENCE = 8,
  /** Unix seconds, u32 */
  TIME = 12,
  LENGTH = 16,
}

export interface MeteringCounts {
  reports: number;
  malformed: number;
  notAMeter: number;
  noValue: number;
  wrongUnit: number;
  full: number;
  answered: number;
  unanswered: number;
}

export class MeteringClient {
  readonly counts: MeteringCounts = {
    reports: 0,
    malformed: 0,
    notAMeter: 0,
    noValue: 0,
    wrongUnit: 0,
    full: 0,
    answered: 0,
    unanswered: 0,
  };
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly values: number;
  private readonly demands: number;
  private readonly deadlines: number;
  /** When each is looked at again: at its deadline, or before, to try once more. */
  private readonly dues: number;
  private readonly message: Uint8Array;
  private readonly report: MeterReport;
  private lastReference: number;

  constructor(
    private readonly environment: Environment<"han">,
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly writer: ZclWriter,
    private readonly notification: MirrorNotification,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(MeteringLimit.PENDING * Entry.LENGTH);
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      this.bytes[this.first + index * Entry.LENGTH + Entry.NODE] = NodeLimit.NONE;
    }
    this.numbers = memory.numbers;
    this.values = memory.takeNumbers(MeteringLimit.PENDING, 0);
    this.demands = memory.takeNumbers(MeteringLimit.PENDING, 0);
    this.deadlines = memory.takeNumbers(MeteringLimit.PENDING, 0);
    this.dues = memory.takeDues(MeteringLimit.PENDING);
    this.message = memory.scratch;
    // From a random place: an answer to a reading of before a restart is not taken for a new one.
    this.report = new MeterReport(knowledge, environment.clock);
    environment.entropy.fill(this.message, 0, 4);
    this.lastReference = readU32(this.message, 0);
  }

  /** Report Attributes of a Metering server, to the hub's endpoint or to its mirror. */
  reported(now: number, message: ZclMessage): void {
    const kind = this.network.nodes.kind(message.node);
    if (kind !== DeviceKind.ELECTRICITY_METER && kind !== DeviceKind.GAS_METER) {
      this.counts.notAMeter++;
      this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
      return;
    }
    if (checkRecords(message.bytes, message.start, message.end) !== Parsed.OK) {
      this.counts.malformed++;
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const { report } = this;
    this.counts.reports++;
    if (!report.read(message)) {
      this.counts.malformed++;
      this.writer.status(now, message, ZclStatus.INVALID_DATA_TYPE);
      return;
    }
    if (report.changedScale) {
      this.knowledge.save(now, message.node);
      if (this.knowledge.isScaled(message.node)) this.scaleKnown(now, message.node);
    }
    if (report.hasValue && report.time !== 0) this.take(now, message);
    else this.withoutValue(now, message);
  }

  /** Read Attributes Response with a scale. True: the scale is known now. */
  readScale(message: ZclMessage): boolean {
    if (checkReadResponse(message.bytes, message.start, message.end) !== Parsed.OK) {
      this.counts.malformed++;
      return false;
    }
    this.report.readScale(message);
    return this.knowledge.isScaled(message.node);
  }

  /** The node's scale is known: readings that waited for it go on. */
  scaleKnown(now: number, node: number): void {
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      const at = this.first + index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] !== State.UNSCALED) continue;
      if (this.bytes[at + Entry.NODE] === node) this.forward(now, index);
    }
  }

  /** `READING_STORED`: the meter may be told, or must not. */
  stored(now: number, answer: Uint8Array): void {
    const reference = readU32(answer, ReadingStored.REFERENCE);
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      const at = this.first + index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] !== State.SENT) continue;
      if (readU32(this.bytes, at + Entry.REFERENCE) !== reference) continue;
      if (answer[ReadingStored.CODE] === Stored.FULL) {
        this.counts.unanswered++;
        this.enter(now, index, State.FREE);
      } else {
        this.answer(now, index);
      }
      return;
    }
  }

  forget(now: number, node: number): void {
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      const at = this.first + index * Entry.LENGTH;
      if (this.bytes[at + Entry.NODE] === node) this.enter(now, index, State.FREE);
    }
  }

  /** The next partition died with what it had not stored: it is sent again. */
  resend(now: number): void {
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      if (this.bytes[this.first + index * Entry.LENGTH + Entry.STATE] === State.SENT)
        this.forward(now, index);
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.dues, MeteringLimit.PENDING)) return;
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      if (now < this.numbers[this.dues + index]!) continue;
      const state = this.bytes[this.first + index * Entry.LENGTH + Entry.STATE];
      if (now >= this.numbers[this.deadlines + index]!) {
        this.counts.unanswered++;
        this.enter(now, index, State.FREE);
      } else if (state === State.WAITING) {
        this.forward(now, index);
      } else if (state === State.STORED) {
        this.answer(now, index);
      }
    }
  }

  private withoutValue(now: number, message: ZclMessage): void {
    // What it says is noted; a register that is not known, or without a time, is no reading.
    this.counts.noValue++;
    const { node, endpoint, sourceEndpoint, sequence } = message;
    if (!this.notification.isFor(node, endpoint)) {
      this.writer.status(now, message, ZclStatus.SUCCESS);
    } else {
      this.notification.answer(now, node, sourceEndpoint, endpoint, sequence);
    }
  }

  private take(now: number, message: ZclMessage): void {
    const { bytes, numbers, report } = this;
    const index = this.entryFor(message);
    if (index === MeteringLimit.NONE) {
      this.counts.full++;
      return;
    }
    const at = this.first + index * Entry.LENGTH;
    const state = bytes[at + Entry.STATE]!;
    bytes[at + Entry.NODE] = message.node;
    bytes[at + Entry.ENDPOINT] = message.endpoint;
    bytes[at + Entry.SOURCE_ENDPOINT] = message.sourceEndpoint;
    // A repetition is answered under its own number.
    bytes[at + Entry.SEQUENCE] = message.sequence;
    bytes[at + Entry.FROM_SERVER] = message.fromServer ? 1 : 0;
    bytes[at + Entry.WANTS_NO_ANSWER] = message.noDefaultResponse ? 1 : 0;
    numbers[this.deadlines + index] = now + MeteringLimit.STORE_WAIT_MS;
    if (state !== State.FREE) {
      this.enter(now, index, state);
      return;
    }
    numbers[this.values + index] = report.value;
    numbers[this.demands + index] = report.demand;
    bytes[at + Entry.HAS_DEMAND] = report.hasDemand ? 1 : 0;
    writeU32(bytes, at + Entry.TIME, report.time);
    if (this.knowledge.isScaled(message.node)) this.forward(now, index);
    else this.enter(now, index, State.UNSCALED);
  }

  /** The entry of the same reading, else a free one, unless the meter has its share. */
  private entryFor(message: ZclMessage): number {
    const { bytes, first } = this;
    const { node } = message;
    const free = findByte(bytes, first + Entry.STATE, Entry.LENGTH, MeteringLimit.PENDING, 0);
    let count = 0;
    for (let index = 0; index < MeteringLimit.PENDING; index++) {
      const from = first + index * Entry.LENGTH + Entry.NODE;
      const found = findByte(bytes, from, Entry.LENGTH, MeteringLimit.PENDING - index, node);
      if (found < 0) break;
      index += found;
      const at = first + index * Entry.LENGTH;
      count++;
      const isSameTime = readU32(this.bytes, at + Entry.TIME) === this.report.time;
      if (isSameTime && this.numbers[this.values + index] === this.report.value) return index;
    }
    return count < MeteringLimit.PENDING_EACH ? free : MeteringLimit.NONE;
  }

  private forward(now: number, index: number): void {
    const { bytes, knowledge, message, numbers } = this;
    const { nodes } = this.network;
    const at = this.first + index * Entry.LENGTH;
    const node = bytes[at + Entry.NODE]!;
    const kind = nodes.kind(node);
    const unit = knowledge.byte(node, Known.UNIT);
    const isPlain = knowledge.countsThousandths(node);
    const raw = numbers[this.values + index]!;
    // NaN, which cannot be told, is not above 0 either.
    const value = isPlain ? raw : scaled(knowledge, node, raw);
    if (!isOurUnit(unit, kind) || !(value >= 0)) {
      this.counts.wrongUnit++;
      this.enter(now, index, State.FREE);
      return;
    }
    const gas = kind === DeviceKind.GAS_METER;
    const reference = (this.lastReference + 1) % 0x1_0000_0000;
    this.lastReference = reference;
    writeU32(bytes, at + Entry.REFERENCE, reference);
    // Every byte is written; clearing them all first takes longer.
    message[0] = Operation.READING;
    message[Reading.FLAGS] = 0;
    message[Reading.COMMODITY] = gas ? Commodity.GAS : Commodity.ELECTRICITY;
    message[Reading.COMMODITY + 1] = 0;
    writeU32(message, Reading.REFERENCE, reference);
    nodes.copyEui64(node, message, Reading.EUI64);
    writeU32(message, Reading.METER_TIME, readU32(bytes, at + Entry.TIME));
    writeU48(message, Reading.VALUE, value);
    writeU32(message, Reading.DEMAND, this.demandOf(index, node, isPlain));
    message[Reading.INTERVAL_SECONDS] = 0;
    message[Reading.INTERVAL_SECONDS + 1] = 0;
    const { ports } = this.environment;
    const port = gas ? ports.gas : ports.demand;
    const sent = port.send(message, Reading.LENGTH);
    // From `resend` the wait begins anew; a first forward comes right after the report.
    const soonest = now + MeteringLimit.RETRY_MS;
    if (numbers[this.deadlines + index]! < soonest) numbers[this.deadlines + index] = soonest;
    this.enter(now, index, sent === Sent.OK ? State.SENT : State.WAITING);
  }

  private demandOf(index: number, node: number, isPlain: boolean): number {
    if (this.bytes[this.first + index * Entry.LENGTH + Entry.HAS_DEMAND] === 0)
      return Reading.NO_DEMAND;
    const raw = this.numbers[this.demands + index]!;
    if (isPlain) return raw;
    const demand = scaled(this.knowledge, node, raw);
    return Math.abs(demand) <= 0x7fff_ffff ? demand : Reading.NO_DEMAND;
  }

  private answer(now: number, index: number): void {
    const at = this.first + index * Entry.LENGTH;
    const { bytes } = this;
    const node = bytes[at + Entry.NODE]!;
    const endpoint = bytes[at + Entry.ENDPOINT]!;
    if (this.notification.isFor(node, endpoint)) {
      const source = bytes[at + Entry.SOURCE_ENDPOINT]!;
      const sequence = bytes[at + Entry.SEQUENCE]!;
      this.answered(now, index, this.notification.answer(now, node, source, endpoint, sequence));
      return;
    }
    if (bytes[at + Entry.WANTS_NO_ANSWER] === 1) {
      this.enter(now, index, State.FREE);
      return;
    }
    const taken = this.writer.defaultResponse(
      now,
      node,
      bytes[at + Entry.SOURCE_ENDPOINT]!,
      endpoint,
      Cluster.METERING,
      Profile.SMART_ENERGY,
      bytes[at + Entry.FROM_SERVER] === 0,
      bytes[at + Entry.SEQUENCE]!,
      ZclCommand.REPORT,
      ZclStatus.SUCCESS,
    );
    this.answered(now, index, taken);
  }

  private answered(now: number, index: number, taken: boolean): void {
    if (taken) this.counts.answered++;
    this.enter(now, index, taken ? State.FREE : State.STORED);
  }

  private enter(now: number, index: number, state: State): void {
    const retries = state === State.WAITING || state === State.STORED;
    let due = Infinity;
    if (retries) due = now + MeteringLimit.RETRY_MS;
    else if (state !== State.FREE) due = this.numbers[this.deadlines + index]!;
    const at = this.first + index * Entry.LENGTH;
    this.bytes[at + Entry.STATE] = state;
    if (state === State.FREE) this.bytes[at + Entry.NODE] = NodeLimit.NONE;
    this.numbers[this.dues + index] = due;
  }
}
