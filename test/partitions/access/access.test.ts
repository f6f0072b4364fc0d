// The device log and its decisions. Zigbee Base Device Behavior 10.1.1 for install codes.

import { describe, expect, it } from "vitest";
import { AuditCode, AuditEvent } from "../../../firmware/ipc/audit";
import { DeviceResult } from "../../../firmware/ipc/device";
import { JoinAnswer, JoinAsk, JoinDecision, JoinKind } from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { readU32 } from "../../../firmware/wire/little-endian";
import { Bench, blankFlash } from "../han/fixture";
import { eui64Of, installCode, TestNode } from "../han/test-node";

describe("registration", () => {
  it("refuses a mistyped install code and one of a wrong length", () => {
    const bench = Bench.up();
    const code = installCode(1);
    for (let i = 0; i < 18; i++) {
      const wrong = code.slice();
      wrong[i]! ^= 0x10;
      expect(bench.add(eui64Of(1), wrong)).toBe(DeviceResult.BAD_CODE);
    }
    for (const length of [0, 1, 7, 9, 16, 17, 19, 255]) {
      const wrong = new Uint8Array(length);
      wrong.set(code.subarray(0, Math.min(length, 18)));
      expect(bench.add(eui64Of(1), wrong)).toBe(DeviceResult.BAD_CODE);
    }
    expect(bench.audit).toEqual([]);
  });

  it("takes 32 devices and says that the log is full; a removal makes room", () => {
    const bench = Bench.up();
    for (let i = 0; i < 32; i++) {
      expect(bench.add(eui64Of(i), installCode(i))).toBe(DeviceResult.OK);
    }
    expect(bench.add(eui64Of(32), installCode(32))).toBe(DeviceResult.LOG_FULL);
    expect(bench.remove(eui64Of(40))).toBe(DeviceResult.UNKNOWN_DEVICE);
    expect(bench.remove(eui64Of(3))).toBe(DeviceResult.OK);
    expect(bench.add(eui64Of(32), installCode(32))).toBe(DeviceResult.OK);
  });

  it("is answered only once it lies in flash, and survives a restart", () => {
    const flash = blankFlash();
    const bench = Bench.up(flash);
    expect(bench.add(eui64Of(1), installCode(0x42))).toBe(DeviceResult.OK);
    const next = Bench.up(flash, 9);
    const node = new TestNode(next, eui64Of(1), false, 0x42);
    expect(node.join()).toBe(true);
  });

  it("answers BUSY when the chip fails, and registers nothing", () => {
    const bench = Bench.up();
    bench.credentialFlash.fault = () => 1;
    const result = bench.add(eui64Of(1), installCode(1));
    expect([DeviceResult.BUSY, -1]).toContain(result);
    bench.credentialFlash.fault = () => 0;
    bench.run(1000);
    expect(bench.add(eui64Of(2), installCode(2))).toBe(DeviceResult.OK);
  });

  it("is audited, without the code or the key", () => {
    const bench = Bench.up();
    const node = new TestNode(bench, eui64Of(1), false);
    bench.add(node.eui64, node.code);
    node.join();
    bench.remove(node.eui64);
    expect(bench.audit.map((message) => message[AuditEvent.CODE])).toEqual([
      AuditCode.DEVICE_ADDED,
      AuditCode.WINDOW_SET,
      AuditCode.JOIN_ACCEPTED,
      AuditCode.WINDOW_SET,
      AuditCode.DEVICE_REMOVED,
    ]);
    const said = [...bench.audit, ...bench.toFirewall].map((m) => Buffer.from(m).toString("hex"));
    for (const secret of [node.linkKey, node.key!, node.code.subarray(0, 16)]) {
      expect(said.join(" ")).not.toContain(Buffer.from(secret).toString("hex").slice(0, 8));
    }
  });

  it("sent again with the same code opens the window again and changes nothing", () => {
    const bench = Bench.up();
    const node = new TestNode(bench, eui64Of(1), false);
    bench.add(node.eui64, node.code);
    node.join();
    expect(bench.add(node.eui64, node.code)).toBe(DeviceResult.OK);
    const answer = ask(bench, node.eui64);
    expect(answer[JoinAnswer.DECISION]).toBe(JoinDecision.ACCEPTED);
  });
});

describe("a decision", () => {
  it("denies by default, with its reason", () => {
    const bench = Bench.up();
    expect(ask(bench, eui64Of(1))[JoinAnswer.DECISION]).toBe(JoinDecision.NOT_REGISTERED);
    bench.add(eui64Of(1), installCode(1));
    expect(ask(bench, eui64Of(1))[JoinAnswer.DECISION]).toBe(JoinDecision.ACCEPTED);
    const rejoin = ask(bench, eui64Of(1), JoinKind.UNSECURED_REJOIN);
    expect(rejoin[JoinAnswer.DECISION]).toBe(JoinDecision.INSECURE_REJOIN);
    bench.run(254_001);
    expect(ask(bench, eui64Of(1))[JoinAnswer.DECISION]).toBe(JoinDecision.CLOSED);
  });

  it("never carries an APS frame with a refusal", () => {
    const bench = Bench.up();
    const answer = ask(bench, eui64Of(1));
    expect(answer.length).toBe(JoinAnswer.APS_FRAME);
    expect(answer[JoinAnswer.APS_LENGTH]).toBe(0);
  });

  it("limits each node's rate, and tells of its refusal once a minute", () => {
    const bench = Bench.up();
    const decisions = new Set<number>();
    for (let i = 0; i < 100; i++) decisions.add(ask(bench, eui64Of(1))[JoinAnswer.DECISION]!);
    expect([...decisions]).toEqual([JoinDecision.NOT_REGISTERED, JoinDecision.RATE]);
    expect(bench.audit.length).toBe(2);
    bench.add(eui64Of(2), installCode(2));
    expect(ask(bench, eui64Of(2))[JoinAnswer.DECISION]).toBe(JoinDecision.ACCEPTED);
    bench.run(60_000);
    expect(ask(bench, eui64Of(1))[JoinAnswer.DECISION]).toBe(JoinDecision.NOT_REGISTERED);
  });

  it("never uses an APS frame counter twice for a device, restarts included", () => {
    const bench = Bench.up();
    bench.add(eui64Of(1), installCode(1));
    const used = new Set<number>();
    for (let life = 0; life < 5; life++) {
      for (let i = 0; i < 25; i++) {
        if (i % 10 === 0) bench.run(60_001);
        const answer = ask(bench, eui64Of(1));
        // APS control, counter; auxiliary control, frame counter.
        const counter = readU32(answer, JoinAnswer.APS_FRAME + 3);
        expect(used.has(counter)).toBe(false);
        used.add(counter);
      }
      bench.restartAccess();
      bench.run(2000);
    }
  });

  it("is the same network key at every start", () => {
    const flash = blankFlash();
    const keys = [1, 2, 3].map((seed) => {
      const bench = Bench.up(flash, seed);
      const node = new TestNode(bench, eui64Of(seed), false);
      bench.add(node.eui64, node.code);
      node.join();
      return Buffer.from(node.key!).toString("hex");
    });
    expect(new Set(keys).size).toBe(1);
  });
});

function ask(bench: Bench, eui64: Uint8Array, kind = JoinKind.ASSOCIATION): Uint8Array {
  const message = new Uint8Array(JoinAsk.LENGTH);
  message[0] = Operation.JOIN_ASK;
  message[JoinAsk.KIND] = kind;
  message.set(eui64, JoinAsk.EUI64);
  const said: Uint8Array[] = [];
  const { push } = bench.toHan;
  bench.toHan.push = (...messages) => {
    said.push(...messages);
    return 0;
  };
  bench.access.receive(bench.now, Party.HAN, message, message.length);
  bench.run(10);
  bench.toHan.push = push;
  return said.find((answer) => answer[0] === Operation.JOIN_ANSWER) ?? new Uint8Array(64);
}
