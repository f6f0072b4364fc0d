// What a counting board tells: events between kernel and machines, each with the instructions
// spent so far. counting/counting.c is the other end.

import type { IncomingFrame } from "../../../host-sim/device/bench-frame";

export const enum EventKind {
  /** A message is about to be handed to a machine. */
  CALLS = 0,
  /** A call into a machine is over. */
  CALLED = 1,
  /** A machine's program begins. */
  PROGRAM = 2,
  /** A program sends a message. */
  SENDS = 3,
  /** A program asks something of a device. */
  DEVICE = 4,
  BOOT = 5,
}

export const enum CallKind {
  START = 0,
  RECEIVE = 1,
  TICK = 2,
  PEER_RESTARTED = 3,
  DUE_AT = 4,
}

/** Instructions by who spent them, from the start of the board. */
export interface Work {
  readonly kernel: number;
  readonly machine: number;
  readonly program: number;
  readonly crypto: number;
}

/** What a machine uses of its heap, in bytes; slots in number. */
export interface Memory {
  readonly heapPeak: number;
  readonly stackPeak: number;
  readonly slots: number;
  readonly chunkBytes: number;
}

export interface CountedEvent extends Work {
  readonly kind: EventKind;
  /** Whose machine it is. */
  readonly party: number;
  /** `CALLS`: the sender. `CALLED`: a `CallKind`. `SENDS`: the receiver. `DEVICE`: the device. */
  readonly what: number;
  /** Of the message. `CALLED`: how it ended. `DEVICE`: the verb. */
  readonly operation: number;
  /** Only of `CALLED`. */
  readonly memory: Memory | undefined;
  /** Simulated milliseconds. */
  readonly at: number;
}

const enum Place {
  KIND = 0,
  PARTY = 1,
  WHAT = 2,
  OPERATION = 3,
  KERNEL = 4,
  MACHINE = 12,
  PROGRAM = 20,
  CRYPTO = 28,
  HEAP_PEAK = 36,
  STACK_PEAK = 40,
  SLOTS = 44,
  CHUNK_BYTES = 48,
}

export function readEvent(frame: IncomingFrame, at: number): CountedEvent {
  const kind: EventKind = frame.get8(Place.KIND);
  return {
    kind,
    party: frame.get8(Place.PARTY),
    what: frame.get8(Place.WHAT),
    operation: frame.get8(Place.OPERATION),
    kernel: frame.getWhole(Place.KERNEL),
    machine: frame.getWhole(Place.MACHINE),
    program: frame.getWhole(Place.PROGRAM),
    crypto: frame.getWhole(Place.CRYPTO),
    memory: kind === EventKind.CALLED ? readMemory(frame) : undefined,
    at,
  };
}

function readMemory(frame: IncomingFrame): Memory {
  return {
    heapPeak: frame.get32(Place.HEAP_PEAK),
    stackPeak: frame.get32(Place.STACK_PEAK),
    slots: frame.get32(Place.SLOTS),
    chunkBytes: frame.get32(Place.CHUNK_BYTES),
  };
}

/** What was spent from one event to a later one. */
export function between(from: Work, to: Work): Work {
  return {
    kernel: to.kernel - from.kernel,
    machine: to.machine - from.machine,
    program: to.program - from.program,
    crypto: to.crypto - from.crypto,
  };
}

export function sum({ kernel, machine, program, crypto }: Work): number {
  return kernel + machine + program + crypto;
}
