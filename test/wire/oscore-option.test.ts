import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  OscoreOption,
  partialIvLength,
  putRequestOption,
  putResponseOption,
} from "../../firmware/wire/oscore-option";
import { putSessionRecord, SessionRecordReader } from "../../firmware/wire/session-record";
import { hex, toHex } from "../hex";

const sequence = fc.oneof(
  fc.nat(300),
  fc.nat(70_000),
  fc.nat(2 ** 31 - 1),
  fc.constant(2 ** 40 - 1),
);

describe("the OSCORE option (RFC 8613 section 6.1)", () => {
  test("of a request reads back the same", () => {
    fc.assert(
      fc.property(
        sequence,
        fc.uint8Array({ maxLength: 7 }),
        fc.option(fc.uint8Array({ maxLength: 8 })),
        (number, kid, context) => {
          const bytes = new Uint8Array(40);
          const end = putRequestOption(
            bytes,
            3,
            number,
            Uint8Array.of(...kid, ...(context ?? [])),
            0,
            kid.length,
            kid.length,
            context === null ? -1 : context.length,
          );
          const option = new OscoreOption();
          expect(option.read(bytes, 3, end - 3)).toBe(true);
          expect([option.sequence, option.hasKid, option.hasContext]).toEqual([
            number,
            true,
            context !== null,
          ]);
          expect(toHex(bytes, option.kidStart, option.kidStart + option.kidLength)).toBe(
            toHex(kid),
          );
          if (context === null) return;
          const contextEnd = option.contextStart + option.contextLength;
          expect(toHex(bytes, option.contextStart, contextEnd)).toBe(toHex(context));
        },
      ),
    );
  });

  // The examples of section 6.3.
  test.each([
    ["090525", { sequence: 5, hasKid: true, kidLength: 1, hasContext: false }],
    ["0900", { sequence: 0, hasKid: true, kidLength: 0, hasContext: false }],
    ["1905054463616c65", { sequence: 5, hasKid: true, kidLength: 0, hasContext: true }],
    ["", { sequence: -1, hasKid: false, hasContext: false }],
    ["0107", { sequence: 7, hasKid: false, hasContext: false }],
  ])("%s", (text, expected) => {
    const bytes = hex(text);
    const option = new OscoreOption();
    expect(option.read(bytes, 0, bytes.length)).toBe(true);
    expect(option).toMatchObject(expected);
  });

  test.each([
    ["00", "all flags zero"],
    ["20", "a reserved flag"],
    ["80", "the flags' extension"],
    ["0601020304050607", "a Partial IV of six"],
    ["02aa", "a Partial IV that is cut"],
    ["020001", "a leading zero"],
    ["10", "no length of the context"],
    ["110105aa", "a context that is cut"],
    ["0101ff", "something after the Partial IV without a kid"],
  ])("%s is refused: %s", (text) => {
    const bytes = hex(text);
    expect(new OscoreOption().read(bytes, 0, bytes.length)).toBe(false);
  });

  test("of a response is empty, or a Partial IV alone", () => {
    const bytes = new Uint8Array(8);
    expect(putResponseOption(bytes, 0, -1)).toBe(0);
    expect(toHex(bytes, 0, putResponseOption(bytes, 0, 0))).toBe("0100");
    expect(toHex(bytes, 0, putResponseOption(bytes, 0, 0x1234))).toBe("021234");
    expect(partialIvLength(2 ** 40 - 1)).toBe(5);
  });

  test("any bytes whatever read without harm, within their bounds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const option = new OscoreOption();
        if (!option.read(bytes, 0, bytes.length)) return;
        expect(option.kidStart + option.kidLength).toBeLessThanOrEqual(Math.max(bytes.length, 1));
        expect(option.contextStart + option.contextLength).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe("a provisioned context", () => {
  const id = fc.uint8Array({ maxLength: 7 });
  const given = fc.record({
    senderId: id,
    recipientId: id,
    idContext: fc.option(fc.uint8Array({ maxLength: 8 })),
    salt: fc.uint8Array({ maxLength: 32 }),
    secret: fc.uint8Array({ minLength: 16, maxLength: 32 }),
  });

  test("reads back the same, and with any byte less it is none", () => {
    fc.assert(
      fc.property(given, ({ senderId, recipientId, idContext, salt, secret }) => {
        fc.pre(toHex(senderId) !== toHex(recipientId));
        const bytes = new Uint8Array(120);
        const length = putSessionRecord(bytes, 2, senderId, recipientId, idContext, salt, secret);
        const record = new SessionRecordReader();
        expect(record.read(bytes, 2, length)).toBe(true);
        const field = (start: number, size: number) => toHex(bytes, start, start + size);
        expect(field(record.senderId, record.senderIdLength)).toBe(toHex(senderId));
        expect(field(record.recipientId, record.recipientIdLength)).toBe(toHex(recipientId));
        expect(record.idContextLength).toBe(idContext === null ? -1 : idContext.length);
        expect(field(record.salt, record.saltLength)).toBe(toHex(salt));
        expect(field(record.secret, record.secretLength)).toBe(toHex(secret));
        for (let less = 0; less < length; less++) expect(record.read(bytes, 2, less)).toBe(false);
        expect(record.read(bytes, 2, length + 1)).toBe(false);
      }),
    );
  });

  test("with equal IDs, or a secret under 16 bytes, is none", () => {
    const bytes = new Uint8Array(120);
    const none = new Uint8Array(0);
    const one = Uint8Array.of(1);
    const record = new SessionRecordReader();
    let length = putSessionRecord(bytes, 0, one, one, null, none, new Uint8Array(16));
    expect(record.read(bytes, 0, length)).toBe(false);
    length = putSessionRecord(bytes, 0, one, none, null, none, new Uint8Array(15));
    expect(record.read(bytes, 0, length)).toBe(false);
  });
});
