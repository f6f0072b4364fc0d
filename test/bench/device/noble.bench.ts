// What noble costs on the engine, at the requests that crypto.bench.ts asks of the provider in C;
// in a machine with memory that no board of this project has.

import { ask, buildRunner } from "../../device/vector-runner/runner";
import { TARGETS, type Target } from "../../device/vector-runner/targets";
import type { Figure } from "../figure";
import { buildNoble, whyNotNoble } from "./noble/build";
import { type Measured, P256, SYMMETRIC } from "./primitives";

export const name = "noble";

export async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const target of TARGETS.filter(({ counting }) => counting.length > 0)) {
    const reason = whyNotNoble(target);
    if (reason !== undefined) {
      process.stderr.write(`skipped: noble on ${target.name}, ${reason}\n`);
      continue;
    }
    figures.push(...(await measure(target)));
  }
  return figures;
}

async function measure(target: Target): Promise<Figure[]> {
  const measured = [...SYMMETRIC, ...P256];
  const requests = [...measured.map(({ request }) => request), "memory"];
  const { program, codeBytes } = await buildNoble(target);
  const answers = ask(target, program, requests, true);
  const expected = [
    ...(await provided(target, "crypto", SYMMETRIC)),
    ...(await provided(target, "p256", P256)),
  ];
  const figures: Figure[] = measured.map(({ figure }, i) => {
    const { fields, instructions } = answers[i]!;
    if (fields[0] !== expected[i]) {
      throw new Error(`${target.name}: ${figure}: ${fields[0]} of noble, ${expected[i]} of C`);
    }
    return { figure: `${target.name}: ${figure}`, value: instructions, unit: "instructions" };
  });
  const { instructions, fields } = answers.at(-1)!;
  const [heap, stack] = fields.map(Number);
  const add = (figure: string, value: number, unit: string) =>
    figures.push({ figure: `${target.name}: ${figure}`, value, unit });
  add("noble, its modules evaluated", instructions, "instructions");
  add("noble, flash for its code", codeBytes, "bytes");
  add("noble, heap in use at most", heap!, "bytes");
  add("noble, JavaScript stack in use at most", stack!, "bytes");
  return figures;
}

/** What the provider answers to the same requests: `-` where there is nothing but success. */
async function provided(
  target: Target,
  program: "crypto" | "p256",
  list: readonly Measured[],
): Promise<(string | undefined)[]> {
  const path = await buildRunner(target, program);
  const requests = list.map(({ request }) => request);
  return ask(target, path, requests).map(({ fields }) => fields.at(-1));
}
