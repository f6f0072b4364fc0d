// `heddle coverage`: the installer's check that every device of a house is in reach.

import Table from "cli-table3";
import { Command } from "commander";
import {
  type CheckedDevice,
  checkCoverage,
  decodeCoverage,
  wayOf,
} from "../../host-sim/coverage/coverage";
import { House } from "../../host-sim/house/house";
import { wholeNumber } from "../argument";
import { houseFile } from "../read-file";
import { linesOf, PLAIN_TABLE } from "../view/plain-table";

interface CoverageOptions {
  readonly house?: string;
  readonly seed: number;
  readonly minutes: number;
  readonly json?: true;
}

const EXIT_FAILED = 1;
const MINUTES = 35;
const MINUTES_MAX = 1_440;
/** The hub answers in seconds, unless nobody hears it. */
const ANSWER_S = 300;

export function coverageCommand(): Command {
  return new Command("coverage")
    .description("Check that the hub of a house reaches every device, and say what to do if not.")
    .option("--house <file|name>", "the house (docs/house.md)")
    .option("--seed <n>", "same seed, same walls", wholeNumber("--seed", 0, 2 ** 32 - 1), 1)
    .option(
      "--minutes <n>",
      "how long the devices may take to join and be heard",
      wholeNumber("--minutes", 1, MINUTES_MAX),
      MINUTES,
    )
    .option("--json", "print one JSON object instead of a table")
    .addHelpText(
      "after",
      `
The simulated house runs for a while, then its hub is asked over the management session
(GET coverage, docs/wan.md). A device passes when it was heard lately, its frames arrive with at
least -86 dBm, over repeaters those of the last one, and it hears the hub.

Examples:
  heddle coverage
  heddle coverage --house house.json --seed 7 --json

Exit codes: 0 all pass, 1 one fails, 2 a bad argument, file or value.`,
    )
    .action(coverage);
}

function coverage({ house: file, seed, minutes, json }: CoverageOptions): void {
  const house = new House({ seed, config: houseFile(file) });
  house.runUntil(minutes * 60);
  const headEnd = house.headEnd!;
  let pages: Buffer | undefined;
  headEnd.headEnd.readCoverage(headEnd.now, (_now, read) => {
    pages = read;
  });
  headEnd.plan();
  house.runUntil(minutes * 60 + ANSWER_S);
  house.hub.end();
  if (pages === undefined) throw new Error("the hub did not answer; is its WAN away?");
  const devices = house.config.devices.filter(({ registered }) => registered);
  const checked = checkCoverage(devices, decodeCoverage(pages));
  const passed = checked.every((one) => one.passed);
  process.stdout.write(json ? `${JSON.stringify({ passed, devices: checked })}\n` : table(checked));
  if (!passed) process.exitCode = EXIT_FAILED;
}

function table(checked: readonly CheckedDevice[]): string {
  const rows = checked.map((one) => [
    one.passed ? "pass" : "FAIL",
    one.kind,
    one.eui64,
    one.rssi === null ? "-" : `${one.rssi} dBm`,
    one.costThere === null ? "-" : `cost ${one.costThere}`,
    wayOf(one),
    one.ageSeconds === null ? "never" : `${one.ageSeconds} s ago`,
    one.advice,
  ]);
  const heads = ["", "device", "EUI-64", "heard here", "hears us", "way", "last heard", ""];
  const whole = new Table({ ...PLAIN_TABLE, chars: { ...PLAIN_TABLE.chars, left: "" } });
  whole.push(heads, ...rows);
  const text = linesOf(whole).map((line) => line.trimEnd());
  const failed = checked.filter((one) => !one.passed).length;
  return `${text.join("\n")}\n${checked.length - failed} pass, ${failed} fail\n`;
}
