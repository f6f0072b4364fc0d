import { expect, test } from "vitest";
import { printer } from "../../tools/head-end/printer";

const METER = "70b3d52b60000001";
const of = { context: "supplier", eui64: METER };
const reading = (quantity: string, value: number) => ({
  ...of,
  quantity,
  value,
  time: 1_767_225_610,
});

function print(json: boolean): string[] {
  const lines: string[] = [];
  const to = printer(json, (line) => lines.push(line));
  to.registered?.(0, "management", 2, "0.1.0");
  to.reading?.(0, reading("electricity", 3_815_970));
  to.reading?.(0, reading("demand", 138));
  to.reading?.(0, reading("gas-interval", 1_001));
  to.message?.(0, { ...of, messageId: 7, bytes: Buffer.from("dd00", "hex") });
  to.message?.(0, { ...of, messageId: undefined, bytes: Buffer.from("dd", "hex") });
  for (const detail of [0, 257, 512, 999]) {
    to.alert?.(0, { code: 0x8f12, time: 1_767_225_610, eui64: METER, detail });
  }
  to.alert?.(0, { code: 1, time: 1_767_225_610, eui64: METER, detail: 3 });
  to.fate?.(0, { context: "supplier", messageId: 7, result: 2 });
  to.fate?.(0, { context: "supplier", messageId: 7, result: 9 });
  return lines;
}

test("a person reads units, times and reasons", () => {
  expect(print(false)).toEqual([
    "registered management boot 2, 0.1.0",
    `reading supplier 2026-01-01T00:00:10Z ${METER} electricity 3815.970 kWh`,
    `reading supplier 2026-01-01T00:00:10Z ${METER} demand 138 W`,
    `reading supplier 2026-01-01T00:00:10Z ${METER} gas-interval 1.001 m3`,
    `message supplier ${METER} 2 bytes, answers message 7`,
    `message supplier ${METER} 1 bytes, unasked for`,
    `alert 0x8f12 ${METER} joined`,
    `alert 0x8f12 ${METER} refused: not registered`,
    `alert 0x8f12 ${METER} left`,
    `alert 0x8f12 ${METER} detail 999`,
    `alert 0x1 ${METER} detail 3`,
    "fate supplier message 7 expired",
    "fate supplier message 7 fate 9",
  ]);
  expect(Math.max(...print(false).map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a program reads everything, a document a line", () => {
  const documents = print(true).map((line) => JSON.parse(line));
  expect(documents[1]).toEqual({ event: "reading", ...reading("electricity", 3_815_970) });
  expect(documents[4]).toEqual({ event: "message", ...of, messageId: 7, payload: "dd00" });
  expect(documents.map(({ event }) => event)).toEqual([
    "registered",
    ...Array(3).fill("reading"),
    ...Array(2).fill("message"),
    ...Array(5).fill("alert"),
    ...Array(2).fill("fate"),
  ]);
});
