// Any bytes as the payload of every command of every cluster: two bytes say which.

import { CLUSTERS } from "../../firmware/wire/clusters/catalogue";
import { checkPayload, fieldAt, fieldCount, fieldsEnd } from "../../firmware/wire/clusters/fields";
import { type Layout, layoutOf } from "../../firmware/wire/clusters/layout";
import { Parsed } from "../../firmware/wire/parsed";
import { drawFrom, drawValues, encode, placesOf } from "../wire/clusters/values";
import { examineTwice, within } from "./surroundings";

export const name = "clusters";

const LAYOUTS: readonly Layout[] = CLUSTERS.flatMap((table) =>
  [...table.received, ...table.generated].map(([, , text]) => layoutOf(text)),
);

export const seeds = LAYOUTS.map((layout, i) => {
  const payload = encode(layout, drawValues(layout, drawFrom(i), true));
  return Uint8Array.from([i & 0xff, i >> 8, ...payload]);
});

export function fuzz(input: Uint8Array): void {
  const choice = (input[0] ?? 0) + 0x100 * (input[1] ?? 0);
  const layout = LAYOUTS[choice % LAYOUTS.length]!;
  examineTwice(input.subarray(2), (bytes, start, length) => examine(layout, bytes, start, length));
}

function examine(layout: Layout, bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkPayload(layout, bytes, start, end);
  if (code !== Parsed.OK) return [code];
  const found = [within(fieldsEnd(layout, bytes, start, end), start, end)];
  for (const { at, length: size, value } of placesOf(layout, bytes, start, end)) {
    found.push(within(at, start, end) - start, within(at + size, start, end) - start);
    if (typeof value === "number") found.push(value);
    else found.push(...value);
  }
  if (layout.names.length === 0) return found;
  // By its number in the layout a field of the outermost scope is found too.
  found.push(fieldCount(layout, 0, bytes, start, end));
  const first = fieldAt(layout, 0, bytes, start, end);
  if (first >= 0) within(first, start, end);
  return found;
}
