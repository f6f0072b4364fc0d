// MAC headers, commands and beacons: what is refused, and the addressing of 2003, 2006 and 2015.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkBeacon, isZigbeeBeacon } from "../../firmware/wire/beacon";
import {
  checkMac,
  Mac,
  MacControl,
  macAckRequest,
  macDestinationPan,
  macDestinationShort,
  macFramePending,
  macPayloadAt,
  macSequence,
  macSourcePan,
  macSourceShort,
  putMacControl,
  putMacData,
} from "../../firmware/wire/mac";
import {
  associationShort,
  associationStatus,
  checkMacCommand,
  MacAssociation,
} from "../../firmware/wire/mac-command";
import { Parsed } from "../../firmware/wire/parsed";
import { hex } from "../hex";
import { build } from "./sample-frames";
import { macSamples } from "./sample-mac-nwk";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);

function sample(name: string): Uint8Array {
  return macSamples().find((frame) => frame.name === `MAC ${name}`)!.bytes;
}

describe("MAC header, IEEE 802.15.4 section 7.2", () => {
  it("brings back what was written between two short addresses", () => {
    fc.assert(
      fc.property(u8, u16, u16, u16, fc.boolean(), (sequence, pan, to, from, pending) => {
        const flags = MacControl.ACK_REQUEST | (pending ? MacControl.FRAME_PENDING : 0);
        const bytes = build((b, at) => putMacData(b, at, sequence, pan, to, from, flags));
        expect(checkMac(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(macSequence(bytes, 0)).toBe(sequence);
        expect([macDestinationPan(bytes, 0), macSourcePan(bytes, 0)]).toEqual([pan, pan]);
        expect([macDestinationShort(bytes, 0), macSourceShort(bytes, 0)]).toEqual([to, from]);
        expect(macAckRequest(bytes, 0)).toBe(true);
        expect(macFramePending(bytes, 0)).toBe(pending);
        expect(macPayloadAt(bytes, 0)).toBe(Mac.SHORT_HEADER);
      }),
    );
  });

  it("refuses a frame at every length that cuts its header", () => {
    for (const { name, bytes } of macSamples())
      for (let length = 0; length < macPayloadAt(bytes, 0); length++)
        expect(checkMac(bytes, 0, length), `${name} ${length}`).toBe(Parsed.TRUNCATED);
  });

  it.each<[string, number, number, Parsed]>([
    ["a type of a later standard", 0x8805, 20, Parsed.UNSUPPORTED],
    ["MAC security, which Zigbee does not use", 0x8869, 20, Parsed.UNSUPPORTED],
    ["a suppressed sequence number", 0xa961, 20, Parsed.UNSUPPORTED],
    ["information elements", 0xaa61, 20, Parsed.UNSUPPORTED],
    ["the reserved version", 0xb861, 20, Parsed.INVALID],
    ["a reserved destination mode", 0x8461, 20, Parsed.INVALID],
    ["a reserved source mode", 0x4861, 20, Parsed.INVALID],
    ["a source whose PAN stands nowhere", 0x8041, 20, Parsed.INVALID],
    ["a frame longer than the radio sends", 0x8861, 126, Parsed.TOO_LONG],
  ])("refuses %s", (_what, control, length, code) => {
    const bytes = new Uint8Array(130);
    putMacControl(bytes, 0, control, 1);
    expect(checkMac(bytes, 0, length)).toBe(code);
  });

  // Table 7-2 of 2015: destination mode, source mode, compression -> PAN fields present.
  it.each<[number, number, boolean, boolean, boolean]>([
    [0, 0, false, false, false],
    [0, 0, true, true, false],
    [2, 0, false, true, false],
    [3, 0, true, false, false],
    [0, 2, false, false, true],
    [0, 3, true, false, false],
    [3, 3, false, true, false],
    [3, 3, true, false, false],
    [2, 2, false, true, true],
    [2, 3, false, true, true],
    [3, 2, false, true, true],
    [2, 3, true, true, false],
    [3, 2, true, true, false],
    [2, 2, true, true, false],
  ])("2015: modes %i and %i, compression %s", (to, from, compressed, toPan, fromPan) => {
    const bytes = new Uint8Array(40);
    const flags = compressed ? MacControl.PAN_ID_COMPRESSION : 0;
    const control = 1 | flags | (to << 10) | (2 << 12) | (from << 14);
    putMacControl(bytes, 0, control, 1);
    expect(checkMac(bytes, 0, 40)).toBe(Parsed.OK);
    const size = (mode: number) => (mode === 0 ? 0 : mode === 2 ? 2 : 8);
    const pans = (toPan ? 2 : 0) + (fromPan ? 2 : 0);
    expect(macPayloadAt(bytes, 0)).toBe(3 + pans + size(to) + size(from));
  });
});

describe("MAC commands, section 7.3", () => {
  it("takes every command that we write, and none that is cut", () => {
    for (const { name, bytes } of macSamples()) {
      if (name === "MAC beacon") continue;
      expect(checkMacCommand(bytes, 0, bytes.length), name).toBe(Parsed.OK);
      for (let length = macPayloadAt(bytes, 0); length < bytes.length; length++)
        expect(checkMacCommand(bytes, 0, length), `${name} ${length}`).toBe(Parsed.TRUNCATED);
    }
  });

  it("tells a refusal from an admission", () => {
    const refusal = sample("association refusal");
    expect(associationStatus(refusal, 0)).toBe(MacAssociation.PAN_ACCESS_DENIED);
    expect(associationShort(refusal, 0)).toBe(Mac.BROADCAST);
    expect(associationStatus(sample("association response"), 0)).toBe(MacAssociation.SUCCESS);
  });

  it("refuses an association request without an EUI-64: nobody could be answered", () => {
    const bytes = hex("63 88 01 aa1a 0000 2143 01 8e");
    expect(checkMac(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(checkMacCommand(bytes, 0, bytes.length)).toBe(Parsed.INVALID);
  });

  it("leaves commands of other networks alone", () => {
    const bytes = hex("63 88 01 aa1a 0000 2143 20");
    expect(checkMacCommand(bytes, 0, bytes.length)).toBe(Parsed.UNSUPPORTED);
  });
});

describe("beacons, section 7.2.2.1", () => {
  it("refuses a beacon that is cut before its payload", () => {
    const bytes = sample("beacon");
    for (let length = 7; length < 11; length++)
      expect(checkBeacon(bytes, 0, length)).toBe(Parsed.TRUNCATED);
    expect(checkBeacon(bytes, 0, bytes.length)).toBe(Parsed.OK);
  });

  it("steps over guaranteed slots and pending addresses", () => {
    const bytes = hex(
      "0080 01 aa1a 0000 ff0f 01 00 111111 11 2222 3333333333333333 0022 84 0102030405060708 ffffff 05",
    );
    bytes[15] = 0x11;
    expect(checkBeacon(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(isZigbeeBeacon(bytes, 0, bytes.length)).toBe(true);
    expect(checkBeacon(bytes, 0, 20)).toBe(Parsed.TRUNCATED);
  });

  it("knows a beacon that is not Zigbee's", () => {
    const bytes = sample("beacon");
    bytes[11] = 3;
    expect(checkBeacon(bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(isZigbeeBeacon(bytes, 0, bytes.length)).toBe(false);
    expect(isZigbeeBeacon(sample("beacon"), 0, bytes.length - 1)).toBe(false);
  });
});
