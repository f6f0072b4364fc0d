// Faults, restarts, holds.

import { FaultKind } from "../../firmware/kernel/fault";
import { due, SPIN, send, sendAtNews, THROW, THROW_AT_MESSAGE, THROW_AT_NEWS } from "./commands";
import { BOOTED, FLASH_SCRIPTS } from "./flash-scripts";
import type { Script, Step } from "./script";

const BOOT: Step = { at: 0, expect: BOOTED };

const BOB_DIED = ["audit: bob died", "alice: bob died", "carol: bob died"];

function injected(kind: FaultKind, text: string): Script {
  return {
    name: `a partition that meets the fault "${text}" ends alone, and all others go on`,
    steps: [
      BOOT,
      { at: 1, tell: "alice", command: due(10) },
      { at: 1, tell: "dave", command: due(10) },
      { at: 2, inject: "bob", fault: kind },
      { at: 3, tell: "bob", command: send("alice", 1) },
      { at: 4, expect: [...BOB_DIED, `audit: kernel says fault ${text} of bob`] },
      { at: 20, expect: ["alice: tick", "dave: tick"] },
      { at: 53, expect: ["bob: started"] },
      { at: 53, counters: "bob", are: { faults: 1, restarts: 1, sent: 0 } },
      { at: 53, counters: "alice", are: { faults: 0, restarts: 0 } },
    ],
  };
}

/** Times at which `bob` starts again when he dies at once each time, from a first death at 1 ms. */
const STARTS = [51, 151, 351, 751, 1551, 3151];

function diesAgain(at: number): Step[] {
  return [
    { at, tell: "bob", command: THROW },
    { at, expect: ["bob: started", ...BOB_DIED, "audit: kernel says fault throw of bob"] },
  ];
}

export const FAILING_SCRIPTS: readonly Script[] = [
  injected(FaultKind.THROW, "throw"),
  injected(FaultKind.MEMORY, "memory"),
  injected(FaultKind.CPU, "cpu"),
  {
    name: "a death clears the queues both ways, and is told before any other work",
    steps: [
      BOOT,
      // Both have room for three more commands: one turn handles all of them.
      { at: 1, tell: "carol", command: send("bob", 1, 1, 2) },
      { at: 1, tell: "bob", command: THROW_AT_MESSAGE },
      { at: 1, tell: "bob", command: send("alice", 1, 1, 3) },
      { at: 2, tell: "bob", command: send("alice", 1, 1, 1) },
      {
        at: 3,
        expect: [
          "bob: op 1 to alice: 3 ok",
          ...Array.from({ length: 3 }, () => "alice: op 1 from bob, 1 bytes, sum 1"),
          "carol: op 1 to bob: 2 ok",
          ...BOB_DIED,
          "audit: kernel says fault throw of bob",
        ],
      },
      { at: 3, counters: "bob", are: { received: 3, faults: 1, sent: 3 } },
      // The second message of `carol` died with him, and the new life begins with empty queues.
      { at: 60, expect: ["bob: started"] },
      { at: 60, counters: "bob", are: { received: 3, restarts: 1 } },
    ],
  },
  {
    name: "a send to a partition that is down answers RESTARTED, even from the news of its death",
    steps: [
      BOOT,
      { at: 1, tell: "carol", command: sendAtNews("bob") },
      { at: 2, tell: "bob", command: THROW },
      {
        at: 3,
        expect: [
          ...BOB_DIED,
          "carol: op 1 to bob: 1 restarted",
          "audit: kernel says fault throw of bob",
        ],
      },
      { at: 51, tell: "carol", command: send("bob", 1) },
      { at: 52, expect: ["carol: op 1 to bob: 1 restarted", "bob: started"] },
      { at: 53, tell: "carol", command: send("bob", 1) },
      { at: 54, expect: ["carol: op 1 to bob: 1 ok", "bob: op 1 from carol, 16 bytes, sum 871"] },
      { at: 54, counters: "carol", are: { unreachable: 2, sent: 1, full: 0, refused: 0 } },
    ],
  },
  {
    name: "one that dies before another has started takes its messages along, and no news waits",
    steps: [
      { at: 0, tell: "wall", command: send("dave", 1) },
      { at: 0, tell: "wall", command: THROW },
      {
        at: 0,
        expect: [
          "audit: started",
          "audit: kernel says boot",
          "wall: started",
          "wall: op 1 to dave: 1 ok",
          "audit: kernel says fault throw of wall",
          "alice: started",
          "bob: started",
          "carol: started",
          "dave: started",
        ],
      },
      { at: 0, counters: "dave", are: { received: 0 } },
      { at: 50, expect: ["wall: started"] },
    ],
  },
  {
    name: "one that dies of its first start is down, and starts again like any other",
    steps: [
      { at: 0, inject: "wall", fault: FaultKind.MEMORY },
      { at: 0, tell: "alice", command: send("wall", 1) },
      {
        at: 0,
        expect: [
          "audit: started",
          "audit: kernel says boot",
          "audit: kernel says fault memory of wall",
          "alice: started",
          "bob: started",
          "alice: op 1 to wall: 1 restarted",
          "carol: started",
          "dave: started",
        ],
      },
      { at: 49, expect: [] },
      { at: 50, expect: ["wall: started"] },
      { at: 50, counters: "wall", are: { faults: 1, restarts: 1 } },
    ],
  },
  {
    name: "a partition that nobody has written is down for ever",
    steps: [
      BOOT,
      { at: 1, tell: "alice", command: send("erin", 1) },
      { at: 100_000, expect: ["alice: op 1 to erin: 1 restarted"] },
    ],
  },
  {
    name: "a peer that dies of the news is announced too, and nobody is told of their own death",
    steps: [
      BOOT,
      { at: 1, tell: "carol", command: THROW_AT_NEWS },
      { at: 2, tell: "bob", command: THROW },
      {
        at: 3,
        expect: [
          ...BOB_DIED,
          "alice: carol died",
          "audit: kernel says fault throw of bob",
          "audit: kernel says fault throw of carol",
        ],
      },
      { at: 52, expect: ["bob: started", "carol: started"] },
    ],
  },
  {
    name: "who wants a tick for ever meets a CPU fault, and the rest of the millisecond is theirs",
    steps: [
      BOOT,
      { at: 1, tell: "alice", command: SPIN },
      { at: 1, tell: "dave", command: send("wall", 1) },
      {
        at: 2,
        expect: [
          "wall: alice died",
          "bob: alice died",
          "carol: alice died",
          "audit: kernel says fault cpu of alice",
          "dave: op 1 to wall: 1 ok",
          "wall: op 1 from dave, 16 bytes, sum 901",
        ],
      },
    ],
  },
  {
    name: "pauses double from 50 ms, eight faults within a minute hold it, and the hold ends",
    steps: [
      BOOT,
      { at: 1, tell: "bob", command: THROW },
      { at: 2, expect: [...BOB_DIED, "audit: kernel says fault throw of bob"] },
      ...STARTS.flatMap(diesAgain),
      { at: 6350, expect: [] },
      { at: 6351, tell: "bob", command: THROW },
      {
        at: 6352,
        expect: [
          "bob: started",
          ...BOB_DIED,
          "audit: kernel says fault throw of bob",
          "audit: kernel says held bob",
        ],
      },
      { at: 906_350, expect: [] },
      { at: 906_351, expect: ["bob: started"] },
      // After a hold the pauses begin anew.
      { at: 906_400, tell: "bob", command: THROW },
      {
        at: 906_450,
        expect: [...BOB_DIED, "audit: kernel says fault throw of bob", "bob: started"],
      },
    ],
  },
  {
    name: "a hold is ended by an explicit call",
    steps: [
      BOOT,
      { at: 1, power: "bob", on: false },
      { at: 1, tell: "bob", command: THROW },
      { at: 10_000, counters: "bob", are: { faults: 8, restarts: 7 } },
      { at: 10_000, power: "bob", on: true },
      { at: 10_000, release: "bob" },
      {
        at: 10_001,
        expect: [
          ...Array.from({ length: 8 }, () => [
            ...BOB_DIED,
            "audit: kernel says fault throw of bob",
          ]).flat(),
          "audit: kernel says held bob",
          "bob: started",
        ],
      },
    ],
  },
  {
    name: "after a good life of 30 s the pause is 50 ms again",
    steps: [
      BOOT,
      { at: 1, tell: "bob", command: THROW },
      { at: 52, tell: "bob", command: THROW },
      {
        at: 200,
        expect: twice([...BOB_DIED, "audit: kernel says fault throw of bob"], "bob: started"),
      },
      { at: 30_152, tell: "bob", command: THROW },
      {
        at: 30_202,
        expect: [...BOB_DIED, "audit: kernel says fault throw of bob", "bob: started"],
      },
    ],
  },
  {
    name: "`audit` itself may die: what the kernel has to say waits for its next life",
    steps: [
      BOOT,
      { at: 1, tell: "audit", command: THROW },
      { at: 2, tell: "alice", command: send("dave", 1) },
      { at: 40, expect: ["bob: audit died", "alice: op 1 to dave: 1 refused"] },
      {
        at: 52,
        expect: [
          "audit: started",
          "audit: kernel says fault throw of audit",
          "audit: kernel says refused alice to dave op 1",
        ],
      },
    ],
  },
  ...FLASH_SCRIPTS,
];

function twice(lines: readonly string[], last: string): string[] {
  return [...lines, last, ...lines, last];
}
