import { describe, expect, it } from "vitest";
import { Right } from "../../../firmware/ipc/grant";
import { Operation } from "../../../firmware/ipc/operation";
import { Party, Provider } from "../../../firmware/ipc/party";
import { Commodity, Reading, ReadingStored, Stored } from "../../../firmware/ipc/reading";
import { Refusal } from "../../../firmware/partitions/firewall/gate";
import { readU32 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { FirewallBench, type Passed } from "./fixture";
import { interval, reading, stored } from "./messages";

const METER = 7;

function granted(...providers: Provider[]): FirewallBench {
  const bench = new FirewallBench();
  for (const provider of providers) bench.grant(provider, METER, Right.READ);
  return bench;
}

function answerOf(passed: Passed[]): { to: Party; code: number; reference: number } | undefined {
  const answer = passed.find(({ operation }) => operation === Operation.READING_STORED);
  if (answer === undefined) return undefined;
  const { to, bytes } = answer;
  return {
    to,
    code: bytes[ReadingStored.CODE]!,
    reference: readU32(bytes, ReadingStored.REFERENCE),
  };
}

describe("firewall, readings", () => {
  for (const [from, commodity] of [
    [Party.DEMAND, Commodity.ELECTRICITY],
    [Party.GAS, Commodity.GAS],
  ] as const) {
    it(`passes a reading of ${commodity} to both providers, and says stored when both have it`, () => {
      const bench = granted(Provider.SUPPLIER, Provider.OPERATOR);
      const sent = reading(commodity, METER, 4711);
      const passed = bench.say(from, sent);
      expect(passed.map(({ to }) => to)).toEqual([Party.ESI_SUPPLIER, Party.ESI_OPERATOR]);
      for (const { bytes } of passed) {
        expect(bytes.subarray(Reading.EUI64)).toEqual(sent.subarray(Reading.EUI64));
        expect(readU32(bytes, Reading.REFERENCE)).not.toBe(4711);
      }
      expect(bench.say(Party.ESI_OPERATOR, stored(passed[1]!.bytes, Stored.OK))).toEqual([]);
      const last = bench.say(Party.ESI_SUPPLIER, stored(passed[0]!.bytes, Stored.OK));
      expect(answerOf(last)).toEqual({ to: from, code: Stored.OK, reference: 4711 });
    });
  }

  it("passes a recovered half-hour as it passes a register", () => {
    const bench = granted(Provider.SUPPLIER);
    const passed = bench.say(Party.DEMAND, interval(METER, 1));
    expect(passed.map(({ to }) => to)).toEqual([Party.ESI_SUPPLIER]);
  });

  it("passes it to the granted provider alone", () => {
    const bench = granted(Provider.OPERATOR);
    const passed = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1));
    expect(passed.map(({ to }) => to)).toEqual([Party.ESI_OPERATOR]);
    const last = bench.say(Party.ESI_OPERATOR, stored(passed[0]!.bytes, Stored.OK));
    expect(answerOf(last)?.code).toBe(Stored.OK);
  });

  it("keeps it from everybody without a grant, whatever the table says, and says so", () => {
    const bench = new FirewallBench();
    bench.grant(Provider.SUPPLIER, METER, Right.MESSAGE);
    bench.grant(Provider.SUPPLIER, METER + 1, Right.READ);
    const passed = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 5));
    expect(passed).toHaveLength(1);
    expect(answerOf(passed)).toEqual({ to: Party.DEMAND, code: Stored.NO_GRANT, reference: 5 });
    expect(bench.firewall.gate.refusals[Refusal.NO_GRANT]).toBe(1);
  });

  it("stops at once when a grant is taken back", () => {
    const bench = granted(Provider.SUPPLIER);
    expect(bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1))).toHaveLength(1);
    bench.revoke(Provider.SUPPLIER, METER, Right.READ);
    const passed = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 2));
    expect(answerOf(passed)?.code).toBe(Stored.NO_GRANT);
  });

  it("asks again when there was no room, and a grant taken back meanwhile stops it", () => {
    const bench = granted(Provider.SUPPLIER);
    bench.sent.set(Party.ESI_SUPPLIER, Sent.FULL);
    expect(bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1))).toEqual([]);
    bench.wait(100);
    bench.revoke(Provider.SUPPLIER, METER, Right.READ);
    bench.sent.delete(Party.ESI_SUPPLIER);
    const passed = bench.wait(100);
    expect(passed.map(({ operation }) => operation)).toEqual([Operation.READING_STORED]);
  });

  it("says FULL when one provider has no room, though the other stored it", () => {
    const bench = granted(Provider.SUPPLIER, Provider.OPERATOR);
    const passed = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1));
    bench.say(Party.ESI_SUPPLIER, stored(passed[0]!.bytes, Stored.FULL));
    const last = bench.say(Party.ESI_OPERATOR, stored(passed[1]!.bytes, Stored.OK));
    expect(answerOf(last)?.code).toBe(Stored.FULL);
  });

  it("says nothing when a provider never answers, and is free again", () => {
    const bench = granted(Provider.SUPPLIER);
    const passed = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1));
    expect(bench.wait(60_000)).toEqual([]);
    expect(bench.firewall.dueAt()).toBe(Number.POSITIVE_INFINITY);
    // Too late: nobody waits for it.
    expect(bench.say(Party.ESI_SUPPLIER, stored(passed[0]!.bytes, Stored.OK))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.UNASKED]).toBe(1);
  });

  it("says FULL to the seventeenth under way", () => {
    const bench = granted(Provider.SUPPLIER);
    for (let i = 0; i < 16; i++) bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, i));
    const passed = bench.say(Party.GAS, reading(Commodity.GAS, METER, 99));
    expect(answerOf(passed)).toEqual({ to: Party.GAS, code: Stored.FULL, reference: 99 });
  });

  it("refuses the wrong commodity, unknown flags, an interval of no length", () => {
    const bench = granted(Provider.SUPPLIER);
    const wrong = [
      reading(Commodity.GAS, METER, 1),
      Uint8Array.from(reading(Commodity.ELECTRICITY, METER, 1), (b, i) =>
        i === Reading.FLAGS ? 2 : b,
      ),
      Uint8Array.from(reading(Commodity.ELECTRICITY, METER, 1), (b, i) =>
        i === Reading.FLAGS ? 1 : b,
      ),
      Uint8Array.from(interval(METER, 1), (b, i) => (i === Reading.FLAGS ? 0 : b)),
    ];
    for (const message of wrong) expect(bench.say(Party.DEMAND, message)).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.MALFORMED]).toBe(wrong.length);
  });

  it("refuses an answer of the wrong provider, about another meter, or with an unknown code", () => {
    const bench = granted(Provider.SUPPLIER);
    const [passed] = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1));
    const good = stored(passed!.bytes, Stored.OK);
    bench.say(Party.ESI_OPERATOR, good);
    bench.say(
      Party.ESI_SUPPLIER,
      Uint8Array.from(good, (b, i) => (i === 8 ? 9 : b)),
    );
    bench.say(
      Party.ESI_SUPPLIER,
      Uint8Array.from(good, (b, i) => (i === 1 ? 1 : b)),
    );
    expect(bench.refused).toBe(3);
    expect(answerOf(bench.say(Party.ESI_SUPPLIER, good))?.code).toBe(Stored.OK);
  });

  it("starts anew what a provider or trust lost when it died, and forgets what its sender lost", () => {
    const bench = granted(Provider.SUPPLIER);
    bench.trustAnswers = false;
    bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1));
    bench.questions.length = 0;
    bench.trustAnswers = true;
    expect(bench.restart(Party.TRUST).map(({ to }) => to)).toEqual([Party.ESI_SUPPLIER]);
    expect(bench.restart(Party.ESI_SUPPLIER).map(({ to }) => to)).toEqual([Party.ESI_SUPPLIER]);
    bench.restart(Party.DEMAND);
    expect(bench.firewall.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("keeps the answer while its receiver has no room", () => {
    const bench = granted(Provider.SUPPLIER);
    const [passed] = bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1));
    bench.sent.set(Party.DEMAND, Sent.FULL);
    expect(bench.say(Party.ESI_SUPPLIER, stored(passed!.bytes, Stored.OK))).toEqual([]);
    bench.sent.delete(Party.DEMAND);
    expect(answerOf(bench.wait(100))?.code).toBe(Stored.OK);
  });

  it("waits for trust while it has no room for the question, and refuses its unasked-for answers", () => {
    const bench = granted(Provider.SUPPLIER);
    bench.sent.set(Party.TRUST, Sent.FULL);
    expect(bench.say(Party.DEMAND, reading(Commodity.ELECTRICITY, METER, 1))).toEqual([]);
    bench.sent.delete(Party.TRUST);
    expect(bench.wait(100)).toHaveLength(1);
    bench.say(Party.TRUST, new Uint8Array([Operation.GRANT_ANSWER, 1, 77, 0]));
    expect(bench.firewall.gate.refusals[Refusal.UNASKED]).toBe(1);
  });
});
