// A conformance script is data: what happens at which millisecond, and the lines that must come of
// it. Any kernel that runs the puppets can be judged by it.

import type { FaultKind } from "../../firmware/kernel/fault";

export type Name = "audit" | "alice" | "bob" | "carol" | "wall" | "dave" | "erin";

export type Step = { readonly at: number } & (
  | { readonly tell: Name; readonly command: readonly number[] }
  | { readonly inject: Name; readonly fault: FaultKind }
  | { readonly release: Name }
  /** Off: the partition throws whenever it is made. */
  | { readonly power: Name; readonly on: boolean }
  /** Stops the flash chip: operations are taken and not completed until it goes on. */
  | { readonly flash: "stop" | "go" }
  /** Every line since the last `expect`, in order. */
  | { readonly expect: readonly string[] }
  /** Some of a partition's counters. */
  | { readonly counters: Name; readonly are: Readonly<Record<string, number>> }
);

export interface Script {
  readonly name: string;
  readonly steps: readonly Step[];
}
