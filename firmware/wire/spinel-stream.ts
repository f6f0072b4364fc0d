// `STREAM_RAW`: one 802.15.4 frame to or from the air with what goes with it. On this line the
// frame has room for its two check bytes; the co-processor computes them. Writers here add two
// zeros, readers leave them off, so that no other part of the firmware ever sees them.
// @source OpenThread src/lib/spinel/spinel.h, SPINEL_PROP_STREAM_RAW; radio_spinel.cpp

import { copyBytes, readU16, readU32, writeU16, writeU32 } from "./little-endian";
import { Parsed } from "./parsed";
import { readI8 } from "./spinel";

/** From the value's start. */
export const enum StreamRaw {
  /** Of the frame with its two check bytes. u16 */
  FRAME_LENGTH = 0,
  FRAME = 2,
  /** The longest frame without its check bytes. */
  FRAME_MAX = 125,
}

const enum Fcs {
  LENGTH = 2,
}

/** Behind the frame that goes out. */
export const enum StreamRawSend {
  CHANNEL = 0,
  /** Backoffs before the channel counts as never clear. */
  BACKOFFS = 1,
  /** Times it is sent again without an acknowledgement. */
  RETRIES = 2,
  CSMA_ENABLED = 3,
  HEADER_UPDATED = 4,
  IS_RETRANSMISSION = 5,
  SECURITY_PROCESSED = 6,
  /** Microseconds after DELAY_BASE; both 0: at once. u32 */
  DELAY = 7,
  DELAY_BASE = 11,
  /** Where the radio listens afterwards. */
  RECEIVE_CHANNEL = 15,
  LENGTH = 16,
}

/** Behind the frame that came in. */
export const enum StreamRawReceived {
  /** dBm. i8 */
  RSSI = 0,
  NOISE_FLOOR = 1,
  /** `StreamRawFlags`. u16 */
  FLAGS = 2,
  /** Bytes of the radio's part: 10. u16 */
  PHY_LENGTH = 4,
  CHANNEL = 6,
  LQI = 7,
  /** Microseconds by the co-processor's clock. u64 */
  TIMESTAMP = 8,
  /** Bytes of the vendor's part: 1, the receive error. u16 */
  VENDOR_LENGTH = 16,
  RECEIVE_ERROR = 18,
  LENGTH = 19,
}

/** What may be missing: bytes behind the frame that there must be at least. */
const enum Least {
  /** The channel. */
  SEND = 1,
  /** Up to the flags. */
  RECEIVED = 4,
  /** Up to the link quality. */
  LQI = 8,
}

export const enum StreamRawFlags {
  /** It was sent, not received. */
  SENT = 0x0001,
  BAD_FCS = 0x0004,
  DUPLICATE = 0x0008,
}

export const enum StreamRawDefault {
  BACKOFFS = 4,
  RETRIES = 3,
  UNKNOWN_LQI = 0,
}

/** Looks at a value that came from the co-processor, `bytes[at .. at + length)`. */
export function checkReceived(bytes: Uint8Array, at: number, length: number): Parsed {
  return checkFrame(bytes, at, length, Least.RECEIVED);
}

/** Looks at a value that goes to the co-processor (its side of the line, in simulation). */
export function checkSend(bytes: Uint8Array, at: number, length: number): Parsed {
  return checkFrame(bytes, at, length, Least.SEND);
}

/** The frame without its check bytes: this many bytes from `at + StreamRaw.FRAME`. */
export function streamFrameLength(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) - Fcs.LENGTH;
}

/** Where `StreamRawSend` or `StreamRawReceived` starts. */
export function streamMetadataAt(bytes: Uint8Array, at: number): number {
  return at + StreamRaw.FRAME + readU16(bytes, at);
}

export function receivedRssi(bytes: Uint8Array, at: number): number {
  return readI8(bytes, streamMetadataAt(bytes, at) + StreamRawReceived.RSSI);
}

/** The same of a received frame that ends at `end`, without its check bytes. */
export function rssiBehind(bytes: Uint8Array, end: number): number {
  return readI8(bytes, end + Fcs.LENGTH + StreamRawReceived.RSSI);
}

export function receivedFlags(bytes: Uint8Array, at: number): number {
  return readU16(bytes, streamMetadataAt(bytes, at) + StreamRawReceived.FLAGS);
}

/** 0 to 255; `UNKNOWN_LQI` when the co-processor gave none. @param length of the whole value */
export function receivedLqi(bytes: Uint8Array, at: number, length: number): number {
  const metadata = streamMetadataAt(bytes, at);
  if (at + length - metadata < Least.LQI) return StreamRawDefault.UNKNOWN_LQI;
  return bytes[metadata + StreamRawReceived.LQI]!;
}

/**
 * Writes the value that sends `frame` (without check bytes); returns the new offset.
 * @param csma false: sent at once, whatever is on the air
 */
export function putSend(
  bytes: Uint8Array,
  at: number,
  frame: Uint8Array,
  start: number,
  length: number,
  channel: number,
  backoffs: number,
  retries: number,
  csma: boolean,
): number {
  const metadata = putFrame(bytes, at, frame, start, length);
  for (let i = 0; i < StreamRawSend.LENGTH; i++) bytes[metadata + i] = 0;
  bytes[metadata + StreamRawSend.CHANNEL] = channel;
  bytes[metadata + StreamRawSend.BACKOFFS] = backoffs;
  bytes[metadata + StreamRawSend.RETRIES] = retries;
  bytes[metadata + StreamRawSend.CSMA_ENABLED] = csma ? 1 : 0;
  bytes[metadata + StreamRawSend.RECEIVE_CHANNEL] = channel;
  return metadata + StreamRawSend.LENGTH;
}

/** Writes the value that hands a received frame over (the co-processor's side, in simulation). */
export function putReceived(
  bytes: Uint8Array,
  at: number,
  frame: Uint8Array,
  start: number,
  length: number,
  channel: number,
  rssi: number,
  lqi: number,
  timestamp: number,
): number {
  const metadata = putFrame(bytes, at, frame, start, length);
  bytes[metadata + StreamRawReceived.RSSI] = rssi;
  bytes[metadata + StreamRawReceived.NOISE_FLOOR] = -128;
  writeU16(bytes, metadata + StreamRawReceived.FLAGS, 0);
  writeU16(bytes, metadata + StreamRawReceived.PHY_LENGTH, 10);
  bytes[metadata + StreamRawReceived.CHANNEL] = channel;
  bytes[metadata + StreamRawReceived.LQI] = lqi;
  const timestampAt = metadata + StreamRawReceived.TIMESTAMP;
  writeU32(bytes, timestampAt, timestamp % 0x100000000);
  writeU32(bytes, timestampAt + 4, Math.floor(timestamp / 0x100000000));
  writeU16(bytes, metadata + StreamRawReceived.VENDOR_LENGTH, 1);
  bytes[metadata + StreamRawReceived.RECEIVE_ERROR] = 0;
  return metadata + StreamRawReceived.LENGTH;
}

/** Microseconds by the co-processor's clock; only when the whole metadata is there. */
export function receivedTimestamp(bytes: Uint8Array, at: number): number {
  const timestampAt = streamMetadataAt(bytes, at) + StreamRawReceived.TIMESTAMP;
  return readU32(bytes, timestampAt) + readU32(bytes, timestampAt + 4) * 0x100000000;
}

function checkFrame(bytes: Uint8Array, at: number, length: number, metadataMin: number): Parsed {
  if (length < StreamRaw.FRAME) return Parsed.TRUNCATED;
  const frameLength = readU16(bytes, at);
  if (frameLength < Fcs.LENGTH) return Parsed.INVALID;
  if (frameLength > StreamRaw.FRAME_MAX + Fcs.LENGTH) return Parsed.TOO_LONG;
  return length < StreamRaw.FRAME + frameLength + metadataMin ? Parsed.TRUNCATED : Parsed.OK;
}

function putFrame(
  bytes: Uint8Array,
  at: number,
  frame: Uint8Array,
  start: number,
  length: number,
): number {
  writeU16(bytes, at, length + Fcs.LENGTH);
  copyBytes(frame, start, bytes, at + StreamRaw.FRAME, length);
  writeU16(bytes, at + StreamRaw.FRAME + length, 0);
  return at + StreamRaw.FRAME + length + Fcs.LENGTH;
}
