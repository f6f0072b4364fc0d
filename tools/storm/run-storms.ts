// Storms one after the other: a line for each that failed, with the command that replays it, and
// the count at the end.

import type { FaultConfig } from "../../host-sim/faults/table";
import type { HouseOptions } from "../../host-sim/house/house";
import type { HouseConfig } from "../../host-sim/house/house-config";
import { Hours, Storm, type StormResult } from "../../host-sim/storm/storm";
import { duration } from "../view/live-view";

export interface Storms {
  readonly seeds: number;
  readonly from: number;
  readonly base: HouseConfig;
  /** The file of the house; undefined: the one of `heddle home`. */
  readonly house: string | undefined;
  readonly files: Pick<HouseOptions, "pcap" | "wanPcap" | "keylog">;
  readonly json: boolean;
}

interface Failure {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly replay: string;
}

const STEP_S = 300;
const COLUMNS = 80;
const CLEAR_TO_END = "\u001b[K";

/** Answers how many failed. */
export async function runStorms(storms: Storms): Promise<number> {
  const { seeds, from, base, files, json } = storms;
  const failures: Failure[] = [];
  const began = performance.now();
  const clearProgress = (): void => showProgress("");
  for (let seed = from; seed < from + seeds; seed++) {
    const storm = new Storm({ seed, base, files });
    for (let at = STEP_S; storm.runUntil(at); at += STEP_S) {
      const failed = failures.length === 0 ? "" : `, ${failures.length} failed`;
      showProgress(`storm ${seed - from + 1} of ${seeds}, ${duration(at)}${failed}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    clearProgress();
    const result = storm.result();
    if (seeds === 1 && !json) print(described(storm.house.config.faults, result));
    if (result.problems.length === 0) continue;
    const failure = { seed, problems: result.problems, replay: replayOf(seed, storms) };
    failures.push(failure);
    if (!json) print(told(failure));
  }
  const passed = seeds - failures.length;
  const wallSeconds = (performance.now() - began) / 1_000;
  if (json)
    print(JSON.stringify({ from, seeds, passed, failed: failures.length, wallSeconds, failures }));
  else print(`${passed} passed, ${failures.length} failed`);
  return failures.length;
}

function replayOf(seed: number, { house }: Storms): string {
  const other = house === undefined ? "" : ` --house ${house}`;
  return `npx heddle storm --seeds 1 --from ${seed}${other}`;
}

function told({ seed, problems, replay }: Failure): string {
  return `storm ${seed} failed: ${problems.join("; ")}\n  ${replay}`;
}

/** The faults in their order, and when each device was served again. */
function described(faults: readonly FaultConfig[], { services }: StormResult): string {
  const lines = faults.map(({ kind, at, ...own }) => {
    const fields = Object.entries(own).map(([name, value]) => `${name} ${short(value)}`);
    return `${duration(at)}  ${[kind, ...fields].join(", ")}`;
  });
  lines.push(`${duration(Hours.STORM_S)}  calm`);
  for (const { device, afterSeconds, wakes } of services) {
    const { kind, eui64 } = device.config;
    const after = afterSeconds === undefined ? "never" : `after ${afterSeconds} s`;
    const woken = device.device.node.sleeps ? `, ${wakes} wakes` : "";
    lines.push(`${kind} ${eui64} served again ${after}${woken}`);
  }
  return lines.join("\n");
}

function short(value: unknown): string {
  return typeof value === "number" ? `${Math.round(value * 1000) / 1000}` : String(value);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function showProgress(text: string): void {
  const stream = process.stderr;
  if (stream.isTTY !== true) return;
  stream.write(`\r${text.slice(0, (stream.columns || COLUMNS) - 1)}${CLEAR_TO_END}`);
}
