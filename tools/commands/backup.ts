// `heddle backup`: the network of a hub that does not run, sealed into a file.

import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { makeBackup, openBackup } from "../../host-sim/hub/backup";
import { devicesIn } from "../../host-sim/hub/restore";
import { makeRecoveryKey, readRecoveryKey } from "../hub/recovery-key";
import { openState } from "../hub/state-directory";
import { UsageError } from "../usage-error";

interface BackupOptions {
  readonly state: string;
  readonly key: string;
  readonly newKey?: true;
  readonly out: string;
}

const OWN_FILE = 0o600;

export function backupCommand(): Command {
  return new Command("backup")
    .description("Seal the network of a hub into a file, for a replacement (docs/backup.md).")
    .requiredOption("--state <dir>", "the hub's, which must not run")
    .requiredOption("--key <file>", "the recovery key that the file is sealed under")
    .option("--new-key", "make that key first; keep it apart from the backup")
    .requiredOption("--out <file>", "the backup")
    .addHelpText(
      "after",
      `
Keys, counters, devices with their link keys, device log and grants are in it. The
management session reads the same from a hub that runs: GET backup (docs/wan.md).

Examples:
  heddle backup --state hub --key recovery.key --new-key --out hub.backup
  heddle backup --state hub --key recovery.key --out hub.backup

Exit codes: 0 done, 1 it failed, 2 a bad argument, file or value.`,
    )
    .action(backup);
}

function backup({ state, key: keyFile, newKey, out }: BackupOptions): void {
  const chip = openState(state);
  const key = newKey ? makeRecoveryKey(keyFile) : readRecoveryKey(keyFile);
  const bytes = makeBackup(chip, key, Math.floor(Date.now() / 1_000));
  const devices = devicesIn(openBackup(bytes, key));
  if (devices === undefined) throw new UsageError(`--state ${state}: that hub has no network yet`);
  try {
    writeFileSync(out, bytes, { mode: OWN_FILE });
  } catch (error) {
    throw new UsageError(`${out}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  process.stdout.write(`${out}: ${devices} devices, ${bytes.length} bytes\n`);
}
