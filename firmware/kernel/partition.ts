// What a partition is to a kernel, and what a kernel gives to a partition.

import type { UtcClock } from "../../hal/clock";
import type { CryptoProvider } from "../../hal/crypto";
import type { Entropy } from "../../hal/entropy";
import type { Sent } from "../../hal/sent";

/**
 * A job of the hub as a sans-I/O state machine. Work in each call is bounded.
 * An exception is a fault: the kernel ends the partition and starts it anew from its constructor.
 */
export interface Partition {
  /**
   * A message of a channel, or of a device.
   * @param now monotonic milliseconds, a safe integer
   * @param from a `Party`
   * @param buffer valid until return; the message is its first `length` bytes
   */
  receive(now: number, from: number, buffer: Uint8Array, length: number): void;
  /** Called when `dueAt()` has come. */
  tick(now: number): void;
  /** When it wants `tick` next, in monotonic milliseconds; `Infinity`: never. */
  dueAt(): number;
  /** The peer died and its queues are gone: conversations with it start anew. */
  peerRestarted(now: number, peer: number): void;
}

/** One channel's sending end. Copies once, never blocks. */
export interface Port {
  /** Sends the first `length` bytes; byte 0 is the `Operation`. At most 320 bytes. */
  send(message: Uint8Array, length: number): Sent;
}

/** What every partition gets besides its ports and devices. */
export interface Surroundings {
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly clock: UtcClock;
  /** Monotonic milliseconds at which this instance was started. */
  readonly startedAt: number;
}

/** Thrown by `check`: we are wrong. Only the kernel's supervisor catches it. */
export class Fault extends Error {}

/** States what must hold. A failure is our defect: the partition dies and is started anew. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) fail(what);
}

/** Apart from `check`, so that a device's builder can put the question where it is asked. */
function fail(what: string): never {
  throw new Fault(what);
}

/** The smaller one, for `dueAt`. It is one expression, so a device has no call of it. */
export function sooner(a: number, b: number): number {
  return a < b ? a : b;
}

/**
 * The least of `count` numbers from `first` on, for `dueAt`; `Infinity`: there are none. The kernel
 * asks after every call, so a device does this in C.
 */
export function earliest(times: Float64Array, first: number, count: number): number {
  let due = Number.POSITIVE_INFINITY;
  for (let i = first; i < first + count; i++) if (times[i]! < due) due = times[i]!;
  return due;
}
