// A short run of every fuzz target of the HAN's codecs, and that the harness finds what it is for.

import { describe, expect, it } from "vitest";
import * as aps from "./aps.fuzz";
import * as clusters from "./clusters.fuzz";
import { InputMaker } from "./input-maker";
import * as installCode from "./install-code.fuzz";
import * as mac from "./mac.fuzz";
import * as nwk from "./nwk.fuzz";
import * as spinel from "./spinel.fuzz";
import { examineTwice, within } from "./surroundings";
import * as zcl from "./zcl.fuzz";
import * as zdo from "./zdo.fuzz";

const INPUTS = 3000;

describe("every parser of the HAN stands any bytes", () => {
  it.each([mac, nwk, aps, zdo, zcl, clusters, spinel, installCode])("$name", (target) => {
    const maker = new InputMaker(7, target.name, target.seeds);
    for (let i = 0; i < INPUTS; i++) target.fuzz(maker.next());
    for (const seed of target.seeds) target.fuzz(seed);
  });
});

describe("the harness", () => {
  it("finds a parser that reads a byte behind its frame", () => {
    const reading = () =>
      examineTwice(new Uint8Array(4), (bytes, start, length) => [bytes[start + length]!]);
    expect(reading).toThrow("outside");
  });

  it("finds a parser that reads a byte before its frame", () => {
    const reading = () => examineTwice(new Uint8Array(4), (bytes, start) => [bytes[start - 1]!]);
    expect(reading).toThrow("outside");
  });

  it("finds an offset outside the frame", () => {
    expect(() => within(5, 0, 4)).toThrow("outside");
  });

  it("gives the same inputs for the same seed", () => {
    const [one, two] = [new InputMaker(3, "a", []), new InputMaker(3, "a", [])];
    for (let i = 0; i < 100; i++) expect(one.next()).toEqual(two.next());
    expect(new InputMaker(4, "a", []).next()).not.toEqual(new InputMaker(3, "a", []).next());
  });
});
