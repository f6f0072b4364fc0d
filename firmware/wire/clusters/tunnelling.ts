// The Tunnelling cluster: numbers, payloads, tables. Offsets count from the ZCL payload's start.
// TransferData and its relatives have different numbers by direction.
// @source Smart Energy 07-5356-22 annex D.6

import { readU16, writeU16 } from "../little-endian";
import { Parsed } from "../parsed";
import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

export const enum Tunnelling {
  /** Seconds without traffic after which the server closes a tunnel. */
  CLOSE_TUNNEL_TIMEOUT = 0x0000,

  CLOSE_TUNNEL_TIMEOUT_DEFAULT = 0xffff,
}

/** All ones: there is none. */
export const enum NoTunnel {
  TUNNEL = 0xffff,
  MANUFACTURER = TUNNEL,
}

/** Client to server. */
export const enum TunnelReceived {
  REQUEST_TUNNEL = 0x00,
  CLOSE_TUNNEL = 0x01,
  TRANSFER_DATA = 0x02,
  TRANSFER_DATA_ERROR = 0x03,
  ACK_TRANSFER_DATA = 0x04,
  READY_DATA = 0x05,
  GET_SUPPORTED_PROTOCOLS = 0x06,
}

/** Server to client. */
export const enum TunnelGenerated {
  REQUEST_TUNNEL_RESPONSE = 0x00,
  TRANSFER_DATA = 0x01,
  TRANSFER_DATA_ERROR = 0x02,
  ACK_TRANSFER_DATA = 0x03,
  READY_DATA = 0x04,
  SUPPORTED_PROTOCOLS_RESPONSE = 0x05,
  TUNNEL_CLOSURE_NOTIFICATION = 0x06,
}

export const enum TunnelProtocol {
  DLMS_COSEM = 0,
  IEC_61107 = 1,
  ANSI_C12 = 2,
  M_BUS = 3,
  SML = 4,
  CLIMATE_TALK = 5,
  /** GB HAN remote gateway protocol: carries GBCS messages. */
  GB_HRGP = 6,
}

export const enum RequestTunnel {
  PROTOCOL = 0,
  MANUFACTURER = 1,
  FLOW_CONTROL = 3,
  /** The longest TransferData that the sender takes. u16 */
  MAXIMUM_INCOMING = 4,
  LENGTH = 6,
}

export const enum RequestTunnelResponse {
  TUNNEL = 0,
  /** A `TunnelStatus`. */
  STATUS = 2,
  MAXIMUM_INCOMING = 3,
  LENGTH = 5,
}

export const enum TunnelStatus {
  SUCCESS = 0,
  /** Ask again in three minutes. */
  BUSY = 1,
  /** Close a tunnel and ask again. */
  NO_MORE_TUNNELS = 2,
  PROTOCOL_NOT_SUPPORTED = 3,
  FLOW_CONTROL_NOT_SUPPORTED = 4,
}

export const enum TransferData {
  TUNNEL = 0,
  /** The rest of the payload. */
  DATA = 2,
  /** Of TransferDataError: a `TransferError`. */
  ERROR = DATA,
  ERROR_LENGTH = 3,
  /** Of AckTransferData and ReadyData: bytes that the sender can still take. u16 */
  LEFT = DATA,
  LEFT_LENGTH = 4,
  /** Of CloseTunnel and TunnelClosureNotification: the tunnel alone. */
  CLOSE_LENGTH = DATA,
}

export const enum TransferError {
  NO_SUCH_TUNNEL = 0,
  WRONG_DEVICE = 1,
  OVERFLOW = 2,
}

export const enum SupportedProtocols {
  COMPLETE = 0,
  COUNT = 1,
  /** Manufacturer u16 and protocol, three bytes each. */
  LIST = 2,
  ENTRY_LENGTH = 3,
}

export function checkRequestTunnel(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, RequestTunnel.LENGTH);
}

export function requestTunnelMaximum(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + RequestTunnel.MAXIMUM_INCOMING);
}

export function putRequestTunnel(
  bytes: Uint8Array,
  at: number,
  protocol: TunnelProtocol,
  maximumIncoming: number,
): number {
  bytes[at + RequestTunnel.PROTOCOL] = protocol;
  writeU16(bytes, at + RequestTunnel.MANUFACTURER, NoTunnel.MANUFACTURER);
  bytes[at + RequestTunnel.FLOW_CONTROL] = 0;
  writeU16(bytes, at + RequestTunnel.MAXIMUM_INCOMING, maximumIncoming);
  return at + RequestTunnel.LENGTH;
}

export function checkRequestTunnelResponse(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, RequestTunnelResponse.LENGTH);
}

/** A `TunnelStatus`. */
export function tunnelStatus(bytes: Uint8Array, at: number): number {
  return bytes[at + RequestTunnelResponse.STATUS]!;
}

export function tunnelMaximum(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + RequestTunnelResponse.MAXIMUM_INCOMING);
}

export function putRequestTunnelResponse(
  bytes: Uint8Array,
  at: number,
  tunnel: number,
  status: TunnelStatus,
  maximumIncoming: number,
): number {
  writeU16(bytes, at + RequestTunnelResponse.TUNNEL, tunnel);
  bytes[at + RequestTunnelResponse.STATUS] = status;
  writeU16(bytes, at + RequestTunnelResponse.MAXIMUM_INCOMING, maximumIncoming);
  return at + RequestTunnelResponse.LENGTH;
}

/** CloseTunnel, TransferData, TunnelClosureNotification. */
export function checkTunnel(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, TransferData.CLOSE_LENGTH);
}

/** The tunnel of any command that names one: it stands first in all of them. */
export function tunnelOf(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + TransferData.TUNNEL);
}

/** CloseTunnel, TunnelClosureNotification, and what stands before the data of TransferData. */
export function putTunnelId(bytes: Uint8Array, at: number, tunnel: number): number {
  writeU16(bytes, at, tunnel);
  return at + TransferData.DATA;
}

export function checkTransferError(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, TransferData.ERROR_LENGTH);
}

/** A `TransferError`. */
export function transferError(bytes: Uint8Array, at: number): number {
  return bytes[at + TransferData.ERROR]!;
}

export function putTransferError(
  bytes: Uint8Array,
  at: number,
  tunnel: number,
  error: TransferError,
): number {
  writeU16(bytes, at, tunnel);
  bytes[at + TransferData.ERROR] = error;
  return at + TransferData.ERROR_LENGTH;
}

/** AckTransferData, ReadyData. */
export function checkTunnelLeft(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, TransferData.LEFT_LENGTH);
}

export function tunnelLeft(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + TransferData.LEFT);
}

/** AckTransferData, ReadyData. */
export function putTunnelLeft(bytes: Uint8Array, at: number, tunnel: number, left: number): number {
  writeU16(bytes, at, tunnel);
  writeU16(bytes, at + TransferData.LEFT, left);
  return at + TransferData.LEFT_LENGTH;
}

/** GetSupportedTunnelProtocols: an offset into the list. */
export function checkGetSupported(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, 1);
}

export function checkSupported(bytes: Uint8Array, at: number, end: number): Parsed {
  if (end - at < SupportedProtocols.LIST) return Parsed.TRUNCATED;
  const list = bytes[at + SupportedProtocols.COUNT]! * SupportedProtocols.ENTRY_LENGTH;
  return atLeast(end - at, SupportedProtocols.LIST + list);
}

/** Writes the whole list of one protocol. */
export function putSupported(bytes: Uint8Array, at: number, protocol: TunnelProtocol): number {
  bytes[at + SupportedProtocols.COMPLETE] = 1;
  bytes[at + SupportedProtocols.COUNT] = 1;
  writeU16(bytes, at + SupportedProtocols.LIST, NoTunnel.MANUFACTURER);
  bytes[at + SupportedProtocols.LIST + 2] = protocol;
  return at + SupportedProtocols.LIST + SupportedProtocols.ENTRY_LENGTH;
}

const READ = Access.READ;

export const TUNNELLING: ClusterTable = {
  id: Cluster.TUNNELLING,
  name: "Tunneling",
  source: "Smart Energy 07-5356-22 annex D.6",
  attributes: [[Tunnelling.CLOSE_TUNNEL_TIMEOUT, "CloseTunnelTimeout", ZclType.UINT16, READ]],
  clientAttributes: [],
  received: [
    [
      TunnelReceived.REQUEST_TUNNEL,
      "RequestTunnel",
      "protocolId:u8 manufacturerCode:u16 flowControlSupport:bool " +
        "maximumIncomingTransferSize:u16",
    ],
    [TunnelReceived.CLOSE_TUNNEL, "CloseTunnel", "tunnelId:u16"],
    [TunnelReceived.TRANSFER_DATA, "TransferData", "tunnelId:u16 data:bytes"],
    [
      TunnelReceived.TRANSFER_DATA_ERROR,
      "TransferDataError",
      "tunnelId:u16 transferDataStatus:enum8",
    ],
    [TunnelReceived.ACK_TRANSFER_DATA, "AckTransferData", "tunnelId:u16 numberOfBytesLeft:u16"],
    [TunnelReceived.READY_DATA, "ReadyData", "tunnelId:u16 numberOfOctetsLeft:u16"],
    [TunnelReceived.GET_SUPPORTED_PROTOCOLS, "GetSupportedTunnelProtocols", "protocolOffset:u8"],
  ],
  generated: [
    [
      TunnelGenerated.REQUEST_TUNNEL_RESPONSE,
      "RequestTunnelResponse",
      "tunnelId:u16 tunnelStatus:enum8 maximumIncomingTransferSize:u16",
    ],
    [TunnelGenerated.TRANSFER_DATA, "TransferData", "tunnelId:u16 data:bytes"],
    [
      TunnelGenerated.TRANSFER_DATA_ERROR,
      "TransferDataError",
      "tunnelId:u16 transferDataStatus:enum8",
    ],
    [TunnelGenerated.ACK_TRANSFER_DATA, "AckTransferData", "tunnelId:u16 numberOfBytesLeft:u16"],
    [TunnelGenerated.READY_DATA, "ReadyData", "tunnelId:u16 numberOfOctetsLeft:u16"],
    [
      TunnelGenerated.SUPPORTED_PROTOCOLS_RESPONSE,
      "SupportedTunnelProtocolsResponse",
      "protocolListComplete:bool protocolCount:u8 protocolList:(manufacturerCode:u16 " +
        "protocolId:u8)*protocolCount",
    ],
    [TunnelGenerated.TUNNEL_CLOSURE_NOTIFICATION, "TunnelClosureNotification", "tunnelId:u16"],
  ],
};

function atLeast(length: number, needed: number): Parsed {
  return length < needed ? Parsed.TRUNCATED : Parsed.OK;
}
