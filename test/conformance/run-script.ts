// Runs one script on any kernel, and says where it first differs from what was expected.

import type { FaultKind } from "../../firmware/kernel/fault";
import type { Name, Script, Step } from "./script";

export interface KernelUnderTest {
  start(now: number): void;
  /** One turn. True: call again at the same time. */
  run(now: number): boolean;
  dueAt(): number;
  tell(now: number, who: Name, command: readonly number[]): void;
  inject(who: Name, fault: FaultKind): void;
  release(now: number, who: Name): void;
  power(who: Name, on: boolean): void;
  flashGoes(on: boolean): void;
  counters(who: Name): Readonly<Record<string, number>>;
  /** The reports since the last call, as `reportText` writes them. */
  takeLines(): string[];
}

// A kernel that always has more work at the same millisecond would hang the test.
const TURNS_MAX = 10_000;

/** What a step showed against what it expects, undefined where it expects nothing. */
export type Outcome = { readonly step: string; readonly expected: unknown; readonly seen: unknown };

/** Steps of one millisecond happen together; before it looks at anything, the kernel runs. */
export function runScript(script: Script, kernel: KernelUnderTest): Outcome[] {
  const outcomes: Outcome[] = [];
  let now = 0;
  kernel.start(now);
  for (const step of script.steps) {
    const looks = "expect" in step || "counters" in step;
    if (looks || step.at > now) now = advance(kernel, now, step.at);
    const outcome = perform(kernel, now, step);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return outcomes;
}

/** Lets all pass that is due up to and at `until`. */
function advance(kernel: KernelUnderTest, from: number, until: number): number {
  let now = from;
  for (let turns = 0; turns < TURNS_MAX; turns++) {
    if (kernel.run(now)) continue;
    const due = kernel.dueAt();
    if (due > now && now >= until) return now;
    now = due <= now ? now : Math.min(due, until);
  }
  throw new Error(`no end of work at ${now} ms`);
}

function perform(kernel: KernelUnderTest, now: number, step: Step): Outcome | undefined {
  const text = `at ${step.at} ms`;
  if ("tell" in step) kernel.tell(now, step.tell, step.command);
  else if ("inject" in step) kernel.inject(step.inject, step.fault);
  else if ("release" in step) kernel.release(now, step.release);
  else if ("power" in step) kernel.power(step.power, step.on);
  else if ("flash" in step) kernel.flashGoes(step.flash === "go");
  else if ("expect" in step) {
    return { step: text, expected: step.expect, seen: kernel.takeLines() };
  } else {
    const all = kernel.counters(step.counters);
    const seen = Object.fromEntries(Object.keys(step.are).map((key) => [key, all[key]]));
    return { step: `${text}, ${step.counters}`, expected: step.are, seen };
  }
  return undefined;
}
