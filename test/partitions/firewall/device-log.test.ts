import { describe, expect, it } from "vitest";
import {
  DeviceAdd,
  DeviceEvent,
  DeviceResult,
  DeviceResultMessage,
} from "../../../firmware/ipc/device";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { Refusal } from "../../../firmware/partitions/firewall/gate";
import { readU16 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { FirewallBench, type Passed } from "./fixture";
import { deviceAdd, deviceEvent, deviceRemove, deviceResult } from "./messages";

const DEVICE = 7;

function result(passed: Passed | undefined): { to: Party; result: number; reference: number } {
  const { to, bytes } = passed!;
  const reference = readU16(bytes, DeviceResultMessage.REFERENCE);
  return { to, result: bytes[DeviceResultMessage.RESULT]!, reference };
}

describe("firewall, device log", () => {
  for (const question of [deviceAdd(DEVICE, 31), deviceRemove(DEVICE, 31)]) {
    it(`passes operation ${question[0]} to access and its result back`, () => {
      const bench = new FirewallBench();
      const [passed] = bench.say(Party.MANAGE, question);
      expect(passed!.to).toBe(Party.ACCESS);
      expect(passed!.bytes.subarray(4)).toEqual(question.subarray(4));
      const ours = readU16(passed!.bytes, DeviceAdd.REFERENCE);
      const [back] = bench.say(Party.ACCESS, deviceResult(DEVICE, ours, DeviceResult.LOG_FULL));
      expect(result(back)).toEqual({
        to: Party.MANAGE,
        result: DeviceResult.LOG_FULL,
        reference: 31,
      });
    });
  }

  it("passes the news of a device", () => {
    const bench = new FirewallBench();
    const event = deviceEvent(DEVICE, DeviceEvent.REFUSED);
    expect(bench.say(Party.ACCESS, event)).toMatchObject([{ to: Party.MANAGE, bytes: event }]);
  });

  it("refuses a code of a length that none has", () => {
    const bench = new FirewallBench();
    const passed = bench.say(Party.MANAGE, deviceAdd(DEVICE, 1, 17));
    expect(passed.map(result)).toEqual([
      { to: Party.MANAGE, result: DeviceResult.BAD_CODE, reference: 1 },
    ]);
  });

  it("refuses a result that nobody asked for, about another device, or a second one", () => {
    const bench = new FirewallBench();
    const [passed] = bench.say(Party.MANAGE, deviceRemove(DEVICE, 1));
    const ours = readU16(passed!.bytes, DeviceAdd.REFERENCE);
    expect(bench.say(Party.ACCESS, deviceResult(DEVICE, ours + 1, 0))).toEqual([]);
    expect(bench.say(Party.ACCESS, deviceResult(DEVICE + 1, ours, 0))).toEqual([]);
    expect(bench.say(Party.ACCESS, deviceResult(DEVICE, ours, 0))).toHaveLength(1);
    expect(bench.say(Party.ACCESS, deviceResult(DEVICE, ours, 0))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.UNASKED]).toBe(3);
  });

  it("says BUSY to the fifth under way, and when access has no room, does not answer or dies", () => {
    const bench = new FirewallBench();
    for (let i = 0; i < 4; i++) bench.say(Party.MANAGE, deviceRemove(DEVICE, i));
    expect(result(bench.say(Party.MANAGE, deviceRemove(DEVICE, 4))[0]).result).toBe(
      DeviceResult.BUSY,
    );
    expect(bench.wait(15_000).map(result)).toHaveLength(4);
    bench.sent.set(Party.ACCESS, Sent.FULL);
    expect(result(bench.say(Party.MANAGE, deviceRemove(DEVICE, 5))[0]).reference).toBe(5);
    bench.sent.delete(Party.ACCESS);
    bench.say(Party.MANAGE, deviceRemove(DEVICE, 6));
    expect(result(bench.restart(Party.ACCESS)[0]).reference).toBe(6);
    expect(bench.firewall.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("forgets what manage asked before it died", () => {
    const bench = new FirewallBench();
    const [passed] = bench.say(Party.MANAGE, deviceRemove(DEVICE, 1));
    bench.restart(Party.MANAGE);
    const ours = readU16(passed!.bytes, DeviceAdd.REFERENCE);
    expect(bench.say(Party.ACCESS, deviceResult(DEVICE, ours, 0))).toEqual([]);
  });

  it("keeps results and news in order while manage has no room, up to eight", () => {
    const bench = new FirewallBench();
    bench.sent.set(Party.MANAGE, Sent.FULL);
    for (let i = 0; i < 10; i++) bench.say(Party.ACCESS, deviceEvent(i, DeviceEvent.JOINED));
    bench.wait(500);
    bench.sent.delete(Party.MANAGE);
    const passed = bench.wait(500);
    expect(passed.map(({ bytes }) => bytes[8])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(bench.firewall.devices.lostNews).toBe(2);
  });

  it("keeps no install code behind", () => {
    const bench = new FirewallBench();
    bench.say(Party.MANAGE, deviceAdd(DEVICE, 1));
    const held: Uint8Array[] = [];
    const collect = (value: unknown): void => {
      if (value instanceof Uint8Array) held.push(value);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
    };
    collect(bench.firewall.devices);
    for (const bytes of held)
      expect(Buffer.from(bytes).includes(Buffer.alloc(4, 0xc0))).toBe(false);
    expect(Operation.DEVICE_ADD).toBe(32);
  });
});
