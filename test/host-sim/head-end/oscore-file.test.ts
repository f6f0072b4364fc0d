import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  OscoreFileError,
  parseOscore,
  readOscoreFile,
  SequenceFile,
} from "../../../host-sim/head-end/oscore-file";

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
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "heddle-"));
    path = join(directory, "state.json");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("are never given twice, not even to a later process", () => {
    const first = new SequenceFile(path);
    expect(first.existed).toBe(false);
    const taken = [first.take("a"), first.take("a"), first.take("b"), first.takeMany("a", 10)];
    expect(taken).toEqual([0, 1, 0, 2]);
    expect(first.take("a")).toBe(12);
    const second = new SequenceFile(path);
    expect(second.existed).toBe(true);
    expect(second.take("a")).toBeGreaterThan(12);
  });

  it("are on disk before they are used", () => {
    const sequences = new SequenceFile(path);
    for (let i = 0; i < 1_000; i++) {
      const taken = sequences.take("a");
      const stored = JSON.parse(readFileSync(path, "utf8")) as { a: number };
      expect(stored.a).toBeGreaterThan(taken);
    }
  });

  it.each([
    ["no JSON", "{", /cannot be read as JSON; restore the file/],
    ["nothing", "", /cannot be read as JSON/],
    ["null", "null", /must hold an object of numbers/],
    ["a list", "[1]", /must hold an object of numbers/],
    ["a number below zero", '{"a":-1}', /"a" is no sequence number/],
    ["text", '{"a":"1"}', /"a" is no sequence number/],
    ["a fraction", '{"a":1.5}', /"a" is no sequence number/],
  ])("that are damaged (%s) are refused, never begun anew", (_name, text, message) => {
    writeFileSync(path, text);
    expect(() => new SequenceFile(path)).toThrow(OscoreFileError);
    expect(() => new SequenceFile(path)).toThrow(message);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("that cannot be written are told before any is used", () => {
    expect(() => new SequenceFile(join(directory, "no", "where"))).toThrow(/cannot be written/);
  });
});
