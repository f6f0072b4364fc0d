// ZCL headers, values and records; device profile payloads; metering and tunnelling payloads.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkGetProfileResponse,
  profileInterval,
} from "../../firmware/wire/clusters/metering-command";
import { Time, unixTime, zclTime } from "../../firmware/wire/clusters/time";
import { Parsed } from "../../firmware/wire/parsed";
import {
  checkZcl,
  putZclManufacturer,
  zclCommand,
  zclManufacturer,
  zclPayloadAt,
  zclSequence,
} from "../../firmware/wire/zcl";
import {
  AttributeRecord,
  checkDiscoverResponse,
  checkRead,
  checkReadResponse,
  checkRecords,
  checkReporting,
  checkWriteResponse,
  isNonValue,
  nextRecord,
  putNumber,
  putRecord,
  readSigned,
  readUnsigned,
} from "../../firmware/wire/zcl-attribute";
import { ZclLength, ZclType, zclTypeLength } from "../../firmware/wire/zcl-type";
import { checkZdoRequest, Zdo } from "../../firmware/wire/zdo";
import { checkZdoResponse } from "../../firmware/wire/zdo-response";
import { apsOf } from "../fuzz/aps.fuzz";
import { hex } from "../hex";
import { build } from "./sample-frames";
import { zdoSamples } from "./sample-zdo-zcl";

describe("ZCL header, section 2.4", () => {
  it("finds its fields behind a manufacturer's code", () => {
    const bytes = build((b, at) => putZclManufacturer(b, at, 1, 0x10f2, 7, 9));
    expect(checkZcl(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect([zclManufacturer(bytes, 0), zclSequence(bytes, 0), zclCommand(bytes, 0)]).toEqual([
      0x10f2, 7, 9,
    ]);
    expect(zclPayloadAt(bytes, 0)).toBe(5);
    for (let length = 0; length < 5; length++)
      expect(checkZcl(bytes, 0, length)).toBe(Parsed.TRUNCATED);
  });

  it("leaves reserved frame types alone", () => {
    expect(checkZcl(hex("020100"), 0, 3)).toBe(Parsed.UNSUPPORTED);
  });
});

describe("data types, section 2.6.2", () => {
  // Identifier and length of every type of table 2-10 that has a fixed length.
  it.each<[number, number]>([
    [0x00, 0],
    [0x08, 1],
    [0x0f, 8],
    [0x10, 1],
    [0x18, 1],
    [0x1b, 4],
    [0x1f, 8],
    [0x20, 1],
    [0x22, 3],
    [0x25, 6],
    [0x27, 8],
    [0x28, 1],
    [0x2a, 3],
    [0x2f, 8],
    [0x30, 1],
    [0x31, 2],
    [0x38, 2],
    [0x39, 4],
    [0x3a, 8],
    [0xe0, 4],
    [0xe1, 4],
    [0xe2, 4],
    [0xe8, 2],
    [0xe9, 2],
    [0xea, 4],
    [0xf0, 8],
    [0xf1, 16],
    [0xff, 0],
  ])("0x%s has %i bytes", (type, length) => {
    expect(zclTypeLength(type)).toBe(length);
  });

  it("knows strings, collections and what is no type", () => {
    expect(zclTypeLength(ZclType.OCTET_STRING)).toBe(ZclLength.SHORT_STRING);
    expect(zclTypeLength(ZclType.LONG_CHARACTER_STRING)).toBe(ZclLength.LONG_STRING);
    expect(zclTypeLength(ZclType.STRUCTURE)).toBe(ZclLength.COLLECTION);
    for (const type of [0x01, 0x07, 0x11, 0x17, 0x32, 0x3b, 0x40, 0x45, 0xe3, 0xf2])
      expect(zclTypeLength(type), String(type)).toBe(ZclLength.NONE);
  });

  it("writes and reads numbers of one to six bytes, signed and not", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (length, part) => {
          const bytes = new Uint8Array(8);
          const value = Math.floor(part * (256 ** length - 1));
          expect(putNumber(bytes, 1, value, length)).toBe(1 + length);
          expect(readUnsigned(bytes, 1, length)).toBe(value);
          const signed = value - 256 ** length / 2;
          putNumber(bytes, 1, signed, length);
          expect(readSigned(bytes, 1, length)).toBe(signed);
        },
      ),
    );
  });

  it("takes all ones for a value that is not known", () => {
    expect(isNonValue(hex("ffffffffffff"), 0, 6)).toBe(true);
    expect(isNonValue(hex("feffffffffff"), 0, 6)).toBe(false);
  });
});

describe("records of global commands, section 2.5", () => {
  it("walks any report that we write, and refuses it cut anywhere", () => {
    const types = [ZclType.UINT48, ZclType.INT24, ZclType.UTC_TIME, ZclType.BITMAP8];
    const record = fc.tuple(fc.nat(0xffff), fc.constantFrom(...types), fc.nat(0x7f));
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), (records) => {
        const ends: number[] = [0];
        const bytes = build((b, at) => {
          let end = at;
          for (const [attribute, type, value] of records) {
            end = putRecord(b, end, attribute, type, value);
            ends.push(end);
          }
          return end;
        });
        expect(checkRecords(bytes, 0, bytes.length)).toBe(Parsed.OK);
        let at = 0;
        for (const end of ends.slice(1)) {
          at = nextRecord(bytes, at);
          expect(at).toBe(end);
        }
        for (let cut = 0; cut < bytes.length; cut++) {
          const code = checkRecords(bytes, 0, cut);
          expect(code).toBe(ends.slice(1).includes(cut) ? Parsed.OK : Parsed.TRUNCATED);
        }
      }),
    );
  });

  it.each<[string, string, Parsed]>([
    ["a string", "0800 41 03 616263", Parsed.OK],
    ["a string that is not known", "0800 41 ff", Parsed.OK],
    ["a string longer than the frame", "0800 41 04 616263", Parsed.TRUNCATED],
    ["a long string longer than the frame", "0800 43 ff00 61", Parsed.TRUNCATED],
    ["an array, which none of our clusters has", "0800 48 20 0000", Parsed.UNSUPPORTED],
    ["no type", "0800 01 00", Parsed.UNSUPPORTED],
  ])("judges %s", (_what, text, code) => {
    const bytes = hex(text);
    expect(checkRecords(bytes, 0, bytes.length)).toBe(code);
    expect(bytes.length).toBeGreaterThan(AttributeRecord.VALUE);
  });

  it.each<[string, typeof checkRead, string, Parsed]>([
    ["a read of two", checkRead, "0000 0700", Parsed.OK],
    ["a read of nothing", checkRead, "", Parsed.TRUNCATED],
    ["a read of one and a half", checkRead, "000007", Parsed.TRUNCATED],
    ["a read response", checkReadResponse, "0000 00 20 05 0700 86", Parsed.OK],
    ["a read response without its value", checkReadResponse, "0000 00 20", Parsed.TRUNCATED],
    ["a read response without its type", checkReadResponse, "0000 00", Parsed.TRUNCATED],
    ["a write response of one byte", checkWriteResponse, "00", Parsed.OK],
    ["a write response of failures", checkWriteResponse, "88 0200 86 0300", Parsed.OK],
    ["a write response cut", checkWriteResponse, "88 02", Parsed.TRUNCATED],
    ["configure reporting", checkReporting, "00 0004 2a 0a00 3c00 050000", Parsed.OK],
    ["reporting of a bitmap: no change", checkReporting, "00 0002 18 0a00 3c00", Parsed.OK],
    ["reporting that is expected", checkReporting, "01 0004 1e00", Parsed.OK],
    ["reporting without its change", checkReporting, "00 0004 2a 0a00 3c00 05", Parsed.TRUNCATED],
    ["reporting of an unknown type", checkReporting, "00 0004 01 0a00 3c00", Parsed.UNSUPPORTED],
    ["reporting in a third direction", checkReporting, "02 0004 1e00", Parsed.INVALID],
    ["a discover response", checkDiscoverResponse, "01 0000 25 0004 2a", Parsed.OK],
    ["a discover response cut", checkDiscoverResponse, "01 0000", Parsed.TRUNCATED],
  ])("judges %s", (_what, check, text, code) => {
    const bytes = hex(text);
    expect(check(bytes, 0, bytes.length)).toBe(code);
  });
});

describe("time, section 3.12", () => {
  it("counts from 2000, and from 1970 elsewhere", () => {
    expect(zclTime(Time.EPOCH_UNIX_SECONDS)).toBe(0);
    expect(unixTime(zclTime(1_800_000_000))).toBe(1_800_000_000);
    expect(Date.UTC(2000, 0, 1) / 1000).toBe(Time.EPOCH_UNIX_SECONDS);
  });

  it("has no time before 2000 and none where the number ends", () => {
    expect(zclTime(0)).toBe(Time.INVALID);
    expect(zclTime(Time.EPOCH_UNIX_SECONDS + 0xffffffff)).toBe(Time.INVALID);
    expect(unixTime(Time.INVALID)).toBe(0);
  });
});

describe("profiles, Smart Energy annex D.3", () => {
  it("reads intervals newest first and refuses fewer than announced", () => {
    const bytes = hex("00000000 00 02 02 010000 ffffff");
    expect(checkGetProfileResponse(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect([profileInterval(bytes, 0, 0), profileInterval(bytes, 0, 1)]).toEqual([1, 0xffffff]);
    for (let cut = 0; cut < bytes.length; cut++)
      expect(checkGetProfileResponse(bytes, 0, cut)).toBe(Parsed.TRUNCATED);
  });
});

describe("device profile, Zigbee sections 2.4.3 and 2.4.4", () => {
  it.each(zdoSamples())("takes $name, and refuses it cut anywhere", ({ bytes }) => {
    const aps = apsOf(bytes);
    const cluster = aps[2]! | (aps[3]! << 8);
    const check = cluster & Zdo.RESPONSE ? checkZdoResponse : checkZdoRequest;
    const length = aps.length - 8;
    expect(check(cluster, aps, 8, length)).toBe(Parsed.OK);
    const failed = (cluster & Zdo.RESPONSE) !== 0 && aps[9] !== 0;
    const least = failed ? 2 : length;
    for (let cut = 0; cut < least; cut++)
      expect(check(cluster, aps, 8, cut)).toBe(Parsed.TRUNCATED);
  });

  it("leaves requests alone that a hub has no answer for", () => {
    expect(checkZdoRequest(0x0021, hex("01"), 0, 1)).toBe(Parsed.UNSUPPORTED);
    expect(checkZdoResponse(0x8021, hex("0100"), 0, 2)).toBe(Parsed.UNSUPPORTED);
  });

  it("refuses a simple descriptor whose lists do not fit its length", () => {
    const bytes = hex("01 00 2143 08 01 0901 0105 00 05 00");
    expect(checkZdoResponse(0x8004, bytes, 0, bytes.length)).toBe(Parsed.TRUNCATED);
    bytes[4] = 7;
    expect(checkZdoResponse(0x8004, bytes, 0, bytes.length)).toBe(Parsed.INVALID);
  });
});
