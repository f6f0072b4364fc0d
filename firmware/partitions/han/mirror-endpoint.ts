// The gas mirrors' endpoints. A meter asks for one and reports to it; everybody in the home may
// read it. `gas` answers from what the meter brought: no frame to the meter follows from a read.
// @source Smart Energy 07-5356-22 annexes D.3.4.4, D.3.2.3.1.2

import { Sent } from "../../../hal/sent";
import { DeviceKind } from "../../ipc/device";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import { earliest } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Profile } from "../../wire/aps";
import {
  Metering,
  MeteringDeviceType,
  MeteringReceived,
  UnitOfMeasure,
} from "../../wire/clusters/metering";
import {
  putRequestMirrorResponse,
  RequestMirrorResponse,
} from "../../wire/clusters/metering-command";
import { Time, zclTime } from "../../wire/clusters/time";
import { readU16, readU32, readU48, writeU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclCommand, ZclControl, ZclStatus } from "../../wire/zcl";
import { checkRead, putReadFailure, putReadRecord } from "../../wire/zcl-attribute";
import { ZclType } from "../../wire/zcl-type";
import { mayConsumerRead } from "./consumer-set";
import { Endpoint } from "./endpoints";
import { type Knowledge, Known } from "./knowledge";
import type { Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import { discover } from "./zcl-discovery";
import type { ZclMessage, ZclWriter } from "./zcl-message";
import { refuseReporting } from "./zcl-reporting";

export const enum MirrorEndpointLimit {
  /** Reads that wait for `gas`: a display and some more at once. */
  READS = 6,
  /** Attributes of one read. */
  ATTRIBUTES_MAX = 12,
  /** Up to here another record fits into a payload. */
  ROOM = 68,
  /** `gas` answers from RAM. */
  ANSWER_WAIT_MS = 2_000,
  NONE = -1,
}

const enum Read {
  USED = 0,
  NODE = 1,
  ENDPOINT = 2,
  SOURCE_ENDPOINT = 3,
  SEQUENCE = 4,
  COUNT = 5,
  /** u16 */
  REFERENCE = 6,
  ATTRIBUTES = 8,
  LENGTH = 32,
}

const enum Value {
  DIVISOR = 1_000,
  /** No leading zeros shown, nine digits before the point and three behind it. */
  FORMATTING = 0xcb,
  UNKNOWN = 0xffff_ffff_ffff,
}

export class MirrorEndpoints {
  reads = 0;
  unanswered = 0;
  mirrorsRefused = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly deadlines: number;
  private readonly message: Uint8Array;
  private lastReference = 0;

  constructor(
    private readonly environment: Environment<"han">,
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly writer: ZclWriter,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(MirrorEndpointLimit.READS * Read.LENGTH);
    this.numbers = memory.numbers;
    this.deadlines = memory.takeDues(MirrorEndpointLimit.READS);
    this.message = memory.scratch;
  }

  /** RequestMirror: the same endpoint each time that the meter asks. */
  requested(now: number, message: ZclMessage): void {
    const endpoint = this.endpointFor(now, message.node);
    const out = this.writer.answer(message, true, MeteringReceived.REQUEST_MIRROR_RESPONSE);
    this.writer.send(now, putRequestMirrorResponse(this.writer.bytes, out, endpoint));
  }

  /** A gas meter reports to a mirror that nobody has: it had it before a restart. */
  adopt(now: number, message: ZclMessage): void {
    const { node, endpoint } = message;
    if (this.network.nodes.kind(node) !== DeviceKind.GAS_METER) return;
    if (this.knowledge.byte(node, Known.MIRROR_ENDPOINT) !== 0) return;
    if (this.knowledge.ownerOfMirror(endpoint) !== NodeLimit.NONE) return;
    this.give(now, node, endpoint);
  }

  /** A global command to a mirror's Metering server, other than a report. */
  global(now: number, message: ZclMessage): void {
    switch (message.command as ZclCommand) {
      case ZclCommand.READ:
        this.read(now, message);
        break;
      case ZclCommand.WRITE:
      case ZclCommand.WRITE_UNDIVIDED:
      case ZclCommand.WRITE_NO_RESPONSE:
      case ZclCommand.CONFIGURE_REPORTING:
        this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
        break;
      case ZclCommand.READ_REPORTING:
        refuseReporting(now, message, this.writer);
        break;
      default:
        if (discover(now, message, this.writer)) return;
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_GENERAL_COMMAND);
    }
  }

  /** `MIRROR_VALUE`: answers the read that it belongs to. */
  value(now: number, answer: Uint8Array): void {
    const reference = readU16(answer, MirrorValue.REFERENCE);
    for (let index = 0; index < MirrorEndpointLimit.READS; index++) {
      const at = this.first + index * Read.LENGTH;
      if (this.bytes[at + Read.USED] !== 1) continue;
      if (readU16(this.bytes, at + Read.REFERENCE) !== reference) continue;
      this.answer(now, at, answer);
      this.free(index);
      return;
    }
  }

  forget(node: number): void {
    for (let index = 0; index < MirrorEndpointLimit.READS; index++) {
      if (this.bytes[this.first + index * Read.LENGTH + Read.NODE] === node) this.free(index);
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.deadlines, MirrorEndpointLimit.READS)) return;
    for (let index = 0; index < MirrorEndpointLimit.READS; index++) {
      if (now < this.numbers[this.deadlines + index]!) continue;
      this.unanswered++;
      this.fail(now, this.first + index * Read.LENGTH);
      this.free(index);
    }
  }

  private endpointFor(now: number, node: number): number {
    const known = this.knowledge.byte(node, Known.MIRROR_ENDPOINT);
    if (known !== 0) return known;
    for (let endpoint = Endpoint.MIRROR_FIRST; endpoint <= Endpoint.MIRROR_LAST; endpoint++) {
      if (this.knowledge.ownerOfMirror(endpoint) !== NodeLimit.NONE) continue;
      this.give(now, node, endpoint);
      return endpoint;
    }
    this.mirrorsRefused++;
    return RequestMirrorResponse.NONE;
  }

  private give(now: number, node: number, endpoint: number): void {
    this.knowledge.setByte(node, Known.MIRROR_ENDPOINT, endpoint);
    this.knowledge.save(now, node);
  }

  private read(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    if (checkRead(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const index = this.findFree();
    const owner = this.knowledge.ownerOfMirror(message.endpoint);
    if (index === MirrorEndpointLimit.NONE || owner === NodeLimit.NONE) {
      this.writer.status(now, message, ZclStatus.TIMEOUT);
      return;
    }
    const at = this.first + index * Read.LENGTH;
    this.lastReference = (this.lastReference + 1) & 0xffff;
    this.bytes[at + Read.USED] = 1;
    this.bytes[at + Read.NODE] = message.node;
    this.bytes[at + Read.ENDPOINT] = message.endpoint;
    this.bytes[at + Read.SOURCE_ENDPOINT] = message.sourceEndpoint;
    this.bytes[at + Read.SEQUENCE] = message.sequence;
    writeU16(this.bytes, at + Read.REFERENCE, this.lastReference);
    const count = Math.min((end - start) / 2, MirrorEndpointLimit.ATTRIBUTES_MAX);
    this.bytes[at + Read.COUNT] = count;
    for (let i = 0; i < 2 * count; i++) this.bytes[at + Read.ATTRIBUTES + i] = bytes[start + i]!;
    this.numbers[this.deadlines + index] = now + MirrorEndpointLimit.ANSWER_WAIT_MS;
    this.reads++;
    if (this.askGas(owner)) return;
    this.fail(now, at);
    this.free(index);
  }

  private askGas(owner: number): boolean {
    const { message } = this;
    message.fill(0, 0, MirrorRead.LENGTH);
    message[0] = Operation.MIRROR_READ;
    writeU16(message, MirrorRead.REFERENCE, this.lastReference);
    this.network.nodes.copyEui64(owner, message, MirrorRead.EUI64);
    return this.environment.ports.gas.send(message, MirrorRead.LENGTH) === Sent.OK;
  }

  private answer(now: number, at: number, answer: Uint8Array): void {
    const out = this.writer.begin(
      this.bytes[at + Read.NODE]!,
      this.bytes[at + Read.SOURCE_ENDPOINT]!,
      this.bytes[at + Read.ENDPOINT]!,
      Cluster.METERING,
      Profile.SMART_ENERGY,
      ZclControl.FROM_SERVER | ZclControl.NO_DEFAULT_RESPONSE,
      this.bytes[at + Read.SEQUENCE]!,
      ZclCommand.READ_RESPONSE,
    );
    if (out < 0) {
      this.unanswered++;
      return;
    }
    let end = out;
    const count = this.bytes[at + Read.COUNT]!;
    const kind = this.network.nodes.kind(this.bytes[at + Read.NODE]!);
    const isConsumers = kind === DeviceKind.CONSUMER_ACCESS_DEVICE;
    for (let i = 0; i < count && end < out + MirrorEndpointLimit.ROOM; i++) {
      const attribute = readU16(this.bytes, at + Read.ATTRIBUTES + 2 * i);
      const isBeyond = isConsumers && !mayConsumerRead(Cluster.METERING, attribute);
      end = isBeyond
        ? putReadFailure(this.writer.bytes, end, attribute, ZclStatus.NOT_AUTHORIZED)
        : putAttribute(this.writer.bytes, end, attribute, answer);
    }
    this.writer.send(now, end);
  }

  private fail(now: number, at: number): void {
    this.writer.defaultResponse(
      now,
      this.bytes[at + Read.NODE]!,
      this.bytes[at + Read.SOURCE_ENDPOINT]!,
      this.bytes[at + Read.ENDPOINT]!,
      Cluster.METERING,
      Profile.SMART_ENERGY,
      true,
      this.bytes[at + Read.SEQUENCE]!,
      ZclCommand.READ,
      ZclStatus.TIMEOUT,
    );
  }

  private free(index: number): void {
    this.bytes[this.first + index * Read.LENGTH + Read.USED] = 0;
    this.numbers[this.deadlines + index] = Number.POSITIVE_INFINITY;
  }

  private findFree(): number {
    for (let index = 0; index < MirrorEndpointLimit.READS; index++) {
      if (this.bytes[this.first + index * Read.LENGTH + Read.USED] === 0) return index;
    }
    return MirrorEndpointLimit.NONE;
  }
}

/** Value and meter time go together: without a value both say that they are not known. */
function putAttribute(
  bytes: Uint8Array,
  at: number,
  attribute: number,
  answer: Uint8Array,
): number {
  const known = answer[MirrorValue.STATUS] === MirrorStatus.OK;
  switch (attribute as Metering) {
    case Metering.CURRENT_SUMMATION_DELIVERED: {
      const value = known ? readU48(answer, MirrorValue.VALUE) : Value.UNKNOWN;
      return putReadRecord(bytes, at, attribute, ZclType.UINT48, value);
    }
    case Metering.READING_SNAPSHOT_TIME: {
      const time = known ? zclTime(readU32(answer, MirrorValue.METER_TIME)) : Time.INVALID;
      return putReadRecord(bytes, at, attribute, ZclType.UTC_TIME, time);
    }
    case Metering.STATUS:
      return putReadRecord(bytes, at, attribute, ZclType.BITMAP8, 0);
    case Metering.UNIT_OF_MEASURE:
      return putReadRecord(bytes, at, attribute, ZclType.ENUM8, UnitOfMeasure.CUBIC_METRES);
    case Metering.MULTIPLIER:
      return putReadRecord(bytes, at, attribute, ZclType.UINT24, 1);
    case Metering.DIVISOR:
      return putReadRecord(bytes, at, attribute, ZclType.UINT24, Value.DIVISOR);
    case Metering.SUMMATION_FORMATTING:
      return putReadRecord(bytes, at, attribute, ZclType.BITMAP8, Value.FORMATTING);
    case Metering.METERING_DEVICE_TYPE:
      return putReadRecord(bytes, at, attribute, ZclType.BITMAP8, MeteringDeviceType.MIRRORED_GAS);
    default:
      return putReadFailure(bytes, at, attribute, ZclStatus.UNSUPPORTED_ATTRIBUTE);
  }
}
