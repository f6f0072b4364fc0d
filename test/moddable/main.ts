// The conformance scripts in one machine of the Moddable SDK: every module of the firmware is
// linked with it, and the TypeScript kernel is judged where it will run on the SDK's boards. Its
// default export is the number of scripts that failed.

import { FAILING_SCRIPTS } from "../conformance/failing-scripts";
import { PASSING_SCRIPTS } from "../conformance/passing-scripts";
import { runScript } from "../conformance/run-script";
import type { Script } from "../conformance/script";
import { TypescriptKernel } from "../conformance/typescript-kernel";

// The SDK's way to say something.
declare function trace(text: string): void;

/** Where the script first went wrong, undefined when it did not. */
function fault(script: Script): string | undefined {
  for (const { step, expected, seen } of runScript(script, new TypescriptKernel())) {
    const [wanted, got] = [JSON.stringify(expected), JSON.stringify(seen)];
    if (wanted !== got) return `${step}: expected ${wanted}, saw ${got}`;
  }
  return undefined;
}

let failed = 0;
const scripts = [...PASSING_SCRIPTS, ...FAILING_SCRIPTS];
for (const script of scripts) {
  const wrong = fault(script);
  if (wrong === undefined) continue;
  failed++;
  trace(`${script.name}: ${wrong}\n`);
}
trace(`${scripts.length - failed} scripts passed, ${failed} failed\n`);

export default failed;
