// The hub's own frames, read by a decoder that nobody here wrote (zigbee-on-host).

import { describe, expect, it } from "vitest";
import {
  decodeMACFrameControl,
  decodeMACHeader,
  decodeMACPayload,
  decodeMACZigbeeBeacon,
} from "zigbee-on-host/dist/zigbee/mac.js";
import { aes128MmoHash, computeInstallCodeCRC } from "zigbee-on-host/dist/zigbee/zigbee.js";
import {
  decodeZigbeeAPSFrameControl,
  decodeZigbeeAPSHeader,
  decodeZigbeeAPSPayload,
} from "zigbee-on-host/dist/zigbee/zigbee-aps.js";
import {
  decodeZigbeeNWKFrameControl,
  decodeZigbeeNWKHeader,
  decodeZigbeeNWKPayload,
} from "zigbee-on-host/dist/zigbee/zigbee-nwk.js";
import { macType } from "../../../firmware/wire/mac";
import { HUB_EUI64 } from "./fake-coprocessor";
import { Bench } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

describe("another decoder", () => {
  it("finds the network key in Transport-Key, by the install code alone", () => {
    const bench = Bench.up();
    const node = new TestNode(bench, eui64Of(1), false);
    bench.add(node.eui64, node.code);
    node.join();
    const code = Buffer.from(node.code);
    expect(computeInstallCodeCRC(code.subarray(0, 16))).toBe(code.readUInt16LE(16));
    const linkKey = aes128MmoHash(code);
    expect(new Uint8Array(linkKey)).toEqual(node.linkKey);

    const psdu = bench.radio.air.filter((frame) => macType(frame, 0) === 1)[0]!;
    const { nwkHeader, nwk } = opened(psdu, undefined);
    expect(nwkHeader.frameControl.security).toBe(false);
    expect(nwkHeader.source16).toBe(0);
    expect(nwkHeader.destination16).toBe(node.short);
    const [apsControl, at] = decodeZigbeeAPSFrameControl(nwk, 0);
    const [apsHeader, end] = decodeZigbeeAPSHeader(nwk, at, apsControl);
    expect(apsControl.security).toBe(true);
    const hub = Buffer.from(HUB_EUI64).readBigUInt64LE(0);
    const aps = decodeZigbeeAPSPayload(nwk, end, linkKey, hub, apsControl, apsHeader);
    expect(aps[0]).toBe(5);
    expect(aps[1]).toBe(1);
    expect(new Uint8Array(aps.subarray(2, 18))).toEqual(node.key);
    expect(aps[18]).toBe(node.keySequence);
    expect(new Uint8Array(aps.subarray(19, 27))).toEqual(node.eui64);
    expect(new Uint8Array(aps.subarray(27, 35))).toEqual(HUB_EUI64);
  });

  it("opens a secured frame with the network key", () => {
    const bench = Bench.up();
    const node = new TestNode(bench, eui64Of(1), false);
    bench.add(node.eui64, node.code);
    node.join();
    bench.han.send(bench.now, 0, Uint8Array.from([0xaa, 0xbb, 0xcc]), 3, 0);
    bench.run(10);
    const { nwkHeader, nwk } = opened(bench.radio.air.at(-1)!, Buffer.from(node.key!));
    expect(nwkHeader.frameControl.security).toBe(true);
    expect([...nwk]).toEqual([0xaa, 0xbb, 0xcc]);
  });

  it("reads the beacon", () => {
    const bench = Bench.up();
    bench.hear(Uint8Array.from([3, 8, 1, 0xff, 0xff, 0xff, 0xff, 7]));
    bench.run(10);
    const { header, payload } = mac(bench.radio.air.at(-1)!);
    const { identity } = bench.han.store;
    expect(header.sourcePANId).toBe(identity.panId);
    const beacon = decodeMACZigbeeBeacon(payload, 0);
    expect(beacon.protocolId).toBe(0);
    expect(beacon.profile).toBe(2);
    expect(beacon.version).toBe(2);
    expect(beacon.endDeviceCapacity).toBe(true);
    expect(beacon.extendedPANId).toBe(
      Buffer.from(identity.bytes).readBigUInt64LE(identity.extendedPanAt),
    );
  });
});

/** Its decoders expect the check bytes behind the frame. */
function mac(psdu: Uint8Array) {
  const data = Buffer.concat([psdu, Buffer.alloc(2)]);
  const [control, at] = decodeMACFrameControl(data, 0);
  const [header, end] = decodeMACHeader(data, at, control);
  return { header, payload: decodeMACPayload(data, end, control, header) };
}

function opened(psdu: Uint8Array, key: Buffer | undefined) {
  const { payload } = mac(psdu);
  const [control, at] = decodeZigbeeNWKFrameControl(payload, 0);
  const [nwkHeader, end] = decodeZigbeeNWKHeader(payload, at, control);
  const hub = Buffer.from(HUB_EUI64).readBigUInt64LE(0);
  const nwk = decodeZigbeeNWKPayload(payload, end, key, hub, control, nwkHeader);
  return { nwkHeader, nwk };
}
