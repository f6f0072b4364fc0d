// Scripts that chance writes: they expect nothing in particular and look often, so that two kernels
// can be held against each other.

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
import { PUPPET_TABLE, PUPPETS } from "../conformance/puppet-table";
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

type Act = (at: number) => Step;

function tell(who: Name, command: readonly number[]): Act {
  return (at) => ({ at, tell: who, command });
}

const name = fc.constantFrom(...NAMES);
const living = fc.constantFrom(...LIVING);
const operation = fc.oneof(fc.constantFrom(1, 2, 56), fc.nat(255));
const times = fc.integer({ min: 1, max: 6 });
const bytes = fc.integer({ min: 1, max: 20 });

const declared = fc
  .tuple(fc.constantFrom(...PUPPET_TABLE.channels), bytes, times, fc.nat(1))
  .map(([{ from, to, carries }, length, count, place]) =>
    tell(from as Name, send(to as Name, carries[place % carries.length]!, length, count)),
  );
const anySend = fc
  .tuple(living, name, operation, fc.nat(1000), times)
  .map(([who, to, op, length, count]) => tell(who, send(to, op, length, count)));
const beyond = fc
  .tuple(living, name, operation, fc.nat(0xffff))
  .map(([who, to, op, length]) => tell(who, sendBeyond(to, op, length)));
const tick = fc.tuple(living, fc.nat(50)).map(([who, after]) => tell(who, due(after)));
const flash = fc
  .tuple(fc.nat(7900), fc.integer({ min: 1, max: 256 }), fc.nat(3))
  .map(([offset, length, kind]) => {
    if (kind === 0) return tell("alice", eraseFlash(offset & 4096));
    return tell("alice", kind === 1 ? writeFlash(offset, length) : readFlash(offset, length));
  });
const badFlash = fc
  .tuple(living, fc.nat(9000), fc.nat(600), fc.nat(2))
  .map(([who, offset, length, kind]) => {
    if (kind === 0) return tell(who, eraseFlash(offset));
    return tell(who, kind === 1 ? writeFlash(offset, length) : readFlash(offset, length));
  });
const temper = fc.oneof(
  fc
    .tuple(living, fc.constantFrom(THROW, THROW_AT_MESSAGE, THROW_AT_NEWS, ECHO, ECHO, SPIN))
    .map(([who, command]) => tell(who, command)),
  fc.tuple(living, name).map(([who, to]) => tell(who, sendAtNews(to))),
);
const fault = fc.tuple(living, fc.integer({ min: 1, max: 3 })).map(
  ([inject, kind]): Act =>
    (at) => ({ at, inject, fault: kind }),
);
const release = name.map(
  (who): Act =>
    (at) => ({ at, release: who }),
);
const power = fc.tuple(living, fc.nat(3)).map(
  ([who, on]): Act =>
    (at) => ({ at, power: who, on: on > 0 }),
);
const chip = fc.nat(2).map(
  (on): Act =>
    (at) => ({ at, flash: on > 0 ? "go" : "stop" }),
);
const lines = fc.constant<Act>((at) => ({ at, expect: [] }));
const counters = name.map(
  (who): Act =>
    (at) => ({ at, counters: who, are: COUNTERS }),
);

const act = fc.oneof(
  { weight: 30, arbitrary: declared },
  { weight: 4, arbitrary: anySend },
  { weight: 1, arbitrary: beyond },
  { weight: 4, arbitrary: tick },
  { weight: 8, arbitrary: flash },
  { weight: 1, arbitrary: badFlash },
  { weight: 5, arbitrary: temper },
  { weight: 2, arbitrary: fault },
  { weight: 1, arbitrary: release },
  { weight: 2, arbitrary: power },
  { weight: 3, arbitrary: chip },
  { weight: 3, arbitrary: lines },
  { weight: 2, arbitrary: counters },
);

// Mostly at once or within a few milliseconds; sometimes past a back-off, rarely past a hold.
const pause = fc.oneof(
  { weight: 40, arbitrary: fc.constant(0) },
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 120 }) },
  { weight: 1, arbitrary: fc.nat(40_000) },
  { weight: 1, arbitrary: fc.constant(900_001) },
);

/** Long enough that queues fill, partitions die together and holds begin. */
const ACTS = { minLength: 60, maxLength: 300 };

export const chanceScript: fc.Arbitrary<Script> = fc
  .array(fc.tuple(pause, act), ACTS)
  .map((acts) => {
    let at = 0;
    const steps = acts.map(([after, make]) => {
      at += after;
      return make(at);
    });
    const looks = NAMES.map((who): Step => ({ at: at + 1, counters: who, are: COUNTERS }));
    return { name: "chance", steps: [...steps, { at: at + 1, expect: [] }, ...looks] };
  });
