// The little of an IEEE 802.15.4 header that radio hardware itself looks at: filter and ack.
// @source IEEE 802.15.4-2006 clauses 7.2.1, 7.5.6.2, 7.5.6.3

export const enum FrameType {
  BEACON = 0,
  DATA = 1,
  ACK = 2,
  COMMAND = 3,
}

const BROADCAST = 0xffff;
const DATA_REQUEST = 0x04;
const SECURITY = 0x08;
const COMPRESSION = 0x40;

/** What the filter compares with. Addresses in radio order. */
export interface Identity {
  readonly panId: number;
  readonly short: number;
  readonly eui64: Uint8Array;
  readonly coordinator: boolean;
}

/** Octets of an address of this mode; -1: no such mode. */
function addressOctets(mode: number): number {
  return mode === 0 ? 0 : mode === 2 ? 2 : mode === 3 ? 8 : -1;
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** The frame's type, or -1: too short, or of a version or mode this hardware does not know. */
export function frameType(bytes: Uint8Array, length: number): number {
  if (length < 3) return -1;
  const type = bytes[0]! & 7;
  if (type === FrameType.ACK) return type;
  const destination = addressOctets((bytes[1]! >> 2) & 3);
  const source = addressOctets((bytes[1]! >> 6) & 3);
  if (type > 3 || destination < 0 || source < 0 || (bytes[1]! & 0x30) > 0x10) return -1;
  return length >= headerOctets(bytes) ? type : -1;
}

/** Octets of the MAC header of a frame that `frameType` knows, without a security header. */
export function headerOctets(bytes: Uint8Array): number {
  const destination = addressOctets((bytes[1]! >> 2) & 3);
  const source = addressOctets((bytes[1]! >> 6) & 3);
  let octets = 3 + destination + source;
  if (destination > 0) octets += 2;
  if (source > 0 && !(destination > 0 && (bytes[0]! & COMPRESSION) !== 0)) octets += 2;
  return octets;
}

export function asksForAck(bytes: Uint8Array): boolean {
  return (bytes[0]! & 0x20) !== 0;
}

/** Whether the address filter lets the frame through; it has passed `frameType`. */
export function passesFilter(bytes: Uint8Array, own: Identity): boolean {
  const type = bytes[0]! & 7;
  if (type === FrameType.ACK) return false;
  const destinationMode = (bytes[1]! >> 2) & 3;
  if (type === FrameType.BEACON) {
    return own.panId === BROADCAST || u16(bytes, 3) === own.panId;
  }
  if (destinationMode === 0) return own.coordinator && u16(bytes, 3) === own.panId;
  const panId = u16(bytes, 3);
  if (panId !== BROADCAST && panId !== own.panId) return false;
  if (destinationMode === 2) {
    const short = u16(bytes, 5);
    return short === BROADCAST || (short === own.short && own.short < 0xfffe);
  }
  for (let i = 0; i < 8; i++) if (bytes[5 + i] !== own.eui64[i]) return false;
  return true;
}

/** Where the source address stands; 0 when the frame has none. */
export function sourceAt(bytes: Uint8Array): number {
  const source = addressOctets((bytes[1]! >> 6) & 3);
  return source === 0 ? 0 : headerOctets(bytes) - source;
}

export function sourceIsExtended(bytes: Uint8Array): boolean {
  return bytes[1]! >> 6 === 3;
}

/** A MAC data request: the only frame whose acknowledgement can say that something waits. */
export function isDataRequest(bytes: Uint8Array, length: number): boolean {
  if ((bytes[0]! & 7) !== FrameType.COMMAND || (bytes[0]! & SECURITY) !== 0) return false;
  const header = headerOctets(bytes);
  return length > header && bytes[header] === DATA_REQUEST;
}
