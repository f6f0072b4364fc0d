import { describe, expect, it } from "vitest";
import { Right } from "../../../firmware/ipc/grant";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../../firmware/ipc/mirror";
import { Party, Provider } from "../../../firmware/ipc/party";
import { Refusal } from "../../../firmware/partitions/firewall/gate";
import { readU16 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { FirewallBench, type Passed } from "./fixture";
import { mirrorRead, mirrorValue } from "./messages";

const METER = 7;

function granted(): FirewallBench {
  const bench = new FirewallBench();
  bench.grant(Provider.SUPPLIER, METER, Right.READ);
  bench.grant(Provider.OPERATOR, METER, Right.READ);
  return bench;
}

function answer(passed: Passed | undefined): { to: Party; status: number; reference: number } {
  const { to, bytes } = passed!;
  return {
    to,
    status: bytes[MirrorValue.STATUS]!,
    reference: readU16(bytes, MirrorValue.REFERENCE),
  };
}

describe("firewall, gas mirror", () => {
  for (const esi of [Party.ESI_SUPPLIER, Party.ESI_OPERATOR]) {
    it(`passes the question of ${esi} to gas and the answer back to it alone`, () => {
      const bench = granted();
      const [read] = bench.say(esi, mirrorRead(METER, 21));
      expect(read!.to).toBe(Party.GAS);
      expect(read!.bytes.subarray(MirrorRead.EUI64)).toEqual(new Uint8Array(8).fill(METER));
      const [value] = bench.say(Party.GAS, mirrorValue(read!.bytes, MirrorStatus.OK));
      expect(answer(value)).toEqual({ to: esi, status: MirrorStatus.OK, reference: 21 });
    });
  }

  it("answers NO_GRANT itself, and gas never hears the question", () => {
    const bench = granted();
    bench.revoke(Provider.OPERATOR, METER, Right.READ);
    bench.grant(Provider.OPERATOR, METER, Right.MESSAGE);
    const passed = bench.say(Party.ESI_OPERATOR, mirrorRead(METER, 3));
    expect(passed).toHaveLength(1);
    expect(answer(passed[0])).toEqual({
      to: Party.ESI_OPERATOR,
      status: MirrorStatus.NO_GRANT,
      reference: 3,
    });
    expect(bench.firewall.gate.refusals[Refusal.NO_GRANT]).toBe(1);
  });

  it("answers BUSY to the fifth question of one provider, and still takes the other's", () => {
    const bench = granted();
    for (let i = 0; i < 4; i++) bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, i));
    const [fifth] = bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 4));
    expect(answer(fifth).status).toBe(MirrorStatus.BUSY);
    expect(bench.say(Party.ESI_OPERATOR, mirrorRead(METER, 5))[0]!.to).toBe(Party.GAS);
  });

  it("answers BUSY when gas does not, dies, or its answer finds no room", () => {
    const bench = granted();
    bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 1));
    expect(answer(bench.wait(5_000)[0])).toMatchObject({ status: MirrorStatus.BUSY, reference: 1 });
    bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 2));
    expect(answer(bench.restart(Party.GAS)[0])).toMatchObject({ reference: 2 });
    const [read] = bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 3));
    bench.sent.set(Party.ESI_SUPPLIER, Sent.FULL);
    expect(bench.say(Party.GAS, mirrorValue(read!.bytes, MirrorStatus.OK))).toEqual([]);
    bench.sent.delete(Party.ESI_SUPPLIER);
    expect(answer(bench.wait(100)[0])).toMatchObject({ status: MirrorStatus.BUSY, reference: 3 });
    expect(bench.firewall.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("refuses an answer that nobody asked for, about another meter, twice, or that is not gas's to give", () => {
    const bench = granted();
    const [read] = bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 1));
    const good = mirrorValue(read!.bytes, MirrorStatus.NO_VALUE);
    bench.say(Party.GAS, mirrorValue(mirrorRead(METER, 999), MirrorStatus.OK));
    bench.say(
      Party.GAS,
      Uint8Array.from(good, (b, i) => (i === MirrorValue.EUI64 ? 9 : b)),
    );
    bench.say(
      Party.GAS,
      Uint8Array.from(good, (b, i) => (i === 1 ? MirrorStatus.NO_GRANT : b)),
    );
    expect(bench.refused).toBe(3);
    expect(bench.say(Party.GAS, good)).toHaveLength(1);
    expect(bench.say(Party.GAS, good)).toEqual([]);
    expect(bench.refused).toBe(4);
  });

  it("forgets the questions of a provider that died, and asks a new trust again", () => {
    const bench = granted();
    const [read] = bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 1));
    bench.restart(Party.ESI_SUPPLIER);
    expect(bench.say(Party.GAS, mirrorValue(read!.bytes, MirrorStatus.OK))).toEqual([]);
    bench.trustAnswers = false;
    bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 2));
    bench.questions.length = 0;
    bench.trustAnswers = true;
    expect(bench.restart(Party.TRUST)[0]!.to).toBe(Party.GAS);
  });

  it("waits for gas while it has no room, and asks trust again before it goes on", () => {
    const bench = granted();
    bench.sent.set(Party.GAS, Sent.FULL);
    expect(bench.say(Party.ESI_SUPPLIER, mirrorRead(METER, 1))).toEqual([]);
    bench.revoke(Provider.SUPPLIER, METER, Right.READ);
    bench.sent.delete(Party.GAS);
    expect(answer(bench.wait(100)[0]).status).toBe(MirrorStatus.NO_GRANT);
  });
});
