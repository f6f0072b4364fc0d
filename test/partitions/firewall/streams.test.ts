import { describe, expect, it } from "vitest";
import { Right } from "../../../firmware/ipc/grant";
import { Operation } from "../../../firmware/ipc/operation";
import { Party, Provider } from "../../../firmware/ipc/party";
import { Stream, StreamEnd, StreamOpen, StreamResult } from "../../../firmware/ipc/stream";
import { Refusal } from "../../../firmware/partitions/firewall/gate";
import { readU16, readU32 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { FirewallBench, type Passed } from "./fixture";
import { credit, segment, streamEnd, streamOpen } from "./messages";

const METER = 7;

function granted(): FirewallBench {
  const bench = new FirewallBench();
  bench.grant(Provider.SUPPLIER, METER, Right.MESSAGE);
  bench.grant(Provider.OPERATOR, METER, Right.MESSAGE);
  return bench;
}

interface Route {
  readonly name: string;
  readonly opener: Party;
  readonly receiver: Party;
  readonly provider: Provider;
}

const ROUTES: readonly Route[] = [
  {
    name: "supplier to device",
    opener: Party.ESI_SUPPLIER,
    receiver: Party.HAN,
    provider: Provider.SUPPLIER,
  },
  {
    name: "operator to device",
    opener: Party.ESI_OPERATOR,
    receiver: Party.HAN,
    provider: Provider.OPERATOR,
  },
  {
    name: "device to supplier",
    opener: Party.HAN,
    receiver: Party.ESI_SUPPLIER,
    provider: Provider.SUPPLIER,
  },
  {
    name: "device to operator",
    opener: Party.HAN,
    receiver: Party.ESI_OPERATOR,
    provider: Provider.OPERATOR,
  },
];

/** Opens a stream and gives the firewall's number for it. */
function open(bench: FirewallBench, { opener, provider }: Route, stream = 5, total = 600): number {
  const [passed] = bench.say(opener, streamOpen({ provider, stream, total, device: METER }));
  expect(passed!.operation).toBe(Operation.STREAM_OPEN);
  return readU16(passed!.bytes, StreamOpen.STREAM);
}

function ends(passed: Passed[]): { to: Party; result: number; stream: number; id: number }[] {
  return passed
    .filter(({ operation }) => operation === Operation.STREAM_END)
    .map(({ to, bytes }) => ({
      to,
      result: bytes[StreamEnd.RESULT]!,
      stream: readU16(bytes, StreamEnd.STREAM),
      id: readU32(bytes, StreamEnd.MESSAGE_ID),
    }));
}

for (const route of ROUTES) {
  const { opener, receiver, provider } = route;

  describe(`firewall, stream from ${route.name}`, () => {
    it("passes from its header to its end, byte for byte, under the receiver's credit", () => {
      const bench = granted();
      const ours = open(bench, route);
      expect(ours).toBeGreaterThanOrEqual(Stream.FIREWALL_NUMBERS);
      let at = 0;
      while (at < 600) {
        const limit = Math.min(600, at + 256);
        const [relayed] = bench.say(receiver, credit(ours, at, limit));
        expect(relayed).toMatchObject({ to: opener, bytes: credit(5, at, limit) });
        const [piece] = bench.say(opener, segment(5, at, limit - at));
        expect(piece).toMatchObject({ to: receiver, bytes: segment(ours, at, limit - at) });
        at = limit;
      }
      const last = bench.say(receiver, streamEnd(ours, StreamResult.KEPT));
      expect(ends(last)).toEqual([{ to: opener, result: StreamResult.KEPT, stream: 5, id: 99 }]);
      expect(bench.firewall.dueAt()).toBe(Number.POSITIVE_INFINITY);
      expect(bench.refused).toBe(0);
    });

    it("is refused without a grant for messages, whatever the table says", () => {
      const bench = new FirewallBench();
      bench.grant(provider, METER, Right.READ);
      bench.grant(provider, METER + 1, Right.MESSAGE);
      bench.grant(1 - provider, METER, Right.MESSAGE);
      const passed = bench.say(opener, streamOpen({ provider, stream: 5, device: METER }));
      expect(passed).toHaveLength(1);
      expect(ends(passed)[0]).toMatchObject({
        to: opener,
        result: StreamResult.NO_GRANT,
        stream: 5,
      });
      expect(bench.firewall.gate.refusals[Refusal.NO_GRANT]).toBe(1);
    });

    it("is cut when it brings more than its header said", () => {
      const bench = granted();
      const ours = open(bench, route, 5, 100);
      bench.say(receiver, credit(ours, 0, 100));
      const passed = bench.say(opener, segment(5, 0, 101));
      expect(ends(passed)).toEqual([
        { to: opener, result: StreamResult.TOO_LONG, stream: 5, id: 99 },
        { to: receiver, result: StreamResult.BUSY, stream: ours, id: 99 },
      ]);
      expect(bench.say(opener, segment(5, 0, 50))).toEqual([]);
      expect(bench.firewall.gate.refusals[Refusal.OVERRUN]).toBe(1);
    });

    it("is cut when it goes beyond its credit, leaves a gap or comes again", () => {
      for (const [first, second] of [
        [segment(5, 0, 101), undefined],
        [segment(5, 10, 20), undefined],
        [segment(5, 0, 50), segment(5, 0, 50)],
      ] as const) {
        const bench = granted();
        const ours = open(bench, route);
        bench.say(receiver, credit(ours, 0, 100));
        let passed = bench.say(opener, first);
        if (second !== undefined) passed = bench.say(opener, second);
        expect(ends(passed)).toHaveLength(2);
        expect(passed.every(({ operation }) => operation === Operation.STREAM_END)).toBe(true);
      }
    });

    it("carries nothing before it is admitted", () => {
      const bench = granted();
      bench.trustAnswers = false;
      bench.say(opener, streamOpen({ provider, stream: 5, device: METER }));
      expect(bench.say(opener, segment(5, 0, 10))).toEqual([]);
      expect(bench.firewall.gate.refusals[Refusal.UNASKED]).toBe(1);
    });

    it("is cut when the receiver's credit is not true", () => {
      for (const wrong of [
        [1, 100],
        [0, 601],
        [0, 50],
      ] as const) {
        const bench = granted();
        const ours = open(bench, route);
        bench.say(receiver, credit(ours, 0, 60));
        expect(ends(bench.say(receiver, credit(ours, wrong[0], wrong[1])))).toHaveLength(2);
      }
    });

    it("is BUSY to its opener when the receiver says kept of what was not whole", () => {
      const bench = granted();
      const ours = open(bench, route);
      const passed = bench.say(receiver, streamEnd(ours, StreamResult.KEPT));
      expect(ends(passed)).toEqual([{ to: opener, result: StreamResult.BUSY, stream: 5, id: 99 }]);
    });

    it("brings the receiver's refusal back", () => {
      for (const result of [
        StreamResult.UNKNOWN_DEVICE,
        StreamResult.QUEUE_FULL,
        StreamResult.TOO_LONG,
        StreamResult.BUSY,
      ]) {
        const bench = granted();
        const ours = open(bench, route);
        const passed = bench.say(receiver, streamEnd(ours, result, 55, 1234));
        // Device and message are those of the header, not those of the answer.
        expect(ends(passed)).toEqual([{ to: opener, result, stream: 5, id: 99 }]);
      }
    });

    it("ends at the receiver when its opener gives up or dies", () => {
      const bench = granted();
      const first = open(bench, route);
      expect(ends(bench.say(opener, streamEnd(5, StreamResult.BUSY)))).toEqual([
        { to: receiver, result: StreamResult.BUSY, stream: first, id: 99 },
      ]);
      const second = open(bench, route);
      expect(ends(bench.restart(opener))).toEqual([
        { to: receiver, result: StreamResult.BUSY, stream: second, id: 99 },
      ]);
    });

    it("ends at its opener when the receiver dies", () => {
      const bench = granted();
      open(bench, route);
      expect(ends(bench.restart(receiver))).toEqual([
        { to: opener, result: StreamResult.BUSY, stream: 5, id: 99 },
      ]);
    });

    it("ends at both when nothing is heard for too long", () => {
      const bench = granted();
      open(bench, route);
      expect(ends(bench.wait(80_000)).map(({ to }) => to)).toEqual([opener, receiver]);
      expect(bench.firewall.streams.expired).toBe(1);
    });

    it("is BUSY when it is the third of its provider in its direction, or a number comes twice", () => {
      const bench = granted();
      open(bench, route, 1);
      open(bench, route, 2);
      const third = bench.say(opener, streamOpen({ provider, stream: 3, device: METER }));
      expect(ends(third)).toEqual([{ to: opener, result: StreamResult.BUSY, stream: 3, id: 99 }]);
      expect(bench.say(opener, streamOpen({ provider, stream: 2, device: METER }))).toEqual([]);
    });

    it("refuses a header with no length, over 4,096 bytes, or with a number of the firewall's", () => {
      const bench = granted();
      for (const total of [0, 4097]) {
        const passed = bench.say(opener, streamOpen({ provider, stream: 1, total, device: METER }));
        expect(ends(passed)[0]).toMatchObject({ to: opener, result: StreamResult.TOO_LONG });
      }
      expect(bench.say(opener, streamOpen({ provider, stream: 0x8001 }))).toEqual([]);
      expect(bench.refused).toBe(3);
    });

    it("holds a segment while the receiver's channel is full, and ends when it stays so", () => {
      const bench = granted();
      const ours = open(bench, route);
      bench.say(receiver, credit(ours, 0, 256));
      bench.sent.set(receiver, Sent.FULL);
      expect(bench.say(opener, segment(5, 0, 256))).toEqual([]);
      bench.wait(200);
      bench.sent.delete(receiver);
      expect(bench.wait(100)[0]).toMatchObject({ to: receiver, bytes: segment(ours, 0, 256) });
    });

    it("owes credit and end while its opener has no room", () => {
      const bench = granted();
      const ours = open(bench, route);
      bench.sent.set(opener, Sent.FULL);
      expect(bench.say(receiver, credit(ours, 0, 100))).toEqual([]);
      bench.sent.delete(opener);
      expect(bench.wait(100)).toMatchObject([{ to: opener, bytes: credit(5, 0, 100) }]);
      bench.sent.set(opener, Sent.FULL);
      bench.say(receiver, streamEnd(ours, StreamResult.BUSY));
      bench.sent.delete(opener);
      expect(ends(bench.wait(100))).toHaveLength(1);
    });

    it("waits for a receiver without room, and asks trust again before it is opened", () => {
      const bench = granted();
      bench.sent.set(receiver, Sent.FULL);
      expect(bench.say(opener, streamOpen({ provider, stream: 5, device: METER }))).toEqual([]);
      bench.revoke(provider, METER, Right.MESSAGE);
      bench.sent.delete(receiver);
      expect(ends(bench.wait(100))[0]).toMatchObject({ to: opener, result: StreamResult.NO_GRANT });
    });
  });
}

describe("firewall, streams", () => {
  it("takes the provider of a downward stream from its sender, whatever the header says", () => {
    const bench = granted();
    const [passed] = bench.say(
      Party.ESI_OPERATOR,
      streamOpen({ provider: Provider.SUPPLIER, stream: 1, device: METER }),
    );
    expect(passed!.bytes[StreamOpen.PROVIDER]).toBe(Provider.OPERATOR);
  });

  it("refuses an answer that goes down, and a provider that does not exist", () => {
    const bench = granted();
    expect(bench.say(Party.ESI_SUPPLIER, streamOpen({ stream: 1, isAnswer: 1 }))).toEqual([]);
    expect(bench.say(Party.HAN, streamOpen({ stream: 1, isAnswer: 2 }))).toEqual([]);
    expect(bench.say(Party.HAN, streamOpen({ stream: 1, provider: 2 }))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.MALFORMED]).toBe(3);
  });

  it("never lets one provider touch the other's stream", () => {
    const bench = granted();
    const ours = open(bench, ROUTES[0]!);
    bench.say(Party.HAN, credit(ours, 0, 256));
    for (const message of [
      segment(5, 0, 10),
      streamEnd(5, StreamResult.BUSY),
      credit(ours, 0, 10),
    ]) {
      expect(bench.say(Party.ESI_OPERATOR, message)).toEqual([]);
    }
    expect(bench.firewall.gate.refusals[Refusal.UNASKED]).toBe(3);
    expect(bench.say(Party.ESI_SUPPLIER, segment(5, 0, 10))).toHaveLength(1);
  });

  it("runs eight at once, two for each provider and direction", () => {
    const bench = granted();
    for (const route of ROUTES) {
      const base = route.provider * 10;
      open(bench, route, base + 1);
      open(bench, route, base + 2);
    }
    expect(bench.refused).toBe(0);
  });

  it("ends one of three streams that find no room for their segments", () => {
    const bench = granted();
    const routes = [ROUTES[0]!, ROUTES[1]!];
    const numbers = [1, 2].flatMap((n) => routes.map((route) => [route, n] as const)).slice(0, 3);
    for (const [route, n] of numbers) bench.say(Party.HAN, credit(open(bench, route, n), 0, 256));
    bench.sent.set(Party.HAN, Sent.FULL);
    const passed = numbers.flatMap(([route, n]) => bench.say(route.opener, segment(n, 0, 256)));
    expect(ends(passed)).toHaveLength(1);
  });

  it("gives up a stream that trust never answers for", () => {
    const bench = granted();
    bench.trustAnswers = false;
    bench.say(Party.ESI_SUPPLIER, streamOpen({ stream: 5 }));
    bench.restart(Party.TRUST);
    expect(bench.questions).toHaveLength(2);
    bench.questions.length = 0;
    expect(ends(bench.wait(20_000))).toEqual([
      { to: Party.ESI_SUPPLIER, result: StreamResult.BUSY, stream: 5, id: 99 },
    ]);
  });
});

describe("firewall, fates of messages", () => {
  for (const provider of [Provider.SUPPLIER, Provider.OPERATOR]) {
    it(`passes to provider ${provider} what became of its message`, () => {
      const bench = granted();
      for (const result of [
        StreamResult.DELIVERED,
        StreamResult.EXPIRED,
        StreamResult.UNDELIVERABLE,
        StreamResult.UNANSWERED,
      ]) {
        const fate = streamEnd(provider, result, METER, 4242);
        const [passed] = bench.say(Party.HAN, fate);
        const to = provider === Provider.SUPPLIER ? Party.ESI_SUPPLIER : Party.ESI_OPERATOR;
        expect(passed).toMatchObject({ to, bytes: fate });
      }
    });
  }

  it("keeps it from a provider without a grant", () => {
    const bench = granted();
    bench.revoke(Provider.SUPPLIER, METER, Right.MESSAGE);
    expect(bench.say(Party.HAN, streamEnd(0, StreamResult.DELIVERED, METER))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.NO_GRANT]).toBe(1);
  });

  it("refuses one from a provider, for a provider that does not exist, and unknown results", () => {
    const bench = granted();
    expect(bench.say(Party.ESI_SUPPLIER, streamEnd(0, StreamResult.DELIVERED))).toEqual([]);
    expect(bench.say(Party.HAN, streamEnd(2, StreamResult.DELIVERED))).toEqual([]);
    expect(bench.say(Party.HAN, streamEnd(0, 5))).toEqual([]);
    expect(bench.say(Party.HAN, streamEnd(0, 13))).toEqual([]);
    expect(bench.firewall.gate.refusals[Refusal.MALFORMED]).toBe(4);
  });

  it("keeps it while the provider's side has no room or is dead, and while trust is", () => {
    const bench = granted();
    bench.sent.set(Party.ESI_SUPPLIER, Sent.RESTARTED);
    expect(bench.say(Party.HAN, streamEnd(0, StreamResult.DELIVERED))).toEqual([]);
    bench.trustAnswers = false;
    bench.wait(1000);
    bench.questions.length = 0;
    bench.restart(Party.TRUST);
    bench.trustAnswers = true;
    bench.sent.delete(Party.ESI_SUPPLIER);
    expect(ends([...bench.look(), ...bench.wait(1000)])).toHaveLength(1);
  });

  it("loses the ninth that waits, and counts it", () => {
    const bench = granted();
    bench.sent.set(Party.ESI_SUPPLIER, Sent.FULL);
    for (let i = 0; i < 9; i++)
      bench.say(Party.HAN, streamEnd(0, StreamResult.DELIVERED, METER, i));
    expect(bench.firewall.fates.lost).toBe(1);
    bench.wait(70_000);
    expect(bench.firewall.fates.lost).toBe(9);
  });
});
