// The `heddle` command: what there is, and how its mistakes are told.

import { Command, CommanderError } from "commander";
import { backupCommand } from "./commands/backup";
import { buildCommand } from "./commands/build";
import { coverageCommand } from "./commands/coverage";
import { headEndCommand } from "./commands/head-end";
import { homeCommand } from "./commands/home";
import { houseCommand } from "./commands/house";
import { hubCommand } from "./commands/hub";
import { restoreCommand } from "./commands/restore";
import { sendCommand } from "./commands/send";
import { stormCommand } from "./commands/storm";
import { UsageError } from "./usage-error";

/** As package.json has it; a test compares. */
const VERSION = "0.1.0";
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const program = new Command("heddle")
  .description("An open communications hub for smart metering: its simulated house and its tools.")
  .version(VERSION)
  .addHelpText(
    "after",
    `
Examples:
  heddle home                               the house, 60 times real time, live
  heddle home --days 2 --speed max --seed 7 two days as fast as this machine can
  heddle storm --seeds 20                   twenty houses in bad weather
  heddle head-end --listen 127.0.0.1:5683 --oscore contexts.json
  heddle send --to 70b3d52b60000001 message.bin

Exit codes: 0 done, 1 it failed, 2 a bad argument, file or value.`,
  );
const VERBS = [
  homeCommand,
  stormCommand,
  coverageCommand,
  hubCommand,
  houseCommand,
  headEndCommand,
  sendCommand,
  backupCommand,
  restoreCommand,
  buildCommand,
];
for (const make of VERBS) program.addCommand(make());
for (const command of [program, ...program.commands]) {
  command.exitOverride();
  command.configureOutput({ outputError: () => undefined });
  command.showHelpAfterError(false);
}

// Whoever reads our output may go at any time, as `head` does; that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
  process.exitCode = explain(error);
}

/** Says one line and answers the exit code. */
function explain(error: unknown): number {
  // Help that was not asked for: no verb was given.
  if (error instanceof CommanderError && error.code === "commander.help") return EXIT_USAGE;
  const isUsage = error instanceof CommanderError || error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  const text = message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\.$/, "");
  process.stderr.write(`heddle: ${text}${isUsage ? `; see ${helpOf()}` : ""}\n`);
  if (process.env["HEDDLE_TRACE"] !== undefined) console.error(error);
  return isUsage ? EXIT_USAGE : EXIT_FAILED;
}

/** The help of the verb that was meant. */
function helpOf(): string {
  const verb = program.commands.find((command) => command.name() === process.argv[2]);
  return verb === undefined ? "heddle --help" : `heddle ${verb.name()} --help`;
}
