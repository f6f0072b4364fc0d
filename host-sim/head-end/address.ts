// Internet addresses in the 18 bytes that datagram links use: IPv4-mapped IPv6, then the port.
// @source RFC 4291 section 2.5.5.2

import { isIPv4 } from "node:net";

const PREFIX = Buffer.from("00000000000000000000ffff", "hex");

export function encodeAddress(host: string, port: number): Uint8Array {
  if (!isIPv4(host)) throw new Error(`${host} is no IPv4 address`);
  const address = Buffer.alloc(18);
  PREFIX.copy(address);
  for (const [index, part] of host.split(".").entries()) address[12 + index] = Number(part);
  address.writeUInt16BE(port, 16);
  return address;
}

export function decodeAddress(address: Uint8Array): { host: string; port: number } {
  const port = address[16]! * 256 + address[17]!;
  return { host: address.subarray(12, 16).join("."), port };
}
