// Files that people name for results.

import { writeFileSync } from "node:fs";
import { UsageError } from "./usage-error";

export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
