// What a region of flash does for its owner, and completions that come too late.

import { eraseFlash, readFlash, send, surveyFlash, THROW, writeFlash } from "./commands";
import type { Script, Step } from "./script";

/** What every script shows first. */
export const BOOTED: readonly string[] = [
  "audit: started",
  "audit: kernel says boot",
  "wall: started",
  "alice: started",
  "bob: started",
  "carol: started",
  "dave: started",
];

const BOOT: Step = { at: 0, expect: BOOTED };

export const FLASH_SCRIPTS: readonly Script[] = [
  {
    name: "a flash region takes one operation at a time",
    steps: [
      BOOT,
      { at: 1, flash: "stop" },
      { at: 1, tell: "alice", command: writeFlash(8, 4) },
      { at: 1, tell: "alice", command: readFlash(8, 4) },
      { at: 2, expect: ["alice: flash write: ok", "alice: flash read: full"] },
      { at: 2, flash: "go" },
      { at: 3, tell: "alice", command: readFlash(8, 4) },
      {
        at: 4,
        expect: [
          "alice: flash write done, status 0, data 0",
          "alice: flash read: ok",
          "alice: flash read done, status 0, data 90",
        ],
      },
    ],
  },
  {
    name: "a survey says of each sector how far it is used and how it begins",
    steps: [
      BOOT,
      { at: 1, tell: "alice", command: writeFlash(4096, 7) },
      { at: 2, tell: "alice", command: surveyFlash(4096, 254) },
      { at: 2, tell: "alice", command: surveyFlash(0, 24) },
      { at: 3, tell: "alice", command: surveyFlash(0, 24) },
      {
        at: 4,
        expect: [
          "alice: flash write: ok",
          "alice: flash write done, status 0, data 0",
          "alice: flash survey: ok",
          "alice: flash survey: full",
          "alice: flash survey done, status 0, data 7",
          "alice: flash survey: ok",
          "alice: flash survey done, status 0, data 0",
        ],
      },
    ],
  },
  survey("inside a sector", surveyFlash(8, 4)),
  survey("of nothing", surveyFlash(0, 0)),
  survey("of more than a completion holds", surveyFlash(0, 255)),
  {
    name: "a completion that a dead instance asked for is swallowed, and the region is FULL till then",
    steps: [
      BOOT,
      { at: 1, flash: "stop" },
      { at: 1, tell: "alice", command: eraseFlash(0) },
      { at: 2, tell: "alice", command: THROW },
      { at: 60, tell: "alice", command: readFlash(0, 1) },
      { at: 61, flash: "go" },
      { at: 62, tell: "alice", command: readFlash(0, 1) },
      {
        at: 63,
        expect: [
          "alice: flash erase: ok",
          "wall: alice died",
          "bob: alice died",
          "carol: alice died",
          "audit: kernel says fault throw of alice",
          "alice: started",
          "alice: flash read: full",
          "alice: flash read: ok",
          "alice: flash read done, status 0, data 255",
        ],
      },
    ],
  },
  {
    name: "a completion that waits when its owner dies goes with it, and the region is free",
    steps: [
      BOOT,
      { at: 1, flash: "stop" },
      { at: 1, tell: "alice", command: readFlash(8, 4) },
      // After the last of her inputs her line is the next one, before the region.
      { at: 2, tell: "carol", command: send("alice", 1, 1) },
      {
        at: 3,
        expect: [
          "alice: flash read: ok",
          "carol: op 1 to alice: 1 ok",
          "alice: op 1 from carol, 1 bytes, sum 1",
        ],
      },
      { at: 4, flash: "go" },
      { at: 4, tell: "alice", command: THROW },
      { at: 60, tell: "alice", command: readFlash(8, 4) },
      {
        at: 61,
        expect: [
          "wall: alice died",
          "bob: alice died",
          "carol: alice died",
          "audit: kernel says fault throw of alice",
          "alice: started",
          "alice: flash read: ok",
          "alice: flash read done, status 0, data 255",
        ],
      },
    ],
  },
];

/** A survey that no flash can do: the asker's own fault. */
function survey(what: string, command: readonly number[]): Script {
  return {
    name: `a survey ${what} is a fault of who asks for it`,
    steps: [
      BOOT,
      { at: 1, tell: "alice", command },
      {
        at: 2,
        expect: [
          "wall: alice died",
          "bob: alice died",
          "carol: alice died",
          "audit: kernel says fault throw of alice",
        ],
      },
    ],
  };
}
