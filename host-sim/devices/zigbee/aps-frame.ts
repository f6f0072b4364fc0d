// Application support sub-layer frames, and the commands that carry keys.
// @source Zigbee specification 05-3474-22 clauses 2.2.5, 2.2.8.4.5, 4.4.1, 4.4.10

import { MalformedFrame, OctetReader, OctetWriter } from "./octets";
import {
  ccmOpen,
  ccmSeal,
  KeyIdentifier,
  nonce,
  SecurityControl,
  securityControl,
} from "./security";

export const enum ApsType {
  DATA = 0,
  COMMAND = 1,
  ACK = 2,
}

export const enum ApsDelivery {
  UNICAST = 0,
  BROADCAST = 2,
  GROUP = 3,
}

/** Extended frame control. @source clause 2.2.5.1.8.1 */
export const enum Fragmentation {
  NONE = 0,
  FIRST = 1,
  LATER = 2,
}

export const enum ApsCommand {
  TRANSPORT_KEY = 5,
  UPDATE_DEVICE = 6,
  REMOVE_DEVICE = 7,
  REQUEST_KEY = 8,
  SWITCH_KEY = 9,
  TUNNEL = 14,
  VERIFY_KEY = 15,
  CONFIRM_KEY = 16,
}

/** @source table 4-10 */
export const enum KeyType {
  STANDARD_NETWORK = 1,
  APPLICATION_LINK = 3,
  TRUST_CENTRE_LINK = 4,
}

const enum Control {
  DELIVERY_SHIFT = 2,
  ACK_FORMAT = 0x10,
  SECURITY = 0x20,
  ACK_REQUEST = 0x40,
  EXTENDED = 0x80,
}

export interface ApsBlock {
  readonly fragmentation: Fragmentation;
  /** First data block: how many there are in all; later ones, and acks: a block's number. */
  readonly number: number;
  /** In acks: bit n for block number + n. */
  readonly received: number;
}

export interface ApsFrame {
  readonly type: ApsType;
  readonly delivery: ApsDelivery;
  /** An acknowledgement of an APS command carries no endpoints. */
  readonly ackFormat: boolean;
  readonly ackRequest: boolean;
  readonly destinationEndpoint: number;
  readonly cluster: number;
  readonly profile: number;
  readonly sourceEndpoint: number;
  readonly counter: number;
  readonly block: ApsBlock | undefined;
  readonly payload: Buffer;
}

/** As it came in: `payload` is still encrypted where `secured` is given. */
export interface ReceivedAps extends ApsFrame {
  readonly secured: SecuredAps | undefined;
}

export interface SecuredAps {
  readonly header: Buffer;
  readonly control: number;
  readonly key: KeyIdentifier;
  readonly frameCounter: number;
  /** Undefined: the sender of the network frame. */
  readonly sender: bigint | undefined;
}

export function encodeAps(frame: ApsFrame): Buffer {
  const control =
    frame.type |
    (frame.delivery << Control.DELIVERY_SHIFT) |
    (frame.ackFormat ? Control.ACK_FORMAT : 0) |
    (frame.ackRequest ? Control.ACK_REQUEST : 0) |
    (frame.block === undefined ? 0 : Control.EXTENDED);
  const out = new OctetWriter(160).u8(control);
  if (hasEndpoints(frame.type, frame.ackFormat)) {
    if (frame.delivery === ApsDelivery.GROUP) out.u16(frame.destinationEndpoint);
    else out.u8(frame.destinationEndpoint);
    out.u16(frame.cluster).u16(frame.profile).u8(frame.sourceEndpoint);
  }
  out.u8(frame.counter);
  if (frame.block !== undefined) {
    out.u8(frame.block.fragmentation).u8(frame.block.number);
    if (frame.type === ApsType.ACK) out.u8(frame.block.received);
  }
  return out.bytes(frame.payload).done();
}

export function decodeAps(octets: Buffer): ReceivedAps {
  const read = new OctetReader(octets);
  const control = read.u8();
  const type = control & 3;
  if (type > ApsType.ACK) throw new MalformedFrame("inter-PAN frames are not for us");
  const delivery = (control >> Control.DELIVERY_SHIFT) & 3;
  const ackFormat = (control & Control.ACK_FORMAT) !== 0;
  let destinationEndpoint = 0;
  let cluster = 0;
  let profile = 0;
  let sourceEndpoint = 0;
  if (hasEndpoints(type, ackFormat)) {
    destinationEndpoint = delivery === ApsDelivery.GROUP ? read.u16() : read.u8();
    cluster = read.u16();
    profile = read.u16();
    sourceEndpoint = read.u8();
  }
  const counter = read.u8();
  const block = control & Control.EXTENDED ? decodeBlock(read, type) : undefined;
  const secured = control & Control.SECURITY ? decodeAuxiliary(read) : undefined;
  return {
    type,
    delivery,
    ackFormat,
    ackRequest: (control & Control.ACK_REQUEST) !== 0,
    destinationEndpoint,
    cluster,
    profile,
    sourceEndpoint,
    counter,
    block,
    secured,
    payload: read.rest(),
  };
}

/** What secures an APS frame: a key, which of the derived ones it is, and its next counter. */
export interface ApsSecurity {
  readonly key: Buffer;
  readonly identifier: KeyIdentifier;
  readonly frameCounter: number;
  readonly eui64: bigint;
}

/** An APS command secured under a link key or one derived from it. @source clause 4.4.1.1 */
export function encodeSecuredCommand(
  counter: number,
  payload: Buffer,
  security: ApsSecurity,
): Buffer {
  const out = new OctetWriter(100).u8(ApsType.COMMAND | Control.SECURITY).u8(counter);
  const secure = securityControl(security.identifier, true);
  const controlAt = out.length;
  out.u8(secure).u32(security.frameCounter).u64(security.eui64);
  const header = out.done();
  const iv = nonce(security.eui64, security.frameCounter, secure);
  out.bytes(ccmSeal(security.key, iv, header, payload));
  const octets = out.done();
  octets[controlAt] = secure & ~SecurityControl.LEVEL_MASK;
  return octets;
}

/** Opens a secured frame with `key`; `sender` where the frame itself does not name one. */
export function openAps(frame: ReceivedAps, key: Buffer, sender: bigint): Buffer | undefined {
  const secured = frame.secured;
  if (secured === undefined) return undefined;
  const iv = nonce(secured.sender ?? sender, secured.frameCounter, secured.control);
  return ccmOpen(key, iv, secured.header, frame.payload);
}

export interface TransportedKey {
  readonly type: KeyType;
  readonly key: Buffer;
  /** Network keys only. */
  readonly sequence: number;
  readonly destination: bigint;
  readonly source: bigint;
}

/** Reads a Transport-Key command, its identifier included. */
export function decodeTransportKey(octets: Buffer): TransportedKey {
  const read = new OctetReader(octets);
  if (read.u8() !== ApsCommand.TRANSPORT_KEY) throw new MalformedFrame("not Transport-Key");
  const type = read.u8();
  const key = Buffer.from(read.slice(16));
  const sequence = type === KeyType.STANDARD_NETWORK ? read.u8() : 0;
  return { type, key, sequence, destination: read.u64(), source: read.u64() };
}

/** The acknowledgement of a data frame: its endpoints the other way round, the same counter. */
export function ackOf(frame: ApsFrame): ApsFrame {
  return {
    type: ApsType.ACK,
    delivery: ApsDelivery.UNICAST,
    ackFormat: false,
    ackRequest: false,
    destinationEndpoint: frame.sourceEndpoint,
    cluster: frame.cluster,
    profile: frame.profile,
    sourceEndpoint: frame.destinationEndpoint,
    counter: frame.counter,
    block: undefined,
    payload: Buffer.alloc(0),
  };
}

function hasEndpoints(type: ApsType, ackFormat: boolean): boolean {
  return type === ApsType.DATA || (type === ApsType.ACK && !ackFormat);
}

function decodeBlock(read: OctetReader, type: ApsType): ApsBlock | undefined {
  const fragmentation = read.u8() & 3;
  if (fragmentation === Fragmentation.NONE) return undefined;
  const number = read.u8();
  return { fragmentation, number, received: type === ApsType.ACK ? read.u8() : 0 };
}

function decodeAuxiliary(read: OctetReader): SecuredAps {
  const controlAt = read.at;
  const onAir = read.u8();
  const key = (onAir >> SecurityControl.KEY_SHIFT) & 3;
  const extended = (onAir & SecurityControl.EXTENDED_NONCE) !== 0;
  const frameCounter = read.u32();
  const sender = extended ? read.u64() : undefined;
  if (key === KeyIdentifier.NETWORK) read.u8();
  const control = securityControl(key, extended);
  const header = Buffer.from(read.octets.subarray(0, read.at));
  header[controlAt] = control;
  return { header, control, key, frameCounter, sender };
}
