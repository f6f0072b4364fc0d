// What a report of the terrace must say: `node tools/run.mjs test/storm/check-terrace.ts REPORT`.

import { readFileSync } from "node:fs";
import type { HouseReport } from "../../host-sim/report";

const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("check-terrace: name a report of `heddle home --report`\n");
  process.exit(2);
}
const report = JSON.parse(readFileSync(path, "utf8")) as HouseReport;
const problems = problemsOf(report);
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) process.exit(1);
const { readings, han, attacks } = report;
const tried = attacks.reduce((sum, one) => sum + one.tried, 0);
process.stdout.write(
  `${han.nodes.length} of ${han.nodes.length} devices networked, ${readings.delivered} of ` +
    `${readings.measured} readings delivered, ${readings.missed} missed, 0 lost, ` +
    `0 of ${tried} attacks succeeded\n`,
);

function problemsOf({ han, readings, attacks, checks }: HouseReport): string[] {
  const out = han.nodes.filter(({ state }) => state !== "networked");
  const findings = checks.filter(({ finding }) => finding !== null);
  return [
    ...(han.nodes.length === 32 ? [] : [`${han.nodes.length} devices, not 32`]),
    ...out.map(({ kind, eui64 }) => `${kind} ${eui64} is not in the network`),
    ...(readings.lost === 0 ? [] : [`${readings.lost} acknowledged readings were lost`]),
    ...(readings.delivered > 0 ? [] : ["no reading was delivered"]),
    ...(readings.recoveredHalfHours === readings.missedHalfHours
      ? []
      : [`${readings.recoveredHalfHours} of ${readings.missedHalfHours} half-hours recovered`]),
    ...(attacks.length > 0 ? [] : ["nobody attacked"]),
    ...attacks.filter(({ tried }) => tried === 0).map(({ kind }) => `nobody tried ${kind}`),
    ...attacks
      .filter(({ succeeded }) => succeeded > 0)
      .map(({ kind, succeeded }) => `${kind} succeeded ${succeeded} times`),
    ...findings.map(({ name, finding }) => `${name}: ${finding}`),
  ];
}
