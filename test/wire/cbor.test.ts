import { Decoder, Encoder } from "cbor-x";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Major, putByteString, putHead, putInteger, putText } from "../../firmware/wire/cbor";
import { CborCheck, checkCbor } from "../../firmware/wire/cbor-check";
import {
  CborField,
  checkFields,
  fieldStart,
  fieldValue,
  findField,
  hasOnlyFields,
  isBytesField,
  isUnsignedField,
} from "../../firmware/wire/cbor-fields";
import { isUtf8 } from "../../firmware/wire/utf8";
import { hex, toHex } from "../hex";
import { CborReader } from "./cbor-reader";

/** A value of the kinds that we write. */
type Value = number | string | Uint8Array | Value[] | Map<number, Value>;

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(
      fc.integer({ min: -300, max: 300 }),
      fc
        .maxSafeInteger()
        .filter((n) => n > -Number.MAX_SAFE_INTEGER && n < Number.MAX_SAFE_INTEGER),
    ),
    fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
    fc.uint8Array({ maxLength: 30 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .uniqueArray(fc.integer({ min: -30, max: 300 }), { maxLength: 4 })
      .chain((keys) =>
        fc
          .array(tie("value"), { minLength: keys.length, maxLength: keys.length })
          .map((values) => new Map(keys.map((key, i) => [key, values[i]!]))),
      ),
  ),
})).value;

/** Keys in the bytewise order of their encodings: unsigned by size, then negative. */
function order(a: number, b: number): number {
  const rank = (n: number) => (n < 0 ? 2 ** 40 - n : n);
  return rank(a) - rank(b);
}

function put(bytes: Uint8Array, at: number, one: Value): number {
  if (typeof one === "number") return putInteger(bytes, at, one);
  if (typeof one === "string") return putText(bytes, at, one);
  if (one instanceof Uint8Array) return putByteString(bytes, at, one, 0, one.length);
  if (Array.isArray(one)) {
    return one.reduce(
      (end: number, item) => put(bytes, end, item),
      putHead(bytes, at, Major.ARRAY, one.length),
    );
  }
  const keys = [...one.keys()].sort(order);
  return keys.reduce(
    (end, key) => put(bytes, putInteger(bytes, end, key), one.get(key)!),
    putHead(bytes, at, Major.MAP, one.size),
  );
}

function encode(one: Value): Uint8Array {
  const bytes = new Uint8Array(20_000);
  return bytes.slice(0, put(bytes, 0, one));
}

function read(bytes: Uint8Array, reader: CborReader): Value {
  const major = reader.read(bytes);
  const { start, argument } = reader;
  if (reader.isInteger()) return reader.integer();
  if (major === Major.BYTES) return bytes.slice(start, start + argument);
  if (major === Major.TEXT) {
    return Buffer.from(bytes.subarray(start, start + argument)).toString();
  }
  if (major === Major.ARRAY) return Array.from({ length: argument }, () => read(bytes, reader));
  const map = new Map<number, Value>();
  for (let i = 0; i < argument; i++) map.set(read(bytes, reader) as number, read(bytes, reader));
  return map;
}

const options = { useRecords: false, variableMapSize: true, mapsAsObjects: false };
const decoder = new Decoder({ ...options, int64AsNumber: true } as object);
const encoder = new Encoder({ ...options, tagUint8Array: false });

describe("our encoder", () => {
  test("is deterministic by our own strict look, and reads back the same", () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encode(one);
        expect(checkCbor(bytes, 0, bytes.length)).toBe(CborCheck.OK);
        const reader = new CborReader();
        reader.open(0);
        expect(read(bytes, reader)).toEqual(one instanceof Map ? sorted(one) : one);
        expect(reader.at).toBe(bytes.length);
        reader.open(0);
        reader.skip(bytes);
        expect(reader.at).toBe(bytes.length);
      }),
    );
  });

  test("is read by cbor-x", () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(normal(decoder.decode(encode(one)))).toEqual(normal(one));
      }),
    );
  });

  test("writes what cbor-x writes, where that is deterministic", () => {
    const small = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
      fc.string({ unit: "grapheme-ascii", maxLength: 23 }),
    );
    fc.assert(
      fc.property(fc.array(small, { maxLength: 20 }), (one) => {
        expect(toHex(encode(one))).toBe(toHex(encoder.encode(one)));
      }),
    );
  });

  // RFC 8949 appendix A.
  test.each([
    [0, "00"],
    [23, "17"],
    [24, "1818"],
    [100, "1864"],
    [1000, "1903e8"],
    [1000000, "1a000f4240"],
    [1000000000000, "1b000000e8d4a51000"],
    [-1, "20"],
    [-10, "29"],
    [-100, "3863"],
    [-1000, "3903e7"],
  ])("%i is %s", (number, text) => {
    expect(toHex(encode(number))).toBe(text);
  });
});

describe("the strict look (RFC 8949 section 4.2.1)", () => {
  test.each([
    ["", CborCheck.BAD_LENGTH],
    ["0000", CborCheck.BAD_LENGTH],
    ["18", CborCheck.BAD_LENGTH],
    ["1817", CborCheck.NOT_DETERMINISTIC],
    ["190018", CborCheck.NOT_DETERMINISTIC],
    ["1a0000ffff", CborCheck.NOT_DETERMINISTIC],
    ["1b00000000ffffffff", CborCheck.NOT_DETERMINISTIC],
    ["1b001fffffffffffff", CborCheck.TOO_LARGE],
    ["1b0020000000000000", CborCheck.TOO_LARGE],
    ["3bffffffffffffffff", CborCheck.TOO_LARGE],
    ["1c", CborCheck.UNSUPPORTED],
    ["1f", CborCheck.NOT_DETERMINISTIC],
    ["5f4100ff", CborCheck.NOT_DETERMINISTIC],
    ["9f00ff", CborCheck.NOT_DETERMINISTIC],
    ["bf0000ff", CborCheck.NOT_DETERMINISTIC],
    ["4261", CborCheck.BAD_LENGTH],
    ["5b001ffffffffffffe00", CborCheck.BAD_LENGTH],
    ["9b001ffffffffffffe00", CborCheck.BAD_LENGTH],
    ["62c080", CborCheck.BAD_TEXT],
    ["a200000000", CborCheck.NOT_DETERMINISTIC],
    ["a201000000", CborCheck.NOT_DETERMINISTIC],
    ["a220000000", CborCheck.NOT_DETERMINISTIC],
    ["a200002000", CborCheck.OK],
    ["f4", CborCheck.OK],
    ["f6", CborCheck.OK],
    ["f7", CborCheck.UNSUPPORTED],
    ["f90000", CborCheck.UNSUPPORTED],
    ["fb3ff199999999999a", CborCheck.UNSUPPORTED],
    ["ff", CborCheck.UNSUPPORTED],
    ["c48222182a", CborCheck.OK],
    ["818181818181818100", CborCheck.OK],
    ["81818181818181818100", CborCheck.TOO_DEEP],
  ])("%s is %i", (text, expected) => {
    const bytes = hex(text);
    expect(checkCbor(bytes, 0, bytes.length)).toBe(expected);
  });

  test("any good bytes are what our encoder makes of their content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), (bytes) => {
        if (checkCbor(bytes, 0, bytes.length) !== CborCheck.OK) return;
        const reader = new CborReader();
        reader.open(0);
        reader.skip(bytes);
        expect(reader.at).toBe(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("text is UTF-8 as the platform's own decoder has it", () => {
    const strict = new TextDecoder("utf-8", { fatal: true });
    const bytes = fc.uint8Array({ maxLength: 6 });
    const near = fc
      .array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x9f, 0xa0, 0x90))
      .map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(fc.oneof(bytes, near), (one) => {
        let isGood = true;
        try {
          strict.decode(one);
        } catch {
          isGood = false;
        }
        expect(isUtf8(one, 0, one.length)).toBe(isGood);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("small maps", () => {
  test("give their fields, of any order of kinds", () => {
    const bytes = encode(
      new Map<number, Value>([
        [0, 7],
        [1, hex("aabb")],
        [3, [1, 2]],
      ]),
    );
    expect(checkFields(bytes, 0, bytes.length)).toBe(true);
    const [number, string, absent, array] = [0, 1, 2, 3].map((key) => findField(bytes, 0, key));
    expect([isUnsignedField(bytes, number!), fieldValue(bytes, number!)]).toEqual([true, 7]);
    expect([isBytesField(bytes, string!), fieldValue(bytes, string!)]).toEqual([true, 2]);
    expect(bytes[fieldStart(bytes, string!)]).toBe(0xaa);
    expect([absent === CborField.NONE, array === CborField.NONE]).toEqual([true, false]);
    expect([hasOnlyFields(bytes, 0, 3), hasOnlyFields(bytes, 0, 4)]).toEqual([false, true]);
    for (const field of [absent!, array!]) {
      expect([isUnsignedField(bytes, field), isBytesField(bytes, field)]).toEqual([false, false]);
    }
  });

  test.each(["", "00", "a10400", "a12000", "a1410000", "a5", "a100"])("%s is none", (text) => {
    const bytes = hex(text);
    expect(checkFields(bytes, 0, bytes.length)).toBe(false);
  });
});

function sorted(map: Map<number, Value>): Map<number, Value> {
  return new Map([...map.entries()].sort((a, b) => order(a[0], b[0])));
}

/** Numbers of all sizes as numbers, byte strings as hexadecimal, maps as sorted pairs. */
function normal(one: unknown): unknown {
  if (typeof one === "bigint") return Number(one);
  if (one instanceof Uint8Array) return `bytes ${toHex(one)}`;
  if (Array.isArray(one)) return one.map(normal);
  if (one instanceof Map) {
    const pairs = [...one.entries()] as [number | bigint, unknown][];
    return pairs
      .map(([key, item]) => [Number(key), normal(item)])
      .sort((a, b) => order(a[0] as number, b[0] as number));
  }
  return one;
}
