// The file of a recovery key: 32 hexadecimal digits, for nobody else to read.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { textFile } from "../read-file";
import { UsageError } from "../usage-error";

const KEY_LENGTH = 16;
const OWN_FILE = 0o600;

export function readRecoveryKey(path: string): Buffer {
  const text = textFile(path).trim();
  if (!/^[0-9a-fA-F]{32}$/.test(text)) {
    throw new UsageError(`${path}: must be a recovery key, 32 hexadecimal digits`);
  }
  return Buffer.from(text, "hex");
}

/** Never overwrites a key: backups would be lost with it. */
export function makeRecoveryKey(path: string): Buffer {
  const key = randomBytes(KEY_LENGTH);
  try {
    writeFileSync(path, `${key.toString("hex")}\n`, { mode: OWN_FILE, flag: "wx" });
  } catch (error) {
    throw new UsageError(`${path}: cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
  return key;
}
