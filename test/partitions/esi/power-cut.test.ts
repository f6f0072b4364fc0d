import { expect, test } from "vitest";
import { Operation } from "../../../firmware/ipc/operation";
import { ReadingStored, Stored } from "../../../firmware/ipc/reading";
import { readU32 } from "../../../firmware/wire/little-endian";
import { PowerCut } from "../../../host-sim/flash-direct";
import { EraseOrder } from "../../../host-sim/flash-memory";
import { pathOf } from "../../session/peer";
import { ProviderHub } from "./hub";
import { bytesOf, reading, streamOpen, streamSegment } from "./messages";
import { resolve } from "./senml";

const T = 1_790_000_000;

/** Readings, a device's answer, readings; power fails at one write or erase of the outbox. */
function work(hub: ProviderHub): void {
  for (let i = 0; i < 4; i++) hub.fromFirewall(reading({ reference: i, time: T + i, value: i }));
  hub.fromFirewall(streamOpen(1, 300, 0, 0));
  hub.fromFirewall(streamSegment(1, 0, bytesOf(256)));
  hub.fromFirewall(streamSegment(1, 256, bytesOf(44)));
  for (let i = 4; i < 8; i++) hub.fromFirewall(reading({ reference: i, time: T + i, value: i }));
  hub.bench.advance(30_000);
}

test("whatever write the power fails at, every acknowledged reading reaches the head-end", () => {
  let cuts = 0;
  for (let at = 0; at < 100; at++) {
    const hub = new ProviderHub("cut").ready();
    const from = hub.outboxFlash.operations;
    const how = { progress: [0, 0.3, 0.9, 1][at % 4]!, mask: 0x5a, order: EraseOrder.SCATTERED };
    hub.outboxFlash.cut = { at: from + (at >> 2), ...how };
    let isCut = false;
    try {
      work(hub);
    } catch (error) {
      expect(error).toBeInstanceOf(PowerCut);
      isCut = true;
    }
    if (!isCut) break;
    cuts++;
    const acknowledged = hub
      .toFirewall(Operation.READING_STORED)
      .filter((one) => one[ReadingStored.CODE] === Stored.OK)
      .map((one) => T + readU32(one, ReadingStored.REFERENCE));
    hub.startWan();
    hub.startEsi();
    hub.bench.advance(300_000);
    const received = hub.supplier.requests
      .filter((one) => pathOf(one) === "readings")
      .flatMap((one) => resolve(one.payload).map((record) => record.time));
    expect(received, `cut ${at}`).toEqual(expect.arrayContaining(acknowledged));
  }
  expect(cuts).toBeGreaterThan(40);
});
