// Zigbee PRO network layer header, with multicast, source route and extended addresses.
// @source Zigbee 05-3474-22 section 3.3.1

import { copyBytes, readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum NwkField {
  CONTROL = 0,
  DESTINATION = 2,
  SOURCE = 4,
  RADIUS = 6,
  SEQUENCE = 7,
  /** Where the optional fields start. */
  OPTIONAL = 8,
}

export const enum Nwk {
  /** The longest frame: a MAC frame less header and check sequence. */
  FRAME_MAX = 116,
  COORDINATOR = 0x0000,
  /** All devices in the network. */
  BROADCAST_ALL = 0xffff,
  BROADCAST_RX_ON = 0xfffd,
  BROADCAST_ROUTERS = 0xfffc,
  BROADCAST_FIRST = 0xfff8,
  /** Twice the greatest depth. */
  RADIUS_DEFAULT = 30,
  /** More relays than this do not fit beside a payload. */
  RELAYS_MAX = 16,
}

export const enum NwkControl {
  TYPE_MASK = 0x0003,
  VERSION_MASK = 0x003c,
  /** Protocol version 2: Zigbee PRO. */
  VERSION = 0x0008,
  DISCOVER_SHIFT = 6,
  DISCOVER_ENABLE = 0x0040,
  MULTICAST = 0x0100,
  SECURED = 0x0200,
  SOURCE_ROUTE = 0x0400,
  EXTENDED_DESTINATION = 0x0800,
  EXTENDED_SOURCE = 0x1000,
  END_DEVICE_INITIATOR = 0x2000,
}

export const enum NwkType {
  DATA = 0,
  COMMAND = 1,
  INTER_PAN = 3,
}

/** Looks at one frame up to where its payload or its auxiliary security header starts. */
export function checkNwk(bytes: Uint8Array, start: number, length: number): Parsed {
  if (length < NwkField.OPTIONAL) return Parsed.TRUNCATED;
  if (length > Nwk.FRAME_MAX) return Parsed.TOO_LONG;
  const control = readU16(bytes, start);
  const type = control & NwkControl.TYPE_MASK;
  if (type !== NwkType.DATA && type !== NwkType.COMMAND) return Parsed.UNSUPPORTED;
  if ((control & NwkControl.VERSION_MASK) !== NwkControl.VERSION) return Parsed.UNSUPPORTED;
  let at = start + fixedLength(control);
  if (control & NwkControl.SOURCE_ROUTE) {
    if (at + 2 > start + length) return Parsed.TRUNCATED;
    const relays = bytes[at]!;
    if (relays > Nwk.RELAYS_MAX) return Parsed.TOO_LONG;
    if (bytes[at + 1]! >= relays && relays > 0) return Parsed.INVALID;
    at += 2 + 2 * relays;
  }
  return at > start + length ? Parsed.TRUNCATED : Parsed.OK;
}

export function nwkControl(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start);
}

export function nwkType(bytes: Uint8Array, start: number): NwkType {
  return bytes[start]! & NwkControl.TYPE_MASK;
}

export function nwkIsSecured(bytes: Uint8Array, start: number): boolean {
  return (readU16(bytes, start) & NwkControl.SECURED) !== 0;
}

export function nwkDestination(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start + NwkField.DESTINATION);
}

export function nwkSource(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start + NwkField.SOURCE);
}

export function nwkRadius(bytes: Uint8Array, start: number): number {
  return bytes[start + NwkField.RADIUS]!;
}

export function nwkSequence(bytes: Uint8Array, start: number): number {
  return bytes[start + NwkField.SEQUENCE]!;
}

/** Where the destination's EUI-64 lies; -1: the header has none. */
export function nwkExtendedDestinationAt(bytes: Uint8Array, start: number): number {
  const control = readU16(bytes, start);
  return control & NwkControl.EXTENDED_DESTINATION ? start + NwkField.OPTIONAL : -1;
}

/** Where the source's EUI-64 lies; -1: the header has none. */
export function nwkExtendedSourceAt(bytes: Uint8Array, start: number): number {
  const control = readU16(bytes, start);
  if (!(control & NwkControl.EXTENDED_SOURCE)) return -1;
  return start + NwkField.OPTIONAL + (control & NwkControl.EXTENDED_DESTINATION ? 8 : 0);
}

/** Where the source route subframe lies (count, index, relays of 2 bytes); -1: none. */
export function nwkSourceRouteAt(bytes: Uint8Array, start: number): number {
  const control = readU16(bytes, start);
  return control & NwkControl.SOURCE_ROUTE ? start + fixedLength(control) : -1;
}

/** Where the header ends: the auxiliary security header of a secured frame, else the payload. */
export function nwkHeaderEnd(bytes: Uint8Array, start: number): number {
  return (bytes[start + 1]! & (OPTIONS >> 8)) === 0
    ? start + NwkField.OPTIONAL
    : longHeaderEnd(bytes, start);
}

function longHeaderEnd(bytes: Uint8Array, start: number): number {
  const at = start + fixedLength(readU16(bytes, start));
  return bytes[start + 1]! & (NwkControl.SOURCE_ROUTE >> 8) ? at + 2 + 2 * bytes[at]! : at;
}

/**
 * Writes a header without optional fields; returns where the rest starts.
 * @param flags type and `NwkControl` bits; the version is added
 */
export function putNwk(
  bytes: Uint8Array,
  at: number,
  flags: number,
  destination: number,
  source: number,
  radius: number,
  sequence: number,
): number {
  writeU16(bytes, at, flags | NwkControl.VERSION);
  writeU16(bytes, at + NwkField.DESTINATION, destination);
  writeU16(bytes, at + NwkField.SOURCE, source);
  bytes[at + NwkField.RADIUS] = radius;
  bytes[at + NwkField.SEQUENCE] = sequence;
  return at + NwkField.OPTIONAL;
}

/** Writes an EUI-64, as the flags of `putNwk` announced it: destination first, then source. */
export function putNwkExtended(
  bytes: Uint8Array,
  at: number,
  eui64: Uint8Array,
  eui64Start: number,
): number {
  copyBytes(eui64, eui64Start, bytes, at, 8);
  return at + 8;
}

/**
 * Writes the head of a source route, as the flags of `putNwk` announced it, behind all EUI-64s. The
 * relays follow, two bytes each: the one next to the destination first, the one next to us last.
 */
export function putNwkSourceRoute(bytes: Uint8Array, at: number, relays: number): number {
  bytes[at] = relays;
  // Each relay looks for its successor in front of its own place; the first is at the end.
  bytes[at + 1] = relays - 1;
  return at + 2;
}

export function isNwkBroadcast(short: number): boolean {
  return short >= Nwk.BROADCAST_FIRST;
}

/** What makes a header longer. */
const OPTIONS =
  NwkControl.EXTENDED_DESTINATION |
  NwkControl.EXTENDED_SOURCE |
  NwkControl.MULTICAST |
  NwkControl.SOURCE_ROUTE;

/** Header without source route. */
function fixedLength(control: number): number {
  // The flags' places, shifted down to the lengths that they stand for.
  return (
    NwkField.OPTIONAL +
    ((control & NwkControl.EXTENDED_DESTINATION) >> 8) +
    ((control & NwkControl.EXTENDED_SOURCE) >> 9) +
    ((control & NwkControl.MULTICAST) >> 8)
  );
}
