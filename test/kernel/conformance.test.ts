// The TypeScript kernel against the conformance scripts.

import { describe, expect, test } from "vitest";
import { ENDED, endlessTicks } from "../conformance/endless-ticks";
import { FAILING_SCRIPTS } from "../conformance/failing-scripts";
import { PASSING_SCRIPTS } from "../conformance/passing-scripts";
import { runScript } from "../conformance/run-script";
import { TypescriptKernel } from "../conformance/typescript-kernel";

describe("what passes and what does not", () => {
  test.each(PASSING_SCRIPTS)("$name", (script) => {
    for (const { step, expected, seen } of runScript(script, new TypescriptKernel())) {
      expect(seen, step).toEqual(expected);
    }
  });
});

describe("faults and restarts", () => {
  test("who wants each tick at once is ended, in whatever milliseconds the turns are", () => {
    expect(endlessTicks(new TypescriptKernel())).toEqual(ENDED);
  });

  test.each(FAILING_SCRIPTS)("$name", (script) => {
    for (const { step, expected, seen } of runScript(script, new TypescriptKernel())) {
      expect(seen, step).toEqual(expected);
    }
  });
});
