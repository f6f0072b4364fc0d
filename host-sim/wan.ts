// The wide-area network: datagrams between hosts, late, lost, doubled or out of order by chance.

import type { Random } from "./random";
import { TraceKind } from "./trace";
import type { World } from "./world";

/**
 * Address (16 bytes, IPv6 or IPv4-mapped) and port (2, big-endian), as `hal/datagram.ts` has it.
 */
export const ADDRESS_LENGTH = 18;

export interface WanOptions {
  /** Fractions of datagrams, 0 to 1. */
  readonly loss?: number;
  readonly duplication?: number;
  /** Fraction that is held back so that others overtake it. */
  readonly reordering?: number;
  readonly latencyMs?: number;
  /** Greatest extra delay. */
  readonly jitterMs?: number;
}

export interface WanHost {
  /** Receives 18 bytes of source address and the payload; valid until it returns. */
  datagram(bytes: Uint8Array, length: number): void;
}

/** Sees every datagram as it is sent, whether it arrives or not. Addresses have 18 bytes. */
export type WanObserver = (
  timeUs: number,
  from: Uint8Array,
  to: Uint8Array,
  payload: Uint8Array,
) => void;

const LATENCY_MS = 40;
const JITTER_MS = 15;
const REORDER_DELAY_MS = 250;

export class Wan {
  loss: number;
  duplication: number;
  reordering: number;
  latencyMs: number;
  jitterMs: number;
  /** Nothing passes at all. */
  outage = false;
  readonly counts = { sent: 0, lost: 0, duplicated: 0, unknown: 0 };
  private readonly random: Random;
  private readonly hosts = new Map<string, WanHost>();
  private readonly observers: WanObserver[] = [];

  constructor(
    private readonly world: World,
    options: WanOptions = {},
  ) {
    this.random = world.random.fork("wan");
    this.loss = options.loss ?? 0;
    this.duplication = options.duplication ?? 0;
    this.reordering = options.reordering ?? 0;
    this.latencyMs = options.latencyMs ?? LATENCY_MS;
    this.jitterMs = options.jitterMs ?? JITTER_MS;
  }

  attach(address: Uint8Array, host: WanHost): void {
    this.hosts.set(addressText(address), host);
  }

  observe(observer: WanObserver): void {
    this.observers.push(observer);
  }

  /** Sends `datagram` (18 bytes of destination, then the payload) from `from`. Takes a copy. */
  send(from: Uint8Array, datagram: Uint8Array, length: number): void {
    const now = this.world.now;
    const to = datagram.slice(0, ADDRESS_LENGTH);
    const arriving = datagram.slice(0, length);
    arriving.set(from);
    const payload = arriving.subarray(ADDRESS_LENGTH);
    this.counts.sent++;
    this.world.trace.record(TraceKind.WAN, now, to[17]!, from[17]!, payload, 0, payload.length);
    for (const observer of this.observers) observer(now, from, to, payload);
    if (this.outage || this.random.chance(this.loss)) {
      this.counts.lost++;
      return;
    }
    this.carry(to, arriving);
    if (this.random.chance(this.duplication)) {
      this.counts.duplicated++;
      this.carry(to, arriving);
    }
  }

  private carry(to: Uint8Array, arriving: Uint8Array): void {
    const held = this.random.chance(this.reordering) ? REORDER_DELAY_MS : 0;
    const delayMs = this.latencyMs + held + this.random.float() * this.jitterMs;
    this.world.schedule(Math.round(delayMs * 1000), () => {
      const host = this.hosts.get(addressText(to));
      if (host === undefined || this.outage) this.counts.unknown++;
      else host.datagram(arriving, arriving.length);
    });
  }
}

/** An IPv4 address and port as the 18 bytes that name a host. */
export function ipv4Host(a: number, b: number, c: number, d: number, port: number): Uint8Array {
  const address = new Uint8Array(ADDRESS_LENGTH);
  address.set([0xff, 0xff, a, b, c, d, port >> 8, port & 0xff], 10);
  return address;
}

/** For look-ups and messages: an address in hexadecimal. */
export function addressText(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, ADDRESS_LENGTH).toString("hex");
}
