// Fuzzing: `npm run fuzz -- [--inputs N] [--seed N] [--only NAME]` feeds each `*.fuzz.ts` with
// random bytes and with mutations of its seeds. The same seed gives the same inputs. The first
// input that makes a target throw is printed with the command that replays it; exit code 1.

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../../tools/bundle.mjs";
import { hex, toHex } from "../hex";
import { InputMaker } from "./input-maker";

interface Target {
  readonly name: string;
  /** Throws when what it watches is broken; must not keep anything from one input to the next. */
  readonly fuzz: (bytes: Uint8Array) => void;
  readonly seeds?: readonly Uint8Array[];
}

interface Options {
  readonly inputs: number;
  readonly seed: number;
  readonly only?: string;
  /** One input, hexadecimal, instead of all. */
  readonly input?: string;
}

const USAGE = "fuzz: use [--inputs N] [--seed N] [--only NAME] [--input HEX]";
const PROGRESS_EVERY = 20_000;

const options = parseOptions(process.argv.slice(2));
let failed = 0;
let passed = 0;
for (const target of await loadTargets()) {
  if (options.only !== undefined && target.name !== options.only) continue;
  if (runTarget(target, options)) passed++;
  else failed++;
}
if (passed + failed === 0) stop(`fuzz: no target is called ${options.only}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** The bundled runner lies in dist/, so the folder is found from the project's root. */
async function loadTargets(): Promise<Target[]> {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const files = readdirSync(join(root, "test/fuzz")).filter((file) => file.endsWith(".fuzz.ts"));
  const targets: Target[] = [];
  for (const file of files.sort()) {
    const path = await bundle(`test/fuzz/${file}`);
    targets.push((await import(pathToFileURL(path).href)) as Target);
  }
  return targets;
}

function runTarget(target: Target, options: Options): boolean {
  if (options.input !== undefined) return tryInput(target, hex(options.input), options.seed, 0);
  const maker = new InputMaker(options.seed, target.name, target.seeds ?? []);
  const started = performance.now();
  for (let i = 0; i < options.inputs; i++) {
    if (!tryInput(target, maker.next(), options.seed, i)) return false;
    if ((i + 1) % PROGRESS_EVERY === 0 && process.stderr.isTTY)
      process.stderr.write(`\r${target.name}: ${i + 1}/${options.inputs}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${target.name}: ${options.inputs} inputs, ${seconds} s\n`);
  return true;
}

function tryInput(target: Target, input: Uint8Array, seed: number, index: number): boolean {
  const before = toHex(input);
  try {
    target.fuzz(input);
    return true;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stdout.write(
      `${target.name}: failed at input ${index} of seed ${seed}\n${text}\n` +
        `replay: npm run fuzz -- --only ${target.name} --input ${before || '""'}\n`,
    );
    return false;
  }
}

function parseOptions(args: readonly string[]): Options {
  const values: Record<string, string> = {};
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i]!;
    const value = args[i + 1];
    if (!/^--(inputs|seed|only|input)$/.test(key) || value === undefined) stop(USAGE);
    values[key.slice(2)] = value;
  }
  if (values["input"] !== undefined && !/^([0-9a-fA-F]{2})*$/.test(values["input"]))
    stop("fuzz: --input takes hexadecimal digits, two for each byte");
  return {
    inputs: whole(values["inputs"], 100_000, "--inputs"),
    seed: whole(values["seed"], 1, "--seed"),
    ...(values["only"] === undefined ? {} : { only: values["only"] }),
    ...(values["input"] === undefined ? {} : { input: values["input"] }),
  };
}

function whole(text: string | undefined, fallback: number, name: string): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text)) stop(`fuzz: ${name} takes a whole number`);
  return Number(text);
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
