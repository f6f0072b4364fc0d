import { expect, test } from "vitest";
import { Air } from "../../../host-sim/air/air";
import { Transceiver } from "../../../host-sim/air/transceiver";
import { Coprocessor } from "../../../host-sim/radio/coprocessor";
import { frameLine, LineReader } from "../../../host-sim/radio/line-code";
import { SerialLine } from "../../../host-sim/radio/serial-line";
import { Command, Property, SpinelWriter, Status } from "../../../host-sim/radio/spinel";
import { World } from "../../../host-sim/world";

const EUI64 = new Uint8Array([8, 7, 6, 5, 4, 3, 2, 1]);

function bench() {
  const world = new World(1);
  const interferers = Array.from({ length: 16 }, (_, i) => ({
    channel: 11 + i,
    dbm: -70,
    duty: 1,
  }));
  const air = new Air(world, { interferers: interferers.filter(({ channel }) => channel !== 25) });
  const out = new SerialLine(world);
  const radio = new Coprocessor(air, { x: 0, y: 0 }, EUI64, out);
  const frames: string[] = [];
  const reader = new LineReader((frame, length) =>
    frames.push(Buffer.from(frame.subarray(0, length)).toString("hex")),
  );
  out.onBytes = (bytes, length) => reader.take(bytes, length);
  const say = (writer: SpinelWriter): string[] => {
    const line = new Uint8Array(1100);
    radio.take(line, frameLine(writer.bytes, writer.length, line));
    frames.length = 0;
    world.runUntil(world.now + 400_000);
    return [...frames];
  };
  const set = (property: Property, ...value: number[]): string[] => {
    const writer = new SpinelWriter().begin(2, Command.SET, property);
    return say(writer.data(new Uint8Array(value), value.length));
  };
  const get = (property: Property): string[] =>
    say(new SpinelWriter().begin(3, Command.GET, property));
  return { world, air, radio, frames, say, set, get };
}

function configured() {
  const b = bench();
  b.radio.reset(Status.RESET_POWER_ON);
  b.world.runUntil(100_000);
  b.set(Property.PHY_ENABLED, 1);
  b.set(Property.PHY_CHAN, 25);
  b.set(Property.MAC_PANID, 0x62, 0x1a);
  b.set(Property.MAC_SADDR, 0, 0);
  b.set(Property.SRC_MATCH_ENABLED, 1);
  b.set(Property.MAC_RAW_STREAM_ENABLED, 1);
  return b;
}

test("a reset is announced with its reason, and nothing is answered before", () => {
  const b = bench();
  expect(b.get(Property.CAPS)).toEqual([]);
  b.radio.reset(Status.RESET_POWER_ON);
  b.world.runUntil(b.world.now + 100_000);
  expect(b.frames).toEqual(["800600" + "70"]);
  expect(b.say(new SpinelWriter().begin(0, Command.RESET, 2 as Property))).toEqual(["80060072"]);
});

test("it says what OpenThread's says: version 4.3, capabilities with MAC_RAW, its own address", () => {
  const b = configured();
  expect(b.get(Property.PROTOCOL_VERSION)).toEqual(["8306010403"]);
  expect(b.get(Property.CAPS)).toEqual(["83060505182281" + "0440"]);
  expect(b.get(Property.HWADDR)).toEqual(["8306080102030405060708"]);
  expect(b.get(0x3fff as Property)).toEqual(["830600" + "0d"]);
});

test("an energy scan takes one channel, gives its result, and then says that it is idle", () => {
  const b = configured();
  b.set(Property.MAC_SCAN_MASK, 11, 12);
  expect(b.set(Property.MAC_SCAN_STATE, 2)).toEqual(["820600" + "03"]);
  b.set(Property.MAC_SCAN_MASK, 11);
  b.set(Property.MAC_SCAN_PERIOD, 100, 0);
  expect(b.set(Property.MAC_SCAN_STATE, 2)).toEqual(["82063002", "8006390bba", "80063000"]);
});

test("a transmission is answered in its transaction, with the frame pending bit and the frame's fate", () => {
  const b = configured();
  const frame = [0x61, 0x88, 7, 0x62, 0x1a, 5, 0, 0, 0, 1, 2, 3];
  const psdu = [...frame, 0, 0];
  const raw = [psdu.length, 0, ...psdu, 25, 4, 3, 1];
  expect(b.set(Property.STREAM_RAW, ...raw)).toEqual(["820600" + "11" + "0000"]);
  const device = new Transceiver(b.air, "device", { x: 3, y: 0 });
  device.configure({ panId: 0x1a62, short: 5, channel: 25, rxOn: true });
  const [answer] = b.set(Property.STREAM_RAW, ...raw);
  expect(answer!.slice(0, 12)).toBe("820600" + "000000");
});

test("the acknowledgement comes with the frame's fate as it was heard, and none where none was asked", () => {
  const b = configured();
  const device = new Transceiver(b.air, "device", { x: 20, y: 0 });
  device.configure({ panId: 0x1a62, short: 5, channel: 25, rxOn: true });
  const send = (first: number) => {
    const psdu = [first, 0x88, 7, 0x62, 0x1a, 5, 0, 0, 0, 1, 2, 3, 0, 0];
    const [answer] = b.set(Property.STREAM_RAW, psdu.length, 0, ...psdu, 25, 4, 3, 1);
    return Buffer.from(answer!, "hex");
  };
  const acknowledged = send(0x61);
  expect(acknowledged.subarray(6, 11)).toEqual(Buffer.from([5, 0, 2, 0, 7]));
  const power = b.air.power(device, b.radio.transceiver);
  expect(Math.abs(acknowledged.readInt8(13) - power)).toBeLessThanOrEqual(1.5);
  const lqi = acknowledged[20]!;
  b.air.attenuate(device, b.radio.transceiver, 10);
  const weaker = send(0x61);
  expect(weaker.readInt8(13)).toBeLessThan(power - 8);
  expect(weaker[20]).toBeLessThan(lqi);
  expect(send(0x41)).toHaveLength(6);
});

test("a received frame comes with FCS, RSSI and LQI; one whose ack said pending is marked", () => {
  const b = configured();
  const device = new Transceiver(b.air, "device", { x: 3, y: 0 });
  device.configure({ panId: 0x1a62, short: 5, channel: 25 });
  const writer = new SpinelWriter().begin(1, Command.INSERT, Property.SRC_MATCH_SHORT).u16(5);
  expect(b.say(writer)).toEqual(["8107" + "8426" + "0500"]);
  b.frames.length = 0;
  let pending = false;
  const request = new Uint8Array([0x63, 0x88, 9, 0x62, 0x1a, 0, 0, 5, 0, 4]);
  device.transmit(request, request.length, {}, (_status, bit) => {
    pending = bit;
  });
  b.world.runUntil(b.world.now + 100_000);
  expect(pending).toBe(true);
  expect(b.frames).toHaveLength(1);
  const frame = Buffer.from(b.frames[0]!, "hex");
  expect(frame.subarray(0, 5).toString("hex")).toBe("8006710c00");
  expect(frame.subarray(5, 15)).toEqual(Buffer.from(request));
  // A CRC over the frame and its FCS leaves nothing.
  expect(frame.readInt8(17)).toBeLessThan(-30);
  expect(frame.readUInt16LE(19)).toBe(0x10);
});

test("before it is configured it hands over no frame and sends none", () => {
  const b = bench();
  b.radio.reset(Status.RESET_POWER_ON);
  b.world.runUntil(100_000);
  expect(b.set(Property.STREAM_RAW, 5, 0, 1, 2, 3, 0, 0, 25)).toEqual(["820600" + "04"]);
});

test("damaged lines are dropped; a fault makes it silent for its time, and noise does not stop it", () => {
  const b = configured();
  b.radio.take(new Uint8Array([1, 2, 3, 0x7e, 0x7d, 0x7e]), 6);
  expect(b.get(Property.PHY_CHAN)).toEqual(["83062119"]);
  b.radio.fallSilent(500_000);
  expect(b.get(Property.PHY_CHAN)).toEqual([]);
  b.world.runUntil(b.world.now + 500_000);
  b.radio.garble(new Uint8Array([0x7e, 9, 9, 0x7e]));
  expect(b.get(Property.PHY_CHAN)).toEqual(["83062119"]);
});
