// What the figures of boards are held against. A sentence says why one that is missed is missed.

import type { Figure } from "../figure";

export interface Target {
  /** The only board that it is for; without it, for all. */
  readonly board?: string;
  /** What the figure's name ends with, behind the board's. */
  readonly figure: RegExp;
  readonly title: string;
  readonly limit: number;
  readonly unit: string;
  readonly why: string;
}

export const TARGETS: readonly Target[] = [
  {
    board: "qemu-arm",
    figure: /: ram, used$/,
    title: "RAM, with a fifth of 256 KB left",
    limit: 209_715,
    unit: "bytes",
    why:
      "queues and heaps are what the table plans, also for the three partitions that are not " +
      "written yet",
  },
  {
    board: "qemu-arm",
    figure: /: flash, used$/,
    title: "flash inside, with what is kept for code",
    limit: 1_048_576,
    unit: "bytes",
    why: "the hot partitions' code lies inside",
  },
  {
    figure: /: boot until a beacon request is answered$/,
    title: "boot, until a beacon request is answered",
    limit: 6_400_000,
    unit: "instructions",
    why:
      "all code of `han` is looked at, and its tables are made in bytecode; `han`, `access` and " +
      "`trust` take in every record that their stores hold; the co-processor is set up step by " +
      "step, each of them a message there and back",
  },
  {
    figure: /: restart of [a-z-]+$/,
    title: "restart of a partition, the dearest",
    limit: 1_000_000,
    unit: "instructions",
    why: "the constructor makes all tables of the partition, in bytecode",
  },
  {
    figure: /: message between partitions, transport$/,
    title: "message between partitions, transport",
    limit: 5_000,
    unit: "instructions",
    why:
      "from one machine to another, what both keep on the one JavaScript stack is copied; on " +
      "RISC-V times are doubles besides, and the processor has no unit for them",
  },
  {
    figure: /: message with decoding, look-up and reply$/,
    title: "message with decoding, look-up and reply",
    limit: 25_000,
    unit: "instructions",
    why: "what is above the transport is the program of `trust`, in bytecode",
  },
  {
    figure: /: full-length frame to its value, AES apart$/,
    title: "full-length frame from Spinel to its value, AES apart",
    limit: 150_000,
    unit: "instructions",
    why:
      "what is left is spread over some hundred calls of methods, which the builder cannot put in " +
      "the place of the call as it does with functions; the APS acknowledgement is written, sealed " +
      "and handed to the radio's queue before the value goes on",
  },
  {
    board: "qemu-arm",
    figure: /: full-length frame to its value, AES apart$/,
    title: "the same, with a faster build of the engine",
    limit: 110_000,
    unit: "instructions",
    why:
      "boards have one build of the engine, the fastest that we found: its loop at -O2, with " +
      "opcodes of our own for frequent sequences; what is left is the firmware's bytecode",
  },
  {
    figure: /: slots taken by a full-length frame$/,
    title: "objects allocated by a full-length frame",
    limit: 0,
    unit: "slots",
    why: "what is allocated is one object for each call, and not for each attribute",
  },
  {
    figure: /: heap of [a-z-]+, of the planned$/,
    title: "heap in use, the fullest",
    limit: 80,
    unit: "%",
    why: "it holds more than when it was planned",
  },
];

export interface Verdict {
  readonly target: Target;
  readonly board: string;
  /** The worst of the figures that the target is about. */
  readonly worst: Figure;
  readonly isMet: boolean;
}

export function verdictsOf(figures: readonly Figure[], board: string): Verdict[] {
  const targets = TARGETS.filter((target) => (target.board ?? board) === board);
  return targets.flatMap((target) => {
    const own = figures.filter(
      ({ figure }) => figure.startsWith(`${board}:`) && target.figure.test(figure),
    );
    if (own.length === 0) return [];
    const worst = own.reduce((a, b) => (b.value > a.value ? b : a));
    return [{ target, board, worst, isMet: worst.value <= target.limit }];
  });
}
