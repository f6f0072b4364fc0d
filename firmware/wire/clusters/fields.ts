// Checks a command's payload against its layout, finds fields in it and writes them. After
// `checkPayload` nothing here can fail or read outside the payload. Offsets are absolute.

import { Parsed } from "../parsed";
import { putNumber, readSigned, readUnsigned } from "../zcl-attribute";
import { Kind, type Layout, Rule, Times, When } from "./layout";

const enum Limit {
  /** A string of this length is not known, and has no bytes. */
  UNKNOWN_STRING = 0xff,
  /** Not there. */
  NONE = -1,
}

/** Looks at a payload. Bytes behind the last field are left alone: later versions add fields. */
export function checkPayload(layout: Layout, bytes: Uint8Array, at: number, end: number): Parsed {
  return walk(layout, 0, layout.names.length, bytes, at, end) < 0 ? Parsed.TRUNCATED : Parsed.OK;
}

/** Where the payload's last field ends, of a payload that was checked. */
export function fieldsEnd(layout: Layout, bytes: Uint8Array, at: number, end: number): number {
  return walk(layout, 0, layout.names.length, bytes, at, end);
}

/**
 * Where a field starts, or the first of its elements; -1: it is not there, or has no element.
 * @param field its index in the layout, not of one inside a group
 */
export function fieldAt(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  return elementAt(layout, 0, field, 0, bytes, at, end);
}

/** How many there are of a field: 0, when it is not there. */
export function fieldCount(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  return countIn(layout, 0, field, bytes, at, end);
}

/**
 * Where an element of a repeated field starts; -1: there are not so many.
 * @param first the first field of the scope: 0, or one more than the group's index
 * @param at where the scope starts: the payload, or an element of the group
 */
export function elementAt(
  layout: Layout,
  first: number,
  field: number,
  index: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const start = walk(layout, first, field, bytes, at, end);
  if (!isThere(layout, first, field, bytes, at, start, end)) return Limit.NONE;
  const count = times(layout, first, field, bytes, at, end);
  if (index >= count) return Limit.NONE;
  let element = start;
  for (let i = 0; i < index; i++) {
    if (element >= end) return Limit.NONE;
    element = skipOne(layout, field, bytes, element, end);
  }
  const isLast = layout.rules[field * Rule.LENGTH + Rule.TIMES] === Times.LEFT && element >= end;
  return isLast ? Limit.NONE : element;
}

/** How many there are of a field of a scope. */
export function countIn(
  layout: Layout,
  first: number,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const start = walk(layout, first, field, bytes, at, end);
  if (!isThere(layout, first, field, bytes, at, start, end)) return 0;
  if (layout.rules[field * Rule.LENGTH + Rule.TIMES] !== Times.LEFT) {
    return times(layout, first, field, bytes, at, end);
  }
  let count = 0;
  for (let element = start; element < end; count++) {
    element = skipOne(layout, field, bytes, element, end);
  }
  return count;
}

/** The number that starts at `at`. */
export function numberAt(layout: Layout, field: number, bytes: Uint8Array, at: number): number {
  const rule = field * Rule.LENGTH;
  const size = layout.rules[rule + Rule.SIZE]!;
  const isSigned = layout.rules[rule + Rule.KIND] === Kind.SIGNED;
  return isSigned ? readSigned(bytes, at, size) : readUnsigned(bytes, at, size);
}

/** The length of the bytes of a value; a string's start one further than the field. */
export function bytesLength(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const rule = field * Rule.LENGTH;
  switch (layout.rules[rule + Rule.KIND] as Kind) {
    case Kind.STRING:
      return bytes[at] === Limit.UNKNOWN_STRING ? 0 : bytes[at]!;
    case Kind.REST:
      return end - at;
    default:
      return layout.rules[rule + Rule.SIZE]!;
  }
}

/** Writes a number; answers where the next field goes. */
export function putFieldNumber(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  value: number,
): number {
  return putNumber(bytes, at, value, layout.rules[field * Rule.LENGTH + Rule.SIZE]!);
}

/** Writes bytes, of a string with its length before them; answers where the next field goes. */
export function putFieldBytes(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  from: Uint8Array,
  start: number,
  length: number,
): number {
  let next = at;
  if (layout.rules[field * Rule.LENGTH + Rule.KIND] === Kind.STRING) bytes[next++] = length;
  for (let i = 0; i < length; i++) bytes[next + i] = from[start + i]!;
  return next + length;
}

/** Where the fields from `first` to before `last` end; -1: not before `end`. */
function walk(
  layout: Layout,
  first: number,
  last: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  let next = at;
  for (let field = first; field < last; field = behind(layout, field)) {
    if (!isThere(layout, first, field, bytes, at, next, end)) continue;
    next = skip(layout, first, field, bytes, at, next, end);
    if (next < 0) return Limit.NONE;
  }
  return next;
}

/** The field behind this one and what is in its parentheses. */
function behind(layout: Layout, field: number): number {
  return field + 1 + layout.rules[field * Rule.LENGTH + Rule.WITHIN]!;
}

function isThere(
  layout: Layout,
  first: number,
  field: number,
  bytes: Uint8Array,
  at: number,
  next: number,
  end: number,
): boolean {
  const rule = field * Rule.LENGTH;
  const when = layout.rules[rule + Rule.WHEN] as When;
  if (when === When.ALWAYS) return true;
  if (when === When.LEFT) return next < end;
  const earlier = layout.rules[rule + Rule.WHEN_FIELD]!;
  const value = earlierNumber(layout, first, earlier, bytes, at, end);
  const limit = layout.rules[rule + Rule.WHEN_VALUE]!;
  if (when === When.BITS) return (value & limit) !== 0;
  return when === When.EQUAL ? value === limit : value > limit;
}

function skip(
  layout: Layout,
  first: number,
  field: number,
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number,
): number {
  const untilEnd = layout.rules[field * Rule.LENGTH + Rule.TIMES] === Times.LEFT;
  const count = times(layout, first, field, bytes, at, end);
  let next = start;
  // Every element has a byte at least, so that a count from afar ends with the payload.
  for (let i = 0; i < count && !(untilEnd && next >= end); i++) {
    next = skipOne(layout, field, bytes, next, end);
    if (next < 0) return Limit.NONE;
  }
  return next;
}

function skipOne(
  layout: Layout,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const rule = field * Rule.LENGTH;
  let length = layout.rules[rule + Rule.SIZE]!;
  switch (layout.rules[rule + Rule.KIND] as Kind) {
    case Kind.GROUP:
      return walk(layout, field + 1, behind(layout, field), bytes, at, end);
    case Kind.REST:
      return end;
    case Kind.STRING:
      if (at >= end) return Limit.NONE;
      length = 1 + (bytes[at] === Limit.UNKNOWN_STRING ? 0 : bytes[at]!);
      break;
    default:
  }
  return at + length <= end ? at + length : Limit.NONE;
}

/** How many a repeated field has; without a count more than there can be. */
function times(
  layout: Layout,
  first: number,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const rule = field * Rule.LENGTH;
  const kind = layout.rules[rule + Rule.TIMES] as Times;
  if (kind === Times.ONE) return 1;
  if (kind === Times.LEFT) return end - at;
  const earlier = layout.rules[rule + Rule.TIMES_FIELD]!;
  const value = earlierNumber(layout, first, earlier, bytes, at, end);
  const mask = layout.rules[rule + Rule.TIMES_MASK]!;
  // Numbers that count have at most two bytes.
  return (value & mask) / (mask & -mask);
}

/** A number before the one that asks for it; 0, if it is not there. */
function earlierNumber(
  layout: Layout,
  first: number,
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const start = walk(layout, first, field, bytes, at, end);
  if (!isThere(layout, first, field, bytes, at, start, end)) return 0;
  return numberAt(layout, field, bytes, start);
}
