// The four relationships of a provider with a device: what each allows, which moves there are.

import { describe, expect, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { GrantResult, Relationship, Right } from "../../../firmware/ipc/grant";
import { Operation } from "../../../firmware/ipc/operation";
import { Provider } from "../../../firmware/ipc/party";
import { GrantRecord, Grants } from "../../../firmware/partitions/trust/grants";
import { SYSTEM } from "../../../firmware/system";
import { TrustBench } from "./fixture";

const { UNAUTHORIZED, SUBSCRIBED, ENROLLED, CONTROLLED } = {
  UNAUTHORIZED: Relationship.UNAUTHORIZED,
  SUBSCRIBED: Relationship.SUBSCRIBED,
  ENROLLED: Relationship.ENROLLED,
  CONTROLLED: Relationship.CONTROLLED,
};
const NAMES = ["Unauthorized", "Subscribed", "Enrolled", "Controlled"];
const RIGHTS = [
  ["readings", Right.READ],
  ["messages", Right.MESSAGE],
  ["control", Right.CONTROL],
] as const;
const METER = 0x1234;
const NOON = 1_700_000_000;
const PAIR = { provider: Provider.SUPPLIER, device: METER };

/** A hub at noon on which the pair stands so, step by step. */
function standing(relationship: Relationship, expires = 0): TrustBench {
  const bench = new TrustBench();
  bench.utcMs = NOON * 1000;
  bench.settle();
  for (let step = SUBSCRIBED; step <= relationship; step++) {
    expect(bench.set({ ...PAIR, relationship: step, expires })).toBe(GrantResult.OK);
  }
  bench.events.length = 0;
  return bench;
}

/** What the pair stands as, seen by its rights alone. */
function seen(bench: TrustBench): string[] {
  return RIGHTS.filter(([, right]) => bench.check(PAIR.provider, METER, right)).map(([n]) => n);
}

const ALLOWED = [[], ["readings"], ["readings", "messages"], ["readings", "messages", "control"]];

describe("a relationship", () => {
  test.each(ALLOWED.map((allowed, i) => [NAMES[i]!, allowed.join(", ") || "nothing", i] as const))(
    "%s allows %s",
    (_name, allowed, relationship) => {
      const bench = standing(relationship);
      expect(seen(bench).join(", ") || "nothing").toBe(allowed);
      bench.restart();
      expect(seen(bench).join(", ") || "nothing").toBe(allowed);
    },
  );

  test("one that has ended is Unauthorized, and begins at the first step again", () => {
    const bench = standing(ENROLLED, NOON + 60);
    bench.utcMs = (NOON + 60) * 1000;
    expect(seen(bench)).toEqual([]);
    expect(bench.set({ ...PAIR, relationship: ENROLLED })).toBe(GrantResult.BAD_MOVE);
    expect(bench.set({ ...PAIR, relationship: SUBSCRIBED })).toBe(GrantResult.OK);
    expect(seen(bench)).toEqual(ALLOWED[SUBSCRIBED]);
  });

  test("that ends is told to the audit log once, with what it was", () => {
    const bench = standing(ENROLLED, NOON + 60);
    bench.utcMs = (NOON + 60) * 1000;
    for (let i = 0; i < 3; i++) expect(seen(bench)).toEqual([]);
    const detail = PAIR.provider | (ENROLLED << 16);
    expect(bench.events).toEqual([{ code: AuditCode.GRANT_EXPIRED, detail, device: METER }]);
    bench.set({ ...PAIR, relationship: SUBSCRIBED, expires: NOON + 120 });
    bench.utcMs = (NOON + 120) * 1000;
    expect(seen(bench)).toEqual([]);
    expect(bench.events).toHaveLength(3);
  });

  test("that has an end is not there while the time is unknown, and nobody says it ended", () => {
    const bench = standing(ENROLLED, NOON + 60);
    bench.utcMs = 0;
    expect(seen(bench)).toEqual([]);
    expect(bench.events).toEqual([]);
    bench.utcMs = NOON * 1000;
    expect(seen(bench)).toEqual(ALLOWED[ENROLLED]);
  });

  test("in flash that nobody knows is none", () => {
    const record = new Uint8Array(GrantRecord.LENGTH);
    for (let relationship = 0; relationship <= 0xff; relationship++) {
      const grants = new Grants();
      record[GrantRecord.RELATIONSHIP] = relationship;
      grants.restore(0, record, 0, record.length);
      const place = grants.find(PAIR.provider, record, GrantRecord.EUI64);
      expect(place, `${relationship}`).toBe(relationship <= CONTROLLED ? 0 : -1);
    }
  });
});

const MOVES = NAMES.flatMap((_name, from) => NAMES.map((_other, to) => [from, to] as const));

describe("a move", () => {
  test.each(
    MOVES.map(([from, to]) => {
      const isAllowed = to <= from + 1;
      return [NAMES[from]!, NAMES[to]!, isAllowed ? "made" : "refused", from, to] as const;
    }),
  )("from %s to %s is %s", (_from, _to, outcome, from, to) => {
    const bench = standing(from);
    const result = bench.set({ ...PAIR, relationship: to });
    expect(result).toBe(outcome === "made" ? GrantResult.OK : GrantResult.BAD_MOVE);
    expect(seen(bench)).toEqual(ALLOWED[outcome === "made" ? to : from]);
    const detail = PAIR.provider | (to << 8) | (from << 16);
    const line = { code: AuditCode.GRANT_CHANGED, detail, device: METER };
    expect(bench.events).toEqual(outcome === "made" ? [line] : []);
  });

  test("is refused to what is no relationship", () => {
    for (const relationship of [4, 5, 0x80, 0xff]) {
      const bench = standing(CONTROLLED);
      const grant = { ...PAIR, relationship: relationship as Relationship };
      expect(bench.set(grant)).toBe(GrantResult.BAD_MOVE);
      expect(seen(bench)).toEqual(ALLOWED[CONTROLLED]);
    }
  });

  test("of one pair is none of another", () => {
    const bench = standing(SUBSCRIBED);
    const other = { provider: Provider.OPERATOR, device: METER };
    expect(bench.set({ ...other, relationship: ENROLLED })).toBe(GrantResult.BAD_MOVE);
    const device = { provider: PAIR.provider, device: METER + 1 };
    expect(bench.set({ ...device, relationship: ENROLLED })).toBe(GrantResult.BAD_MOVE);
  });

  test("down counts at once, up when it lies in flash", () => {
    const bench = standing(CONTROLLED);
    bench.begin({ ...PAIR, relationship: UNAUTHORIZED });
    bench.ask(PAIR.provider, METER, Right.READ);
    expect(bench.answers.pop()!.allowed).toBe(false);
    bench.settle();
    bench.begin({ ...PAIR, relationship: SUBSCRIBED });
    bench.ask(PAIR.provider, METER, Right.READ);
    expect(bench.answers.pop()!.allowed).toBe(false);
    bench.settle();
    expect(seen(bench)).toEqual(ALLOWED[SUBSCRIBED]);
  });

  test("is asked for by the management session's partition alone", () => {
    const carriers = SYSTEM.channels.filter(({ carries }) =>
      (carries as readonly Operation[]).includes(Operation.GRANT_SET),
    );
    expect(carriers.map(({ from, to }) => [from, to])).toEqual([["manage", "trust"]]);
  });
});
