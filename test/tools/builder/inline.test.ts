// What the builder puts in place of calls does what the calls did.

import { expect, test } from "vitest";
import { inlineCalls } from "../../../tools/builder/inline";

/** What `run` of the module answers, as it is written and with its calls replaced. */
function both(module: string): { text: string; before: unknown; after: unknown } {
  const text = inlineCalls(module);
  const answer = (source: string): unknown => new Function(`${source}; return run();`)();
  return { text, before: answer(module), after: answer(text) };
}

const READ = "function read(b, at) { return b[at] | b[at + 1] << 8; }";
const WRITE = "function write(b, at, v) { b[at] = v & 255, b[at + 1] = v >> 8; }";

test.each([
  ["a read at a name", `${READ} function run() { const b = [1, 2, 3]; return read(b, 1); }`],
  [
    "a read at a sum",
    `${READ} function run() { const b = [1, 2, 3]; let i = 0; return read(b, i + 1); }`,
  ],
  [
    "a call in a call",
    `${READ} function two(b, at) { return read(b, at) + read(b, at + 2) * 65536; }
     function run() { return two([1, 2, 3, 4, 5], 1); }`,
  ],
  [
    "a write",
    `${WRITE} function run() { const b = [0, 0, 0]; write(b, 1, 515); return b.join(); }`,
  ],
  [
    "a write whose value lies where it writes",
    `${WRITE} function run() { const b = [7, 8]; write(b, 0, b[1] + b[0] * 256); return b.join(); }`,
  ],
  [
    "an argument that is worked out by a call",
    `${READ} let n = 0; function next() { return n++, n > 2 ? 2 : n; }
     function run() { return [read([1, 2, 3, 4], next()), n].join(); }`,
  ],
])("%s is replaced and gives the same", (_name, module) => {
  const { text, before, after } = both(module);
  expect(after).toEqual(before);
  const run = text.slice(text.lastIndexOf("function run"));
  expect(run).not.toMatch(/\b(read|write|two)\(/);
});

test.each([
  [
    "a function that calls itself",
    "function f(n) { return n > 0 ? n + f(n - 1) : 0; } function run() { return f(3); }",
  ],
  [
    "a function whose name is another's here",
    `${READ} function run() { const read = () => 5; return read([1], 0); }`,
  ],
  [
    "a body that needs a name which is another's here",
    "const k = 3; function f(a) { return a + k; } function run() { const k = 9; return f(k); }",
  ],
  [
    "an argument that changes another",
    `${READ} function run() { let i = 0; return read([1, 2, 3, 4], i = i + 1) + i; }`,
  ],
  [
    "a parameter that the body changes",
    "function f(a) { return a += 1, a; } function run() { let i = 1; return [f(i), i].join(); }",
  ],
  [
    "too few arguments",
    "function f(a, b) { return b === undefined ? a : b; } function run() { return f(1); }",
  ],
  [
    "a default that is a call",
    `${READ} function g(b, v = read(b, 0 + b[0])) { return v; } function run() { return g([1, 2, 3]); }`,
  ],
])("%s stays as it is", (_name, module) => {
  const { before, after } = both(module);
  expect(after).toEqual(before);
});
