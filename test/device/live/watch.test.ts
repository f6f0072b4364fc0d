// What the hub's console knows of messages, against where TypeScript declares it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DeviceEvent, DeviceEventMessage, DeviceKind } from "../../../firmware/ipc/device";
import { JoinDecision } from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { ReadingStored, Stored } from "../../../firmware/ipc/reading";
import { ROOT } from "../compiler";

const source = readFileSync(join(ROOT, "hal", "live", "watch.c"), "utf8");

test.each([
  ["READING_STORED", Operation.READING_STORED],
  ["DEVICE_EVENT", Operation.DEVICE_EVENT],
  ["EVENT", DeviceEventMessage.EVENT],
  ["KIND", DeviceEventMessage.KIND],
  ["REASON", DeviceEventMessage.REASON],
  ["EUI64", DeviceEventMessage.EUI64],
  ["DEVICE_EVENT_LENGTH", DeviceEventMessage.LENGTH],
  ["STORED_CODE", ReadingStored.CODE],
  ["STORED_OK", Stored.OK],
  ["PARTITION_HAN", Party.HAN],
  ["PARTITION_ACCESS", Party.ACCESS],
])("%s is %i there too", (name, value) => {
  const found = [...source.matchAll(new RegExp(`\\b${name} = (\\d+)`, "g"))];
  expect(found.map(([, digits]) => Number(digits))).toEqual([value]);
});

test.each([
  ["events", "joined", DeviceEvent.JOINED],
  ["events", "refused", DeviceEvent.REFUSED],
  ["events", "left", DeviceEvent.LEFT],
  ["kinds", "electricity-meter", DeviceKind.ELECTRICITY_METER],
  ["kinds", "gas-meter", DeviceKind.GAS_METER],
  ["kinds", "in-home-display", DeviceKind.DISPLAY],
  ["kinds", "consumer-access-device", DeviceKind.CONSUMER_ACCESS_DEVICE],
  ["reasons", "not registered", JoinDecision.NOT_REGISTERED],
  ["reasons", "insecure rejoin", JoinDecision.INSECURE_REJOIN],
  ["reasons", "window closed", JoinDecision.CLOSED],
  ["reasons", "too often", JoinDecision.RATE],
  ["reasons", "denied by the consumer", JoinDecision.DENIED],
])("of %s it calls %s by its number", (list, word, number) => {
  const body = new RegExp(`\\b${list}\\[\\] = \\{([^}]*)\\}`).exec(source)![1]!;
  const words = [...body.matchAll(/"([^"]*)"/g)].map(([, text]) => text);
  expect(words[number]).toBe(word);
});
