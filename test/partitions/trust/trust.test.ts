// Grants: denied by default, stored before they are acknowledged, gone at once when taken back.

import { describe, expect, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { GrantResult, Relationship, Right } from "../../../firmware/ipc/grant";
import { Party, Provider } from "../../../firmware/ipc/party";
import { Sent } from "../../../hal/sent";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { TrustBench } from "./fixture";

const { READ, MESSAGE } = { READ: Right.READ, MESSAGE: Right.MESSAGE };
const { UNAUTHORIZED, SUBSCRIBED, ENROLLED } = {
  UNAUTHORIZED: Relationship.UNAUTHORIZED,
  SUBSCRIBED: Relationship.SUBSCRIBED,
  ENROLLED: Relationship.ENROLLED,
};
const { SUPPLIER, OPERATOR } = { SUPPLIER: Provider.SUPPLIER, OPERATOR: Provider.OPERATOR };
const METER = 0x1234;
const NOON = 1_700_000_000;

function ready(): TrustBench {
  const bench = new TrustBench();
  bench.settle();
  return bench;
}

describe("what is allowed", () => {
  test("nothing, without a grant", () => {
    const bench = ready();
    for (const provider of [SUPPLIER, OPERATOR, 2, 255]) {
      for (const rights of [0, READ, MESSAGE, READ | MESSAGE, 0x80, 0xff]) {
        expect(bench.check(provider, METER, rights)).toBe(false);
      }
    }
  });

  test("what the relationship allows, to that provider, for that device", () => {
    const bench = ready();
    const grant = { provider: SUPPLIER, device: METER, relationship: SUBSCRIBED };
    expect(bench.set(grant)).toBe(GrantResult.OK);
    expect(bench.check(SUPPLIER, METER, READ)).toBe(true);
    expect(bench.check(SUPPLIER, METER, MESSAGE)).toBe(false);
    expect(bench.check(SUPPLIER, METER, READ | MESSAGE)).toBe(false);
    expect(bench.check(SUPPLIER, METER, 0)).toBe(false);
    expect(bench.check(OPERATOR, METER, READ)).toBe(false);
    expect(bench.check(SUPPLIER, METER + 1, READ)).toBe(false);
  });

  test("never a right that nobody knows", () => {
    const bench = ready();
    for (const relationship of [SUBSCRIBED, ENROLLED, Relationship.CONTROLLED]) {
      bench.set({ provider: SUPPLIER, device: METER, relationship });
      expect(bench.check(SUPPLIER, METER, 0x08)).toBe(false);
      expect(bench.check(SUPPLIER, METER, READ | 0x80)).toBe(false);
    }
  });
});

describe("expiry", () => {
  test("a grant ends at its second", () => {
    const bench = ready();
    bench.utcMs = NOON * 1000;
    bench.set({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED, expires: NOON + 60 });
    expect(bench.check(SUPPLIER, METER, READ)).toBe(true);
    bench.utcMs = (NOON + 60) * 1000 - 1;
    expect(bench.check(SUPPLIER, METER, READ)).toBe(true);
    bench.utcMs = (NOON + 60) * 1000;
    expect(bench.check(SUPPLIER, METER, READ)).toBe(false);
  });

  test("while the time is unknown a grant that expires is not there, one without end is", () => {
    const bench = ready();
    bench.set({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED, expires: NOON });
    bench.set({ provider: OPERATOR, device: METER, relationship: SUBSCRIBED });
    expect(bench.check(SUPPLIER, METER, READ)).toBe(false);
    expect(bench.check(OPERATOR, METER, READ)).toBe(true);
  });
});

describe("flash", () => {
  test("a grant survives a restart, and so does its end", () => {
    const bench = ready();
    bench.set({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    bench.set({ provider: OPERATOR, device: METER, relationship: SUBSCRIBED });
    bench.set({ provider: OPERATOR, device: METER, relationship: UNAUTHORIZED });
    bench.restart();
    expect(bench.check(SUPPLIER, METER, READ)).toBe(true);
    expect(bench.check(OPERATOR, METER, READ)).toBe(false);
  });

  test("questions before the grants are read wait for them, eight at most", () => {
    const bench = ready();
    bench.set({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    bench.restart();
    for (let i = 0; i < 9; i++) bench.ask(i % 2, METER, READ);
    expect(bench.answers).toEqual([]);
    bench.settle();
    const allowed = bench.answers.map((answer) => answer.allowed);
    expect(allowed).toEqual([true, false, true, false, true, false, true, false]);
  });

  test("changes before the grants are read are BUSY", () => {
    const bench = new TrustBench();
    const reference = bench.begin({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    expect(bench.results).toEqual([{ reference, result: GrantResult.BUSY }]);
  });

  test("what is added counts only once it lies in flash, what is taken back is gone at once", () => {
    const bench = ready();
    bench.begin({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    bench.ask(SUPPLIER, METER, READ);
    expect(bench.answers.pop()!.allowed).toBe(false);
    expect(bench.results).toEqual([]);
    bench.settle();
    expect(bench.results).toHaveLength(1);
    bench.begin({ provider: SUPPLIER, device: METER, relationship: ENROLLED });
    bench.ask(SUPPLIER, METER, MESSAGE);
    expect(bench.answers.pop()!.allowed).toBe(false);
    bench.settle();
    expect(bench.check(SUPPLIER, METER, MESSAGE)).toBe(true);
    bench.begin({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    bench.ask(SUPPLIER, METER, READ);
    bench.ask(SUPPLIER, METER, MESSAGE);
    expect(bench.answers.slice(-2).map((answer) => answer.allowed)).toEqual([true, false]);
  });

  test("an end that comes sooner counts at once", () => {
    const bench = ready();
    bench.utcMs = NOON * 1000;
    bench.set({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    bench.begin({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED, expires: NOON });
    bench.ask(SUPPLIER, METER, READ);
    expect(bench.answers.pop()!.allowed).toBe(false);
  });

  test("a chip that fails gives BUSY, and nobody is allowed more than before", () => {
    const bench = ready();
    bench.set({ provider: OPERATOR, device: METER, relationship: SUBSCRIBED });
    let failing = true;
    bench.flash.fault = () => Number(failing);
    const grant = { provider: SUPPLIER, device: METER, relationship: SUBSCRIBED };
    expect(bench.set(grant)).toBe(GrantResult.BUSY);
    expect(bench.check(SUPPLIER, METER, READ)).toBe(false);
    failing = false;
    expect(bench.set(grant)).toBe(GrantResult.OK);
    expect(bench.check(SUPPLIER, METER, READ)).toBe(true);
  });

  test("a record that makes no sense grants nothing", () => {
    const bench = new TrustBench(new FlashMemory(16_384));
    bench.memory.bytes.fill(0x5a);
    bench.restart();
    expect(bench.check(SUPPLIER, METER, READ)).toBe(false);
  });
});

describe("limits", () => {
  test("80 grants; the next is FULL until one is taken back", () => {
    const bench = ready();
    for (let device = 1; device <= 80; device++) {
      expect(bench.set({ provider: SUPPLIER, device, relationship: SUBSCRIBED })).toBe(
        GrantResult.OK,
      );
    }
    const more = { provider: OPERATOR, device: METER, relationship: SUBSCRIBED };
    expect(bench.set(more)).toBe(GrantResult.FULL);
    expect(bench.set({ provider: SUPPLIER, device: 7, relationship: UNAUTHORIZED })).toBe(
      GrantResult.OK,
    );
    expect(bench.set(more)).toBe(GrantResult.OK);
    bench.restart();
    expect(bench.check(OPERATOR, METER, READ)).toBe(true);
    expect(bench.check(SUPPLIER, 7, READ)).toBe(false);
    expect(bench.check(SUPPLIER, 80, READ)).toBe(true);
  });

  test("a grant that has expired makes room", () => {
    const bench = ready();
    bench.utcMs = NOON * 1000;
    for (let device = 1; device <= 80; device++) {
      bench.set({ provider: SUPPLIER, device, relationship: SUBSCRIBED, expires: NOON + device });
    }
    bench.utcMs = (NOON + 3) * 1000;
    const more = { provider: OPERATOR, device: METER, relationship: SUBSCRIBED };
    for (let i = 0; i < 3; i++) {
      expect(bench.set({ ...more, device: METER + i })).toBe(GrantResult.OK);
    }
    expect(bench.set({ ...more, device: METER + 3 })).toBe(GrantResult.FULL);
    expect(bench.check(SUPPLIER, 4, READ)).toBe(true);
  });

  test("a fifth change while four are on their way is BUSY, as is a second one of the same pair", () => {
    const bench = ready();
    for (let device = 1; device <= 4; device++) {
      bench.begin({ provider: SUPPLIER, device, relationship: SUBSCRIBED });
    }
    expect(bench.results).toEqual([]);
    bench.begin({ provider: SUPPLIER, device: 5, relationship: SUBSCRIBED });
    expect(bench.results.map((r) => r.result)).toEqual([GrantResult.BUSY]);
    bench.settle();
    bench.begin({ provider: SUPPLIER, device: 1, relationship: UNAUTHORIZED });
    bench.begin({ provider: SUPPLIER, device: 1, relationship: ENROLLED });
    expect(bench.results[5]).toMatchObject({ result: GrantResult.BUSY });
    bench.settle();
    expect(bench.check(SUPPLIER, 1, READ)).toBe(false);
  });

  test("a provider that does not exist is BAD_PROVIDER, and not audited as a change", () => {
    const bench = ready();
    const grant = { provider: Provider.COUNT, device: METER, relationship: SUBSCRIBED };
    expect(bench.set(grant)).toBe(GrantResult.BAD_PROVIDER);
    expect(bench.events).toEqual([]);
  });

  test("messages that are too short or of another operation are counted and not answered", () => {
    const bench = ready();
    const counted = bench.trust as unknown as { malformed: number };
    bench.trust.receive(0, Party.FIREWALL, Uint8Array.of(40, 0, 0), 3);
    bench.trust.receive(0, Party.MANAGE, Uint8Array.of(42, 0, 0, 0), 4);
    bench.trust.receive(0, Party.MANAGE, new Uint8Array(32).fill(99), 32);
    expect(counted.malformed).toBe(3);
    expect([...bench.answers, ...bench.results]).toEqual([]);
  });
});

describe("peers", () => {
  test("an answer that finds no room is kept and sent later, in order", () => {
    const bench = ready();
    bench.sent = Sent.FULL;
    for (let i = 0; i < 3; i++) bench.ask(SUPPLIER, METER, READ);
    bench.sent = Sent.OK;
    bench.ask(SUPPLIER, METER, READ);
    expect(bench.answers).toEqual([]);
    expect(bench.trust.dueAt()).toBe(5);
    bench.tick(5);
    expect(bench.answers.map((answer) => answer.reference)).toEqual([1, 2, 3, 4]);
    expect(bench.trust.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  test("answers for a firewall that died are forgotten", () => {
    const bench = ready();
    bench.sent = Sent.FULL;
    bench.ask(SUPPLIER, METER, READ);
    bench.trust.peerRestarted(1, Party.FIREWALL);
    bench.sent = Sent.OK;
    bench.tick(10);
    expect(bench.answers).toEqual([]);
  });

  test("a change whose asker died is made, and its result goes to nobody", () => {
    const bench = ready();
    bench.begin({ provider: SUPPLIER, device: METER, relationship: SUBSCRIBED });
    bench.trust.peerRestarted(0, Party.MANAGE);
    bench.settle();
    expect(bench.results).toEqual([]);
    expect(bench.check(SUPPLIER, METER, READ)).toBe(true);
  });

  test("each move is a line in the audit log with provider, device, old and new", () => {
    const bench = ready();
    bench.set({ provider: OPERATOR, device: METER, relationship: SUBSCRIBED });
    bench.set({ provider: OPERATOR, device: METER, relationship: ENROLLED });
    bench.set({ provider: OPERATOR, device: METER, relationship: UNAUTHORIZED });
    const line = { code: AuditCode.GRANT_CHANGED, device: METER };
    expect(bench.events).toEqual([
      { ...line, detail: 0x000101 },
      { ...line, detail: 0x010201 },
      { ...line, detail: 0x020001 },
    ]);
  });
});
