// Captures that Wireshark reads: classic pcap, written as it happens.
// @source draft-ietf-opsawg-pcap; link types of tcpdump.org/linktypes.html; RFC 791, 768, 8200

import { closeSync, openSync, writeSync } from "node:fs";
import type { Air } from "./air/air";
import { frameCheck } from "./air/fcs";
import { ADDRESS_LENGTH, type Wan } from "./wan";
import type { World } from "./world";

const enum LinkType {
  /** Raw IPv4 or IPv6, told apart by the version nibble. */
  RAW_IP = 101,
  /** IEEE 802.15.4 with FCS. */
  IEEE802154_WITH_FCS = 195,
}

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const SNAP_LENGTH = 65535;
const FLUSH_LENGTH = 65536;
const RECORD_HEADER = 16;

/** A pcap file; what is not yet on disk is written by `close`. */
export class Capture {
  private readonly file: number;
  private readonly buffer = Buffer.alloc(FLUSH_LENGTH + RECORD_HEADER + SNAP_LENGTH);
  private used = 0;

  constructor(
    path: string,
    linkType: number,
    private readonly world: World,
  ) {
    this.file = openSync(path, "w");
    this.buffer.writeUInt32LE(MAGIC_NANOSECONDS, 0);
    this.buffer.writeUInt16LE(2, 4);
    this.buffer.writeUInt16LE(4, 6);
    this.buffer.writeUInt32LE(SNAP_LENGTH, 16);
    this.buffer.writeUInt32LE(linkType, 20);
    this.used = 24;
  }

  /** Adds a packet of `length` octets at the world's time `timeUs`; `fill` writes them. */
  add(timeUs: number, length: number, fill: (bytes: Buffer, at: number) => void): void {
    const sinceEpochUs = this.world.startUtcMs * 1000 + timeUs;
    const at = this.used;
    this.buffer.writeUInt32LE(Math.floor(sinceEpochUs / 1e6) % 2 ** 32, at);
    this.buffer.writeUInt32LE((sinceEpochUs % 1e6) * 1000, at + 4);
    this.buffer.writeUInt32LE(length, at + 8);
    this.buffer.writeUInt32LE(length, at + 12);
    fill(this.buffer, at + RECORD_HEADER);
    this.used = at + RECORD_HEADER + length;
    if (this.used >= FLUSH_LENGTH) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    writeSync(this.file, this.buffer, 0, this.used);
    this.used = 0;
  }
}

/** Everything on the air of one house, each frame with its FCS, at the time of its first octet. */
export function captureAir(path: string, air: Air): Capture {
  const capture = new Capture(path, LinkType.IEEE802154_WITH_FCS, air.world);
  air.observe(({ bytes, length, startUs }) => {
    capture.add(startUs, length + 2, (out, at) => {
      out.set(bytes, at);
      out.writeUInt16LE(frameCheck(bytes, length), at + length);
    });
  });
  return capture;
}

/** Every datagram that is sent over the WAN, whether it arrives or not. */
export function captureWan(path: string, wan: Wan, world: World): Capture {
  const capture = new Capture(path, LinkType.RAW_IP, world);
  let identification = 0;
  wan.observe((timeUs, from, to, payload) => {
    const v4 = isMapped(from) && isMapped(to);
    const header = (v4 ? IPV4_HEADER : IPV6_HEADER) + UDP_HEADER;
    identification = (identification + 1) & 0xffff;
    capture.add(timeUs, header + payload.length, (out, at) => {
      out.set(payload, at + header);
      if (v4) putIpv4(out, at, from, to, payload.length, identification);
      else putIpv6(out, at, from, to, payload.length);
    });
  });
  return capture;
}

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const UDP_HEADER = 8;
const UDP = 17;
const HOPS = 64;

/** IPv4-mapped: ten zeros, two bytes of ones, the address. @source RFC 4291 section 2.5.5.2 */
function isMapped(address: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
  return address[10] === 0xff && address[11] === 0xff;
}

function putIpv4(
  out: Buffer,
  at: number,
  from: Uint8Array,
  to: Uint8Array,
  octets: number,
  identification: number,
): void {
  out.fill(0, at, at + IPV4_HEADER);
  out[at] = 0x45;
  out.writeUInt16BE(IPV4_HEADER + UDP_HEADER + octets, at + 2);
  out.writeUInt16BE(identification, at + 4);
  out[at + 8] = HOPS;
  out[at + 9] = UDP;
  out.set(from.subarray(12, 16), at + 12);
  out.set(to.subarray(12, 16), at + 16);
  out.writeUInt16BE(fold(sum(out, at, IPV4_HEADER)), at + 10);
  putUdp(out, at + IPV4_HEADER, from, to, octets, sum(out, at + 12, 8));
}

function putIpv6(out: Buffer, at: number, from: Uint8Array, to: Uint8Array, octets: number): void {
  out.fill(0, at, at + IPV6_HEADER);
  out[at] = 0x60;
  out.writeUInt16BE(UDP_HEADER + octets, at + 4);
  out[at + 6] = UDP;
  out[at + 7] = HOPS;
  out.set(from.subarray(0, 16), at + 8);
  out.set(to.subarray(0, 16), at + 24);
  putUdp(out, at + IPV6_HEADER, from, to, octets, sum(out, at + 8, 32));
}

/** @param addresses the sum over both addresses, for the pseudo-header */
function putUdp(
  out: Buffer,
  at: number,
  from: Uint8Array,
  to: Uint8Array,
  octets: number,
  addresses: number,
): void {
  const port = ADDRESS_LENGTH - 2;
  out.set(from.subarray(port), at);
  out.set(to.subarray(port), at + 2);
  out.writeUInt16BE(UDP_HEADER + octets, at + 4);
  out.writeUInt16BE(0, at + 6);
  const total = addresses + UDP + UDP_HEADER + octets + sum(out, at, UDP_HEADER + octets);
  // Zero would say that there is no checksum.
  out.writeUInt16BE(fold(total) || 0xffff, at + 6);
}

/** Sum of 16-bit words, an odd last octet padded with zero. */
function sum(bytes: Buffer, at: number, octets: number): number {
  let total = 0;
  for (let i = 0; i + 1 < octets; i += 2) total += bytes.readUInt16BE(at + i);
  if (octets % 2 === 1) total += bytes[at + octets - 1]! * 256;
  return total;
}

function fold(total: number): number {
  let rest = total;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000);
  return ~rest & 0xffff;
}
