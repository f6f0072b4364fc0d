// Network layer frames and their security.
// @source Zigbee specification 05-3474-22 clauses 3.3.1, 3.4, 4.3.1

import { MalformedFrame, OctetReader, OctetWriter } from "./octets";
import {
  ccmOpen,
  ccmSeal,
  KeyIdentifier,
  nonce,
  SecurityControl,
  securityControl,
} from "./security";

export const enum NwkType {
  DATA = 0,
  COMMAND = 1,
}

export const enum NwkCommand {
  ROUTE_REQUEST = 1,
  ROUTE_REPLY = 2,
  STATUS = 3,
  LEAVE = 4,
  ROUTE_RECORD = 5,
  REJOIN_REQUEST = 6,
  REJOIN_RESPONSE = 7,
  LINK_STATUS = 8,
  REPORT = 9,
  UPDATE = 10,
  END_DEVICE_TIMEOUT_REQUEST = 11,
  END_DEVICE_TIMEOUT_RESPONSE = 12,
}

/** Options of a Leave command. @source clause 3.4.4.3 */
export const enum LeaveOption {
  REJOIN = 0x20,
  REQUEST = 0x40,
  REMOVE_CHILDREN = 0x80,
}

/** Its address, and that of the trust centre, which it is. */
export const COORDINATOR = 0x0000;

/** Broadcast addresses. @source table 3-69 */
export const enum NwkBroadcast {
  FIRST = 0xfff8,
  ROUTERS = 0xfffc,
  RX_ON = 0xfffd,
  ALL = 0xffff,
}

const enum Control {
  VERSION_PRO = 2 << 2,
  MULTICAST = 0x0100,
  SECURITY = 0x0200,
  SOURCE_ROUTE = 0x0400,
  DESTINATION_EUI64 = 0x0800,
  SOURCE_EUI64 = 0x1000,
  END_DEVICE_INITIATOR = 0x2000,
}

export interface NwkFrame {
  readonly type: NwkType;
  readonly destination: number;
  readonly source: number;
  readonly radius: number;
  readonly sequence: number;
  readonly destinationEui64: bigint | undefined;
  readonly sourceEui64: bigint | undefined;
  readonly endDeviceInitiator: boolean;
  /** The sender chose the way. */
  readonly route?: SourceRoute | undefined;
  readonly payload: Buffer;
}

/** Relays from the one next to the destination to the one next to the sender. @source 3.3.1.9 */
export interface SourceRoute {
  /** Whose turn it is. */
  readonly index: number;
  readonly relays: readonly number[];
}

/** What secures a frame: the network key, whose it is and its next frame counter. */
export interface NwkSecurity {
  readonly key: Buffer;
  readonly keySequence: number;
  readonly frameCounter: number;
  readonly eui64: bigint;
}

/** A frame as it came in: `payload` is still encrypted where `secured` is given. */
export interface ReceivedNwk extends NwkFrame {
  readonly secured: SecuredPart | undefined;
}

export interface SecuredPart {
  readonly header: Buffer;
  readonly control: number;
  readonly frameCounter: number;
  readonly sender: bigint;
  readonly keySequence: number;
}

export function encodeNwk(frame: NwkFrame, security: NwkSecurity | undefined): Buffer {
  const control =
    frame.type |
    Control.VERSION_PRO |
    (security === undefined ? 0 : Control.SECURITY) |
    (frame.destinationEui64 === undefined ? 0 : Control.DESTINATION_EUI64) |
    (frame.sourceEui64 === undefined ? 0 : Control.SOURCE_EUI64) |
    (frame.route === undefined ? 0 : Control.SOURCE_ROUTE) |
    (frame.endDeviceInitiator ? Control.END_DEVICE_INITIATOR : 0);
  const out = new OctetWriter(160)
    .u16(control)
    .u16(frame.destination)
    .u16(frame.source)
    .u8(frame.radius)
    .u8(frame.sequence);
  if (frame.destinationEui64 !== undefined) out.u64(frame.destinationEui64);
  if (frame.sourceEui64 !== undefined) out.u64(frame.sourceEui64);
  if (frame.route !== undefined) {
    out.u8(frame.route.relays.length).u8(frame.route.index);
    for (const relay of frame.route.relays) out.u16(relay);
  }
  if (security === undefined) return out.bytes(frame.payload).done();

  const secure = securityControl(KeyIdentifier.NETWORK, true);
  const controlAt = out.length;
  out.u8(secure).u32(security.frameCounter).u64(security.eui64).u8(security.keySequence);
  const header = out.done();
  const iv = nonce(security.eui64, security.frameCounter, secure);
  out.bytes(ccmSeal(security.key, iv, header, frame.payload));
  const octets = out.done();
  // The level is not sent: both ends know it from the network's security level.
  octets[controlAt] = secure & ~SecurityControl.LEVEL_MASK;
  return octets;
}

export function decodeNwk(octets: Buffer): ReceivedNwk {
  const read = new OctetReader(octets);
  const control = read.u16();
  const type = control & 3;
  if (type > NwkType.COMMAND) throw new MalformedFrame("inter-PAN frames are not for us");
  if ((control & 0x3c) !== Control.VERSION_PRO) throw new MalformedFrame("not Zigbee PRO");
  const destination = read.u16();
  const source = read.u16();
  const radius = read.u8();
  const sequence = read.u8();
  const destinationEui64 = control & Control.DESTINATION_EUI64 ? read.u64() : undefined;
  const sourceEui64 = control & Control.SOURCE_EUI64 ? read.u64() : undefined;
  if (control & Control.MULTICAST) read.u8();
  const route = control & Control.SOURCE_ROUTE ? decodeRoute(read) : undefined;
  let secured: SecuredPart | undefined;
  if (control & Control.SECURITY) secured = decodeAuxiliary(read);
  const endDeviceInitiator = (control & Control.END_DEVICE_INITIATOR) !== 0;
  return {
    type,
    destination,
    source,
    radius,
    sequence,
    destinationEui64,
    sourceEui64,
    endDeviceInitiator,
    route,
    secured,
    payload: read.rest(),
  };
}

function decodeRoute(read: OctetReader): SourceRoute {
  const count = read.u8();
  const index = read.u8();
  const relays = Array.from({ length: count }, () => read.u16());
  if (index >= Math.max(count, 1)) throw new MalformedFrame("a source route beyond its end");
  return { index, relays };
}

/** The plain payload of a secured frame, or undefined where it does not open. */
export function openNwk(frame: ReceivedNwk, key: Buffer): Buffer | undefined {
  const secured = frame.secured;
  if (secured === undefined) return undefined;
  const iv = nonce(secured.sender, secured.frameCounter, secured.control);
  return ccmOpen(key, iv, secured.header, frame.payload);
}

function decodeAuxiliary(read: OctetReader): SecuredPart {
  const controlAt = read.at;
  const onAir = read.u8();
  const key = (onAir >> SecurityControl.KEY_SHIFT) & 3;
  if (key !== KeyIdentifier.NETWORK) throw new MalformedFrame("not under the network key");
  if ((onAir & SecurityControl.EXTENDED_NONCE) === 0) throw new MalformedFrame("no sender");
  const frameCounter = read.u32();
  const sender = read.u64();
  const keySequence = read.u8();
  const control = securityControl(KeyIdentifier.NETWORK, true);
  const header = Buffer.from(read.octets.subarray(0, read.at));
  header[controlAt] = control;
  return { header, control, frameCounter, sender, keySequence };
}
