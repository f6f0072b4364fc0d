// The devices' own codecs against frames that others captured and against zigbee-on-host's codec.
// Captures: sniffer files on TI's and Temco's public forums (addresses beside each frame).

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as foreignAps from "zigbee-on-host/dist/zigbee/zigbee-aps.js";
import * as foreignNwk from "zigbee-on-host/dist/zigbee/zigbee-nwk.js";
import {
  ApsDelivery,
  ApsType,
  decodeAps,
  decodeTransportKey,
  encodeAps,
  Fragmentation,
} from "../../../../host-sim/devices/zigbee/aps-frame";
import {
  decodeBeacon,
  decodeMac,
  encodeMac,
  MacType,
} from "../../../../host-sim/devices/zigbee/mac-frame";
import {
  decodeNwk,
  encodeNwk,
  NwkType,
  openNwk,
} from "../../../../host-sim/devices/zigbee/nwk-frame";
import { MalformedFrame } from "../../../../host-sim/devices/zigbee/octets";
import {
  ccmOpen,
  ccmSeal,
  keyedHash,
  linkKeyOf,
  mmoHash,
  withCrc,
} from "../../../../host-sim/devices/zigbee/security";
import { decodeReadResponse } from "../../../../host-sim/devices/zigbee/zcl-attributes";
import { decodeZcl } from "../../../../host-sim/devices/zigbee/zcl-frame";

const hex = (text: string): Buffer => Buffer.from(text.replace(/[^0-9a-fA-F]/g, ""), "hex");

describe("captured frames", () => {
  test("a beacon (e2echina.ti.com, _93620553E14F6F60_11.txt)", () => {
    const octets = hex("0080C78D850000FFCF0000002284 3B616E24004B1200 FFFFFF 00");
    const beacon = decodeBeacon(decodeMac(octets));
    expect(beacon).toMatchObject({
      panId: 0x858d,
      source: 0,
      permitsAssociation: true,
      stackProfile: 2,
      endDeviceCapacity: true,
      depth: 0,
      extendedPanId: 0x00124b00246e613bn,
    });
  });

  test("a device announcement (forums.temcocontrols.com, f95e1d11)", () => {
    const octets = hex(
      "61882C572A0000038308 00FDFF03831E4E 0800130000000000 00 038350 45D50B004B120000",
    );
    const mac = decodeMac(octets);
    expect(mac).toMatchObject({
      type: MacType.DATA,
      ackRequest: true,
      sequence: 44,
      destinationPan: 0x2a57,
      destination: 0,
      source: 0x8303,
    });
    expect(encodeMac(mac)).toEqual(octets);
    const nwk = decodeNwk(mac.payload);
    expect(nwk).toMatchObject({ destination: 0xfffd, source: 0x8303, radius: 30, sequence: 0x4e });
    expect(encodeNwk(nwk, undefined)).toEqual(mac.payload);
    const aps = decodeAps(nwk.payload);
    expect(aps).toMatchObject({
      type: ApsType.DATA,
      delivery: ApsDelivery.BROADCAST,
      cluster: 0x0013,
      profile: 0,
    });
    expect(encodeAps(aps)).toEqual(nwk.payload);
  });

  test("a secured link status (e2e.ti.com, ubiqua_aftr_disconnect.txt)", () => {
    const octets = hex(
      "4188CFECA6FFFF3D270912FCFF3D27013667 3B2B04004B1200286D0F0000673B2B04004B120000AA7E25E86ABA7FE4584C038D",
    );
    const nwk = decodeNwk(decodeMac(octets).payload);
    expect(nwk.type).toBe(NwkType.COMMAND);
    expect(nwk.sourceEui64).toBe(0x00124b00042b3b67n);
    expect(nwk.secured).toMatchObject({
      frameCounter: 0x0f6d,
      sender: 0x00124b00042b3b67n,
      keySequence: 0,
    });
  });

  test("a frame cut anywhere in its headers is malformed, and never anything else", () => {
    const octets = hex("61882C572A0000038308 00FDFF03831E4E080013000000000000");
    for (let length = 0; length < octets.length - 1; length++) {
      expect(() =>
        decodeAps(decodeNwk(decodeMac(octets.subarray(0, length)).payload).payload),
      ).toThrow(MalformedFrame);
    }
  });
});

test("no octets at all make a decoder do other than give a frame or call it malformed", () => {
  const decoders = [
    (octets: Buffer) => decodeMac(octets),
    (octets: Buffer) => decodeBeacon(decodeMac(octets)),
    (octets: Buffer) => openNwk(decodeNwk(octets), Buffer.alloc(16)),
    (octets: Buffer) => decodeAps(octets),
    (octets: Buffer) => decodeTransportKey(octets),
    (octets: Buffer) => decodeZcl(octets),
    (octets: Buffer) => decodeReadResponse(octets),
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 127 }), (bytes) => {
      for (const decode of decoders) {
        try {
          decode(Buffer.from(bytes));
        } catch (error) {
          if (!(error instanceof MalformedFrame)) throw error;
        }
      }
    }),
    { numRuns: 2000 },
  );
});

describe("security", () => {
  test("the hash and the keyed hash give the specification's values (annexes C.5.1, C.6.1)", () => {
    expect(mmoHash(hex("c0"))).toEqual(hex("ae3a102a28d43ee0d4a09e22788b206c"));
    const key = hex("404142434445464748494a4b4c4d4e4f");
    expect(keyedHash(key, hex("c0"))).toEqual(hex("4512807bf94cb3400f0e2c25fb76e999"));
  });

  test("an install code gives its link key; a wrong CRC or length gives none", () => {
    const code = hex("83fed3407a939723a5c639b26916d505c3b5");
    expect(linkKeyOf(code)).toEqual(hex("66b6900981e1ee3ca4206b6b861c02bb"));
    expect(withCrc(code.subarray(0, 16))).toEqual(code);
    const wrong = Buffer.from(code);
    wrong[17] = 0;
    expect(() => linkKeyOf(wrong)).toThrow("CRC");
    expect(() => linkKeyOf(code.subarray(0, 9))).toThrow("length");
  });

  test("what was changed does not open", () => {
    const key = hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
    const nonce = hex("a0a1a2a3a4a5a6a70302010006");
    const header = hex("0001020304050607");
    const sealed = ccmSeal(key, nonce, header, hex("08090a0b0c0d0e"));
    expect(ccmOpen(key, nonce, header, sealed)).toEqual(hex("08090a0b0c0d0e"));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = changed[at]! ^ 1;
      expect(ccmOpen(key, nonce, header, changed)).toBeUndefined();
    }
    expect(ccmOpen(key, nonce, hex("0101020304050607"), sealed)).toBeUndefined();
  });
});

describe("zigbee-on-host's codec", () => {
  const key = hex("01030507090b0d0f00020406080a0c0d");
  const eui64 = 0x0011223344556677n;

  test("opens our secured frames", () => {
    const payload = hex("00112233445566778899");
    const octets = encodeNwk(
      {
        type: NwkType.DATA,
        destination: 0,
        source: 0x1a2b,
        radius: 30,
        sequence: 7,
        destinationEui64: undefined,
        sourceEui64: eui64,
        endDeviceInitiator: true,
        payload,
      },
      { key, keySequence: 0, frameCounter: 0x01020304, eui64 },
    );
    const [control, at] = foreignNwk.decodeZigbeeNWKFrameControl(octets, 0);
    const [header, end] = foreignNwk.decodeZigbeeNWKHeader(octets, at, control);
    expect(header).toMatchObject({ source16: 0x1a2b, destination16: 0, seqNum: 7, radius: 30 });
    const opened = foreignNwk.decodeZigbeeNWKPayload(octets, end, key, eui64, control, header);
    expect(opened).toEqual(payload);
  });

  test("writes frames that we open", () => {
    const payload = hex("a1a2a3");
    const octets = foreignNwk.encodeZigbeeNWKFrame(
      {
        frameControl: {
          frameType: 0,
          protocolVersion: 2,
          discoverRoute: 0,
          security: true,
          sourceRoute: false,
          extendedDestination: true,
          extendedSource: false,
          endDeviceInitiator: false,
        },
        destination16: 0x1a2b,
        destination64: eui64,
        source16: 0,
        radius: 10,
        seqNum: 200,
      },
      payload,
      {
        control: { level: 0, keyId: 1, nonce: true, reqVerifiedFc: false },
        frameCounter: 77,
        source64: 0x00124b00aaaaaaaan,
        keySeqNum: 0,
        micLen: 4,
      },
      key,
    );
    const nwk = decodeNwk(octets);
    expect(nwk.destinationEui64).toBe(eui64);
    expect(openNwk(nwk, key)).toEqual(payload);
    expect(openNwk(nwk, Buffer.alloc(16))).toBeUndefined();
  });

  test("reads blocks and their acknowledgements as we write them", () => {
    const base = {
      delivery: ApsDelivery.UNICAST,
      ackFormat: false,
      ackRequest: true,
      destinationEndpoint: 1,
      cluster: 0x0704,
      profile: 0x0109,
      sourceEndpoint: 2,
      counter: 9,
      payload: Buffer.alloc(0),
    };
    const blocks = [
      { type: ApsType.DATA, fragmentation: Fragmentation.FIRST, number: 54, received: 0 },
      { type: ApsType.DATA, fragmentation: Fragmentation.LATER, number: 3, received: 0 },
      { type: ApsType.ACK, fragmentation: Fragmentation.LATER, number: 3, received: 0xff },
    ];
    for (const { type, ...block } of blocks) {
      const octets = encodeAps({ ...base, type, block });
      const [control, at] = foreignAps.decodeZigbeeAPSFrameControl(octets, 0);
      const [header, end] = foreignAps.decodeZigbeeAPSHeader(octets, at, control);
      expect(end).toBe(octets.length);
      expect(header).toMatchObject({
        fragmentation: block.fragmentation,
        fragBlockNumber: block.number,
        clusterId: 0x0704,
        counter: 9,
      });
      if (type === ApsType.ACK) expect(header.fragACKBitfield).toBe(block.received);
      expect(decodeAps(octets).block).toEqual(block);
    }
  });
});
