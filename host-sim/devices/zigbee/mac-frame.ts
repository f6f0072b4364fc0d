// MAC frames as Zigbee uses them: data, command and beacon, without FCS.
// @source IEEE 802.15.4-2006 clauses 7.2.1, 7.2.2, 7.3; Zigbee 05-3474-22 clause 3.6.7 (beacon)

import { MalformedFrame, OctetReader, OctetWriter } from "./octets";

export const enum MacType {
  BEACON = 0,
  DATA = 1,
  ACK = 2,
  COMMAND = 3,
}

export const enum MacCommand {
  ASSOCIATION_REQUEST = 1,
  ASSOCIATION_RESPONSE = 2,
  DISASSOCIATION = 3,
  DATA_REQUEST = 4,
  PAN_ID_CONFLICT = 5,
  ORPHAN_NOTIFICATION = 6,
  BEACON_REQUEST = 7,
  COORDINATOR_REALIGNMENT = 8,
}

/** @source table 83 */
export const enum AssociationStatus {
  SUCCESS = 0,
  PAN_AT_CAPACITY = 1,
  PAN_ACCESS_DENIED = 2,
}

/** The capability information field of an association request. @source clause 7.3.1.2 */
export const enum MacCapability {
  FULL_FUNCTION = 0x02,
  MAINS = 0x04,
  RX_ON_WHEN_IDLE = 0x08,
  ALLOCATE_ADDRESS = 0x80,
}

/** A device on the mains that listens always. */
export const END_DEVICE_CAPABILITY =
  MacCapability.MAINS | MacCapability.RX_ON_WHEN_IDLE | MacCapability.ALLOCATE_ADDRESS;

/** One that routes as well. */
export const ROUTER_CAPABILITY = END_DEVICE_CAPABILITY | MacCapability.FULL_FUNCTION;

const enum Control {
  PENDING = 0x0010,
  ACK = 0x0020,
  COMPRESSED = 0x0040,
  DESTINATION_SHIFT = 10,
  SOURCE_SHIFT = 14,
}

const enum Mode {
  NONE = 0,
  SHORT = 2,
  EXTENDED = 3,
}

/** A short address is a number, an EUI-64 a bigint. */
export type MacAddress = number | bigint | undefined;

export interface MacFrame {
  readonly type: MacType;
  readonly sequence: number;
  readonly ackRequest: boolean;
  readonly pending: boolean;
  readonly destinationPan: number | undefined;
  readonly destination: MacAddress;
  readonly sourcePan: number | undefined;
  readonly source: MacAddress;
  readonly payload: Buffer;
}

export const BROADCAST = 0xffff;
export const BROADCAST_PAN = 0xffff;

/** MAC frames of this simulation are at most 125 octets without FCS. */
export const MAC_FRAME_MAX = 125;

export function encodeMac(frame: MacFrame): Buffer {
  const compressed =
    frame.destinationPan !== undefined &&
    frame.source !== undefined &&
    frame.sourcePan === frame.destinationPan;
  const control =
    frame.type |
    (frame.pending ? Control.PENDING : 0) |
    (frame.ackRequest ? Control.ACK : 0) |
    (compressed ? Control.COMPRESSED : 0) |
    (modeOf(frame.destination) << Control.DESTINATION_SHIFT) |
    (modeOf(frame.source) << Control.SOURCE_SHIFT);
  const out = new OctetWriter(160).u16(control).u8(frame.sequence);
  if (frame.destination !== undefined) {
    out.u16(frame.destinationPan ?? BROADCAST_PAN);
    putAddress(out, frame.destination);
  }
  if (frame.source !== undefined) {
    if (!compressed) out.u16(frame.sourcePan ?? BROADCAST_PAN);
    putAddress(out, frame.source);
  }
  out.bytes(frame.payload);
  if (out.length > MAC_FRAME_MAX) throw new Error(`MAC frame of ${out.length} octets`);
  return out.done();
}

export function decodeMac(octets: Buffer): MacFrame {
  const read = new OctetReader(octets);
  const control = read.u16();
  if (control & 0x0008) throw new MalformedFrame("MAC security is not used by Zigbee");
  const sequence = read.u8();
  const destinationMode = (control >> Control.DESTINATION_SHIFT) & 3;
  const sourceMode = (control >> Control.SOURCE_SHIFT) & 3;
  const destinationPan = destinationMode === Mode.NONE ? undefined : read.u16();
  const destination = takeAddress(read, destinationMode);
  let sourcePan: number | undefined;
  if (sourceMode !== Mode.NONE) {
    sourcePan = control & Control.COMPRESSED ? destinationPan : read.u16();
  }
  const source = takeAddress(read, sourceMode);
  return {
    type: control & 7,
    sequence,
    ackRequest: (control & Control.ACK) !== 0,
    pending: (control & Control.PENDING) !== 0,
    destinationPan,
    destination,
    sourcePan,
    source,
    payload: read.rest(),
  };
}

/** A Zigbee beacon: who may be joined, and how far it is from the coordinator. */
export interface Beacon {
  readonly panId: number;
  readonly source: number;
  readonly permitsAssociation: boolean;
  readonly stackProfile: number;
  readonly depth: number;
  readonly endDeviceCapacity: boolean;
  readonly extendedPanId: bigint;
  readonly updateId: number;
}

export function decodeBeacon(frame: MacFrame): Beacon {
  const read = new OctetReader(frame.payload);
  const superframe = read.u16();
  if (read.u8() & 7) throw new MalformedFrame("a beacon with guaranteed time slots");
  const pending = read.u8();
  read.slice((pending & 7) * 2 + ((pending >> 4) & 7) * 8);
  if (read.u8() !== 0) throw new MalformedFrame("not a Zigbee beacon");
  const stack = read.u8();
  const capacity = read.u8();
  const extendedPanId = read.u64();
  read.u24();
  if (typeof frame.source !== "number") throw new MalformedFrame("a beacon without address");
  return {
    panId: frame.sourcePan ?? BROADCAST_PAN,
    source: frame.source,
    permitsAssociation: (superframe & 0x8000) !== 0,
    stackProfile: stack & 0x0f,
    depth: (capacity >> 3) & 0x0f,
    endDeviceCapacity: (capacity & 0x80) !== 0,
    extendedPanId,
    updateId: read.u8(),
  };
}

/** What a beacon says, and what `decodeBeacon` takes from its MAC header besides. */
export interface BeaconContent {
  readonly permitsAssociation: boolean;
  readonly coordinator: boolean;
  readonly depth: number;
  readonly endDeviceCapacity: boolean;
  readonly routerCapacity: boolean;
  readonly extendedPanId: bigint;
  readonly updateId: number;
}

/** The payload of a beacon frame: no superframes, stack profile PRO, protocol version 2. */
export function encodeBeacon(content: BeaconContent): Buffer {
  const superframe =
    0x0fff | (content.coordinator ? 0x4000 : 0) | (content.permitsAssociation ? 0x8000 : 0);
  const capacity =
    (content.routerCapacity ? 0x04 : 0) |
    (content.depth << 3) |
    (content.endDeviceCapacity ? 0x80 : 0);
  const PRO_2 = 0x22;
  return new OctetWriter(19)
    .u16(superframe)
    .u8(0)
    .u8(0)
    .u8(0)
    .u8(PRO_2)
    .u8(capacity)
    .u64(content.extendedPanId)
    .u24(0xffffff)
    .u8(content.updateId)
    .done();
}

function modeOf(address: MacAddress): Mode {
  if (address === undefined) return Mode.NONE;
  return typeof address === "number" ? Mode.SHORT : Mode.EXTENDED;
}

function putAddress(out: OctetWriter, address: number | bigint): void {
  if (typeof address === "number") out.u16(address);
  else out.u64(address);
}

function takeAddress(read: OctetReader, mode: number): MacAddress {
  if (mode === Mode.SHORT) return read.u16();
  if (mode === Mode.EXTENDED) return read.u64();
  if (mode === Mode.NONE) return undefined;
  throw new MalformedFrame("reserved address mode");
}
