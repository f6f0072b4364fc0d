// A command's fields as a plain object, written and read through the firmware's codec; and values
// to write, as many as a layout needs.

import {
  bytesLength,
  countIn,
  elementAt,
  numberAt,
  putFieldBytes,
  putFieldNumber,
} from "../../../firmware/wire/clusters/fields";
import { Kind, type Layout, Rule, Times, When } from "../../../firmware/wire/clusters/layout";

export type Value = number | Uint8Array | Values | readonly Value[];
export interface Values {
  readonly [name: string]: Value;
}

/** Where one value lies in the payload, by the codec's own account. */
export interface Place {
  readonly name: string;
  readonly type: string;
  readonly at: number;
  readonly length: number;
  readonly value: number | Uint8Array;
}

const ROOM = 2048;

/** The indexes of the fields of a scope: all of the layout's, or those of one group. */
function scope(layout: Layout, group: number): number[] {
  const within = (field: number) => layout.rules[field * Rule.LENGTH + Rule.WITHIN]!;
  const end = group < 0 ? layout.names.length : group + 1 + within(group);
  const fields: number[] = [];
  for (let field = group + 1; field < end; field += 1 + within(field)) fields.push(field);
  return fields;
}

function rule(layout: Layout, field: number, which: Rule): number {
  return layout.rules[field * Rule.LENGTH + which]!;
}

export function encode(layout: Layout, values: Values): Uint8Array {
  const bytes = new Uint8Array(ROOM);
  return bytes.slice(0, put(layout, -1, values, bytes, 0));
}

function put(layout: Layout, group: number, values: Values, bytes: Uint8Array, at: number): number {
  let next = at;
  for (const field of scope(layout, group)) {
    const value = values[layout.names[field]!];
    if (value === undefined) continue;
    const isOne = rule(layout, field, Rule.TIMES) === Times.ONE;
    for (const one of isOne ? [value] : (value as readonly Value[]))
      next = putOne(layout, field, one, bytes, next);
  }
  return next;
}

function putOne(
  layout: Layout,
  field: number,
  value: Value,
  bytes: Uint8Array,
  at: number,
): number {
  if (typeof value === "number") return putFieldNumber(layout, field, bytes, at, value);
  if (value instanceof Uint8Array)
    return putFieldBytes(layout, field, bytes, at, value, 0, value.length);
  return put(layout, field, value as Values, bytes, at);
}

/** Of a payload that was checked. */
export function decode(layout: Layout, bytes: Uint8Array, at: number, end: number): Values {
  const places: Place[] = [];
  return take(layout, -1, bytes, at, end, places);
}

/** The same as a list of what lies where. */
export function placesOf(layout: Layout, bytes: Uint8Array, at: number, end: number): Place[] {
  const places: Place[] = [];
  take(layout, -1, bytes, at, end, places);
  return places;
}

function take(
  layout: Layout,
  group: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  places: Place[],
): Values {
  const values: Record<string, Value> = {};
  const first = group + 1;
  for (const field of scope(layout, group)) {
    const count = countIn(layout, first, field, bytes, at, end);
    const ones: Value[] = [];
    for (let i = 0; i < count; i++) {
      const start = elementAt(layout, first, field, i, bytes, at, end);
      ones.push(takeOne(layout, field, bytes, start, end, places));
    }
    const isOne = rule(layout, field, Rule.TIMES) === Times.ONE;
    if (!isOne) values[layout.names[field]!] = ones;
    else if (count === 1) values[layout.names[field]!] = ones[0]!;
  }
  return values;
}

function takeOne(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  places: Place[],
): Value {
  const kind = rule(layout, field, Rule.KIND) as Kind;
  if (kind === Kind.GROUP) return take(layout, field, bytes, at, end, places);
  const isNumber = kind === Kind.UNSIGNED || kind === Kind.SIGNED;
  const length = bytesLength(layout, field, bytes, at, end);
  const from = kind === Kind.STRING ? at + 1 : at;
  const value = isNumber ? numberAt(layout, field, bytes, at) : bytes.slice(from, from + length);
  const name = layout.names[field]!;
  places.push({ name, type: layout.types[field]!, at, length: from + length - at, value });
  return value;
}

/** A draw: a whole number below `limit`. */
export type Draw = (limit: number) => number;

/** Values for every field that the guards let in; `isWhole`: with all that may be missing. */
export function drawValues(layout: Layout, draw: Draw, isWhole: boolean): Values {
  return drawScope(layout, -1, draw, isWhole, guardsOf(layout, draw));
}

/** What a field that guards others is to be, when it is not to be left to chance. */
export type Guards = ReadonlyMap<number, number>;

/** One choice of every guard: all bits, or the greatest, or one of the values asked for. */
function guardsOf(layout: Layout, draw: Draw): Guards {
  const choices = guardChoices(layout);
  return new Map([...choices].map(([field, values]) => [field, values[draw(values.length)]!]));
}

/** Every value of a guard that lets something in, and one that does not. */
export function guardChoices(layout: Layout): Map<number, number[]> {
  const choices = new Map<number, number[]>();
  layout.names.forEach((_name, field) => {
    const when = rule(layout, field, Rule.WHEN) as When;
    if (when === When.ALWAYS || when === When.LEFT) return;
    const guard = rule(layout, field, Rule.WHEN_FIELD);
    const limit = rule(layout, field, Rule.WHEN_VALUE);
    const known = choices.get(guard) ?? [0];
    const next = when === When.GREATER ? limit + 1 : limit;
    const both = when === When.BITS ? known.map((one) => one | next) : [next];
    choices.set(guard, [...new Set([...known, ...both])]);
  });
  return choices;
}

export function drawScope(
  layout: Layout,
  group: number,
  draw: Draw,
  isWhole: boolean,
  guards: Guards,
): Values {
  const values: Record<string, Value> = {};
  const numbers = new Map<number, number>(guards);
  // A count is drawn when its field is, before what it counts.
  const counts = countMasks(layout, group);
  let isCut = false;
  for (const field of scope(layout, group)) {
    isCut ||= rule(layout, field, Rule.WHEN) === When.LEFT && !isWhole && draw(3) === 0;
    if (isCut || !isIn(layout, field, numbers)) continue;
    const name = layout.names[field]!;
    const ones: Value[] = [];
    const times = timesOf(layout, field, numbers, draw);
    for (let i = 0; i < times; i++)
      ones.push(drawOne(layout, field, draw, isWhole, guards, counts));
    const isOne = rule(layout, field, Rule.TIMES) === Times.ONE;
    values[name] = isOne ? ones[0]! : ones;
    if (isOne && typeof ones[0] === "number") numbers.set(field, ones[0]);
  }
  return values;
}

function countMasks(layout: Layout, group: number): Map<number, number> {
  const counted = scope(layout, group).filter(
    (field) => rule(layout, field, Rule.TIMES) === Times.COUNTED,
  );
  return new Map(
    counted.map((field) => [
      rule(layout, field, Rule.TIMES_FIELD),
      rule(layout, field, Rule.TIMES_MASK),
    ]),
  );
}

function isIn(layout: Layout, field: number, numbers: ReadonlyMap<number, number>): boolean {
  const when = rule(layout, field, Rule.WHEN) as When;
  if (when === When.ALWAYS || when === When.LEFT) return true;
  const value = numbers.get(rule(layout, field, Rule.WHEN_FIELD)) ?? 0;
  const limit = rule(layout, field, Rule.WHEN_VALUE);
  if (when === When.BITS) return (value & limit) !== 0;
  return when === When.EQUAL ? value === limit : value > limit;
}

function timesOf(
  layout: Layout,
  field: number,
  numbers: ReadonlyMap<number, number>,
  draw: Draw,
): number {
  const times = rule(layout, field, Rule.TIMES) as Times;
  if (times === Times.ONE) return 1;
  if (times === Times.LEFT) return 1 + draw(3);
  const mask = rule(layout, field, Rule.TIMES_MASK);
  const value = numbers.get(rule(layout, field, Rule.TIMES_FIELD)) ?? 0;
  return (value & mask) / (mask & -mask);
}

function drawOne(
  layout: Layout,
  field: number,
  draw: Draw,
  isWhole: boolean,
  guards: Guards,
  counts: ReadonlyMap<number, number>,
): Value {
  const kind = rule(layout, field, Rule.KIND) as Kind;
  const size = rule(layout, field, Rule.SIZE);
  if (kind === Kind.GROUP) return drawScope(layout, field, draw, isWhole, guards);
  if (kind === Kind.UNSIGNED || kind === Kind.SIGNED) {
    const guard = guards.get(field);
    if (guard !== undefined) return guard;
    const mask = counts.get(field);
    if (mask !== undefined) return (1 + draw(3)) * (mask & -mask);
    if (layout.types[field] === "bool") return draw(2);
    const number = draw(256 ** size);
    return kind === Kind.SIGNED ? number - 256 ** size / 2 : number;
  }
  const length = kind === Kind.BYTES ? size : 1 + draw(6);
  return Uint8Array.from({ length }, () => 0x41 + draw(26));
}

/** Numbers that look like chance, and are the same for the same seed. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return (limit) => {
    if (limit <= 0x1_0000_0000) return word() % limit;
    return (word() * 0x1_0000 + (word() % 0x1_0000)) % limit;
  };
}
