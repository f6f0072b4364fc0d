// Files that people name: read and parsed, and every mistake told in one line.

import { readFileSync } from "node:fs";
import { type LoadProfile, ProfileError, parseProfile } from "../host-sim/devices/load-profile";
import {
  OscoreFileError,
  readOscoreFile,
  SequenceFile,
  type SharedContext,
} from "../host-sim/head-end/oscore-file";
import { builtInHouse } from "../host-sim/house/built-in";
import { DEFAULT_HOUSE, type HouseConfig } from "../host-sim/house/house-config";
import { HouseError, parseHouse } from "../host-sim/house/read-house";
import { UsageError } from "./usage-error";

/** @param path of a file, or the name of a built-in house */
export function houseFile(path: string | undefined): HouseConfig {
  if (path === undefined) return DEFAULT_HOUSE;
  const builtIn = builtInHouse(path);
  if (builtIn !== undefined) return builtIn;
  const text = textFile(path, "name a file that exists, or a house of heddle home --house help");
  return orUsage(path, HouseError, () => parseHouse(text));
}

export function profileFile(path: string | undefined): LoadProfile | undefined {
  if (path === undefined) return undefined;
  const text = textFile(path);
  return orUsage("", ProfileError, () => parseProfile(text, path));
}

export function contextsFile(path: string): SharedContext[] {
  const contexts = orUsage("", OscoreFileError, () => readOscoreFile(path));
  for (const { name, kind } of contexts) {
    const known = kind === "management" ? name === "management" : PROVIDERS.includes(name);
    if (!known) {
      const allowed = kind === "management" ? "management" : PROVIDERS.join(" or ");
      throw new UsageError(`${path}: a ${kind} context must be named ${allowed}, not "${name}"`);
    }
  }
  return contexts;
}

/** Sequence numbers of one side, beside the file of contexts. */
export function sequenceFile(contexts: string, side: "hub" | "head-end"): SequenceFile {
  return orUsage("", OscoreFileError, () => new SequenceFile(`${contexts}.${side}.json`));
}

export function textFile(path: string, wayOut?: string): string {
  return bytesFile(path, wayOut).toString();
}

/** @param wayOut what to name instead of a file that cannot be read */
export function bytesFile(path: string, wayOut = "name a file that exists"): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new UsageError(`${path}: cannot be read; ${wayOut}`);
  }
}

/** The providers that the firmware's table has a partition for. */
const PROVIDERS = ["supplier", "operator"];

function orUsage<T>(path: string, kind: new (...all: never[]) => Error, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    const text = error.message.split("\n").join("; ");
    throw new UsageError(path === "" ? text : `${path}: ${text}`);
  }
}
