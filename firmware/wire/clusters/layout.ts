// How a command's payload is written down, and the form in which it is checked and read. A layout
// is a line of text, one word a field:
//
//   name:type                  a value
//   name:type?                 there only if anything is left
//   name:type?field&mask       there only if one of these bits of an earlier field is set
//   name:type?field=value      there only if the earlier field has this value
//   name:type?field>value      there only if the earlier field is greater
//   name:type*field            as many as the earlier field says
//   name:type*field&mask       as many as these bits of it say
//   name:type*                 as many as there are until the end
//   name:(name:type ...)*...   the same of several fields together
//
// The earlier field is one of the same parentheses.
// @source ZCL 07-5123-06 section 2.6.2 (types)

/** Kinds of values that have no fixed length. */
export const enum Kind {
  UNSIGNED = 0,
  SIGNED = 1,
  /** A number of more bytes than a number here holds, or no number: a fixed count of bytes. */
  BYTES = 2,
  /** A length byte, then so many bytes; 0xff: not known, and no bytes. */
  STRING = 3,
  /** All bytes that are left. */
  REST = 4,
  /** The fields behind it, as many as `WITHIN` says. */
  GROUP = 5,
}

/** When a field is there. */
export const enum When {
  ALWAYS = 0,
  /** If anything is left. */
  LEFT = 1,
  BITS = 2,
  EQUAL = 3,
  GREATER = 4,
}

/** How many of it there are. */
export const enum Times {
  ONE = 0,
  /** As the bits of an earlier field say. */
  COUNTED = 1,
  /** Until the end. */
  LEFT = 2,
}

/** Where the numbers of one field lie. */
export const enum Rule {
  KIND = 0,
  /** Bytes of a value. */
  SIZE = 1,
  /** Of a group: fields in it, those of its groups too. */
  WITHIN = 2,
  WHEN = 3,
  WHEN_FIELD = 4,
  WHEN_VALUE = 5,
  TIMES = 6,
  TIMES_FIELD = 7,
  TIMES_MASK = 8,
  LENGTH = 9,
}

export interface Layout {
  readonly names: readonly string[];
  /** The names of the types as the text has them. */
  readonly types: readonly string[];
  /** `Rule.LENGTH` numbers a field. */
  readonly rules: readonly number[];
}

const WORD = /^(\w+):(\(|\w+)/;
const GUARD = /^\?(?:(\w+)([&=>])(\w+))?/;
const COUNT = /^\*(?:(\w+)(?:&(\w+))?)?/;
const FIXED: Readonly<Record<string, number>> = { bool: 1, utc: 4, date: 4, eui64: 8, key: 16 };
const ALL_BITS = 0xffffffff;

/** Reads a layout. Throws on a text that is none: that is a mistake in a table. */
export function layoutOf(text: string): Layout {
  const layout = { names: [] as string[], types: [] as string[], rules: [] as number[] };
  const left = readFields(text.trim(), layout);
  if (left !== "") throw new Error(`no layout: ${left}`);
  return layout;
}

interface Making {
  readonly names: string[];
  readonly types: string[];
  readonly rules: number[];
}

/** Reads fields until the end or a parenthesis; answers the text behind them. */
function readFields(text: string, layout: Making): string {
  const first = layout.names.length;
  let left = text;
  while (left !== "" && !left.startsWith(")")) left = readField(left, layout, first).trimStart();
  return left;
}

function readField(text: string, layout: Making, first: number): string {
  const word = WORD.exec(text);
  if (word === null) throw new Error(`no field: ${text}`);
  const index = layout.names.length;
  const type = word[2]!;
  layout.names.push(word[1]!);
  layout.types.push(type === "(" ? "group" : type);
  layout.rules.push(...rulesOf(type));
  let left = text.slice(word[0].length);
  if (type === "(") {
    left = readFields(left, layout).slice(1);
    layout.rules[index * Rule.LENGTH + Rule.WITHIN] = layout.names.length - index - 1;
  }
  left = readGuard(left, layout, first, index);
  return readCount(left, layout, first, index);
}

function readGuard(text: string, layout: Making, first: number, index: number): string {
  const guard = GUARD.exec(text);
  if (guard === null) return text;
  const at = index * Rule.LENGTH;
  if (guard[1] === undefined) {
    layout.rules[at + Rule.WHEN] = When.LEFT;
  } else {
    const sign = guard[2]!;
    const other = sign === "=" ? When.EQUAL : When.GREATER;
    layout.rules[at + Rule.WHEN] = sign === "&" ? When.BITS : other;
    layout.rules[at + Rule.WHEN_FIELD] = earlier(layout, first, index, guard[1]);
    layout.rules[at + Rule.WHEN_VALUE] = Number(guard[3]);
  }
  return text.slice(guard[0].length);
}

function readCount(text: string, layout: Making, first: number, index: number): string {
  const count = COUNT.exec(text);
  if (count === null) return text;
  const at = index * Rule.LENGTH;
  if (count[1] === undefined) {
    layout.rules[at + Rule.TIMES] = Times.LEFT;
  } else {
    layout.rules[at + Rule.TIMES] = Times.COUNTED;
    layout.rules[at + Rule.TIMES_FIELD] = earlier(layout, first, index, count[1]);
    layout.rules[at + Rule.TIMES_MASK] = count[2] === undefined ? ALL_BITS : Number(count[2]);
  }
  return text.slice(count[0].length);
}

/** The field of this name in the same parentheses, a number that stands there once. */
function earlier(layout: Making, first: number, index: number, name: string): number {
  let field = first;
  while (field < index) {
    const at = field * Rule.LENGTH;
    const isNumber = layout.rules[at + Rule.KIND] === Kind.UNSIGNED;
    if (layout.names[field] === name && isNumber && layout.rules[at + Rule.TIMES] === Times.ONE)
      return field;
    field += 1 + layout.rules[at + Rule.WITHIN]!;
  }
  throw new Error(`no number before ${layout.names[index]} is called ${name}`);
}

function rulesOf(type: string): number[] {
  const [kind, size] = kindOf(type);
  return [kind, size, 0, When.ALWAYS, 0, 0, Times.ONE, 0, 0];
}

function kindOf(type: string): [Kind, number] {
  if (type === "(") return [Kind.GROUP, 0];
  if (type === "octets" || type === "text") return [Kind.STRING, 0];
  if (type === "bytes") return [Kind.REST, 0];
  const size = FIXED[type] ?? bitsOf(type) / 8;
  // Numbers of more than six bytes are not safe integers.
  if (type.startsWith("raw") || size > 6) return [Kind.BYTES, size];
  return [type.startsWith("i") ? Kind.SIGNED : Kind.UNSIGNED, size];
}

function bitsOf(type: string): number {
  const raw = /^raw(\d+)$/.exec(type);
  if (raw !== null) return Number(raw[1]) * 8;
  const number = /^(?:u|i|enum|map)(8|16|24|32|40|48|56|64)$/.exec(type);
  if (number === null) throw new Error(`no type is called ${type}`);
  return Number(number[1]);
}
