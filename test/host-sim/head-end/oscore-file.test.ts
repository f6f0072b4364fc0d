import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseOscore, readOscoreFile, SequenceFile } from "../../../host-sim/head-end/oscore-file";

const management = {
  name: "management",
  kind: "management",
  masterSecret: "00112233445566778899aabbccddeeff",
  senderId: "01",
  recipientId: "02",
};
const supplier = {
  name: "supplier",
  kind: "provider",
  masterSecret: "ffeeddccbbaa99887766554433221100",
  senderId: "03",
  recipientId: "04",
};
const file = (...contexts: object[]): string => JSON.stringify({ contexts });

describe("the file of contexts", () => {
  it("gives the contexts of a good file", () => {
    const contexts = parseOscore(file(management, supplier), "f");
    expect(contexts.map(({ name }) => name)).toEqual(["management", "supplier"]);
    expect(contexts[1]!.senderId.toString("hex")).toBe("03");
  });

  const bad: [string, string, RegExp][] = [
    ["no JSON", "{", /^f: not JSON/],
    ["no list", "{}", /needs \{"contexts"/],
    ["an entry that is no object", '{"contexts":[1]}', /contexts\[0\]: must be an object/],
    ["a bad name", file({ ...management, name: "A" }), /name: must be small letters/],
    ["a bad kind", file({ ...management, kind: "other" }), /kind: must be "management"/],
    [
      "a secret that is not hexadecimal",
      file({ ...management, masterSecret: "zz" }),
      /hexadecimal/,
    ],
    ["a short secret", file({ ...management, masterSecret: "00" }), /16 to 32 bytes/],
    ["a long ID", file({ ...management, senderId: "0011223344556677" }), /0 to 7 bytes/],
    ["no secret", file({ ...management, masterSecret: undefined }), /needs masterSecret/],
    ["one ID for both", file({ ...management, recipientId: "01" }), /must differ/],
    ["two of a name", file(management, { ...supplier, name: "management" }), /two contexts/],
    [
      "a secret used twice",
      file(management, { ...supplier, masterSecret: management.masterSecret }),
      /repeats a masterSecret/,
    ],
    ["a recipient used twice", file(management, { ...supplier, recipientId: "02" }), /recipientId/],
    ["a sender used twice", file(management, { ...supplier, senderId: "01" }), /senderId/],
    ["no management", file(supplier), /exactly one context/],
  ];
  for (const [name, text, message] of bad) {
    it(`refuses ${name} with one line`, () => {
      expect(() => parseOscore(text, "f")).toThrow(message);
    });
  }

  it("refuses a file that is not there", () => {
    expect(() => readOscoreFile("/nowhere/at/all.json")).toThrow(/cannot be read/);
  });
});

describe("sequence numbers beside it", () => {
  it("are never given twice, not even to a later process", () => {
    const directory = mkdtempSync(join(tmpdir(), "heddle-"));
    const path = join(directory, "state.json");
    try {
      const first = new SequenceFile(path);
      expect(first.existed).toBe(false);
      const taken = [first.take("a"), first.take("a"), first.take("b"), first.takeMany("a", 10)];
      expect(taken).toEqual([0, 1, 0, 2]);
      expect(first.take("a")).toBe(12);
      const second = new SequenceFile(path);
      expect(second.existed).toBe(true);
      expect(second.take("a")).toBeGreaterThan(12);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
