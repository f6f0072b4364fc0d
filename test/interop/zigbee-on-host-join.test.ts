// zigbee-on-host's coordinator against all kinds of our devices: each joins, the sleeping one too,
// every frame that they put on air is read by its decoder, and they answer its questions.

import { expect, test } from "vitest";
import * as foreignMac from "zigbee-on-host/dist/zigbee/mac.js";
import { aes128MmoHash } from "zigbee-on-host/dist/zigbee/zigbee.js";
import * as foreignAps from "zigbee-on-host/dist/zigbee/zigbee-aps.js";
import * as foreignNwk from "zigbee-on-host/dist/zigbee/zigbee-nwk.js";
import { Air } from "../../host-sim/air/air";
import { Display } from "../../host-sim/devices/display";
import { ElectricityMeter } from "../../host-sim/devices/electricity-meter";
import { ExchangeTable } from "../../host-sim/devices/exchange-table";
import { GasMeter } from "../../host-sim/devices/gas-meter";
import { generateProfile } from "../../host-sim/devices/load-profile";
import { MeterTruth } from "../../host-sim/devices/meter-truth";
import { World } from "../../host-sim/world";
import { FOREIGN_KEY, ForeignCoordinator } from "../host-sim/devices/foreign-coordinator";

const INSTALL_CODE = Buffer.from("83fed3407a939723a5c639b26916d505c3b5", "hex");

/** Decodes one frame down to its APS payload with zigbee-on-host alone; throws where it cannot. */
function decodeAll(octets: Buffer): number | undefined {
  // Its decoder wants the place of the FCS.
  const frame = Buffer.concat([octets, Buffer.alloc(2)]);
  const [control, at] = foreignMac.decodeMACFrameControl(frame, 0);
  const [header, end] = foreignMac.decodeMACHeader(frame, at, control);
  const payload = foreignMac.decodeMACPayload(frame, end, control, header);
  const DATA = 1;
  if (control.frameType !== DATA) return undefined;
  const [nwkControl, nwkAt] = foreignNwk.decodeZigbeeNWKFrameControl(payload, 0);
  const [nwk, nwkEnd] = foreignNwk.decodeZigbeeNWKHeader(payload, nwkAt, nwkControl);
  const plain = foreignNwk.decodeZigbeeNWKPayload(
    payload,
    nwkEnd,
    FOREIGN_KEY,
    undefined,
    nwkControl,
    nwk,
  );
  if (nwkControl.frameType !== 0) return undefined;
  const [apsControl, apsAt] = foreignAps.decodeZigbeeAPSFrameControl(plain, 0);
  const [aps] = foreignAps.decodeZigbeeAPSHeader(plain, apsAt, apsControl);
  return aps.clusterId;
}

test("meters and a display join zigbee-on-host, and its decoder reads all they say", async () => {
  const world = new World(11);
  const air = new Air(world);
  const coordinator = new ForeignCoordinator(world, air, aes128MmoHash(INSTALL_CODE));
  const common = {
    installCode: INSTALL_CODE,
    epochS: 1_767_225_600,
    profile: generateProfile(world.random.fork("profile")),
    exchanges: new ExchangeTable(),
    truth: new MeterTruth(),
  };
  const devices = [
    new ElectricityMeter(world, air, {
      ...common,
      name: "electricity",
      eui64: 0x0011223344556601n,
      place: { x: 2, y: 1 },
    }),
    new GasMeter(world, air, {
      ...common,
      name: "gas",
      eui64: 0x0011223344556602n,
      place: { x: 1, y: 4 },
    }),
    new Display(world, air, {
      ...common,
      name: "display",
      eui64: 0x0011223344556603n,
      place: { x: 5, y: 3 },
    }),
  ];
  const ids = new Set(devices.map((device) => device.radio.id));
  const clusters = new Set<number | undefined>();
  let decoded = 0;
  air.observe((transmission) => {
    if (!ids.has(transmission.sender.id) || transmission.length <= 3) return;
    clusters.add(decodeAll(Buffer.from(transmission.bytes.subarray(0, transmission.length))));
    decoded++;
  });
  await coordinator.start();
  try {
    coordinator.driver.context.allowJoins(120, true);
    for (const device of devices) device.powerOn();
    await coordinator.run(60, () => coordinator.authorised.length === devices.length);
    const all = devices.map((device) => device.eui64);
    expect([...coordinator.joined].sort()).toEqual(all);
    expect([...coordinator.authorised].sort()).toEqual(all);

    const NODE_DESCRIPTOR = 0x0002;
    const meter = devices[0]!;
    const question = Buffer.alloc(3);
    question.writeUInt16LE(meter.node.short, 1);
    await coordinator.driver.sendZDO(question, meter.node.short, meter.eui64, NODE_DESCRIPTOR);
    await coordinator.run(3);
    const answer = coordinator.frames.find((frame) => frame.cluster === 0x8002);
    // Behind the sequence number: success, and the address that was asked about.
    const SUCCESS = Buffer.from([0]);
    expect(answer?.payload.subarray(1, 4)).toEqual(Buffer.concat([SUCCESS, question.subarray(1)]));
    expect(decoded).toBeGreaterThan(50);
    // They announced themselves and asked where time is served.
    expect(clusters.has(0x0013)).toBe(true);
    expect(clusters.has(0x0006)).toBe(true);
  } finally {
    await coordinator.stop();
  }
});
