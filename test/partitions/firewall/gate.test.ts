import { describe, expect, it } from "vitest";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { Refusal } from "../../../firmware/partitions/firewall/gate";
import { RULES } from "../../../firmware/partitions/firewall/rules";
import { SYSTEM } from "../../../firmware/system";
import { Sent } from "../../../hal/sent";
import { FirewallBench } from "./fixture";
import { deviceEvent } from "./messages";

const NAMES = new Map(SYSTEM.partitions.map(({ id, name }) => [id, name]));

describe("firewall, the table", () => {
  it("cannot be changed", () => {
    expect(Object.isFrozen(RULES)).toBe(true);
  });

  it("gives a reason for every line, and no line twice", () => {
    const lines = RULES.map(({ from, operation, to }) => `${from} ${operation} ${to}`);
    expect(new Set(lines).size).toBe(lines.length);
    for (const { reason } of RULES) expect(reason.length).toBeGreaterThan(20);
  });

  it("has a channel of the system table under each line, and a line over each channel", () => {
    const carried = new Set<string>();
    for (const { from, to, carries } of SYSTEM.channels) {
      if (from !== "firewall" && to !== "firewall") continue;
      for (const operation of carries) carried.add(`${from} ${operation} ${to}`);
    }
    const used = new Set<string>();
    for (const { from, operation, to } of RULES) {
      if (from !== Party.FIREWALL) used.add(`${NAMES.get(from)} ${operation} firewall`);
      if (to !== Party.FIREWALL) used.add(`firewall ${operation} ${NAMES.get(to)}`);
    }
    expect([...used].sort()).toEqual([...carried].sort());
  });

  it("has the same lengths and rates wherever a sender and an operation stand twice", () => {
    for (const a of RULES) {
      for (const b of RULES) {
        if (a.from !== b.from || a.operation !== b.operation) continue;
        expect([a.lengthMin, a.lengthMax, a.perSecond]).toEqual([
          b.lengthMin,
          b.lengthMax,
          b.perSecond,
        ]);
      }
    }
  });
});

describe("firewall, the gate", () => {
  it("refuses whatever has no line: each party with each operation", () => {
    for (let from = 0; from < 80; from++) {
      for (let operation = 0; operation < 64; operation++) {
        if (RULES.some((rule) => rule.from === from && rule.operation === operation)) continue;
        const bench = new FirewallBench();
        const message = new Uint8Array(32);
        message[0] = operation;
        expect(bench.say(from, message)).toEqual([]);
        expect(bench.firewall.gate.refusals[Refusal.NO_RULE]).toBe(1);
        expect(bench.audited[0]).toMatchObject({ from, operation, provider: 0xff });
      }
    }
  });

  it("refuses a message that is empty, too short or too long for its layout", () => {
    for (const { from, operation, lengthMin, lengthMax } of RULES) {
      if (from === Party.FIREWALL) continue;
      for (const length of [1, lengthMin - 1, lengthMax + 1, 320]) {
        if (length < 1 || (length >= lengthMin && length <= lengthMax)) continue;
        const bench = new FirewallBench();
        const message = new Uint8Array(length);
        message[0] = operation;
        expect(bench.say(from, message)).toEqual([]);
        expect(bench.firewall.gate.refusals[Refusal.MALFORMED]).toBe(1);
      }
      const bench = new FirewallBench();
      bench.say(from, new Uint8Array(0));
      expect(bench.refused).toBe(1);
    }
  });

  it("refuses what comes more often than its line says, and takes it again later", () => {
    const bench = new FirewallBench();
    const { burst, perSecond } = RULES.find(
      ({ operation }) => operation === Operation.DEVICE_EVENT,
    )!;
    let passed = 0;
    for (let i = 0; i < burst + 10; i++)
      passed += bench.say(Party.ACCESS, deviceEvent(1, 0)).length;
    expect(passed).toBe(burst);
    expect(bench.firewall.gate.refusals[Refusal.TOO_OFTEN]).toBe(10);
    bench.now += Math.ceil(1000 / perSecond);
    expect(bench.say(Party.ACCESS, deviceEvent(1, 0))).toHaveLength(1);
  });

  it("does not let a flood fill the audit log, and tells later how much it left out", () => {
    const bench = new FirewallBench();
    for (let i = 0; i < 200; i++) bench.say(Party.HAN, new Uint8Array([Operation.GRANT_SET, 1]));
    expect(bench.refused).toBe(200);
    expect(bench.audited).toHaveLength(8);
    bench.now += 60_000;
    bench.say(Party.HAN, new Uint8Array([Operation.GRANT_SET, 1]));
    expect(bench.audited[8]).toEqual({
      from: Party.HAN,
      operation: Operation.GRANT_SET,
      provider: 0xff,
      before: 192,
    });
  });

  it("keeps the count of refusals when the audit log has no room", () => {
    const bench = new FirewallBench();
    bench.sent.set(Party.AUDIT, Sent.FULL);
    bench.say(Party.HAN, new Uint8Array([Operation.GRANT_SET]));
    bench.say(Party.HAN, new Uint8Array([Operation.GRANT_SET]));
    bench.sent.delete(Party.AUDIT);
    bench.say(Party.HAN, new Uint8Array([Operation.GRANT_SET]));
    expect(bench.audited).toHaveLength(1);
    expect(bench.audited[0]!.before).toBe(2);
  });
});
