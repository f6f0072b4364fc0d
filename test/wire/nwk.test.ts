// NWK headers and commands, and security at the network layer: what is refused, what is forged.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AuxiliaryControl } from "../../firmware/wire/auxiliary";
import {
  checkNwk,
  Nwk,
  NwkControl,
  NwkType,
  nwkHeaderEnd,
  nwkIsSecured,
  nwkSourceRouteAt,
  putNwk,
} from "../../firmware/wire/nwk";
import { checkNwkCommand } from "../../firmware/wire/nwk-command";
import {
  checkNwkSecurity,
  nwkSecuredPayloadAt,
  openNwk,
  putNwkSecurity,
  sealNwk,
} from "../../firmware/wire/nwk-security";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { hex, toHex } from "../hex";
import { build, HUB_EUI64, NETWORK_KEY } from "./sample-frames";
import { nwkSamples } from "./sample-mac-nwk";

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);

function header(control: number, rest = ""): Uint8Array {
  const bytes = build((b, at) => putNwk(b, at, control, 0x1234, 0x5678, 30, 9));
  return Uint8Array.from([...bytes, ...hex(rest)]);
}

describe("NWK header, Zigbee section 3.3.1", () => {
  it.each<[string, Uint8Array, Parsed]>([
    ["a frame too short", header(0).slice(0, 7), Parsed.TRUNCATED],
    ["a frame too long", new Uint8Array(Nwk.FRAME_MAX + 1), Parsed.TOO_LONG],
    ["inter-PAN", header(NwkType.INTER_PAN), Parsed.UNSUPPORTED],
    ["the reserved type", header(2), Parsed.UNSUPPORTED],
    ["another protocol version", hex("0c00 3412 7856 1e 09"), Parsed.UNSUPPORTED],
    ["a missing EUI-64", header(NwkControl.EXTENDED_SOURCE, "01020304"), Parsed.TRUNCATED],
    ["a missing multicast byte", header(NwkControl.MULTICAST), Parsed.TRUNCATED],
    ["a missing route", header(NwkControl.SOURCE_ROUTE, "01"), Parsed.TRUNCATED],
    ["a cut route", header(NwkControl.SOURCE_ROUTE, "0200 1111"), Parsed.TRUNCATED],
    ["a relay index outside", header(NwkControl.SOURCE_ROUTE, "0101 1111"), Parsed.INVALID],
    [
      "more relays than fit",
      header(NwkControl.SOURCE_ROUTE, `1100${"1111".repeat(17)}`),
      Parsed.TOO_LONG,
    ],
  ])("refuses %s", (_what, bytes, code) => {
    expect(checkNwk(bytes, 0, bytes.length)).toBe(code);
  });

  it("finds the payload behind all optional fields", () => {
    const all =
      NwkControl.EXTENDED_DESTINATION |
      NwkControl.EXTENDED_SOURCE |
      NwkControl.MULTICAST |
      NwkControl.SOURCE_ROUTE;
    const bytes = header(all, `${"11".repeat(8)}${"22".repeat(8)} 05 0201 1111 2222 abcd`);
    expect(checkNwk(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(nwkSourceRouteAt(bytes, 0)).toBe(25);
    expect(nwkHeaderEnd(bytes, 0)).toBe(31);
    expect(toHex(bytes, 31)).toBe("abcd");
  });
});

describe("NWK security, section 4.3.1", () => {
  const sealed = () =>
    build((bytes, start) => {
      const at = putNwk(bytes, start, NwkControl.SECURED, 0, 0x4321, 30, 1);
      const body = putNwkSecurity(bytes, at, 77, HUB_EUI64, 0, 3);
      bytes.set(hex("0011223344"), body);
      return sealNwk(crypto, NETWORK_KEY, nonce, bytes, start, body + 5);
    });

  it("zeroes the security level on air", () => {
    const bytes = sealed();
    expect(bytes[8]! & AuxiliaryControl.LEVEL_MASK).toBe(0);
    expect(openNwk(crypto, NETWORK_KEY, nonce, bytes, 0, bytes.length)).toBe(true);
    expect(bytes[8]! & AuxiliaryControl.LEVEL_MASK).toBe(0);
    expect(toHex(bytes, 22, 27)).toBe("0011223344");
  });

  it("opens a frame that states its level all the same: it is not trusted", () => {
    const bytes = sealed();
    bytes[8] = bytes[8]! | 0x01;
    expect(openNwk(crypto, NETWORK_KEY, nonce, bytes, 0, bytes.length)).toBe(true);
  });

  it("opens no frame with any other bit changed, header and security header included", () => {
    const original = sealed();
    for (let bit = 0; bit < original.length * 8; bit++) {
      if (bit >= 64 && bit < 67) continue;
      const bytes = original.slice();
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      if (checkNwk(bytes, 0, bytes.length) !== Parsed.OK || !nwkIsSecured(bytes, 0)) continue;
      if (checkNwkSecurity(bytes, 0, bytes.length) !== Parsed.OK) continue;
      expect(openNwk(crypto, NETWORK_KEY, nonce, bytes, 0, bytes.length), `bit ${bit}`).toBe(false);
    }
  });

  it("opens nothing under another key", () => {
    const bytes = sealed();
    expect(openNwk(crypto, new Uint8Array(16), nonce, bytes, 0, bytes.length)).toBe(false);
    expect(toHex(bytes, 22, 27)).toBe("0000000000");
  });

  it("refuses other keys than the network's, a header without source, and a missing MIC", () => {
    const bytes = sealed();
    expect(checkNwkSecurity(bytes, 0, 25)).toBe(Parsed.TRUNCATED);
    bytes[8] = 0x30;
    expect(checkNwkSecurity(bytes, 0, bytes.length)).toBe(Parsed.INVALID);
    bytes[8] = 0x08;
    expect(checkNwkSecurity(bytes, 0, bytes.length)).toBe(Parsed.INVALID);
  });

  it("brings every payload back, wherever the frame lies", () => {
    const payload = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(fc.nat(20), fc.nat(0xffffffff), payload, (start, counter, body) => {
        const bytes = new Uint8Array(160);
        let at = putNwk(bytes, start, NwkControl.SECURED, 0, 1, 30, 1);
        at = putNwkSecurity(bytes, at, counter, HUB_EUI64, 0, 0);
        bytes.set(body, at);
        const end = sealNwk(crypto, NETWORK_KEY, nonce, bytes, start, at + body.length);
        expect(checkNwkSecurity(bytes, start, end - start)).toBe(Parsed.OK);
        expect(openNwk(crypto, NETWORK_KEY, nonce, bytes, start, end - start)).toBe(true);
        const plain = toHex(bytes, nwkSecuredPayloadAt(bytes, start), end - 4);
        expect(plain).toBe(toHex(body));
      }),
    );
  });
});

describe("NWK commands, section 3.4", () => {
  it("takes every command that we write, and none that is cut", () => {
    for (const { name, bytes } of nwkSamples()) {
      const frame = bytes.slice(9);
      expect(openNwk(crypto, NETWORK_KEY, nonce, frame, 0, frame.length)).toBe(true);
      const at = nwkSecuredPayloadAt(frame, 0);
      const length = frame.length - 4 - at;
      expect(checkNwkCommand(frame, at, length), name).toBe(Parsed.OK);
      for (let cut = 0; cut < length; cut++)
        expect(checkNwkCommand(frame, at, cut), `${name} ${cut}`).toBe(Parsed.TRUNCATED);
    }
  });

  it.each([
    ["a route request with EUI-64", "01 20 01 3412 00 0102030405060708"],
    ["a route reply with two EUI-64", "02 30 01 3412 7856 00 0102030405060708 0102030405060708"],
    ["a route record", "05 02 1111 2222"],
    ["a network report", "09 01 0102030405060708 2bbb"],
  ])("takes %s, and not a byte less", (_what, text) => {
    const bytes = hex(text);
    expect(checkNwkCommand(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(checkNwkCommand(bytes, 0, bytes.length - 1)).toBe(Parsed.TRUNCATED);
  });

  it("leaves unknown commands alone", () => {
    expect(checkNwkCommand(hex("0d01"), 0, 2)).toBe(Parsed.UNSUPPORTED);
  });
});
