// The `heddle` command: what there is, and how its mistakes are told.

import { Command, CommanderError } from "commander";
import { headEndCommand } from "./commands/head-end";
import { homeCommand } from "./commands/home";
import { sendCommand } from "./commands/send";
import { UsageError } from "./usage-error";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const program = new Command("heddle")
  .description("An open communications hub for smart metering: its simulated house and its tools.")
  .version("0.1.0")
  .addHelpText(
    "after",
    `
Examples:
  heddle home                               the house, 60 times real time, live
  heddle home --days 2 --speed max --seed 7 two days as fast as this machine can
  heddle head-end --listen 127.0.0.1:5683 --oscore contexts.json
  heddle send --to 70b3d52b60000001 message.bin

Exit codes: 0 done, 1 it failed, 2 a bad argument, file or value.`,
  );
for (const make of [homeCommand, headEndCommand, sendCommand]) program.addCommand(make());
for (const command of [program, ...program.commands]) {
  command.exitOverride();
  command.configureOutput({ outputError: () => undefined });
  command.showHelpAfterError(false);
}

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
  process.exitCode = explain(error);
}

/** Says one line and answers the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help that was not asked for: no verb was given.
    if (error.code === "commander.help") return EXIT_USAGE;
    const text = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
    process.stderr.write(`heddle: ${text}; see heddle --help\n`);
    return EXIT_USAGE;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`heddle: ${error.message}\n`);
    return EXIT_USAGE;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`heddle: ${text.replace(/\s*\n\s*/g, " ")}\n`);
  if (process.env["HEDDLE_TRACE"] !== undefined) console.error(error);
  return EXIT_FAILED;
}
