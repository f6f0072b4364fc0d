// A decoder and encoder that nobody here wrote, both ways: what we write it reads, what it writes
// we read. zigbee-on-host calls its fields by other names and counts the check sequence in.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMACFrameControl,
  decodeMACHeader,
  decodeMACPayload,
  decodeMACZigbeeBeacon,
  encodeMACFrame,
  encodeMACZigbeeBeacon,
  type MACHeader,
} from "zigbee-on-host/dist/zigbee/mac.js";
import { registerDefaultHashedKeys } from "zigbee-on-host/dist/zigbee/zigbee.js";
import {
  decodeZigbeeAPSFrameControl,
  decodeZigbeeAPSHeader,
  decodeZigbeeAPSPayload,
  encodeZigbeeAPSFrame,
} from "zigbee-on-host/dist/zigbee/zigbee-aps.js";
import {
  decodeZigbeeNWKFrameControl,
  decodeZigbeeNWKHeader,
  decodeZigbeeNWKPayload,
  encodeZigbeeNWKFrame,
} from "zigbee-on-host/dist/zigbee/zigbee-nwk.js";
import { DerivedKey, deriveKey } from "../../firmware/crypto/derived-key";
import {
  apsCluster,
  apsCounter,
  apsDestinationEndpoint,
  apsHeaderEnd,
  apsProfile,
  apsSourceEndpoint,
  checkAps,
} from "../../firmware/wire/aps";
import { apsKeyType, checkApsCommand } from "../../firmware/wire/aps-command";
import {
  apsSecuredPayloadAt,
  apsSecuritySourceAt,
  checkApsSecurity,
  openAps,
} from "../../firmware/wire/aps-security";
import {
  beaconExtendedPanAt,
  beaconPermitsJoining,
  checkBeacon,
  isZigbeeBeacon,
} from "../../firmware/wire/beacon";
import {
  checkMac,
  MacMode,
  macDestinationAt,
  macDestinationMode,
  macDestinationPan,
  macPayloadAt,
  macSequence,
  macSourceAt,
  macSourceMode,
  macSourcePan,
} from "../../firmware/wire/mac";
import {
  checkNwk,
  nwkDestination,
  nwkExtendedSourceAt,
  nwkHeaderEnd,
  nwkRadius,
  nwkSequence,
  nwkSource,
} from "../../firmware/wire/nwk";
import {
  checkNwkSecurity,
  nwkFrameCounter,
  nwkSecuredPayloadAt,
  openNwk,
} from "../../firmware/wire/nwk-security";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { toHex } from "../hex";
import { apsSamples, HUB_EUI64, LINK_KEY, METER, NETWORK_KEY, PAN } from "./sample-frames";
import { macSamples, nwkSamples } from "./sample-mac-nwk";
import { zclSamples, zdoSamples } from "./sample-zdo-zcl";

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);
const transportKey = new Uint8Array(16);
deriveKey(crypto, LINK_KEY, DerivedKey.KEY_TRANSPORT, transportKey);
const loadKey = new Uint8Array(16);
deriveKey(crypto, LINK_KEY, DerivedKey.KEY_LOAD, loadKey);
registerDefaultHashedKeys(
  Buffer.from(LINK_KEY),
  Buffer.from(NETWORK_KEY),
  Buffer.from(transportKey),
  Buffer.from(loadKey),
);

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt(0n, 0xffffffffffffffffn);
const payload = fc.uint8Array({ minLength: 1, maxLength: 40 });

describe("what we write, read by zigbee-on-host", () => {
  it.each(macSamples())("takes $name as a MAC frame", ({ bytes }) => {
    const [header, body] = decodeMac(bytes);
    expect(header.sequenceNumber).toBe(macSequence(bytes, 0));
    expect(address(header.destination16, header.destination64)).toBe(
      addressText(bytes, macDestinationMode(bytes, 0), macDestinationAt(bytes, 0)),
    );
    expect(address(header.source16, header.source64)).toBe(
      addressText(bytes, macSourceMode(bytes, 0), macSourceAt(bytes, 0)),
    );
    if (header.commandId !== undefined) {
      expect(header.commandId).toBe(bytes[macPayloadAt(bytes, 0)]);
      expect(toHex(body)).toBe(toHex(bytes, macPayloadAt(bytes, 0) + 1));
    }
  });

  it("reads our beacon", () => {
    const { bytes } = macSamples()[1]!;
    const [header, body] = decodeMac(bytes);
    expect(header.superframeSpec?.associationPermit).toBe(true);
    expect(header.superframeSpec?.panCoordinator).toBe(true);
    const beacon = decodeMACZigbeeBeacon(body, 0);
    expect(beacon).toMatchObject({
      protocolId: 0,
      profile: 2,
      version: 2,
      routerCapacity: true,
      endDeviceCapacity: true,
      extendedPANId: eui(HUB_EUI64, 0),
    });
  });

  const above = [...nwkSamples(), ...apsSamples(), ...zdoSamples(), ...zclSamples()];
  it.each(above)("decrypts $name and reads the same headers", ({ name, bytes }) => {
    const [, nsdu] = decodeMac(bytes);
    const [control, at] = decodeZigbeeNWKFrameControl(nsdu, 0);
    const [header, bodyAt] = decodeZigbeeNWKHeader(nsdu, at, control);
    const key = Buffer.from(NETWORK_KEY);
    const apdu = decodeZigbeeNWKPayload(nsdu, bodyAt, key, undefined, control, header);
    const ours = bytes.slice(macPayloadAt(bytes, 0));
    const plain = openOurs(ours);
    expect(toHex(apdu)).toBe(toHex(plain));
    expect(header.source16).toBe(nwkSource(ours, 0));
    expect(header.destination16).toBe(nwkDestination(ours, 0));
    expect(header.seqNum).toBe(nwkSequence(ours, 0));
    if (name.startsWith("NWK")) return;
    const [apsControl, apsAt] = decodeZigbeeAPSFrameControl(apdu, 0);
    const [aps, apsEnd] = decodeZigbeeAPSHeader(apdu, apsAt, apsControl);
    expect(aps.counter).toBe(apsCounter(plain, 0));
    expect(apsEnd).toBe(apsHeaderEnd(plain, 0));
    if (aps.clusterId === undefined) return;
    expect(aps.clusterId).toBe(apsCluster(plain, 0));
    expect(aps.profileId).toBe(apsProfile(plain, 0));
    expect(aps.sourceEndpoint).toBe(apsSourceEndpoint(plain, 0));
    expect(aps.destEndpoint).toBe(apsDestinationEndpoint(plain, 0));
  });

  it("opens our Transport-Key with the install code's link key", () => {
    const [, nsdu] = decodeMac(apsSamples()[0]!.bytes);
    const [control, at] = decodeZigbeeNWKFrameControl(nsdu, 0);
    const [header, bodyAt] = decodeZigbeeNWKHeader(nsdu, at, control);
    const apdu = decodeZigbeeNWKPayload(nsdu, bodyAt, undefined, undefined, control, header);
    const [apsControl, apsAt] = decodeZigbeeAPSFrameControl(apdu, 0);
    const [aps, end] = decodeZigbeeAPSHeader(apdu, apsAt, apsControl);
    const opened = decodeZigbeeAPSPayload(apdu, end, undefined, undefined, apsControl, aps);
    expect(toHex(opened.subarray(2, 18))).toBe(toHex(NETWORK_KEY));
  });
});

describe("what zigbee-on-host writes, read by us", () => {
  it("reads MAC headers of all addressing modes", () => {
    const modes = fc.constantFrom(0, 2, 3);
    const all = fc.tuple(modes, modes, fc.boolean(), u16, u16, u16, u16, u64, u64, u8, payload);
    fc.assert(
      fc.property(all, ([to, from, compress, pan1, pan2, a, b, e1, e2, sequence, body]) => {
        const bytes = encodeMACFrame(
          {
            frameControl: {
              frameType: 1,
              securityEnabled: false,
              framePending: false,
              ackRequest: true,
              panIdCompression: compress && to !== 0 && from !== 0,
              seqNumSuppress: false,
              iePresent: false,
              destAddrMode: to,
              frameVersion: 0,
              sourceAddrMode: from,
            },
            sequenceNumber: sequence,
            destinationPANId: pan1,
            sourcePANId: pan2,
            destination16: a,
            destination64: e1,
            source16: b,
            source64: e2,
            fcs: 0,
          },
          Buffer.from(body),
        );
        const length = bytes.length - 2;
        expect(checkMac(bytes, 0, length)).toBe(Parsed.OK);
        expect(macSequence(bytes, 0)).toBe(sequence);
        expect(toHex(bytes, macPayloadAt(bytes, 0), length)).toBe(toHex(body));
        if (to !== 0) expect(macDestinationPan(bytes, 0)).toBe(pan1);
        if (from !== 0) expect(macSourcePan(bytes, 0)).toBe(compress && to !== 0 ? pan1 : pan2);
        expect(addressText(bytes, macDestinationMode(bytes, 0), macDestinationAt(bytes, 0))).toBe(
          to === 2 ? address(a) : to === 3 ? address(undefined, e1) : "",
        );
        expect(addressText(bytes, macSourceMode(bytes, 0), macSourceAt(bytes, 0))).toBe(
          from === 2 ? address(b) : from === 3 ? address(undefined, e2) : "",
        );
      }),
    );
  });

  it("reads its beacons", () => {
    fc.assert(
      fc.property(u64, fc.boolean(), (extendedPANId, permit) => {
        const body = encodeMACZigbeeBeacon({
          protocolId: 0,
          profile: 2,
          version: 2,
          routerCapacity: true,
          deviceDepth: 0,
          endDeviceCapacity: true,
          extendedPANId,
          txOffset: 0xffffff,
          // Version 0.3.0 writes and reads 0 whatever it is: Wireshark judges that field.
          updateId: 0,
        });
        const bytes = encodeMACFrame(beaconHeader(permit), body);
        const length = bytes.length - 2;
        expect(checkMac(bytes, 0, length)).toBe(Parsed.OK);
        expect(checkBeacon(bytes, 0, length)).toBe(Parsed.OK);
        expect(isZigbeeBeacon(bytes, 0, length)).toBe(true);
        expect(beaconPermitsJoining(bytes, 0)).toBe(permit);
        expect(eui(bytes, beaconExtendedPanAt(bytes, 0))).toBe(extendedPANId);
      }),
    );
  });

  it("opens NWK frames under the network key, with and without a source route", () => {
    const relays = fc.array(u16, { minLength: 1, maxLength: 5 });
    const all = fc.tuple(u16, u16, u8, u8, u64, u32, fc.boolean(), relays, payload);
    fc.assert(
      fc.property(all, ([to, from, radius, sequence, source, counter, routed, route, body]) => {
        const bytes = encodeZigbeeNWKFrame(
          {
            frameControl: {
              frameType: 0,
              protocolVersion: 2,
              discoverRoute: 0,
              multicast: false,
              security: true,
              sourceRoute: routed,
              extendedDestination: false,
              extendedSource: true,
              endDeviceInitiator: false,
            },
            destination16: to,
            source16: from,
            radius,
            seqNum: sequence,
            source64: source,
            ...(routed ? { relayIndex: 0, relayAddresses: route } : {}),
          },
          Buffer.from(body),
          {
            control: { level: 0, keyId: 1, nonce: true, reqVerifiedFc: false },
            frameCounter: counter,
            source64: source,
            keySeqNum: 0,
            micLen: 4,
          },
          undefined,
        );
        expect(checkNwk(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(nwkDestination(bytes, 0)).toBe(to);
        expect(nwkSource(bytes, 0)).toBe(from);
        expect(nwkRadius(bytes, 0)).toBe(radius);
        expect(eui(bytes, nwkExtendedSourceAt(bytes, 0))).toBe(source);
        expect(checkNwkSecurity(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(nwkFrameCounter(bytes, 0)).toBe(counter);
        expect(openNwk(crypto, NETWORK_KEY, nonce, bytes, 0, bytes.length)).toBe(true);
        expect(toHex(bytes, nwkSecuredPayloadAt(bytes, 0), bytes.length - 4)).toBe(toHex(body));
      }),
    );
  });

  it("opens its Transport-Key under the key-transport key", () => {
    const command = Buffer.from([0x05, 0x01, ...NETWORK_KEY, 0, ...new Uint8Array(16)]);
    fc.assert(
      fc.property(u8, u32, u64, (counter, frameCounter, source) => {
        const bytes = encodeZigbeeAPSFrame(
          {
            frameControl: {
              frameType: 1,
              deliveryMode: 0,
              ackFormat: false,
              security: true,
              ackRequest: false,
              extendedHeader: false,
            },
            counter,
          },
          command,
          {
            control: { level: 0, keyId: 2, nonce: true, reqVerifiedFc: false },
            frameCounter,
            source64: source,
            micLen: 4,
          },
          undefined,
        );
        expect(checkAps(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(checkApsSecurity(bytes, 0, bytes.length)).toBe(Parsed.OK);
        const at = apsSecuritySourceAt(bytes, 0);
        expect(openAps(crypto, transportKey, nonce, bytes, 0, bytes.length, bytes, at)).toBe(true);
        const plain = apsSecuredPayloadAt(bytes, 0);
        expect(checkApsCommand(bytes, plain, bytes.length - 4 - plain)).toBe(Parsed.OK);
        expect(apsKeyType(bytes, plain)).toBe(1);
        expect(toHex(bytes, plain + 2, plain + 18)).toBe(toHex(NETWORK_KEY));
      }),
    );
  });
});

function decodeMac(bytes: Uint8Array): [MACHeader, Buffer] {
  const frame = Buffer.from([...bytes, 0, 0]);
  const [control, at] = decodeMACFrameControl(frame, 0);
  const [header, end] = decodeMACHeader(frame, at, control);
  return [header, decodeMACPayload(frame, end, control, header)];
}

function openOurs(frame: Uint8Array): Uint8Array {
  expect(checkNwk(frame, 0, frame.length)).toBe(Parsed.OK);
  if (checkNwkSecurity(frame, 0, frame.length) !== Parsed.OK) {
    return frame.slice(nwkHeaderEnd(frame, 0));
  }
  expect(openNwk(crypto, NETWORK_KEY, nonce, frame, 0, frame.length)).toBe(true);
  return frame.slice(nwkSecuredPayloadAt(frame, 0), frame.length - 4);
}

function beaconHeader(permit: boolean): MACHeader {
  return {
    frameControl: {
      frameType: 0,
      securityEnabled: false,
      framePending: false,
      ackRequest: false,
      panIdCompression: false,
      seqNumSuppress: false,
      iePresent: false,
      destAddrMode: 0,
      frameVersion: 0,
      sourceAddrMode: 2,
    },
    sequenceNumber: 1,
    sourcePANId: PAN,
    source16: METER,
    superframeSpec: {
      beaconOrder: 15,
      superframeOrder: 15,
      finalCAPSlot: 15,
      batteryExtension: false,
      panCoordinator: true,
      associationPermit: permit,
    },
    gtsInfo: { permit: false },
    pendAddr: {},
    fcs: 0,
  };
}

function eui(bytes: Uint8Array, at: number): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes.subarray(at, at + 8)).reverse())}`);
}

function address(short?: number, extended?: bigint): string {
  if (extended !== undefined) return extended.toString(16).padStart(16, "0");
  return short === undefined ? "" : short.toString(16).padStart(4, "0");
}

function addressText(bytes: Uint8Array, mode: MacMode, at: number): string {
  const length = mode === MacMode.NONE ? 0 : mode === MacMode.SHORT ? 2 : 8;
  return toHex(bytes.slice(at, at + length).reverse());
}
