// APS headers, fragments, commands and security: what is refused, what comes back.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Aps,
  ApsControl,
  ApsFragment,
  apsAckBits,
  apsBlock,
  apsCluster,
  apsCounter,
  apsDestinationEndpoint,
  apsFragment,
  apsGroup,
  apsHeaderEnd,
  apsProfile,
  apsSourceEndpoint,
  checkAps,
  putApsAck,
  putApsAckBlocks,
  putApsCommand,
  putApsCommandAck,
  putApsData,
  putApsFragment,
} from "../../firmware/wire/aps";
import { checkApsCommand } from "../../firmware/wire/aps-command";
import {
  apsSecuredPayloadAt,
  apsSecuritySourceAt,
  checkApsSecurity,
  openAps,
  putApsSecurity,
  sealAps,
} from "../../firmware/wire/aps-security";
import { KeyIdentifier } from "../../firmware/wire/auxiliary";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { apsOf } from "../fuzz/aps.fuzz";
import { hex, toHex } from "../hex";
import { apsSamples, build, HUB_EUI64, LINK_KEY } from "./sample-frames";

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);
const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);

describe("APS header, Zigbee section 2.2.5.1", () => {
  it("brings data addressing back, and turns it round in the acknowledgement", () => {
    fc.assert(
      fc.property(u8, u16, u16, u8, u8, (to, cluster, profile, from, counter) => {
        const data = build((b, at) =>
          putApsData(b, at, ApsControl.ACK_REQUEST, to, cluster, profile, from, counter),
        );
        const ack = build((b, at) => putApsAck(b, at, data, 0));
        for (const [bytes, there, back] of [
          [data, to, from],
          [ack, from, to],
        ] as const) {
          expect(checkAps(bytes, 0, bytes.length)).toBe(Parsed.OK);
          expect(apsDestinationEndpoint(bytes, 0)).toBe(there);
          expect(apsSourceEndpoint(bytes, 0)).toBe(back);
          expect([apsCluster(bytes, 0), apsProfile(bytes, 0)]).toEqual([cluster, profile]);
          expect(apsCounter(bytes, 0)).toBe(counter);
          expect(apsHeaderEnd(bytes, 0)).toBe(Aps.DATA_HEADER);
        }
      }),
    );
  });

  it("numbers fragments, and their acknowledgements have a bit for each", () => {
    const fragment = build((b, at) => {
      putApsData(b, at, 0, 1, 0x0704, 0x0109, 2, 9);
      return putApsFragment(b, at, ApsFragment.LATER, 4);
    });
    expect(checkAps(fragment, 0, fragment.length)).toBe(Parsed.OK);
    expect([apsFragment(fragment, 0), apsBlock(fragment, 0)]).toEqual([ApsFragment.LATER, 4]);
    expect(apsHeaderEnd(fragment, 0)).toBe(10);
    const ack = build((b, at) => {
      putApsAck(b, at, fragment, 0);
      return putApsAckBlocks(b, at, 4, 0x03);
    });
    expect(checkAps(ack, 0, ack.length)).toBe(Parsed.OK);
    expect([apsBlock(ack, 0), apsAckBits(ack, 0)]).toEqual([4, 3]);
    expect(apsHeaderEnd(ack, 0)).toBe(11);
    expect(checkAps(ack, 0, 10)).toBe(Parsed.TRUNCATED);
    expect(checkAps(fragment, 0, 9)).toBe(Parsed.TRUNCATED);
  });

  it("reads a data frame to a group, whose fields lie one further", () => {
    const bytes = hex("0c 3412 0207 0901 05 77 aa");
    expect(checkAps(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(apsGroup(bytes, 0)).toBe(0x1234);
    expect([apsCluster(bytes, 0), apsProfile(bytes, 0)]).toEqual([0x0702, 0x0109]);
    expect([apsSourceEndpoint(bytes, 0), apsCounter(bytes, 0)]).toEqual([5, 0x77]);
    expect(apsHeaderEnd(bytes, 0)).toBe(9);
    expect(checkAps(bytes, 0, 8)).toBe(Parsed.TRUNCATED);
  });

  it.each<[string, string, Parsed]>([
    ["one byte", "00", Parsed.TRUNCATED],
    ["a cut data header", "00 01 0207 0901 01", Parsed.TRUNCATED],
    ["inter-PAN", "03 01 0207 0901 01 01", Parsed.UNSUPPORTED],
    ["the reserved delivery mode", "04 01 0207 0901 01 01", Parsed.INVALID],
    ["a missing extension", "80 01 0207 0901 01 01", Parsed.TRUNCATED],
    ["the reserved kind of fragment", "80 01 0207 0901 01 01 03 00", Parsed.INVALID],
  ])("refuses %s", (_what, text, code) => {
    const bytes = hex(text);
    expect(checkAps(bytes, 0, bytes.length)).toBe(code);
  });

  it("acknowledges a command without addressing", () => {
    const bytes = build((b, at) => putApsCommandAck(b, at, 9));
    expect(checkAps(bytes, 0, 2)).toBe(Parsed.OK);
    expect(apsCounter(bytes, 0)).toBe(9);
    expect(apsHeaderEnd(bytes, 0)).toBe(2);
  });
});

describe("APS commands, section 4.4.10", () => {
  it("takes every command that we write, and none that is cut", () => {
    for (const { name, bytes } of apsSamples()) {
      const aps = apsOf(bytes);
      if ((aps[0]! & 0x23) !== 1) continue;
      const length = aps.length - 2;
      const whole = name.includes("tunnel") ? 11 : length;
      expect(checkApsCommand(aps, 2, length), name).toBe(Parsed.OK);
      for (let cut = 0; cut < whole; cut++)
        expect(checkApsCommand(aps, 2, cut), `${name} ${cut}`).toBe(Parsed.TRUNCATED);
    }
  });

  it.each([
    ["an unknown command", "1100", Parsed.UNSUPPORTED],
    ["an unknown key type", `05 05 ${"00".repeat(40)}`, Parsed.UNSUPPORTED],
    ["an application key without partner", `05 03 ${"00".repeat(20)}`, Parsed.TRUNCATED],
    ["a request for an application key without partner", "08 02", Parsed.TRUNCATED],
  ])("refuses %s", (_what, text, code) => {
    const bytes = hex(text);
    expect(checkApsCommand(bytes, 0, bytes.length)).toBe(code);
  });
});

describe("APS security, section 4.4.1", () => {
  const sealed = () =>
    build((b, start) => {
      const at = putApsCommand(b, start, ApsControl.SECURED, 5);
      const body = putApsSecurity(b, at, KeyIdentifier.DATA, 99, HUB_EUI64, 0);
      b.set(hex("0801"), body);
      return sealAps(crypto, LINK_KEY, nonce, b, start, body + 2);
    });

  it("opens under the link key and no other", () => {
    const bytes = sealed();
    expect(checkAps(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(checkApsSecurity(bytes, 0, bytes.length)).toBe(Parsed.OK);
    const source = apsSecuritySourceAt(bytes, 0);
    const copy = bytes.slice();
    expect(openAps(crypto, new Uint8Array(16), nonce, copy, 0, copy.length, copy, source)).toBe(
      false,
    );
    expect(openAps(crypto, LINK_KEY, nonce, bytes, 0, bytes.length, bytes, source)).toBe(true);
    expect(toHex(bytes, apsSecuredPayloadAt(bytes, 0), bytes.length - 4)).toBe("0801");
  });

  it("opens a frame that leaves its source out with the NWK source's EUI-64", () => {
    const bytes = hex("21 05 00 63000000 0000 00000000");
    expect(checkApsSecurity(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(apsSecuritySourceAt(bytes, 0)).toBe(-1);
    expect(apsSecuredPayloadAt(bytes, 0)).toBe(7);
  });

  it("refuses a frame without room for header and MIC", () => {
    const bytes = sealed();
    for (let length = 2; length < 19; length++)
      expect(checkApsSecurity(bytes, 0, length)).toBe(Parsed.TRUNCATED);
  });
});
