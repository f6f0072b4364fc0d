import { Encoder } from "cbor-x";
import { describe, expect, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import {
  DeviceAdd,
  DeviceEvent,
  DeviceEventMessage,
  DeviceKind,
  DeviceResult,
  DeviceResultMessage,
  NetworkAction,
  NetworkRule,
} from "../../../firmware/ipc/device";
import { GrantResult, GrantResultMessage, GrantSet } from "../../../firmware/ipc/grant";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { readU16, readU32, writeU16 } from "../../../firmware/wire/little-endian";
import { TimeQuality } from "../../../hal/clock";
import { Sent } from "../../../hal/sent";
import { cborOf, pathOf } from "../../session/peer";
import { eui64, eui64Text } from "../esi/messages";
import { ManagementHub } from "./hub";

const PUT = 3;
const DELETE = 4;
const DEVICE = `devices/${eui64Text(7)}`;
const CODE = Buffer.from("83fed3407a939723a5c639b26916d505c3b5", "hex");
const encoder = new Encoder({ useRecords: false, variableMapSize: true, mapsAsObjects: false });

function cbor(...entries: [number, unknown][]): Uint8Array {
  return encoder.encode(new Map(entries));
}

function deviceSays(hub: ManagementHub, result: DeviceResult): void {
  const asked = [...hub.bench.outside].reverse().find((one) => one.to === Party.FIREWALL)!.bytes;
  const message = new Uint8Array(DeviceResultMessage.LENGTH);
  message[0] = Operation.DEVICE_RESULT;
  message[DeviceResultMessage.RESULT] = result;
  writeU16(message, DeviceResultMessage.REFERENCE, readU16(asked, DeviceAdd.REFERENCE));
  hub.bench.say(Party.FIREWALL, Party.MANAGE, message);
}

function trustSays(hub: ManagementHub, result: GrantResult): void {
  const asked = hub.told(Party.TRUST, Operation.GRANT_SET).at(-1)!;
  const message = new Uint8Array(GrantResultMessage.LENGTH);
  message[0] = Operation.GRANT_RESULT;
  message[GrantResultMessage.RESULT] = result;
  writeU16(message, GrantResultMessage.REFERENCE, readU16(asked, GrantSet.REFERENCE));
  hub.bench.say(Party.TRUST, Party.MANAGE, message);
}

function event(hub: ManagementHub, kind: DeviceEvent, reason = 0, device = 7): void {
  const message = new Uint8Array(DeviceEventMessage.LENGTH);
  message[0] = Operation.DEVICE_EVENT;
  message[DeviceEventMessage.EVENT] = kind;
  message[DeviceEventMessage.REASON] = reason;
  message.set(eui64(device), DeviceEventMessage.EUI64);
  hub.bench.say(Party.FIREWALL, Party.MANAGE, message);
}

describe("the device log", () => {
  test("takes a device with kind and install code: 2.04 after access has it", () => {
    const hub = new ManagementHub();
    const asked = hub.ask(PUT, DEVICE, cbor([0, DeviceKind.GAS_METER], [1, CODE]));
    const [add] = hub.told(Party.FIREWALL, Operation.DEVICE_ADD);
    expect(add![DeviceAdd.KIND]).toBe(DeviceKind.GAS_METER);
    expect(add![DeviceAdd.CODE_LENGTH]).toBe(18);
    expect([...add!.subarray(DeviceAdd.EUI64, DeviceAdd.EUI64 + 8)]).toEqual([...eui64(7)]);
    expect(Buffer.from(add!.subarray(DeviceAdd.CODE, DeviceAdd.LENGTH))).toEqual(CODE);
    expect(hub.code(asked)).toBeUndefined();
    deviceSays(hub, DeviceResult.OK);
    expect(hub.code(asked)).toBe("2.04");
  });

  test.each([
    [DeviceResult.BAD_CODE, "4.00"],
    [DeviceResult.LOG_FULL, "5.03"],
    [DeviceResult.BUSY, "5.03"],
    [DeviceResult.NOT_DELEGATED, "4.03"],
    [DeviceResult.DENIED, "4.03"],
  ])("result %i is answered %s and audited", (result, code) => {
    const hub = new ManagementHub();
    const asked = hub.ask(PUT, DEVICE, cbor([0, 1], [1, CODE]));
    deviceSays(hub, result);
    expect(hub.code(asked)).toBe(code);
    const lines = hub.told(Party.AUDIT, Operation.AUDIT_EVENT);
    expect(lines.at(-1)![1]).toBe(AuditCode.REQUEST_REFUSED);
  });

  test.each([
    [DeviceResult.OK, "2.02"],
    [DeviceResult.UNKNOWN_DEVICE, "4.04"],
  ])("forgets a device: result %i is answered %s", (result, code) => {
    const hub = new ManagementHub();
    const asked = hub.ask(DELETE, DEVICE);
    expect(hub.told(Party.FIREWALL, Operation.DEVICE_REMOVE)).toHaveLength(1);
    deviceSays(hub, result);
    expect(hub.code(asked)).toBe(code);
  });

  test.each([
    ["no payload", undefined, 60, "4.00"],
    ["no map", Uint8Array.of(1), 60, "4.00"],
    ["no kind", cbor([1, CODE]), 60, "4.00"],
    ["kind 0", cbor([0, 0], [1, CODE]), 60, "4.00"],
    ["an unheard-of kind", cbor([0, 5], [1, CODE]), 60, "4.00"],
    ["a code that is text", cbor([0, 1], [1, "code"]), 60, "4.00"],
    ["a code that is too long", cbor([0, 1], [1, Buffer.alloc(19)]), 60, "4.00"],
    ["a field that we do not know", cbor([0, 1], [1, CODE], [2, 0]), 60, "4.00"],
    ["keys out of order", Uint8Array.of(0xa2, 1, 0x40, 0, 1), 60, "4.00"],
    ["a length that is not the shortest", Uint8Array.of(0xa1, 0x18, 0, 1), 60, "4.00"],
    ["another content format", cbor([0, 1], [1, CODE]), 42, "4.15"],
  ])("refuses %s", (_name, payload, format, code) => {
    const hub = new ManagementHub();
    expect(hub.code(hub.ask(PUT, DEVICE, payload, format))).toBe(code);
    expect(hub.told(Party.FIREWALL, Operation.DEVICE_ADD)).toHaveLength(0);
  });

  test("answers 5.03 when nobody answers, when the channel is full, when the firewall dies", () => {
    const hub = new ManagementHub();
    const silent = hub.ask(DELETE, DEVICE);
    hub.bench.advance(16_000);
    expect(hub.code(silent)).toBe("5.03");
    const lost = hub.ask(DELETE, DEVICE);
    hub.manage.peerRestarted(hub.bench.now, Party.FIREWALL);
    expect(hub.code(lost)).toBe("5.03");
    hub.bench.admit = (_from, to) => (to === Party.FIREWALL ? Sent.FULL : Sent.OK);
    expect(hub.code(hub.ask(DELETE, DEVICE))).toBe("5.03");
  });
});

describe("the network", () => {
  test.each([
    ["opens the joining window", cbor([0, NetworkAction.WINDOW], [1, 254]), 254],
    ["shuts the joining window", cbor([0, NetworkAction.WINDOW], [1, 0]), 0],
    ["has its key changed", cbor([0, NetworkAction.CHANGE_KEY]), 0],
  ])("%s: 2.04 after access has said so", (_name, payload, seconds) => {
    const hub = new ManagementHub();
    const asked = hub.ask(PUT, "network", payload);
    const [rule] = hub.told(Party.FIREWALL, Operation.NETWORK_RULE);
    expect(rule!.length).toBe(NetworkRule.LENGTH);
    expect(rule![NetworkRule.ACTION]).toBe(payload[2]);
    expect(readU16(rule!, NetworkRule.SECONDS)).toBe(seconds);
    expect(hub.code(asked)).toBeUndefined();
    const message = new Uint8Array(DeviceResultMessage.LENGTH);
    message[0] = Operation.DEVICE_RESULT;
    writeU16(message, DeviceResultMessage.REFERENCE, readU16(rule!, NetworkRule.REFERENCE));
    hub.bench.say(Party.FIREWALL, Party.MANAGE, message);
    expect(hub.code(asked)).toBe("2.04");
  });

  test.each([
    ["more than 254 seconds", cbor([0, NetworkAction.WINDOW], [1, 255]), PUT, 60, "4.00"],
    ["a window without its time", cbor([0, NetworkAction.WINDOW]), PUT, 60, "4.00"],
    ["a key change with a time", cbor([0, NetworkAction.CHANGE_KEY], [1, 9]), PUT, 60, "4.00"],
    ["an unheard-of rule", cbor([0, NetworkAction.COUNT]), PUT, 60, "4.00"],
    ["no rule", cbor([1, 9]), PUT, 60, "4.00"],
    ["no payload", undefined, PUT, 60, "4.00"],
    ["another content format", cbor([0, NetworkAction.CHANGE_KEY]), PUT, 42, "4.15"],
    ["another method", undefined, DELETE, 60, "4.05"],
  ])("refuses %s", (_name, payload, method, format, code) => {
    const hub = new ManagementHub();
    expect(hub.code(hub.ask(method, "network", payload, format))).toBe(code);
    expect(hub.told(Party.FIREWALL, Operation.NETWORK_RULE)).toHaveLength(0);
  });
});

describe("grants", () => {
  test.each([
    ["supplier", 0],
    ["operator", 1],
  ])("of the %s are set with relationship and end", (name, provider) => {
    const hub = new ManagementHub();
    const asked = hub.ask(PUT, `grants/${name}/${eui64Text(7)}`, cbor([0, 3], [1, 1_900_000_000]));
    const [set] = hub.told(Party.TRUST, Operation.GRANT_SET);
    expect([set![GrantSet.PROVIDER], set![GrantSet.RELATIONSHIP]]).toEqual([provider, 3]);
    expect(readU32(set!, GrantSet.EXPIRES)).toBe(1_900_000_000);
    expect([...set!.subarray(GrantSet.EUI64, GrantSet.EUI64 + 8)]).toEqual([...eui64(7)]);
    trustSays(hub, GrantResult.OK);
    expect(hub.code(asked)).toBe("2.04");
  });

  test("without an end last until they are taken back", () => {
    const hub = new ManagementHub();
    hub.ask(PUT, `grants/supplier/${eui64Text(7)}`, cbor([0, 1]));
    expect(readU32(hub.told(Party.TRUST, Operation.GRANT_SET)[0]!, GrantSet.EXPIRES)).toBe(0);
  });

  test("are taken back: Unauthorized, 2.02", () => {
    const hub = new ManagementHub();
    const asked = hub.ask(DELETE, `grants/operator/${eui64Text(7)}`);
    expect(hub.told(Party.TRUST, Operation.GRANT_SET)[0]![GrantSet.RELATIONSHIP]).toBe(0);
    trustSays(hub, GrantResult.OK);
    expect(hub.code(asked)).toBe("2.02");
  });

  test.each([
    [GrantResult.FULL, "5.03"],
    [GrantResult.BUSY, "5.03"],
    [GrantResult.BAD_PROVIDER, "4.00"],
    [GrantResult.BAD_MOVE, "4.09"],
  ])("result %i is answered %s", (result, code) => {
    const hub = new ManagementHub();
    const asked = hub.ask(PUT, `grants/supplier/${eui64Text(7)}`, cbor([0, 1]));
    trustSays(hub, result);
    expect(hub.code(asked)).toBe(code);
  });

  test.each([
    ["an unknown relationship", cbor([0, 4]), "4.00"],
    ["no relationship", cbor([1, 5]), "4.00"],
    ["a negative end", cbor([0, 1], [1, -5]), "4.00"],
    ["an end over 32 bits", cbor([0, 1], [1, 2n ** 32n]), "4.00"],
  ])("with %s are refused", (_name, payload, code) => {
    const hub = new ManagementHub();
    expect(hub.code(hub.ask(PUT, `grants/supplier/${eui64Text(7)}`, payload))).toBe(code);
    expect(hub.told(Party.TRUST, Operation.GRANT_SET)).toHaveLength(0);
  });

  test.each([
    [1, DEVICE, "4.05"],
    [PUT, "devices/xyz", "4.04"],
    [PUT, `grants/nobody/${eui64Text(7)}`, "4.04"],
    [PUT, `devices/${eui64Text(7)}/messages`, "4.04"],
    [1, "register", "4.04"],
  ])("method %i on %s is answered %s", (method, path, code) => {
    const hub = new ManagementHub();
    expect(hub.code(hub.ask(method, path))).toBe(code);
  });
});

describe("the wall clock", () => {
  test("is set by the registration, and audited", () => {
    const hub = new ManagementHub();
    expect(hub.peer.path).toEqual(["register"]);
    expect(hub.bench.quality()).toBe(TimeQuality.SYNCHRONISED);
    expect(Math.abs(hub.bench.utcMs() - hub.peer.utcMs)).toBeLessThan(1100);
    expect(hub.told(Party.AUDIT, Operation.AUDIT_EVENT)[0]![1]).toBe(AuditCode.CLOCK_SET);
  });

  test("falls back to holdover when no registration succeeds for two hours", () => {
    const hub = new ManagementHub();
    hub.peer.passes = () => false;
    hub.bench.advance(7_600_000);
    expect(hub.bench.quality()).toBe(TimeQuality.HOLDOVER);
    hub.peer.passes = () => true;
    hub.bench.advance(1_200_000);
    expect(hub.bench.quality()).toBe(TimeQuality.SYNCHRONISED);
  });

  test("is put back when it jumps, as holdover, and audited; slow drift is its own", () => {
    const hub = new ManagementHub();
    hub.bench.advance(60_000);
    const { bench } = hub;
    const before = bench.utcMs();
    bench.set(before - 7_200_000, TimeQuality.SYNCHRONISED);
    bench.advance(10_000);
    expect(bench.utcMs() - before).toBe(10_000);
    expect(bench.quality()).toBe(TimeQuality.HOLDOVER);
    const line = hub.told(Party.AUDIT, Operation.AUDIT_EVENT).at(-1)!;
    expect([line[1], line[4]! + 256 * line[5]!]).toEqual([AuditCode.CLOCK_JUMPED, 7_200]);
    for (let i = 0; i < 20; i++) {
      bench.set(bench.utcMs() + 500, TimeQuality.SYNCHRONISED);
      bench.advance(10_000);
    }
    expect(hub.manage.wallTime.jumps).toBe(1);
    expect(bench.utcMs() - before).toBe(10_000 + 20 * 10_500);
  });

  test("takes no time from before 2024, and none from an answer that is no map", () => {
    const hub = new ManagementHub();
    const set = hub.manage.wallTime.settings;
    hub.peer.utcMs = 1_000_000;
    hub.bench.advance(3_600_000);
    hub.peer.answer = () => ({ code: "2.04", payload: Buffer.from([1]) });
    hub.bench.advance(3_600_000);
    expect(hub.manage.wallTime.settings).toBe(set);
  });
});

describe("alerts", () => {
  test("tell the head-end what became of a device, with code, time, EUI-64, detail", () => {
    const hub = new ManagementHub();
    event(hub, DeviceEvent.REFUSED, 1);
    hub.bench.advance(1000);
    const alert = hub.peer.requests.find((one) => pathOf(one) === "alerts")!;
    const fields = cborOf(alert) as Record<string, unknown>;
    expect(fields["0"]).toBe(0x8f12);
    expect(Math.abs((fields["1"] as number) - hub.bench.utcMs() / 1000)).toBeLessThan(5);
    expect(Buffer.from(fields["2"] as Uint8Array).toString("hex")).toBe(eui64Text(7));
    expect(fields["3"]).toBe(DeviceEvent.REFUSED * 256 + 1);
  });

  test("survive a restart, and go out in their order", () => {
    const hub = new ManagementHub();
    hub.peer.passes = () => false;
    for (let device = 1; device <= 3; device++) event(hub, DeviceEvent.JOINED, 0, device);
    hub.start();
    hub.peer.passes = () => true;
    hub.bench.advance(60_000);
    const alerts = hub.peer.requests.filter((one) => pathOf(one) === "alerts");
    const devices = alerts.map((one) =>
      Buffer.from((cborOf(one) as Record<string, Uint8Array>)["2"]!).toString("hex"),
    );
    expect([...new Set(devices)]).toEqual([1, 2, 3].map(eui64Text));
    expect(hub.manage.alerts.delivered).toBe(3);
    hub.start();
    hub.bench.advance(60_000);
    expect(hub.manage.alerts.delivered).toBe(0);
  });

  test("are bounded: more than sixteen are counted as lost, the same one waits once", () => {
    const hub = new ManagementHub();
    hub.peer.passes = () => false;
    for (let i = 0; i < 5; i++) event(hub, DeviceEvent.REFUSED, 1, 99);
    for (let device = 0; device < 20; device++) event(hub, DeviceEvent.JOINED, 0, device);
    expect(hub.manage.alerts.lost).toBe(5);
  });

  test("that the head-end refuses are told again after a minute", () => {
    const hub = new ManagementHub();
    const usual = hub.peer.answer;
    hub.peer.answer = (one) => (pathOf(one) === "alerts" ? { code: "5.03" } : usual(one));
    event(hub, DeviceEvent.LEFT);
    hub.bench.advance(30_000);
    hub.peer.answer = usual;
    hub.bench.advance(60_000);
    expect(hub.peer.path.filter((path) => path === "alerts")).toHaveLength(2);
    expect(hub.manage.alerts.delivered).toBe(1);
  });
});

test("the power input is noted", () => {
  const hub = new ManagementHub();
  hub.mainsPresent = false;
  hub.bench.say(Party.POWER, Party.MANAGE, Uint8Array.of(0));
  expect([hub.manage.powerChanges, hub.manage.mainsPresent]).toEqual([1, false]);
});
