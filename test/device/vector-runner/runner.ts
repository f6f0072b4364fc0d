// A runner on one target: built from the C files beside this one, given a file of requests, read by
// its file of answers.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CryptoPart,
  cryptoParts,
  hasMbedtls,
  mbedtlsFlags,
} from "../../../tools/builder/mbedtls";
import { compileObjects, OUR_WARNINGS } from "../../../tools/builder/objects";
import { absent, type Target } from "./targets";

// Bundled into a script, this module lies elsewhere; both are started at the root.
const ROOT = process.cwd();
const HERE = join(ROOT, "test", "device", "vector-runner");
const SHARED = ["main.c", "console.c", "request.c"];
/** A forgotten endless loop on a target must not hold the tests for ever. */
const RUN_MS_MAX = 300_000;

export type Program = "crypto" | "p256" | "hdlc";

export interface Answer {
  /** What the call took; true only when the run counts. */
  readonly instructions: number;
  readonly fields: readonly string[];
}

/** Why the program cannot be tried on the target; undefined: it can. */
export function whyNot(target: Target, program: Program): string | undefined {
  if (program !== "hdlc" && !hasMbedtls(ROOT)) {
    return "no mbed TLS: node tools/run.mjs tools/builder/fetch-mbedtls.ts fetches it";
  }
  return absent(target);
}

export interface Objects {
  readonly directory: string;
  readonly runner: readonly string[];
  /** Of what is tried: the provider with its library, or the codec. */
  readonly provider: readonly string[];
}

/** Compiles what has changed. */
export async function buildObjects(target: Target, program: Program): Promise<Objects> {
  const directory = join(ROOT, ".heddle", "build", "vector-runner", `${program}-${target.name}`);
  const compile = async (parts: readonly CryptoPart[]): Promise<string[]> => {
    const objects: string[] = [];
    for (const { flags, sources } of parts) {
      const all = ["-Os", "-g0", ...flags];
      objects.push(...(await compileObjects(target.compiler, all, sources, directory)));
    }
    return objects;
  };
  const runner = await compile([runnerPart(target, program)]);
  return { directory, runner, provider: await compile(providerParts(program)) };
}

/** Compiles what has changed and answers the program's path. */
export async function buildRunner(target: Target, program: Program): Promise<string> {
  const { directory, runner, provider } = await buildObjects(target, program);
  const { command, machine } = target.compiler;
  const path = join(directory, "runner");
  const link = ["-Wl,--gc-sections", ...target.link];
  execFileSync(command, [...machine, ...runner, ...provider, ...link, "-o", path]);
  return path;
}

/** Runs the requests; answers one of each. Throws what the runner says when it gives up. */
export function ask(
  target: Target,
  path: string,
  requests: readonly string[],
  counting = false,
): Answer[] {
  const directory = mkdtempSync(join(tmpdir(), "heddle-vectors-"));
  try {
    writeFileSync(join(directory, "in"), requests.map((line) => `${line}\n`).join(""));
    const extra = counting ? target.counting : [];
    const [program, ...options] = [...target.emulator.slice(0, 1), ...extra];
    const command =
      program === undefined ? [path] : [program, ...options, ...target.emulator.slice(1), path];
    const run = spawnSync(command[0]!, command.slice(1), {
      cwd: directory,
      timeout: RUN_MS_MAX,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = readFileSync(join(directory, "out"), "utf8").trimEnd().split("\n");
    if (run.status === 0 && lines.length === requests.length) return lines.map(answer);
    throw new Error(`${target.name} ended with ${run.status}: ${lines.at(-1)} ${run.stderr}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** `-` stands for no bytes. */
export function field(bytes: string): string {
  return bytes === "" ? "-" : bytes.toLowerCase();
}

const CODEC = join(ROOT, "hal", "hdlc");
const COUNTER = join(ROOT, "test", "device", "instructions");
const INCLUDED = [HERE, COUNTER, CODEC].map((directory) => `-I${directory}`);
const OUR_FLAGS = [...OUR_WARNINGS, ...INCLUDED, ...mbedtlsFlags(ROOT)];

function runnerPart(target: Target, program: Program): CryptoPart {
  const names = [...SHARED, target.files, `${program}-program.c`];
  const counter = join(COUNTER, "instructions.c");
  return { flags: OUR_FLAGS, sources: [...names.map((name) => join(HERE, name)), counter] };
}

function providerParts(program: Program): CryptoPart[] {
  if (program !== "hdlc") return cryptoParts(ROOT);
  return [{ flags: OUR_FLAGS, sources: ["hdlc.c", "crc16.c"].map((name) => join(CODEC, name)) }];
}

function answer(line: string): Answer {
  const [instructions, ...fields] = line.split(" ");
  return { instructions: Number(instructions), fields };
}
