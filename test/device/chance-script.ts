// Scripts that chance writes: they expect nothing, and look at everything after each step, so that
// two kernels can be held against each other.

import fc from "fast-check";
import {
  due,
  ECHO,
  eraseFlash,
  readFlash,
  SPIN,
  send,
  sendAtNews,
  sendBeyond,
  THROW,
  THROW_AT_MESSAGE,
  THROW_AT_NEWS,
  writeFlash,
} from "../conformance/commands";
import { PUPPETS } from "../conformance/puppet-table";
import type { Name, Script, Step } from "../conformance/script";

const NAMES = Object.keys(PUPPETS) as Name[];
const LIVING = NAMES.filter((name) => name !== "erin");
const COUNTERS = {
  received: 0,
  sent: 0,
  refused: 0,
  full: 0,
  unreachable: 0,
  restarts: 0,
  faults: 0,
};

const name = fc.constantFrom(...NAMES);
const operation = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(1, 2, 56) }, fc.nat(255));
const length = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 20 }) }, fc.nat(1000));
const flashLength = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 256 }) },
  fc.nat(300),
);
const flashOffset = fc.oneof({ weight: 9, arbitrary: fc.nat(7900) }, fc.nat(9000));
const sector = fc.constantFrom(0, 4096, 4096, 8192, 100);

const command = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(name, operation, length, fc.integer({ min: 1, max: 12 }))
      .map(([to, op, bytes, times]) => send(to, op, bytes, times)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(name, operation, fc.nat(0xffff))
      .map(([to, op, bytes]) => sendBeyond(to, op, bytes)),
  },
  { weight: 2, arbitrary: fc.nat(500).map(due) },
  {
    weight: 2,
    arbitrary: fc.tuple(flashOffset, flashLength).map(([at, bytes]) => writeFlash(at, bytes)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(flashOffset, flashLength).map(([at, bytes]) => readFlash(at, bytes)),
  },
  { weight: 1, arbitrary: sector.map(eraseFlash) },
  { weight: 2, arbitrary: name.map(sendAtNews) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(THROW, THROW_AT_MESSAGE, THROW_AT_NEWS, ECHO, ECHO, SPIN),
  },
);

type Act = (at: number) => Step;

const living = fc.constantFrom(...LIVING);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.tuple(name, command).map(
      ([tell, bytes]): Act =>
        (at) => ({ at, tell, command: bytes }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(living, fc.integer({ min: 1, max: 3 })).map(
      ([inject, fault]): Act =>
        (at) => ({ at, inject, fault }),
    ),
  },
  {
    weight: 1,
    arbitrary: name.map(
      (release): Act =>
        (at) => ({ at, release }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(name, fc.boolean()).map(
      ([power, on]): Act =>
        (at) => ({ at, power, on }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("stop" as const, "go" as const, "go" as const).map(
      (flash): Act =>
        (at) => ({ at, flash }),
    ),
  },
  { weight: 6, arbitrary: fc.constant<Act>((at) => ({ at, expect: [] })) },
  {
    weight: 2,
    arbitrary: name.map(
      (counters): Act =>
        (at) => ({ at, counters, are: COUNTERS }),
    ),
  },
);

// Mostly within a millisecond or a few; sometimes past a back-off, rarely past a hold.
const pause = fc.oneof(
  { weight: 12, arbitrary: fc.nat(2) },
  { weight: 4, arbitrary: fc.nat(120) },
  { weight: 1, arbitrary: fc.nat(40_000) },
  { weight: 1, arbitrary: fc.constant(900_001) },
);

export const chanceScript: fc.Arbitrary<Script> = fc
  .array(fc.tuple(pause, act), { minLength: 1, maxLength: 120 })
  .map((acts) => {
    let at = 0;
    const steps = acts.map(([after, make]) => {
      at += after;
      return make(at);
    });
    const looks = NAMES.map((counters): Step => ({ at: at + 1, counters, are: COUNTERS }));
    return { name: "chance", steps: [...steps, { at: at + 1, expect: [] }, ...looks] };
  });
