// IEEE 802.15.4 MAC header, without the check sequence (the co-processor's). Frames of version 2003
// and 2006 as Zigbee uses them, and 2015 without information elements.
// @source IEEE 802.15.4-2006 section 7.2; IEEE 802.15.4-2015 section 7.2, table 7-2

import { copyBytes, readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum Mac {
  CONTROL = 0,
  SEQUENCE = 2,
  /** Where addressing starts (no frame that we take leaves the sequence number out). */
  ADDRESSING = 3,
  /** Without the two check bytes. */
  FRAME_MAX = 125,
  /** A header with two short addresses in one PAN. */
  SHORT_HEADER = 9,
  BROADCAST = 0xffff,
  BROADCAST_PAN = BROADCAST,
  /** Associated, but without a short address. */
  NO_SHORT = 0xfffe,
}

export const enum MacControl {
  TYPE_MASK = 0x0007,
  SECURED = 0x0008,
  FRAME_PENDING = 0x0010,
  ACK_REQUEST = 0x0020,
  PAN_ID_COMPRESSION = 0x0040,
  SEQUENCE_SUPPRESSED = 0x0100,
  ELEMENTS_PRESENT = 0x0200,
  DESTINATION_SHIFT = 10,
  VERSION_SHIFT = 12,
  SOURCE_SHIFT = 14,
  DESTINATION_SHORT = 0x0800,
  DESTINATION_EXTENDED = 0x0c00,
  SOURCE_SHORT = 0x8000,
  SOURCE_EXTENDED = 0xc000,
}

export const enum MacType {
  BEACON = 0,
  DATA = 1,
  ACK = 2,
  COMMAND = 3,
}

export const enum MacMode {
  NONE = 0,
  RESERVED = 1,
  SHORT = 2,
  EXTENDED = 3,
}

const enum Version {
  V2015 = 2,
  RESERVED = 3,
}

/** Looks at one frame's header: `bytes[start .. start + length)`, check sequence excluded. */
export function checkMac(bytes: Uint8Array, start: number, length: number): Parsed {
  if (length < Mac.ADDRESSING) return Parsed.TRUNCATED;
  if (length > Mac.FRAME_MAX) return Parsed.TOO_LONG;
  const control = readU16(bytes, start);
  if ((control & MacControl.TYPE_MASK) > MacType.COMMAND) return Parsed.UNSUPPORTED;
  // Zigbee secures at its own layers; a MAC-secured frame is somebody else's.
  if (control & (MacControl.SECURED | MacControl.SEQUENCE_SUPPRESSED | MacControl.ELEMENTS_PRESENT))
    return Parsed.UNSUPPORTED;
  if (version(control) === Version.RESERVED) return Parsed.INVALID;
  if (destinationMode(control) === MacMode.RESERVED) return Parsed.INVALID;
  if (sourceMode(control) === MacMode.RESERVED) return Parsed.INVALID;
  if (!hasDestinationPan(control) && !hasSourcePan(control) && isCompressedToNothing(control))
    return Parsed.INVALID;
  return length < headerLength(control) ? Parsed.TRUNCATED : Parsed.OK;
}

export function macControl(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start);
}

/** A `MacType`. */
export function macType(bytes: Uint8Array, start: number): MacType {
  return bytes[start]! & MacControl.TYPE_MASK;
}

export function macSequence(bytes: Uint8Array, start: number): number {
  return bytes[start + Mac.SEQUENCE]!;
}

export function macFramePending(bytes: Uint8Array, start: number): boolean {
  return (bytes[start]! & MacControl.FRAME_PENDING) !== 0;
}

export function macAckRequest(bytes: Uint8Array, start: number): boolean {
  return (bytes[start]! & MacControl.ACK_REQUEST) !== 0;
}

export function macDestinationMode(bytes: Uint8Array, start: number): MacMode {
  return destinationMode(readU16(bytes, start));
}

export function macSourceMode(bytes: Uint8Array, start: number): MacMode {
  return sourceMode(readU16(bytes, start));
}

/** The PAN it goes to; `Mac.BROADCAST_PAN` when the frame names none. */
export function macDestinationPan(bytes: Uint8Array, start: number): number {
  if (!hasDestinationPan(readU16(bytes, start))) return Mac.BROADCAST_PAN;
  return readU16(bytes, start + Mac.ADDRESSING);
}

/** Where the destination address lies, 2 or 8 bytes by its mode. */
export function macDestinationAt(bytes: Uint8Array, start: number): number {
  return start + Mac.ADDRESSING + (hasDestinationPan(readU16(bytes, start)) ? 2 : 0);
}

/** Only when the destination's mode is `SHORT`. */
export function macDestinationShort(bytes: Uint8Array, start: number): number {
  return readU16(bytes, macDestinationAt(bytes, start));
}

/** The PAN it comes from: its own field, or the destination's when that one stands for both. */
export function macSourcePan(bytes: Uint8Array, start: number): number {
  const control = readU16(bytes, start);
  if (!hasSourcePan(control)) return macDestinationPan(bytes, start);
  return readU16(bytes, sourcePanAt(bytes, start, control));
}

/** Where the source address lies, 2 or 8 bytes by its mode. */
export function macSourceAt(bytes: Uint8Array, start: number): number {
  return (readU16(bytes, start) & SHAPE) === SHORT_TO_SHORT
    ? start + Mac.ADDRESSING + 4
    : otherSourceAt(bytes, start);
}

/** Only when the source's mode is `SHORT`. */
export function macSourceShort(bytes: Uint8Array, start: number): number {
  return readU16(bytes, macSourceAt(bytes, start));
}

export function macPayloadAt(bytes: Uint8Array, start: number): number {
  return start + headerLength(readU16(bytes, start));
}

/** Writes control field and sequence number; addresses follow. */
export function putMacControl(
  bytes: Uint8Array,
  at: number,
  control: number,
  sequence: number,
): number {
  writeU16(bytes, at, control);
  bytes[at + Mac.SEQUENCE] = sequence;
  return at + Mac.ADDRESSING;
}

/**
 * Writes the header of a data frame between two short addresses of one PAN; returns where the
 * payload starts. A broadcast never asks for an acknowledgement.
 * @param flags `MacControl.ACK_REQUEST` and `FRAME_PENDING`, or 0
 */
export function putMacData(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  destination: number,
  source: number,
  flags: number,
): number {
  const shorts = MacControl.DESTINATION_SHORT | MacControl.SOURCE_SHORT;
  const control = MacType.DATA | MacControl.PAN_ID_COMPRESSION | shorts | flags;
  putMacControl(bytes, at, control, sequence);
  writeU16(bytes, at + 3, pan);
  writeU16(bytes, at + 5, destination);
  writeU16(bytes, at + 7, source);
  return at + Mac.SHORT_HEADER;
}

/**
 * Writes a header from one EUI-64 to another inside one PAN; returns where the payload starts.
 * @param control type and flags; the addressing bits are added
 */
export function putMacExtended(
  bytes: Uint8Array,
  at: number,
  control: number,
  sequence: number,
  pan: number,
  destination: Uint8Array,
  destinationStart: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  const addressing = MacControl.DESTINATION_EXTENDED | MacControl.SOURCE_EXTENDED;
  putMacControl(bytes, at, control | MacControl.PAN_ID_COMPRESSION | addressing, sequence);
  writeU16(bytes, at + 3, pan);
  copyBytes(destination, destinationStart, bytes, at + 5, 8);
  copyBytes(source, sourceStart, bytes, at + 13, 8);
  return at + 21;
}

function version(control: number): number {
  return (control >> MacControl.VERSION_SHIFT) & 3;
}

function destinationMode(control: number): MacMode {
  return (control >> MacControl.DESTINATION_SHIFT) & 3;
}

function sourceMode(control: number): MacMode {
  return (control >> MacControl.SOURCE_SHIFT) & 3;
}

function addressLength(mode: MacMode): number {
  return mode === MacMode.NONE ? 0 : mode === MacMode.SHORT ? 2 : 8;
}

function hasDestinationPan(control: number): boolean {
  return version(control) < Version.V2015
    ? destinationMode(control) !== MacMode.NONE
    : hasDestinationPan2015(control);
}

function hasDestinationPan2015(control: number): boolean {
  const to = destinationMode(control);
  const from = sourceMode(control);
  const compressed = (control & MacControl.PAN_ID_COMPRESSION) !== 0;
  if (to === MacMode.NONE) return from === MacMode.NONE && compressed;
  if (from === MacMode.NONE || (to === MacMode.EXTENDED && from === MacMode.EXTENDED))
    return !compressed;
  return true;
}

function hasSourcePan(control: number): boolean {
  return (
    sourceMode(control) !== MacMode.NONE &&
    !(control & MacControl.PAN_ID_COMPRESSION) &&
    (version(control) < Version.V2015 ||
      destinationMode(control) !== MacMode.EXTENDED ||
      sourceMode(control) !== MacMode.EXTENDED)
  );
}

/** Before 2015 compression leaves the destination's PAN, so there must be one. */
function isCompressedToNothing(control: number): boolean {
  if (version(control) >= Version.V2015) return false;
  return sourceMode(control) !== MacMode.NONE;
}

function sourcePanAt(bytes: Uint8Array, start: number, control: number): number {
  return macDestinationAt(bytes, start) + addressLength(destinationMode(control));
}

/** Most frames go between two short addresses of one PAN. */
function headerLength(control: number): number {
  return (control & SHAPE) === SHORT_TO_SHORT ? Mac.ADDRESSING + 6 : otherLength(control);
}

/** Both modes, compression, and whether the version is before 2015. */
const SHAPE =
  MacControl.SOURCE_EXTENDED |
  MacControl.DESTINATION_EXTENDED |
  MacControl.PAN_ID_COMPRESSION |
  (Version.V2015 << MacControl.VERSION_SHIFT);
const SHORT_TO_SHORT =
  MacControl.SOURCE_SHORT | MacControl.DESTINATION_SHORT | MacControl.PAN_ID_COMPRESSION;

function otherSourceAt(bytes: Uint8Array, start: number): number {
  const control = readU16(bytes, start);
  return sourcePanAt(bytes, start, control) + (hasSourcePan(control) ? 2 : 0);
}

function otherLength(control: number): number {
  const pans = (hasDestinationPan(control) ? 2 : 0) + (hasSourcePan(control) ? 2 : 0);
  const addresses = addressLength(destinationMode(control)) + addressLength(sourceMode(control));
  return Mac.ADDRESSING + pans + addresses;
}
