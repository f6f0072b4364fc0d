// Global commands on attributes: read, write, configure reporting, discover; and reading what
// others answer.
// @source ZCL 07-5123-06 clauses 2.5.1 to 2.5.14

import { MalformedFrame, OctetReader, OctetWriter } from "./octets";
import type { Cluster, Peer } from "./zcl";
import {
  isAnalogue,
  putValue,
  sizeOf,
  takeValue,
  ZclCommand,
  type ZclFrame,
  ZclStatus,
  type ZclValue,
} from "./zcl-frame";

export interface GlobalAnswer {
  readonly command: ZclCommand;
  readonly payload: Buffer;
}

/** More than any answer here takes. */
const ANSWER_MAX = 512;

export function serveGlobal(
  cluster: Cluster,
  from: Peer,
  frame: ZclFrame,
): GlobalAnswer | ZclStatus {
  const read = new OctetReader(frame.payload);
  try {
    switch (frame.command) {
      case ZclCommand.READ_ATTRIBUTES:
        return readAttributes(cluster, read);
      case ZclCommand.WRITE_ATTRIBUTES:
      case ZclCommand.WRITE_ATTRIBUTES_UNDIVIDED:
        return writeAttributes(cluster, read);
      case ZclCommand.WRITE_ATTRIBUTES_NO_RESPONSE:
        return ZclStatus.SUCCESS;
      case ZclCommand.CONFIGURE_REPORTING:
        return configureReporting(cluster, from, read);
      case ZclCommand.DISCOVER_ATTRIBUTES:
        return discoverAttributes(cluster, read);
      default:
        return ZclStatus.UNSUPPORTED_GENERAL_COMMAND;
    }
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
    return ZclStatus.MALFORMED_COMMAND;
  }
}

/** The payload of a Read Attributes command. */
export function encodeRead(attributes: readonly number[]): Buffer {
  const out = new OctetWriter(attributes.length * 2);
  for (const attribute of attributes) out.u16(attribute);
  return out.done();
}

/** The attributes that a Read Attributes Response gives; those it refuses are left out. */
export function decodeReadResponse(payload: Buffer): Map<number, ZclValue> {
  const read = new OctetReader(payload);
  const values = new Map<number, ZclValue>();
  while (read.left > 0) {
    const attribute = read.u16();
    if (read.u8() !== ZclStatus.SUCCESS) continue;
    values.set(attribute, takeValue(read, read.u8()));
  }
  return values;
}

/** The payload of a Report Attributes command. */
export function encodeReport(cluster: Cluster, attributes: Iterable<number>): Buffer {
  const out = new OctetWriter(ANSWER_MAX);
  for (const id of attributes) {
    const attribute = cluster.attributes.get(id);
    if (attribute === undefined) continue;
    out.u16(id).u8(attribute.type);
    putValue(out, attribute.type, attribute.read());
  }
  return out.done();
}

function readAttributes(cluster: Cluster, read: OctetReader): GlobalAnswer {
  const out = new OctetWriter(ANSWER_MAX);
  while (read.left > 0) {
    const id = read.u16();
    const attribute = cluster.attributes.get(id);
    out.u16(id);
    if (attribute === undefined) {
      out.u8(ZclStatus.UNSUPPORTED_ATTRIBUTE);
      continue;
    }
    out.u8(ZclStatus.SUCCESS).u8(attribute.type);
    putValue(out, attribute.type, attribute.read());
  }
  return { command: ZclCommand.READ_ATTRIBUTES_RESPONSE, payload: out.done() };
}

/** Nothing of these devices can be written over the air. */
function writeAttributes(cluster: Cluster, read: OctetReader): GlobalAnswer {
  const out = new OctetWriter(ANSWER_MAX);
  while (read.left > 0) {
    const id = read.u16();
    takeValue(read, read.u8());
    const known = cluster.attributes.has(id);
    out.u8(known ? ZclStatus.READ_ONLY : ZclStatus.UNSUPPORTED_ATTRIBUTE).u16(id);
  }
  return { command: ZclCommand.WRITE_ATTRIBUTES_RESPONSE, payload: out.done() };
}

function configureReporting(cluster: Cluster, from: Peer, read: OctetReader): GlobalAnswer {
  const out = new OctetWriter(ANSWER_MAX);
  while (read.left > 0) {
    const direction = read.u8();
    const id = read.u16();
    if (direction !== 0) {
      read.u16();
      out.u8(ZclStatus.INVALID_FIELD).u8(direction).u16(id);
      continue;
    }
    const type = read.u8();
    const minimum = read.u16();
    const maximum = read.u16();
    if (isAnalogue(type)) read.slice(sizeOf(type) ?? 0);
    const status = configureOne(cluster, from, id, type, minimum, maximum);
    if (status !== ZclStatus.SUCCESS) out.u8(status).u8(direction).u16(id);
  }
  // When all went well one status alone says so.
  if (out.length === 0) out.u8(ZclStatus.SUCCESS);
  return { command: ZclCommand.CONFIGURE_REPORTING_RESPONSE, payload: out.done() };
}

function configureOne(
  cluster: Cluster,
  from: Peer,
  id: number,
  type: number,
  minimum: number,
  maximum: number,
): ZclStatus {
  const attribute = cluster.attributes.get(id);
  if (attribute === undefined) return ZclStatus.UNSUPPORTED_ATTRIBUTE;
  if (attribute.type !== type) return ZclStatus.INVALID_DATA_TYPE;
  if (!attribute.reportable || cluster.configure === undefined) {
    return ZclStatus.UNREPORTABLE_ATTRIBUTE;
  }
  return cluster.configure(from, id, minimum, maximum);
}

function discoverAttributes(cluster: Cluster, read: OctetReader): GlobalAnswer {
  const start = read.u16();
  const most = read.u8();
  const ids = [...cluster.attributes.keys()].sort((a, b) => a - b).filter((id) => id >= start);
  const out = new OctetWriter(ANSWER_MAX).u8(ids.length <= most ? 1 : 0);
  for (const id of ids.slice(0, most)) out.u16(id).u8(cluster.attributes.get(id)!.type);
  return { command: ZclCommand.DISCOVER_ATTRIBUTES_RESPONSE, payload: out.done() };
}
