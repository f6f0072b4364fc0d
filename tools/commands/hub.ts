// `heddle hub`: the hub itself, with a radio dongle and a network.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { Command } from "commander";
import { wholeNumber } from "../argument";
import { BOARDS } from "../builder/boards";
import { boardProgram } from "../home/device";
import { prepareState } from "../hub/state-directory";
import { UsageError } from "../usage-error";

interface HubOptions {
  readonly radio?: string;
  readonly baud: number;
  readonly flowControl?: true;
  readonly wan?: string;
  readonly oscore: string;
  readonly state: string;
  readonly program?: string;
  readonly prepare?: true;
  readonly json?: true;
}

const BAUD = 115_200;
const BAUD_MAX = 4_000_000;

export function hubCommand(): Command {
  return new Command("hub")
    .description("Run the hub on this machine, with a Spinel radio dongle.")
    .option("--radio <path>", "the dongle's serial device, or a Unix socket (heddle house)")
    .option("--baud <n>", "its speed", wholeNumber("--baud", 1, BAUD_MAX), BAUD)
    .option("--flow-control", "its line has RTS and CTS")
    .option("--wan <udp://host:port>", "the head-end", udpAddress)
    .requiredOption("--oscore <file>", "the contexts shared with that head-end (docs/wan.md)")
    .requiredOption("--state <dir>", "where the hub keeps its flash; made from --oscore once")
    .option("--prepare", "make --state and end, for a hub that runs elsewhere")
    .option("--program <file>", "the hub that heddle build --board linux wrote (default: build it)")
    .option("--json", "print events as JSON lines")
    .addHelpText(
      "after",
      `
It runs until Ctrl-C, prints an event a line, and goes on where it was when it is started again
with the same --state. A dongle that is pulled out may come back. Needs a C compiler, engine and
library once, to build the hub: tools/setup.sh fetches them.

Examples:
  heddle hub --radio /dev/ttyACM0 --wan udp://192.0.2.10:5683 --oscore contexts.json --state hub
  heddle hub --radio house.sock --wan udp://127.0.0.1:5683 --oscore contexts.json --state hub
                                                (heddle house and heddle head-end beside it)
  heddle hub --prepare --oscore contexts.json --state hub    (then copy it, and out/heddle)

Exit codes: 0 ended by Ctrl-C, 1 it failed, 2 a bad argument, device, file or value.`,
    )
    .action(hub);
}

async function hub(options: HubOptions): Promise<void> {
  const { radio, wan, oscore, state, prepare } = options;
  if (prepare !== true && radio === undefined) throw new UsageError("--radio is missing");
  if (prepare !== true && wan === undefined) throw new UsageError("--wan is missing");
  const program = prepare === true ? undefined : await programOf(options);
  const made = prepareState(state, oscore);
  if (made) process.stderr.write(`made ${state} from ${oscore}\n`);
  if (program === undefined) return;
  const words = ["--radio", radio!, "--wan", wan!, "--state", state, "--baud", `${options.baud}`];
  if (options.flowControl === true) words.push("--flow-control");
  if (options.json === true) words.push("--json");
  process.exitCode = await run(program, words);
}

async function programOf({ program }: HubOptions): Promise<string> {
  if (program === undefined) {
    process.stderr.write("building what has changed of the hub (board linux)\n");
    return boardProgram(BOARDS.find(({ name }) => name === "linux")!);
  }
  try {
    accessSync(program, constants.X_OK);
  } catch {
    const advice = "npx heddle build --board linux writes one";
    throw new UsageError(`--program ${program} cannot be run: ${advice}`);
  }
  // A name without a directory would be looked for elsewhere.
  return program.includes("/") ? program : `./${program}`;
}

/** Its exit code; it prints for itself. Signals to us are meant for it. */
function run(program: string, words: readonly string[]): Promise<number> {
  const child = spawn(program, words, { stdio: ["ignore", "inherit", "inherit"] });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", ({ message }) => reject(new Error(`the hub does not start: ${message}`)));
    child.on("close", (code, signal) => {
      if (code === null) reject(new Error(`the hub was ended by ${signal}`));
      else resolve(code);
    });
  });
}

/** The hub resolves names itself. */
function udpAddress(text: string): string {
  if (/^udp:\/\/(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):\d{1,5}$/.test(text)) return text;
  throw new UsageError(`--wan must be udp://HOST:PORT, as udp://192.0.2.10:5683, not "${text}"`);
}
