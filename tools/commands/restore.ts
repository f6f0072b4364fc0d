// `heddle restore`: a blank hub takes over a network from its backup.

import { Command } from "commander";
import { BackupError, openBackup } from "../../host-sim/hub/backup";
import { restoreBackup } from "../../host-sim/hub/restore";
import { readRecoveryKey } from "../hub/recovery-key";
import { openState, saveState } from "../hub/state-directory";
import { bytesFile } from "../read-file";
import { UsageError } from "../usage-error";

interface RestoreOptions {
  readonly state: string;
  readonly key: string;
}

export function restoreCommand(): Command {
  return new Command("restore")
    .description("Have a blank hub take over the network of a backup: no device is paired again.")
    .argument("<backup>", "the file of heddle backup, or what GET backup answered")
    .requiredOption("--state <dir>", "the new hub's, from heddle hub --prepare; it must not run")
    .requiredOption("--key <file>", "the recovery key that the backup is sealed under")
    .addHelpText(
      "after",
      `
The old hub must never run again: two with one address and one key disturb each other. All counters
go beyond what it can have used since; an hour after its start the new hub changes the network key.

Examples:
  heddle hub --prepare --oscore contexts.json --state new-hub
  heddle restore hub.backup --state new-hub --key recovery.key

Exit codes: 0 done, 1 it failed, 2 a bad argument, file or value.`,
    )
    .action(restore);
}

function restore(file: string, { state, key: keyFile }: RestoreOptions): void {
  const key = readRecoveryKey(keyFile);
  const chip = openState(state);
  const bytes = bytesFile(file);
  try {
    const { devices, firstCounter } = restoreBackup(chip, openBackup(bytes, key), Date.now() / 1e3);
    saveState(state, chip);
    process.stdout.write(`${state}: ${devices} devices, frame counter from ${firstCounter}\n`);
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  }
}
