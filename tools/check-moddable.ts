// `npm run check:moddable`: builds every module of the firmware with the Moddable SDK for its
// command-line platform and runs the kernel's conformance scripts there, in one machine. Without
// the SDK it says so and passes.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join, resolve } from "node:path";

const PLATFORM = "x-cli-lin";
const CHECK = resolve("test/moddable");
const OUT = resolve("dist/moddable");
const MAKEFILE = join(OUT, "tmp/lin/release/moddable/makefile");
const PROGRAM = join(OUT, "bin/lin/release/moddable");
const BAD_ENVIRONMENT = 2;

process.exitCode = check(process.env.MODDABLE);

function check(sdk: string | undefined): number {
  if (sdk === undefined || sdk === "") {
    process.stdout.write(
      "check:moddable skipped: set MODDABLE to a checkout of the Moddable SDK\n",
    );
    return 0;
  }
  const tools = join(sdk, "build/bin/lin/release");
  if (!existsSync(join(tools, "mcconfig"))) {
    process.stderr.write(
      `check:moddable: no mcconfig in ${tools}: build the SDK's tools as its documents say\n`,
    );
    return BAD_ENVIRONMENT;
  }
  mkdirSync(OUT, { recursive: true });
  const environment = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` };
  // Left to call `make` itself, `mcconfig` starts a compiler for each module at once: hundreds.
  const jobs = String(availableParallelism());
  return (
    run("mcconfig", ["-p", PLATFORM, "-o", OUT], environment) ||
    run("make", ["-j", jobs, "-f", MAKEFILE], environment) ||
    run(PROGRAM, ["test/moddable/main"], environment)
  );
}

function run(program: string, given: string[], env: NodeJS.ProcessEnv): number {
  const { status, error } = spawnSync(program, given, { cwd: CHECK, env, stdio: "inherit" });
  if (error !== undefined) process.stderr.write(`check:moddable: ${error.message}\n`);
  return status ?? 1;
}
