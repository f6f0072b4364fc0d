import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Air } from "../../host-sim/air/air";
import { Transceiver } from "../../host-sim/air/transceiver";
import { captureAir, captureWan } from "../../host-sim/capture";
import { keyLines } from "../../host-sim/keylog";
import { ipv4Host, Wan } from "../../host-sim/wan";
import { World } from "../../host-sim/world";

let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-capture-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

test("frames on the air are written with their FCS, to the microsecond (LINKTYPE 195)", () => {
  const world = new World(1);
  const air = new Air(world);
  const path = join(directory, "air.pcap");
  const capture = captureAir(path, air);
  const radio = new Transceiver(air, "a", { x: 0, y: 0 });
  const frame = Uint8Array.from(Buffer.from("0308ffffffffff07", "hex"));
  world.at(5, () => radio.transmit(frame, frame.length, { csma: false }, () => {}));
  world.runUntil(1e6);
  capture.close();
  const bytes = readFileSync(path);
  expect(bytes.readUInt32LE(0)).toBe(0xa1b23c4d);
  expect(bytes.readUInt32LE(20)).toBe(195);
  expect(bytes.readUInt32LE(24)).toBe(1_767_225_600);
  expect(bytes.readUInt32LE(28)).toBe(197_000);
  expect([bytes.readUInt32LE(32), bytes.readUInt32LE(36)]).toEqual([10, 10]);
  expect(bytes.subarray(40, 48)).toEqual(Buffer.from(frame));
  // The CRC of ITU-T V.41 bit by bit, as annex D of the standard's examples has it.
  let crc = 0;
  for (const byte of frame) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc ^ (byte >> bit)) & 1) !== 0;
      crc = (crc >> 1) ^ (odd ? 0x8408 : 0);
    }
  }
  expect(bytes.readUInt16LE(48)).toBe(crc);
  expect(bytes).toHaveLength(50);
});

test("datagrams are written as IPv4 and UDP whose checksums are right (LINKTYPE 101, RFC 1071)", () => {
  const world = new World(1);
  const wan = new Wan(world);
  const path = join(directory, "wan.pcap");
  const capture = captureWan(path, wan, world);
  const [from, to] = [ipv4Host(192, 0, 2, 1, 1000), ipv4Host(198, 51, 100, 2, 5683)];
  wan.send(from, Uint8Array.from([...to, 1, 2, 3]), 21);
  capture.close();
  const packet = readFileSync(path).subarray(40);
  expect(packet).toHaveLength(31);
  expect(packet[0]).toBe(0x45);
  expect(packet.readUInt16BE(2)).toBe(31);
  expect(packet[9]).toBe(17);
  expect([...packet.subarray(12, 20)]).toEqual([192, 0, 2, 1, 198, 51, 100, 2]);
  expect([packet.readUInt16BE(20), packet.readUInt16BE(22)]).toEqual([1000, 5683]);
  const sum = (bytes: Buffer): number => {
    let total = 0;
    for (let i = 0; i < bytes.length; i += 2) total += bytes[i]! * 256 + (bytes[i + 1] ?? 0);
    while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
    return total;
  };
  expect(sum(packet.subarray(0, 20))).toBe(0xffff);
  const pseudo = Buffer.concat([packet.subarray(12, 20), Buffer.from([0, 17, 0, 11])]);
  expect(sum(Buffer.concat([pseudo, packet.subarray(20)]))).toBe(0xffff);
});

test("keys are written as tshark takes them, a line for each, both directions of a context", () => {
  const context = {
    name: "supplier" as const,
    masterSecret: new Uint8Array(16).fill(0xab),
    masterSalt: Uint8Array.of(1, 2),
    idContext: undefined,
    senderId: Uint8Array.of(3),
    recipientId: Uint8Array.of(4),
  };
  const key = new Uint8Array(16).fill(7);
  const secret = "ab".repeat(16);
  expect(
    keyLines({ networkKey: key, linkKeys: [{ name: "meter", key }], contexts: [context] }),
  ).toEqual([
    `uat:zigbee_pc_keys:"${"07:".repeat(15)}07","Normal","network"`,
    `uat:zigbee_pc_keys:"${"07:".repeat(15)}07","Normal","meter"`,
    `uat:oscore_contexts:"03","04","${secret}","0102","","AES-CCM-16-64-128 (CCM*)"`,
    `uat:oscore_contexts:"04","03","${secret}","0102","","AES-CCM-16-64-128 (CCM*)"`,
  ]);
});
