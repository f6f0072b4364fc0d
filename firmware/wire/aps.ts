// Zigbee application support sublayer: data, command and acknowledgement frames, with the extended
// header of fragmentation.
// @source Zigbee 05-3474-22 section 2.2.5.1

import { readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum Aps {
  CONTROL = 0,
  /** In a unicast or broadcast data frame, and in its acknowledgement. */
  DESTINATION_ENDPOINT = 1,
  CLUSTER = 2,
  PROFILE = 4,
  SOURCE_ENDPOINT = 6,
  COUNTER = 7,
  /** A data frame's header without extension. */
  DATA_HEADER = 8,
  /** In a data frame to a group, the group stands for the endpoint and takes a byte more. */
  GROUP = DESTINATION_ENDPOINT,
  BROADCAST_ENDPOINT = 0xff,
}

/** A command, or the acknowledgement of one. */
export const enum ApsCommandFrame {
  COUNTER = 1,
  HEADER = 2,
}

/** Behind the header of a fragment; all offsets from the extension's start. */
export const enum ApsExtension {
  CONTROL = 0,
  BLOCK = 1,
  LENGTH = 2,
  /** In acknowledgements: a bit for each block. */
  ACK_BITS = LENGTH,
  ACK_LENGTH = 3,
  /** Blocks that one acknowledgement can speak of. */
  WINDOW_MAX = 8,
}

export const enum ApsControl {
  TYPE_MASK = 0x03,
  DELIVERY_MASK = 0x0c,
  DELIVERY_SHIFT = 2,
  /** Of an acknowledgement: it is a command's and has no addressing. */
  ACK_FORMAT = 0x10,
  SECURED = 0x20,
  ACK_REQUEST = 0x40,
  EXTENDED = 0x80,
}

export const enum ApsType {
  DATA = 0,
  COMMAND = 1,
  ACK = 2,
  INTER_PAN = 3,
}

export const enum ApsDelivery {
  UNICAST = 0,
  BROADCAST = 2,
  GROUP = 3,
}

export const enum ApsFragment {
  NONE = 0,
  /** Its block number is how many blocks there are. */
  FIRST = 1,
  /** Its block number is its place, from 1. */
  LATER = 2,
}

export const enum Profile {
  ZDO = 0x0000,
  HOME_AUTOMATION = 0x0104,
  SMART_ENERGY = 0x0109,
}

/** Looks at one frame up to its payload, or to its auxiliary security header. */
export function checkAps(bytes: Uint8Array, start: number, length: number): Parsed {
  if (length < ApsCommandFrame.HEADER) return Parsed.TRUNCATED;
  const control = bytes[start]!;
  if ((control & ApsControl.TYPE_MASK) === ApsType.INTER_PAN) return Parsed.UNSUPPORTED;
  if (delivery(control) === 1) return Parsed.INVALID;
  const fixed = fixedLength(control);
  if (length < fixed) return Parsed.TRUNCATED;
  if (!(control & ApsControl.EXTENDED)) return Parsed.OK;
  if (length < fixed + 1) return Parsed.TRUNCATED;
  if ((bytes[start + fixed]! & 3) > ApsFragment.LATER) return Parsed.INVALID;
  return length < fixed + extensionLength(bytes, start) ? Parsed.TRUNCATED : Parsed.OK;
}

export function apsType(bytes: Uint8Array, start: number): ApsType {
  return bytes[start]! & ApsControl.TYPE_MASK;
}

export function apsDelivery(bytes: Uint8Array, start: number): ApsDelivery {
  return delivery(bytes[start]!);
}

export function apsIsSecured(bytes: Uint8Array, start: number): boolean {
  return (bytes[start]! & ApsControl.SECURED) !== 0;
}

export function apsAckRequest(bytes: Uint8Array, start: number): boolean {
  return (bytes[start]! & ApsControl.ACK_REQUEST) !== 0;
}

/** Whether the frame has endpoints, cluster and profile: data, and the acknowledgement of data. */
export function apsIsAddressed(bytes: Uint8Array, start: number): boolean {
  return isAddressed(bytes[start]!);
}

/** Of an addressed frame; `BROADCAST_ENDPOINT` when it goes to a group. */
export function apsDestinationEndpoint(bytes: Uint8Array, start: number): number {
  return (bytes[start]! & GROUP_MASK) === GROUP_DATA
    ? Aps.BROADCAST_ENDPOINT
    : bytes[start + Aps.DESTINATION_ENDPOINT]!;
}

/** Of a data frame to a group. */
export function apsGroup(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start + Aps.GROUP);
}

/** Of an addressed frame. */
export function apsCluster(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start + Aps.CLUSTER + groupByte(bytes[start]!));
}

/** Of an addressed frame: a `Profile`, or another. */
export function apsProfile(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start + Aps.PROFILE + groupByte(bytes[start]!));
}

/** Of an addressed frame. */
export function apsSourceEndpoint(bytes: Uint8Array, start: number): number {
  return bytes[start + Aps.SOURCE_ENDPOINT + groupByte(bytes[start]!)]!;
}

export function apsCounter(bytes: Uint8Array, start: number): number {
  return bytes[start + fixedLength(bytes[start]!) - 1]!;
}

export function apsFragment(bytes: Uint8Array, start: number): ApsFragment {
  return (bytes[start]! & ApsControl.EXTENDED) === 0
    ? ApsFragment.NONE
    : bytes[start + fixedLength(bytes[start]!)]! & 3;
}

/** Of a fragment: see `ApsFragment`; of its acknowledgement: the first block that it speaks of. */
export function apsBlock(bytes: Uint8Array, start: number): number {
  return bytes[start + fixedLength(bytes[start]!) + ApsExtension.BLOCK]!;
}

/** Of a fragment's acknowledgement: a bit for each block from `apsBlock` on that has arrived. */
export function apsAckBits(bytes: Uint8Array, start: number): number {
  return bytes[start + fixedLength(bytes[start]!) + ApsExtension.ACK_BITS]!;
}

/** Where the header ends: the auxiliary security header of a secured frame, else the payload. */
export function apsHeaderEnd(bytes: Uint8Array, start: number): number {
  return (bytes[start]! & PLAIN_MASK) === ApsType.DATA
    ? start + Aps.DATA_HEADER
    : otherHeaderEnd(bytes, start);
}

/**
 * Writes the header of a unicast data frame; returns where the payload goes.
 * @param flags `ApsControl.ACK_REQUEST`, `SECURED`, or 0
 */
export function putApsData(
  bytes: Uint8Array,
  at: number,
  flags: number,
  destinationEndpoint: number,
  cluster: number,
  profile: number,
  sourceEndpoint: number,
  counter: number,
): number {
  return putAddressed(
    bytes,
    at,
    ApsType.DATA | flags,
    destinationEndpoint,
    cluster,
    profile,
    sourceEndpoint,
    counter,
  );
}

/** The same to all nodes of a broadcast address. */
export function putApsBroadcast(
  bytes: Uint8Array,
  at: number,
  destinationEndpoint: number,
  cluster: number,
  profile: number,
  sourceEndpoint: number,
  counter: number,
): number {
  const control = ApsType.DATA | (ApsDelivery.BROADCAST << ApsControl.DELIVERY_SHIFT);
  return putAddressed(
    bytes,
    at,
    control,
    destinationEndpoint,
    cluster,
    profile,
    sourceEndpoint,
    counter,
  );
}

/**
 * Turns the data header just written at `at` into a fragment's; returns where the payload goes.
 * @param block of the first fragment how many there are, of a later one its place
 */
export function putApsFragment(
  bytes: Uint8Array,
  at: number,
  fragment: ApsFragment,
  block: number,
): number {
  bytes[at] = bytes[at]! | ApsControl.EXTENDED;
  bytes[at + Aps.DATA_HEADER] = fragment;
  bytes[at + Aps.DATA_HEADER + ApsExtension.BLOCK] = block;
  return at + Aps.DATA_HEADER + ApsExtension.LENGTH;
}

/** Writes the acknowledgement of the addressed data frame at `frame[start]`; returns its end. */
export function putApsAck(bytes: Uint8Array, at: number, frame: Uint8Array, start: number): number {
  return putAddressed(
    bytes,
    at,
    ApsType.ACK,
    apsSourceEndpoint(frame, start),
    apsCluster(frame, start),
    apsProfile(frame, start),
    apsDestinationEndpoint(frame, start),
    apsCounter(frame, start),
  );
}

/**
 * Turns the acknowledgement just written at `at` into that of fragments; returns its end.
 * @param firstBlock the first block of the window @param bits one for each block that has arrived
 */
export function putApsAckBlocks(
  bytes: Uint8Array,
  at: number,
  firstBlock: number,
  bits: number,
): number {
  bytes[at] = bytes[at]! | ApsControl.EXTENDED;
  bytes[at + Aps.DATA_HEADER] = firstBlock === 0 ? ApsFragment.FIRST : ApsFragment.LATER;
  bytes[at + Aps.DATA_HEADER + ApsExtension.BLOCK] = firstBlock;
  bytes[at + Aps.DATA_HEADER + ApsExtension.ACK_BITS] = bits;
  return at + Aps.DATA_HEADER + ApsExtension.ACK_LENGTH;
}

/** Writes a command's header; returns where its identifier, or its security header, goes. */
export function putApsCommand(
  bytes: Uint8Array,
  at: number,
  flags: number,
  counter: number,
): number {
  bytes[at] = ApsType.COMMAND | flags;
  bytes[at + ApsCommandFrame.COUNTER] = counter;
  return at + ApsCommandFrame.HEADER;
}

/** Writes the acknowledgement of a command; returns its end. */
export function putApsCommandAck(bytes: Uint8Array, at: number, counter: number): number {
  bytes[at] = ApsType.ACK | ApsControl.ACK_FORMAT;
  bytes[at + ApsCommandFrame.COUNTER] = counter;
  return at + ApsCommandFrame.HEADER;
}

function putAddressed(
  bytes: Uint8Array,
  at: number,
  control: number,
  destinationEndpoint: number,
  cluster: number,
  profile: number,
  sourceEndpoint: number,
  counter: number,
): number {
  bytes[at] = control;
  bytes[at + Aps.DESTINATION_ENDPOINT] = destinationEndpoint;
  writeU16(bytes, at + Aps.CLUSTER, cluster);
  writeU16(bytes, at + Aps.PROFILE, profile);
  bytes[at + Aps.SOURCE_ENDPOINT] = sourceEndpoint;
  bytes[at + Aps.COUNTER] = counter;
  return at + Aps.DATA_HEADER;
}

function delivery(control: number): number {
  return (control & ApsControl.DELIVERY_MASK) >> ApsControl.DELIVERY_SHIFT;
}

function isAddressed(control: number): boolean {
  return (control & ApsControl.TYPE_MASK) === ApsType.DATA || isAddressedAck(control);
}

function isAddressedAck(control: number): boolean {
  const mask = ApsControl.TYPE_MASK | ApsControl.ACK_FORMAT;
  return (control & mask) === ApsType.ACK;
}

/** 1 in a data frame to a group, whose fields all lie one further; else 0. */
function groupByte(control: number): number {
  return (control & GROUP_MASK) === GROUP_DATA ? 1 : 0;
}

/** A data frame that goes to no group and has no extended header: nearly all of them. */
const PLAIN_MASK = ApsControl.TYPE_MASK | ApsControl.DELIVERY_MASK | ApsControl.EXTENDED;
const GROUP_MASK = ApsControl.TYPE_MASK | ApsControl.DELIVERY_MASK;
const GROUP_DATA = ApsType.DATA | (ApsDelivery.GROUP << ApsControl.DELIVERY_SHIFT);

function fixedLength(control: number): number {
  return isAddressed(control) ? Aps.DATA_HEADER + groupByte(control) : ApsCommandFrame.HEADER;
}

function otherHeaderEnd(bytes: Uint8Array, start: number): number {
  const control = bytes[start]!;
  const fixed = start + fixedLength(control);
  return control & ApsControl.EXTENDED ? fixed + extensionLength(bytes, start) : fixed;
}

function extensionLength(bytes: Uint8Array, start: number): number {
  const control = bytes[start]!;
  if ((bytes[start + fixedLength(control)]! & 3) === ApsFragment.NONE) return 1;
  const isAck = (control & ApsControl.TYPE_MASK) === ApsType.ACK;
  return isAck ? ApsExtension.ACK_LENGTH : ApsExtension.LENGTH;
}
