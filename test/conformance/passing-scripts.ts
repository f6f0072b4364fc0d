// What passes, what is refused, how much and how fast.

import { ECHO, send, sendBeyond } from "./commands";
import { BOOTED } from "./flash-scripts";
import type { Script } from "./script";

export const PASSING_SCRIPTS: readonly Script[] = [
  {
    name: "the most important starts first, equals by their numbers, and the boot is audited",
    steps: [{ at: 0, expect: BOOTED }],
  },
  {
    name: "what comes for one whose turn to start has not come waits for it, and a start is a call",
    steps: [
      { at: 0, tell: "wall", command: send("dave", 1) },
      { at: 0, tell: "alice", command: send("bob", 1) },
      { at: 0, tell: "carol", command: send("alice", 1) },
      {
        at: 0,
        expect: [
          "audit: started",
          "audit: kernel says boot",
          "wall: started",
          "wall: op 1 to dave: 1 ok",
          "alice: started",
          // Equals take turns, also with their starts.
          "bob: started",
          "alice: op 1 to bob: 1 ok",
          "bob: op 1 from alice, 16 bytes, sum 871",
          "carol: started",
          "dave: started",
          "carol: op 1 to alice: 1 ok",
          "alice: op 1 from carol, 16 bytes, sum 856",
          "dave: op 1 from wall, 16 bytes, sum 916",
        ],
      },
      { at: 0, counters: "dave", are: { received: 1, restarts: 0, faults: 0 } },
    ],
  },
  {
    name: "a declared message arrives whole, from 1 byte to 320",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "alice", command: send("bob", 2, 1) },
      { at: 2, tell: "alice", command: send("bob", 1, 320) },
      {
        at: 3,
        expect: [
          "alice: op 2 to bob: 1 ok",
          "bob: op 2 from alice, 1 bytes, sum 2",
          "alice: op 1 to bob: 1 ok",
          "bob: op 1 from alice, 320 bytes, sum 39967",
        ],
      },
      { at: 3, counters: "alice", are: { sent: 2, refused: 0, full: 0, faults: 0 } },
      { at: 3, counters: "bob", are: { received: 2, sent: 0 } },
    ],
  },
  {
    name: "what the table does not declare is refused, counted and audited, and reaches nobody",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "alice", command: send("dave", 1) },
      { at: 1, tell: "bob", command: send("alice", 2) },
      { at: 1, tell: "carol", command: send("carol", 1) },
      {
        at: 2,
        expect: [
          "alice: op 1 to dave: 1 refused",
          "audit: kernel says refused alice to dave op 1",
          "bob: op 2 to alice: 1 refused",
          "audit: kernel says refused bob to alice op 2",
          "carol: op 1 to carol: 1 refused",
          "audit: kernel says refused carol to carol op 1",
        ],
      },
      { at: 2, counters: "alice", are: { sent: 0, refused: 1, faults: 0 } },
    ],
  },
  {
    name: "messages of 0 and of 321 bytes, and longer than their own bytes, are refused",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "alice", command: send("bob", 1, 0) },
      { at: 1, tell: "alice", command: send("bob", 1, 321) },
      { at: 1100, tell: "alice", command: sendBeyond("bob", 1, 5) },
      {
        at: 1101,
        expect: [
          "alice: op 1 to bob: 1 refused",
          "audit: kernel says refused alice to bob op 255",
          "alice: op 1 to bob: 1 refused",
          "audit: kernel says refused alice to bob op 1",
          "alice: op 1 to bob: 1 refused",
          "audit: kernel says refused alice to bob op 1",
        ],
      },
    ],
  },
  {
    name: "who asks for the forbidden all day is audited twice at once, then once a second",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "alice", command: send("dave", 1, 16, 200) },
      { at: 10, tell: "alice", command: send("dave", 1, 16, 200) },
      { at: 1005, tell: "alice", command: send("dave", 1, 16, 200) },
      // Another one's notice is not lost in the crowd.
      { at: 1005, tell: "bob", command: send("dave", 9) },
      {
        at: 1006,
        expect: [
          "alice: op 1 to dave: 200 refused",
          "audit: kernel says refused alice to dave op 1",
          "audit: kernel says refused alice to dave op 1",
          "alice: op 1 to dave: 200 refused",
          // Equals take turns: `alice` was the last to be called.
          "bob: op 9 to dave: 1 refused",
          "audit: kernel says refused bob to dave op 9",
          "alice: op 1 to dave: 200 refused",
          "audit: kernel says refused alice to dave op 1",
        ],
      },
      { at: 1006, counters: "alice", are: { refused: 600 } },
    ],
  },
  {
    name: "a full queue answers FULL, and only its own sender's",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "carol", command: send("alice", 1, 16, 5) },
      { at: 1, tell: "bob", command: send("alice", 1, 16, 1) },
      {
        at: 2,
        expect: [
          "bob: op 1 to alice: 1 ok",
          "alice: op 1 from bob, 16 bytes, sum 856",
          "carol: op 1 to alice: 2 ok, 3 full",
          "alice: op 1 from carol, 16 bytes, sum 856",
          "alice: op 1 from carol, 16 bytes, sum 856",
        ],
      },
      { at: 2, counters: "carol", are: { sent: 2, full: 3 } },
      { at: 2, counters: "bob", are: { sent: 1, full: 0 } },
    ],
  },
  {
    name: "a rate of 10 a second lets 4 through at once and then one every 100 ms",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "bob", command: send("alice", 1, 1, 9) },
      { at: 50, tell: "bob", command: send("alice", 1, 1, 9) },
      { at: 101, tell: "bob", command: send("alice", 1, 1, 9) },
      { at: 301, tell: "bob", command: send("alice", 1, 1, 9) },
      {
        at: 302,
        expect: [
          "bob: op 1 to alice: 4 ok, 5 full",
          ...Array.from({ length: 4 }, () => "alice: op 1 from bob, 1 bytes, sum 1"),
          "bob: op 1 to alice: 9 full",
          "bob: op 1 to alice: 1 ok, 8 full",
          "alice: op 1 from bob, 1 bytes, sum 1",
          "bob: op 1 to alice: 2 ok, 7 full",
          "alice: op 1 from bob, 1 bytes, sum 1",
          "alice: op 1 from bob, 1 bytes, sum 1",
        ],
      },
    ],
  },
  {
    name: "two that echo to each other for ever are held by their rates, and others still run",
    steps: [
      { at: 0, expect: BOOTED },
      { at: 1, tell: "alice", command: ECHO },
      { at: 1, tell: "bob", command: ECHO },
      { at: 2, tell: "bob", command: send("alice", 1, 1, 1) },
      { at: 2, tell: "dave", command: send("wall", 1, 1, 1) },
      {
        at: 3,
        expect: [
          "bob: op 1 to alice: 1 ok",
          ...Array.from({ length: 3 }, () => [
            "alice: op 1 from bob, 1 bytes, sum 1",
            "bob: op 1 from alice, 1 bytes, sum 1",
          ]).flat(),
          "alice: op 1 from bob, 1 bytes, sum 1",
          "bob: op 1 from alice, 1 bytes, sum 1",
          "dave: op 1 to wall: 1 ok",
          "wall: op 1 from dave, 1 bytes, sum 1",
        ],
      },
    ],
  },
];
