import { generate, parse } from "coap-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CoapCheck,
  CoapType,
  checkCoap,
  coapMessageId,
  coapTokenLength,
  coapType,
  putCoapHeader,
} from "../../firmware/wire/coap";
import {
  blockMore,
  blockNumber,
  blockOffset,
  blockSize,
  blockValue,
  checkBlock,
} from "../../firmware/wire/coap-block";
import { isLaterObserve, nextObserve } from "../../firmware/wire/coap-observe";
import {
  checkOptions,
  isCritical,
  OptionReader,
  OptionWriter,
  optionUint,
} from "../../firmware/wire/coap-options";
import { hex } from "../hex";

const option = fc.record({
  number: fc.oneof(fc.nat(40), fc.nat(300), fc.nat(65535)),
  value: fc.uint8Array({ maxLength: 300 }),
});
const message = fc.record({
  type: fc.constantFrom(CoapType.CON, CoapType.NON, CoapType.ACK, CoapType.RST),
  code: fc.constantFrom(1, 2, 5, 0x41, 0x5f, 0x84, 0xa3),
  messageId: fc.nat(0xffff),
  token: fc.uint8Array({ maxLength: 8 }),
  options: fc.array(option, { maxLength: 6 }),
  payload: fc.uint8Array({ maxLength: 200 }),
});

type Message = typeof message extends fc.Arbitrary<infer M> ? M : never;

function write(one: Message, start: number): Uint8Array {
  const bytes = new Uint8Array(3000);
  const { type, code, messageId, token } = one;
  const writer = new OptionWriter();
  writer.open(putCoapHeader(bytes, start, type, code, messageId, token, 0, token.length));
  const sorted = [...one.options].sort((a, b) => a.number - b.number);
  for (const { number, value } of sorted) writer.put(bytes, number, value, 0, value.length);
  if (one.payload.length > 0) writer.marker(bytes);
  bytes.set(one.payload, writer.at);
  return bytes.slice(0, writer.at + one.payload.length);
}

function read(bytes: Uint8Array, start: number): Message {
  const options: { number: number; value: Uint8Array<ArrayBuffer> }[] = [];
  const reader = new OptionReader();
  const tokenLength = coapTokenLength(bytes, start);
  reader.open(start + 4 + tokenLength, bytes.length);
  while (reader.next(bytes)) {
    options.push({
      number: reader.number,
      value: bytes.slice(reader.start, reader.start + reader.length),
    });
  }
  return {
    type: coapType(bytes, start),
    code: bytes[start + 1]! as Message["code"],
    messageId: coapMessageId(bytes, start),
    token: bytes.slice(start + 4, start + 4 + tokenLength),
    options,
    payload: bytes.slice(reader.payload),
  };
}

describe("CoAP messages (RFC 7252 section 3)", () => {
  test("what is written is good, and reads back the same", () => {
    fc.assert(
      fc.property(message, fc.nat(20), (one, start) => {
        const bytes = write(one, start);
        expect(checkCoap(bytes, start, bytes.length - start)).toBe(CoapCheck.OK);
        const options = [...one.options].sort((a, b) => a.number - b.number);
        expect(read(bytes, start)).toEqual({ ...one, options });
      }),
    );
  });

  test("coap-packet reads what we write", () => {
    fc.assert(
      fc.property(message, (one) => {
        const packet = parse(Buffer.from(write(one, 0)));
        expect(packet.messageId).toBe(one.messageId);
        expect(packet.token.equals(one.token)).toBe(true);
        expect(packet.payload.equals(one.payload)).toBe(true);
        const values = [...one.options].sort((a, b) => a.number - b.number);
        expect(packet.options.map((two) => two.value.toString("hex"))).toEqual(
          values.map((two) => Buffer.from(two.value).toString("hex")),
        );
      }),
    );
  });

  test("we read what coap-packet writes", () => {
    const bytes = generate({
      code: "PUT",
      messageId: 0x1234,
      token: Buffer.from("abc"),
      options: [
        { name: "Uri-Path", value: Buffer.from("devices") },
        { name: "Uri-Path", value: Buffer.alloc(270, 0x61) },
        { name: "Size1", value: Buffer.from([1, 0]) },
      ],
      payload: Buffer.from("x"),
    });
    expect(checkCoap(bytes, 0, bytes.length)).toBe(CoapCheck.OK);
    const one = read(bytes, 0);
    expect(one.options.map((two) => [two.number, two.value.length])).toEqual([
      [11, 7],
      [11, 270],
      [60, 2],
    ]);
  });

  test.each([
    ["", CoapCheck.TOO_SHORT],
    ["400100", CoapCheck.TOO_SHORT],
    ["00010000", CoapCheck.BAD_VERSION],
    ["80010000", CoapCheck.BAD_VERSION],
    ["40000000", CoapCheck.OK],
    ["4000000000", CoapCheck.MALFORMED],
    ["4100000001", CoapCheck.MALFORMED],
    ["49010000010203040506070809", CoapCheck.MALFORMED],
    ["42010000aa", CoapCheck.MALFORMED],
    ["40010000f0", CoapCheck.MALFORMED],
    ["400100000f", CoapCheck.MALFORMED],
    ["40010000d0", CoapCheck.MALFORMED],
    ["40010000e000", CoapCheck.MALFORMED],
    ["40010000e0ffffe0ffff", CoapCheck.MALFORMED],
    ["40010000b2aa", CoapCheck.MALFORMED],
    ["40010000ff", CoapCheck.MALFORMED],
    ["40010000ff00", CoapCheck.OK],
    ["40210000", CoapCheck.MALFORMED],
    ["40e10000", CoapCheck.MALFORMED],
  ])("%s is %i", (text, expected) => {
    const bytes = hex(text);
    expect(checkCoap(bytes, 0, bytes.length)).toBe(expected);
  });

  test("any bytes whatever are looked at without harm, and good ones can be walked", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (checkCoap(bytes, 0, bytes.length) !== CoapCheck.OK) return;
        if (bytes[1] === 0) return;
        for (const { value } of read(bytes, 0).options) expect(value.length).toBeLessThan(61);
      }),
    );
  });

  test("an option's number is as short as it can be (section 3.2)", () => {
    const bytes = new Uint8Array(20);
    for (const [value, length] of [
      [0, 0],
      [1, 1],
      [255, 1],
      [256, 2],
      [0xffffff, 3],
      [0x1000000, 4],
    ] as const) {
      const writer = new OptionWriter();
      writer.open(0);
      writer.putUint(bytes, 12, value);
      expect(writer.at).toBe(1 + length);
      expect(optionUint(bytes, 1, length)).toBe(value);
    }
  });

  test("odd numbers are critical (section 5.4.6)", () => {
    expect([11, 9, 35].every(isCritical)).toBe(true);
    expect([6, 12, 60, 252].some(isCritical)).toBe(false);
  });

  test("options are checked inside given bounds only", () => {
    expect(checkOptions(hex("b161ff00"), 0, 2)).toBe(true);
    expect(checkOptions(hex("b161ff00"), 0, 3)).toBe(false);
    expect(checkOptions(hex("b161ff00"), 0, 4)).toBe(true);
  });
});

describe("block options (RFC 7959 section 2.2)", () => {
  test("the standard's example: NUM 3, more, SZX 3 has offset 384", () => {
    const value = blockValue(3, true, 3);
    expect([blockNumber(value), blockMore(value), blockSize(value), blockOffset(value)]).toEqual([
      3,
      true,
      128,
      384,
    ]);
  });

  test("size exponent 7 is reserved; four bytes are too many", () => {
    expect(checkBlock(7, 1)).toBe(false);
    expect(checkBlock(6, 1)).toBe(true);
    expect(checkBlock(6, 4)).toBe(false);
  });
});

describe("Observe numbers (RFC 7641 section 3.4)", () => {
  test("follow each other round a circle of 24 bits", () => {
    expect(nextObserve(0xffffff)).toBe(0);
    expect(isLaterObserve(0xffffff, 0)).toBe(true);
    expect(isLaterObserve(5, 5)).toBe(false);
    expect(isLaterObserve(6, 5)).toBe(false);
    expect(isLaterObserve(0, 0x7fffff)).toBe(true);
    expect(isLaterObserve(0, 0x800000)).toBe(false);
  });
});
