// A runner on one target: built from the C files beside this one, given a file of requests, read by
// its file of answers.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cryptoSources,
  hasMbedtls,
  mbedtlsFlags,
  mbedtlsSources,
} from "../../../tools/builder/mbedtls";
import { compileObjects, OUR_WARNINGS } from "../../../tools/builder/objects";
import { ROOT } from "../compiler";
import { absent, type Target } from "./targets";

const HERE = join(ROOT, "test", "device", "vector-runner");
const SHARED = ["main.c", "console.c", "request.c", "instructions.c"];
/** A forgotten endless loop on a target must not hold the tests for ever. */
const RUN_MS_MAX = 300_000;

export type Program = "crypto" | "hdlc";

export interface Answer {
  /** What the call took; true only when the run counts. */
  readonly instructions: number;
  readonly fields: readonly string[];
}

/** Why the program cannot be tried on the target; undefined: it can. */
export function whyNot(target: Target, program: Program): string | undefined {
  if (program === "crypto" && !hasMbedtls(ROOT)) {
    return "no mbed TLS: node tools/run.mjs tools/builder/fetch-mbedtls.ts fetches it";
  }
  return absent(target);
}

/** Compiles what has changed and answers the program's path. */
export async function buildRunner(target: Target, program: Program): Promise<string> {
  const directory = join(ROOT, ".heddle", "build", "vector-runner", `${program}-${target.name}`);
  mkdirSync(directory, { recursive: true });
  const crypto = program === "crypto";
  const ours = [
    ...[...SHARED, target.files, ...OF_PROGRAM[program]].map((name) => join(HERE, name)),
    ...(crypto ? cryptoSources(ROOT) : HDLC),
  ];
  const flags = [
    ...["-Os", "-g0", `-I${HERE}`, `-I${join(ROOT, "hal", "hdlc")}`],
    ...mbedtlsFlags(ROOT),
  ];
  const { compiler } = target;
  const objects = await compileObjects(compiler, [...OUR_WARNINGS, ...flags], ours, directory);
  if (crypto) {
    const library = mbedtlsSources(ROOT);
    objects.push(...(await compileObjects(compiler, ["-std=gnu11", ...flags], library, directory)));
  }
  const path = join(directory, "runner");
  const link = ["-Wl,--gc-sections", ...target.link];
  execFileSync(compiler.command, [...compiler.machine, ...objects, ...link, "-o", path]);
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

const OF_PROGRAM: Record<Program, readonly string[]> = {
  crypto: ["crypto-program.c", "cipher-verbs.c", "p256-verbs.c"],
  hdlc: ["hdlc-program.c"],
};

const HDLC = ["hdlc.c", "crc16.c"].map((name) => join(ROOT, "hal", "hdlc", name));

function answer(line: string): Answer {
  const [instructions, ...fields] = line.split(" ");
  return { instructions: Number(instructions), fields };
}
