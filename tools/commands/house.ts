// `heddle house`: the simulated house without its hub, in real time, for a hub that is elsewhere.

import { Command } from "commander";
import { builtInHouses } from "../../host-sim/house/built-in";
import { House } from "../../host-sim/house/house";
import { DEFAULT_HOUSE, type HouseConfig } from "../../host-sim/house/house-config";
import { LineKernel } from "../../host-sim/live/line-kernel";
import { LineServer, LineServerError } from "../../host-sim/live/line-server";
import { offerRadio } from "../../host-sim/live/radio-offer";
import { positiveNumber, wholeNumber } from "../argument";
import { runHouse } from "../home/run-house";
import { houseFile, profileFile } from "../read-file";
import { UsageError } from "../usage-error";
import { writeText } from "../write-file";

interface HouseCommandOptions {
  readonly radio: string;
  readonly days?: number;
  readonly seed: number;
  readonly house?: string;
  readonly profile?: string;
  readonly pcap?: string;
  readonly report?: string;
  readonly json?: true;
}

/** The line's bytes wait no longer for the simulated time to come to them. */
const FRAME_MS = 5;
const DAY_S = 86_400;

export function houseCommand(): Command {
  return new Command("house")
    .description("Run the simulated house without its hub, in real time, for heddle hub.")
    .requiredOption("--radio <path>", "offer the radio dongle there, on a Unix socket")
    .option("--days <n>", "stop after so many days", positiveNumber("--days", 3_660))
    .option("--seed <n>", "of all chance in the house", wholeNumber("--seed", 0, 2 ** 32 - 1), 1)
    .option("--house <file|name>", "devices and faults, JSON (docs/house.md); help lists names")
    .option("--profile <file>", "half-hourly consumption: time,electricity_kwh,gas_kwh (CSV)")
    .option("--pcap <file>", "write the 802.15.4 frames of the home")
    .option("--report <file>", "write what happened, JSON")
    .option("--json", "print the report on standard output at the end")
    .addHelpText(
      "after",
      `
The socket takes the place of a dongle's serial device, byte for byte. One hub at a time opens it.

Examples:
  heddle house --radio house.sock
  heddle head-end --oscore contexts.json                           (in another terminal)
  heddle hub --radio house.sock --wan udp://127.0.0.1:5683 --oscore contexts.json --state hub

Exit codes: 0 done, 1 a checker found something wrong, 2 a bad argument, file or value.`,
    )
    .action(house);
}

async function house(options: HouseCommandOptions): Promise<void> {
  if (options.house === "help") {
    process.stdout.write(builtInHouses());
    return;
  }
  const config = configOf(options);
  const profile = profileFile(options.profile);
  for (const path of [options.pcap, options.report]) if (path) writeText(path, "");
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  const line = await offer(options.radio);
  const made = new House({
    seed: options.seed,
    config,
    headEndElsewhere: true,
    makeKernel: () => new LineKernel(),
    ...(profile && { profile }),
    ...(options.pcap && { pcap: options.pcap }),
  });
  offerRadio(made.hub, line);
  const until = options.days === undefined ? Number.POSITIVE_INFINITY : options.days * DAY_S;
  try {
    await runHouse(
      made,
      { speed: 1, frameMs: FRAME_MS, until, report: options.report, json: options.json === true },
      ended.signal,
    );
  } finally {
    line.close();
  }
}

/** It lives in the present, as the hub and its head-end do. */
function configOf(options: HouseCommandOptions): HouseConfig {
  const read = houseFile(options.house);
  const inside = read.faults.find(({ kind }) => kind === "partition-fault");
  if (inside !== undefined) {
    throw new UsageError(`${options.house}: a partition-fault needs the hub in the house`);
  }
  if (read.startUtcMs !== DEFAULT_HOUSE.startUtcMs) return read;
  return { ...read, startUtcMs: Date.now() };
}

async function offer(path: string): Promise<LineServer> {
  const line = new LineServer(path);
  line.onOpened = () => process.stderr.write("a hub has opened the radio\n");
  line.onClosed = () => process.stderr.write("the hub has closed the radio\n");
  try {
    await line.listen();
  } catch (error) {
    if (!(error instanceof LineServerError)) throw error;
    throw new UsageError(`--radio ${path}: ${error.message}`);
  }
  process.stderr.write(`the radio is at ${path}\n`);
  return line;
}
