// The directory of `--state`: a hub's flash as a file, made once from the contexts as a factory
// does, and a note of what it was made from.

import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { SYSTEM } from "../../firmware/system";
import type { SharedContext } from "../../host-sim/head-end/oscore-file";
import { CHIP_BYTES, chipImage, chipOf, imageOf } from "../../host-sim/hub/chip-image";
import type { SessionContext } from "../../host-sim/hub/manufacture";
import type { Chip } from "../../host-sim/hub/region-records";
import { contextsFile } from "../read-file";
import { type SharedContexts, sharedContexts } from "../shared-contexts";
import { UsageError } from "../usage-error";

const FLASH = "flash.bin";
const NOTE = "hub.json";
/** Keys are in it: nobody else reads it. */
const OWN_DIRECTORY = 0o700;
const OWN_FILE = 0o600;

interface Note {
  /** SHA-256 of the contexts, so that one flash is never used with others. */
  readonly contexts: string;
  /** Number, name and bytes of each region, in their order in the file. */
  readonly regions: readonly (readonly [number, string, number])[];
}

/**
 * Makes the flash if it is not there, else checks that it belongs to these contexts and to this
 * firmware. True: it was made.
 */
export function prepareState(directory: string, oscore: string): boolean {
  const contexts = contextsFile(oscore);
  const note: Note = {
    contexts: digest(contexts),
    regions: SYSTEM.regions.map(({ id, name, bytes }) => [id, name, bytes]),
  };
  if (existsSync(join(directory, FLASH))) {
    checkState(directory, oscore, note);
    return false;
  }
  try {
    mkdirSync(directory, { recursive: true, mode: OWN_DIRECTORY });
    // A hub that is no more has used numbers under these contexts: this one goes on above them.
    makeState(directory, sharedContexts(oscore), note);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--state ${directory}: cannot be written (${code})`);
  }
  return true;
}

/** The flash of a hub that does not run. */
export function openState(directory: string): Chip {
  const path = join(directory, FLASH);
  const isHubs = existsSync(path) && statSync(path).size === CHIP_BYTES;
  if (!isHubs) throw new UsageError(`--state ${directory}: is no hub's, or of another firmware`);
  return chipOf(readFileSync(path));
}

export function saveState(directory: string, chip: Chip): void {
  writeWhole(join(directory, FLASH), imageOf(chip));
}

function makeState(directory: string, shared: SharedContexts, note: Note): void {
  const contexts = shared.contexts.map((context) => {
    // Names were checked where the contexts were read: the firmware's table has these three.
    return { ...context, name: context.name as SessionContext["name"] };
  });
  writeWhole(join(directory, NOTE), `${JSON.stringify(note)}\n`);
  writeWhole(join(directory, FLASH), chipImage(contexts, shared.earlierHub));
}

function checkState(directory: string, oscore: string, note: Note): void {
  const kept = readNote(directory);
  if (kept.contexts !== note.contexts) {
    const advice = "give the file that it was made from, or another --state";
    throw new UsageError(
      `--state ${directory} belongs to other contexts than ${oscore}: ${advice}`,
    );
  }
  const same = JSON.stringify(kept.regions) === JSON.stringify(note.regions);
  if (!same || statSync(join(directory, FLASH)).size !== CHIP_BYTES) {
    throw new UsageError(`--state ${directory} is of another firmware: give another --state`);
  }
}

function readNote(directory: string): Note {
  const path = join(directory, NOTE);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Note;
  } catch {
    throw new UsageError(`${path}: cannot be read; restore it, or give another --state`);
  }
}

function digest(contexts: readonly SharedContext[]): string {
  const hash = createHash("sha256");
  for (const { name, masterSecret, masterSalt, idContext, senderId, recipientId } of contexts) {
    const parts = [masterSecret, masterSalt, senderId, recipientId].map((b) => b.toString("hex"));
    hash.update(JSON.stringify([name, ...parts, idContext?.toString("hex") ?? null]));
  }
  return hash.digest("hex");
}

/** Whole or not at all, whenever the power goes. */
function writeWhole(path: string, content: string | Uint8Array): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, content, { mode: OWN_FILE });
  const file = openSync(fresh, "r");
  fsyncSync(file);
  closeSync(file);
  renameSync(fresh, path);
}
