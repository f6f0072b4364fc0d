// Zigbee cluster library frames and attribute values.
// @source ZCL 07-5123-06 clauses 2.4, 2.5, 2.6.2

import { MalformedFrame, OctetReader, OctetWriter } from "./octets";

export const enum ZclCommand {
  READ_ATTRIBUTES = 0x00,
  READ_ATTRIBUTES_RESPONSE = 0x01,
  WRITE_ATTRIBUTES = 0x02,
  WRITE_ATTRIBUTES_UNDIVIDED = 0x03,
  WRITE_ATTRIBUTES_RESPONSE = 0x04,
  WRITE_ATTRIBUTES_NO_RESPONSE = 0x05,
  CONFIGURE_REPORTING = 0x06,
  CONFIGURE_REPORTING_RESPONSE = 0x07,
  READ_REPORTING = 0x08,
  READ_REPORTING_RESPONSE = 0x09,
  REPORT_ATTRIBUTES = 0x0a,
  DEFAULT_RESPONSE = 0x0b,
  DISCOVER_ATTRIBUTES = 0x0c,
  DISCOVER_ATTRIBUTES_RESPONSE = 0x0d,
}

/** @source table 2-12 */
export const enum ZclStatus {
  SUCCESS = 0x00,
  FAILURE = 0x01,
  NOT_AUTHORIZED = 0x7e,
  MALFORMED_COMMAND = 0x80,
  UNSUPPORTED_CLUSTER_COMMAND = 0x81,
  UNSUPPORTED_GENERAL_COMMAND = 0x82,
  INVALID_FIELD = 0x85,
  UNSUPPORTED_ATTRIBUTE = 0x86,
  READ_ONLY = 0x88,
  UNREPORTABLE_ATTRIBUTE = 0x8c,
  INVALID_DATA_TYPE = 0x8d,
  UNSUPPORTED_CLUSTER = 0xc3,
}

/** @source table 2-10 */
export const enum ZclType {
  BOOLEAN = 0x10,
  BITMAP8 = 0x18,
  BITMAP16 = 0x19,
  BITMAP32 = 0x1b,
  U8 = 0x20,
  U16 = 0x21,
  U24 = 0x22,
  U32 = 0x23,
  U40 = 0x24,
  U48 = 0x25,
  I8 = 0x28,
  I16 = 0x29,
  I24 = 0x2a,
  I32 = 0x2b,
  ENUM8 = 0x30,
  ENUM16 = 0x31,
  OCTET_STRING = 0x41,
  CHARACTER_STRING = 0x42,
  UTC_TIME = 0xe2,
}

export type ZclValue = number | Buffer;

export interface ZclFrame {
  readonly clusterSpecific: boolean;
  readonly manufacturer: number | undefined;
  readonly fromServer: boolean;
  readonly noDefaultResponse: boolean;
  readonly sequence: number;
  readonly command: number;
  readonly payload: Buffer;
}

const enum Control {
  CLUSTER_SPECIFIC = 0x01,
  MANUFACTURER = 0x04,
  FROM_SERVER = 0x08,
  NO_DEFAULT_RESPONSE = 0x10,
}

export function encodeZcl(frame: ZclFrame): Buffer {
  const control =
    (frame.clusterSpecific ? Control.CLUSTER_SPECIFIC : 0) |
    (frame.manufacturer === undefined ? 0 : Control.MANUFACTURER) |
    (frame.fromServer ? Control.FROM_SERVER : 0) |
    (frame.noDefaultResponse ? Control.NO_DEFAULT_RESPONSE : 0);
  const out = new OctetWriter(5 + frame.payload.length).u8(control);
  if (frame.manufacturer !== undefined) out.u16(frame.manufacturer);
  return out.u8(frame.sequence).u8(frame.command).bytes(frame.payload).done();
}

export function decodeZcl(octets: Buffer): ZclFrame {
  const read = new OctetReader(octets);
  const control = read.u8();
  if ((control & 3) > 1) throw new MalformedFrame("reserved ZCL frame type");
  const manufacturer = control & Control.MANUFACTURER ? read.u16() : undefined;
  return {
    clusterSpecific: (control & Control.CLUSTER_SPECIFIC) !== 0,
    manufacturer,
    fromServer: (control & Control.FROM_SERVER) !== 0,
    noDefaultResponse: (control & Control.NO_DEFAULT_RESPONSE) !== 0,
    sequence: read.u8(),
    command: read.u8(),
    payload: read.rest(),
  };
}

/** Octets of a value of a fixed length; undefined for strings and types not known here. */
export function sizeOf(type: number): number | undefined {
  if (type === ZclType.BOOLEAN) return 1;
  if (type >= 0x18 && type <= 0x1f) return type - 0x17;
  if (type >= 0x20 && type <= 0x27) return type - 0x1f;
  if (type >= 0x28 && type <= 0x2f) return type - 0x27;
  if (type === ZclType.ENUM8) return 1;
  if (type === ZclType.ENUM16) return 2;
  if (type === ZclType.UTC_TIME) return 4;
  return undefined;
}

export function isSigned(type: number): boolean {
  return type >= 0x28 && type <= 0x2f;
}

/**
 * Analogue types have a reportable change, discrete ones do not. @source clause 2.6.2, 2.5.7.1.7
 */
export function isAnalogue(type: number): boolean {
  return (type >= 0x20 && type <= 0x2f) || type === ZclType.UTC_TIME;
}

export function putValue(out: OctetWriter, type: number, value: ZclValue): void {
  if (typeof value !== "number") {
    out.u8(value.length).bytes(value);
    return;
  }
  const size = sizeOf(type);
  if (size === undefined) throw new Error(`no number has ZCL type ${type}`);
  let rest = value < 0 ? value + 2 ** (size * 8) : value;
  for (let i = 0; i < size; i++) {
    out.u8(rest % 256);
    rest = Math.floor(rest / 256);
  }
}

export function takeValue(read: OctetReader, type: number): ZclValue {
  if (type === ZclType.OCTET_STRING || type === ZclType.CHARACTER_STRING) {
    const length = read.u8();
    return length === 0xff ? Buffer.alloc(0) : Buffer.from(read.slice(length));
  }
  const size = sizeOf(type);
  if (size === undefined) throw new MalformedFrame(`ZCL type ${type}`);
  const octets = read.slice(size);
  if (size <= 6) return isSigned(type) ? octets.readIntLE(0, size) : octets.readUIntLE(0, size);
  return Buffer.from(octets)
    .reverse()
    .reduce((sum, octet) => sum * 256 + octet, 0);
}
