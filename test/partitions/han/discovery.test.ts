import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Known, Stage } from "../../../firmware/partitions/han/knowledge";
import { type Frame, report, START_S, UpperBench, u24 } from "./upper-bench";

const METERING = 0x0702;

/** Plays a meter with Metering on endpoint 3 and Tunnelling on 4; what it answers is counted. */
class Meter {
  readonly asked: number[] = [];
  silent = false;

  constructor(
    readonly bench: UpperBench,
    readonly node: number,
  ) {}

  run(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.bench.run(100);
      for (const frame of this.bench.data()) if (frame.node === this.node) this.take(frame);
    }
  }

  take(frame: Frame): void {
    this.asked.push(frame.profile === 0 ? frame.cluster : 0x10000 + frame.payload[2]!);
    if (this.silent) return;
    if (frame.profile === 0) this.zdo(frame.cluster, frame.payload);
    else if (frame.cluster === METERING && frame.payload[2] === 0x00) this.scale(frame.payload[1]!);
    else if (frame.cluster === METERING && frame.payload[2] === 0x06) {
      const answer = Buffer.from([0x18, frame.payload[1]!, 0x07, 0]);
      this.bench.hear(this.node, 1, METERING, answer, { source: 3 });
    }
  }

  private zdo(cluster: number, payload: Buffer): void {
    const head = [payload[0]!, 0, payload[1]!, payload[2]!];
    const body =
      cluster === 5
        ? [3, 1, 3, 4]
        : this.descriptor(payload[3]!, payload[3] === 3 ? METERING : payload[3] === 4 ? 0x0704 : 0);
    const answer = Buffer.from([...head, ...body]);
    this.bench.hear(this.node, 0, cluster | 0x8000, answer, { profile: 0, source: 0 });
  }

  private descriptor(endpoint: number, cluster: number): number[] {
    return [10, endpoint, 0x09, 0x01, 0x01, 0x05, 0, 1, cluster & 0xff, cluster >> 8, 0];
  }

  private scale(sequence: number): void {
    const records = [0, 3, 0, 0x30, 0, 1, 3, 0, 0x22, ...u24(1), 2, 3, 0, 0x22, ...u24(1000)];
    const payload = Buffer.from([0x18, sequence, 0x01, ...records, 3, 3, 0x86, 6, 3, 0, 0x18, 0]);
    this.bench.hear(this.node, 1, METERING, payload, { source: 3 });
  }
}

describe("a new electricity meter", () => {
  test("is asked what it offers, and told to report every ten seconds", () => {
    const bench = new UpperBench();
    const node = bench.join(DeviceKind.ELECTRICITY_METER, 1);
    const meter = new Meter(bench, node);
    meter.run(3_000);
    // Active_EP, Simple_Desc three times, Read Attributes, Configure Reporting; then a tunnel.
    expect(meter.asked.slice(0, 6)).toEqual([5, 4, 4, 4, 0x10000, 0x10006]);
    const { knowledge } = bench.app;
    expect(knowledge.stage(node)).toBe(Stage.DONE);
    expect(knowledge.byte(node, Known.METERING_ENDPOINT)).toBe(3);
    expect(knowledge.byte(node, Known.TUNNEL_ENDPOINT)).toBe(4);
    expect(knowledge.isScaled(node)).toBe(true);
    expect(bench.saved).toContain(node);
  });

  test("is told minimum and maximum ten seconds for summation, demand and snapshot time", () => {
    const bench = new UpperBench();
    const node = bench.meter();
    bench.app.knowledge.setByte(node, Known.STAGE, Stage.SCALE);
    bench.app.nodeJoined(bench.now, node);
    bench.run(600);
    const configure = bench.data().find(({ payload }) => payload[2] === 0x06);
    expect([...configure!.payload.subarray(3)]).toEqual([
      ...[0, 0x00, 0x00, 0x25, 10, 0, 10, 0, 1, 0, 0, 0, 0, 0],
      ...[0, 0x00, 0x04, 0x2a, 10, 0, 10, 0, 1, 0, 0],
      ...[0, 0x07, 0x00, 0xe2, 10, 0, 10, 0, 1, 0, 0, 0],
    ]);
  });

  test("that is known from before a restart is asked nothing", () => {
    const bench = new UpperBench();
    const node = bench.meter();
    const record = Buffer.alloc(Known.LENGTH);
    bench.app.knowledge.copyRecord(node, record, 0);
    const again = new UpperBench();
    again.app.knowledge.restore(0, record, 0, record.length);
    again.join(DeviceKind.ELECTRICITY_METER, 1);
    again.run(20_000);
    expect(again.data().filter(({ cluster }) => cluster !== 0x0704)).toEqual([]);
  });

  test("is not taken for another that had its place in the table", () => {
    const bench = new UpperBench();
    const record = Buffer.alloc(Known.LENGTH);
    bench.app.knowledge.copyRecord(bench.meter(9), record, 0);
    const again = new UpperBench();
    again.app.knowledge.restore(0, record, 0, record.length);
    const node = again.join(DeviceKind.ELECTRICITY_METER, 1);
    expect(again.app.knowledge.stage(node)).toBe(Stage.NEW);
  });

  test("that falls silent is told again to report; one that reports is left alone", () => {
    const bench = new UpperBench();
    const node = bench.meter();
    bench.run(100);
    bench.data();
    for (let i = 0; i < 30; i++) {
      bench.zcl(node, 1, METERING, 0x08, i, 0x0a, report(i, START_S + 10 * i));
      bench.run(10_000);
    }
    const configures = () => bench.data().filter(({ payload }) => payload[2] === 0x06).length;
    expect(configures()).toBe(0);
    bench.run(60_000);
    expect(configures()).toBeGreaterThan(0);
  });

  test("that does not answer is asked again and again, with growing pauses", () => {
    const bench = new UpperBench();
    const node = bench.join(DeviceKind.ELECTRICITY_METER, 1);
    const meter = new Meter(bench, node);
    meter.silent = true;
    meter.run(3_600_000);
    const early = meter.asked.length;
    expect(early).toBeGreaterThan(5);
    expect(early).toBeLessThan(40);
    meter.silent = false;
    meter.run(1_300_000);
    expect(bench.app.knowledge.stage(node)).toBe(Stage.DONE);
  });

  test("without a metering cluster is left alone", () => {
    const bench = new UpperBench();
    const node = bench.join(DeviceKind.ELECTRICITY_METER, 1);
    bench.run(600);
    const request = bench.data()[0]!;
    const answer = Buffer.from([request.payload[0]!, 0, 1, 0x10, 0]);
    bench.hear(node, 0, 0x8005, answer, { profile: 0, source: 0 });
    expect(bench.app.knowledge.stage(node)).toBe(Stage.NOT_A_METER);
  });
});

describe("discovery", () => {
  test("takes no answer of another node, and none to another question", () => {
    const bench = new UpperBench();
    const node = bench.join(DeviceKind.ELECTRICITY_METER, 1);
    const other = bench.join(DeviceKind.DISPLAY, 2);
    bench.run(600);
    const { payload } = bench.data()[0]!;
    const answer = Buffer.from([payload[0]!, 0, 1, 0x10, 0]);
    bench.hear(other, 0, 0x8005, answer, { profile: 0, source: 0 });
    answer[0] = answer[0]! + 1;
    bench.hear(node, 0, 0x8005, answer, { profile: 0, source: 0 });
    bench.hear(node, 0, 0x8005, Buffer.from([payload[0]!]), { profile: 0, source: 0 });
    expect(bench.app.knowledge.stage(node)).toBe(Stage.NEW);
  });

  test("asks displays nothing, and a sleeping meter nothing while it sleeps", () => {
    const bench = new UpperBench();
    bench.join(DeviceKind.DISPLAY, 3);
    bench.join(DeviceKind.GAS_METER, 2);
    bench.run(3_600_000);
    expect(bench.data()).toEqual([]);
  });

  test("asks a sleeping meter when it speaks", () => {
    const bench = new UpperBench();
    const gas = bench.join(DeviceKind.GAS_METER, 2);
    bench.run(60_000);
    bench.zcl(gas, 1, METERING, 0x09, 5, 0x01);
    bench.run(100);
    expect(bench.data().some(({ profile, cluster }) => profile === 0 && cluster === 5)).toBe(true);
  });

  test("of thirty meters at once asks one after the other", () => {
    const bench = new UpperBench();
    const meters = Array.from({ length: 30 }, (_, i) => {
      return new Meter(bench, bench.join(DeviceKind.ELECTRICITY_METER, i + 1));
    });
    for (let i = 0; i < 600; i++) {
      bench.run(100);
      const frames = bench.data();
      for (const meter of meters) {
        for (const frame of frames) {
          if (frame.node === meter.node) meter.take(frame);
        }
      }
    }
    const stages = meters.map(({ node }) => bench.app.knowledge.stage(node));
    expect(stages.filter((stage) => stage === Stage.DONE).length).toBe(30);
  });
});
