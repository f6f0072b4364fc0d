// One run of a house, from the first moment to its report.

import { Finding } from "../../host-sim/checkers/finding";
import type { House } from "../../host-sim/house/house";
import type { CpuFigures } from "../../host-sim/hub/cpu-time";
import type { HouseReport } from "../../host-sim/report";
import { writeText } from "../write-file";
import { HouseWatch, keptBy } from "./house-watch";
import { openOutput } from "./output";
import { run } from "./pacer";

export interface Run {
  /** Times real time; `Infinity`: as fast as it can. */
  readonly speed: number;
  readonly frameMs: number;
  /** Simulated seconds; `Infinity`: until the signal. */
  readonly until: number;
  /** Where the report goes, if anywhere. */
  readonly report: string | undefined;
  /** The report, and nothing else, goes to standard output. */
  readonly json: boolean;
}

const DAY_S = 86_400;

/**
 * Captures, keys and report are whole however it ends: at `until`, by the signal, or with a
 * checker's finding, which is thrown last.
 */
export async function runHouse(house: House, options: Run, signal: AbortSignal): Promise<void> {
  const { speed, frameMs, until, json } = options;
  const output = openOutput(new HouseWatch(house), speed, until, json);
  const began = performance.now();
  let finding: Finding | undefined;
  try {
    await run(house, { speed, frameMs, until, progress: output.progress }, signal);
    house.finish();
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    finding = error;
  } finally {
    house.close();
    output.close();
  }
  const report = house.report((performance.now() - began) / 1_000);
  if (options.report !== undefined) {
    writeText(options.report, `${JSON.stringify(report, null, 2)}\n`);
  }
  const kept = house.headEnd === undefined ? keptBy(house) : undefined;
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : summary(report, kept));
  if (finding !== undefined) {
    throw new Error(`${finding.message}; the same seed and options replay it`);
  }
}

/** @param kept readings that the hub took, when the head-end is elsewhere */
function summary(report: HouseReport, kept: number | undefined): string {
  const { exchanges, gasMirror, han, simulatedSeconds, wallSeconds } = report;
  const days = (simulatedSeconds / DAY_S).toFixed(2);
  const ratio = Math.round(simulatedSeconds / Math.max(wallSeconds, 0.001));
  const networked = han.nodes.filter(({ state }) => state === "networked").length;
  const lines = [
    `${days} days in ${wallSeconds.toFixed(1)} s, ${ratio} times real time`,
    `network     ${networked} of ${han.nodes.length} nodes networked, ${han.refused.length} refused`,
    `readings    ${readings(report, kept)}`,
    `gas mirror  ${gasMirror.syncs} syncs, ${gasMirror.readsAnswered} reads answered, ` +
      `${gasMirror.meterWakesCausedByReads} wakes caused by them`,
  ];
  if (exchanges.sent > 0) {
    lines.push(`exchanges   ${exchanges.sent} sent, ${exchanges.exact} exact`);
  }
  if (report.cpu !== undefined) lines.push(`processor   ${processor(report.cpu)}`);
  lines.push(`trace       ${report.trace}`);
  return `${lines.join("\n")}\n`;
}

function processor({ hertz, busyShare, longestCall }: CpuFigures): string {
  const { call, seconds } = longestCall;
  const busy = `${(100 * busyShare).toFixed(2)} % busy at ${hertz / 1e6} MHz`;
  return `${busy}, longest call ${(seconds * 1_000).toFixed(1)} ms (${call})`;
}

function readings({ readings: r }: HouseReport, kept: number | undefined): string {
  if (kept !== undefined)
    return `${r.measured} measured, ${kept} taken by the hub, ${r.missed} missed`;
  const delivered = `${r.delivered} delivered (${r.late} late)`;
  return `${r.measured} measured, ${delivered}, ${r.pending} pending, ${r.missed} missed, ${r.lost} lost`;
}
