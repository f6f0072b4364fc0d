// `heddle home`: the simulated house.

import { resolve } from "node:path";
import { Command } from "commander";
import { chargedNames, isCharged } from "../../host-sim/device/charged-board";
import { builtInHouses } from "../../host-sim/house/built-in";
import { House, type HouseOptions } from "../../host-sim/house/house";
import { DEFAULT_HOUSE } from "../../host-sim/house/house-config";
import { type Endpoint, positiveNumber, speed, udpEndpoint, wholeNumber } from "../argument";
import { board, boardNames } from "../board-option";
import type { BoardBuild } from "../builder/boards";
import { deviceKernels } from "../home/device";
import { exchangeFile } from "../home/exchange-file";
import { Realtime } from "../home/realtime";
import { runHouse } from "../home/run-house";
import { WanBridge } from "../home/wan-bridge";
import { houseFile, profileFile } from "../read-file";
import { sharedContexts } from "../shared-contexts";
import { UsageError } from "../usage-error";
import { writeText } from "../write-file";

interface HomeOptions {
  readonly days?: number;
  readonly seed: number;
  readonly speed: number;
  readonly house?: string;
  readonly profile?: string;
  readonly exchange?: string;
  readonly pcap?: string;
  readonly wanPcap?: string;
  readonly keylog?: string;
  readonly report?: string;
  readonly wan?: Endpoint;
  readonly oscore?: string;
  readonly device?: BoardBuild;
  readonly realtime?: true;
  readonly chargeCpu?: true;
  readonly json?: true;
}

const DEFAULT_SPEED = 60;
const FRAME_MS = 50;
/** What comes from a real network waits no longer: at 60 times real time this is 0.6 s. */
const NETWORK_FRAME_MS = 10;
/** What comes over a line in real time. */
const LINE_FRAME_MS = 5;
/** Over a real network a round trip of some milliseconds must stay under CoAP's time-outs. */
const REAL_NETWORK_SPEED_MAX = 100;
const DAY_S = 86_400;
/** In place of a house's name. */
const HELP = "help";

export function homeCommand(): Command {
  return new Command("home")
    .description("Run the simulated house: hub, meters, display, energy companies.")
    .option("--days <n>", "stop after so many simulated days", positiveNumber("--days", 3_660))
    .option("--seed <n>", "same seed, same bytes", wholeNumber("--seed", 0, 2 ** 32 - 1), 1)
    .option("--speed <n|max>", "times real time, or as fast as it can", speed, DEFAULT_SPEED)
    .option("--house <file|name>", "devices and faults, JSON (docs/house.md); help lists names")
    .option("--profile <file>", "half-hourly consumption: time,electricity_kwh,gas_kwh (CSV)")
    .option("--exchange <file>", "messages to send, and the meters' answers (JSON lines)")
    .option("--pcap <file>", "write the 802.15.4 frames of the home")
    .option("--wan-pcap <file>", "write the datagrams of the WAN")
    .option("--keylog <file>", "write the keys for tshark, one -o argument a line (secret!)")
    .option("--report <file>", "write what happened, JSON")
    .option("--wan <udp://host:port>", "a head-end elsewhere, over real UDP", udpEndpoint("--wan"))
    .option("--oscore <file>", "the contexts shared with that head-end (docs/wan.md)")
    .option("--device <board>", `the hub on a board: ${boardNames()}`, board("--device"))
    .option("--realtime", "that board runs by itself, and its lines join the house live")
    .option("--charge-cpu", "calls to that board take the time of their instructions")
    .option("--json", "print the report on standard output at the end")
    .addHelpText(
      "after",
      `
Without --days it runs until Ctrl-C. On a terminal it shows the house live, else plain lines.
--charge-cpu is for ${chargedNames()}, whose instructions QEMU counts. The same seed gives
the same bytes then too, but others than on Node.

Examples:
  heddle home
  heddle home --days 2 --speed max --seed 7 --pcap han.pcap --wan-pcap wan.pcap --keylog keys
  tshark -r han.pcap -o "$(head -n 1 keys)"            (a -o for each line opens all there is)
  heddle home --wan udp://127.0.0.1:5683 --oscore contexts.json   (give heddle head-end --speed 60)

Exit codes: 0 done, 1 a checker found something wrong, 2 a bad argument, file or value.`,
    )
    .action(home);
}

async function home(options: HomeOptions): Promise<void> {
  if (options.house === HELP) {
    process.stdout.write(builtInHouses());
    return;
  }
  checkCombination(options);
  const read = houseOptions(options);
  const realtime = options.realtime && (await Realtime.open(options.device!));
  const makeKernel = realtime
    ? realtime.makeKernel
    : options.device && (await deviceKernels(options.device, options.chargeCpu));
  const house = new House({ ...read, ...(makeKernel && { makeKernel }) });
  realtime?.attach(house);
  const bridge = options.wan && new WanBridge(house, options.wan);
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  try {
    await runHouse(
      house,
      {
        speed: realtime === undefined ? options.speed : 1,
        frameMs: frameMs(options),
        until: options.days === undefined ? Number.POSITIVE_INFINITY : options.days * DAY_S,
        report: options.report,
        json: options.json === true,
      },
      ended.signal,
    );
  } finally {
    bridge?.close();
    house.hub.end();
    realtime?.close();
  }
}

function frameMs({ realtime, wan }: HomeOptions): number {
  if (realtime) return LINE_FRAME_MS;
  return wan === undefined ? FRAME_MS : NETWORK_FRAME_MS;
}

function houseOptions(options: HomeOptions): HouseOptions {
  const read = houseFile(options.house);
  // A head-end elsewhere lives in the present, and tells the hub so.
  const isNow =
    (options.wan ?? options.realtime) !== undefined && read.startUtcMs === DEFAULT_HOUSE.startUtcMs;
  const config = isNow ? { ...read, startUtcMs: Date.now() } : read;
  const { pcap, wanPcap, keylog, exchange, oscore } = options;
  if (options.realtime && config.faults.some(({ kind }) => kind === "partition-fault")) {
    throw new UsageError(`${options.house}: a partition-fault needs the hub in lockstep`);
  }
  const profile = profileFile(options.profile);
  const knows = (to: string): boolean =>
    config.devices.some(({ kind, eui64 }) => kind === to || eui64 === to);
  const inputs = {
    seed: options.seed,
    config,
    ...(profile && { profile }),
    ...(exchange && { exchanges: exchangeFile(exchange, knows) }),
    ...(oscore && sharedContexts(oscore)),
    headEndElsewhere: options.wan !== undefined,
  };
  // Nothing that is there is overwritten before everything that is read has proved good.
  for (const path of [pcap, wanPcap, keylog, options.report]) if (path) writeText(path, "");
  return {
    ...inputs,
    ...(pcap && { pcap }),
    ...(wanPcap && { wanPcap }),
    ...(keylog && { keylog }),
  };
}

/** Who counts instructions is the emulator, and in real time no time is the board's to give. */
function checkCharge({ chargeCpu, device, realtime }: HomeOptions): void {
  if (!chargeCpu) return;
  if (device === undefined || !isCharged(device.name)) {
    throw new UsageError(`--charge-cpu needs --device ${chargedNames()}`);
  }
  if (realtime) throw new UsageError("--charge-cpu is for lockstep: leave --realtime out");
}

function checkCombination(options: HomeOptions): void {
  checkCharge(options);
  const { wan, oscore, speed: pace, exchange, realtime, device } = options;
  if (realtime && device === undefined) {
    throw new UsageError("--realtime needs --device, a board that runs by itself");
  }
  if (realtime && pace !== DEFAULT_SPEED && pace !== 1) {
    throw new UsageError("--realtime has no other --speed than 1");
  }
  if (wan !== undefined && oscore === undefined) {
    throw new UsageError("--wan needs --oscore FILE, the contexts shared with that head-end");
  }
  if (wan === undefined && oscore !== undefined) {
    throw new UsageError("--oscore needs --wan: the built-in head-end has contexts of its own");
  }
  if (wan !== undefined && pace > REAL_NETWORK_SPEED_MAX) {
    throw new UsageError(`--wan is a real network: give --speed up to ${REAL_NETWORK_SPEED_MAX}`);
  }
  if (wan !== undefined && exchange !== undefined) {
    throw new UsageError("--exchange needs the built-in head-end: leave --wan out");
  }
  const names = ["house", "profile", "exchange", "oscore", "pcap", "wanPcap", "keylog", "report"];
  const paths = names.map((name) => options[name as keyof HomeOptions] as string | undefined);
  const given = paths.filter((path) => path !== undefined).map((path) => resolve(path));
  const twice = given.find((path, index) => given.indexOf(path) !== index);
  if (twice !== undefined)
    throw new UsageError(`${twice}: is named for two options; use two files`);
}
