// What each class of device may have of the hub: every attribute and command of every cluster that
// has a table, by every class, against answers that are written down here. Requirements 60, 61.

import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { NodeRule } from "../../../firmware/ipc/join";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../../firmware/ipc/mirror";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { CONSUMER_SET } from "../../../firmware/partitions/han/consumer-set";
import { CLUSTERS } from "../../../firmware/wire/clusters/catalogue";
import { attributesOf } from "../../../firmware/wire/clusters/table";
import { UpperBench, u16 } from "./upper-bench";

const READ = 0x00;
const WRITE = 0x02;
const DISCOVER = 0x0c;
const NOT_AUTHORIZED = 0x7e;
const UNSUPPORTED_ATTRIBUTE = 0x86;
const READ_ONLY = 0x88;
const INVALID_TYPE = 0x8d;
const UNSUPPORTED_CLUSTER = 0xc3;
const HUB = 1;
const MIRROR = 10;
const BASIC = 0x0000;
const IDENTIFY = 0x0003;
const METERING = 0x0702;
const TUNNELLING = 0x0704;

/** What endpoint 1 of the hub has. */
const SERVED: Record<number, number[]> = {
  [BASIC]: [0, 1, 3, 4, 5, 7],
  [IDENTIFY]: [0],
  10: [0, 1, 2, 5, 6, 7, 9],
  37: [0, 1],
  [TUNNELLING]: [0],
};
/** What a mirror has of Metering. */
const MIRRORED = [0x0000, 0x0007, 0x0200, 0x0300, 0x0301, 0x0302, 0x0303, 0x0306];
/** The defined set of consumer access devices. */
const CONSUMERS: Record<number, number[]> = {
  [BASIC]: [0, 1, 3, 4, 5, 7],
  10: [0, 1, 2, 5, 6, 7, 9],
  37: [0, 1],
  [METERING]: MIRRORED,
};
/** Global commands that answer something: nobody answers them. */
const ANSWERS = [0x01, 0x04, 0x07, 0x09, 0x0b, 0x0d, 0x10, 0x12, 0x14, 0x16];
const WRITE_SILENTLY = 0x05;

const CLASSES: [string, DeviceKind][] = [
  ["an electricity meter", DeviceKind.ELECTRICITY_METER],
  ["a gas meter", DeviceKind.GAS_METER],
  ["a display", DeviceKind.DISPLAY],
  ["a consumer access device", DeviceKind.CONSUMER_ACCESS_DEVICE],
  ["a device of no known kind", DeviceKind.UNKNOWN],
];
const ONLY_READING = CLASSES.slice(2);

class House {
  readonly bench = new UpperBench();
  readonly node: number;
  private sequence = 0;

  constructor(kind: DeviceKind) {
    const { bench } = this;
    const gas = bench.gasMeter(9);
    bench.zcl(gas, HUB, METERING, 0x09, 1, 0x01);
    this.node = bench.join(kind, 3);
    bench.run(120_000);
    bench.data();
    for (const port of [bench.gas, bench.demand, bench.firewall]) port.take();
  }

  /** Sends one frame; the answer from its command on. */
  ask(endpoint: number, cluster: number, control: number, command: number, payload: number[]) {
    const { bench } = this;
    if (this.sequence++ % 200 === 199) bench.run(10_000);
    bench.data();
    const sequence = this.sequence & 0xff;
    bench.zcl(this.node, endpoint, cluster, control, sequence, command, payload);
    this.playGas();
    const answers = bench.data().filter(({ node, payload: got }) => {
      return node === this.node && got[1] === sequence;
    });
    expect(answers.length).toBeLessThan(2);
    return answers[0] === undefined ? [] : [...answers[0].payload.subarray(2)];
  }

  private playGas(): void {
    for (const asked of this.bench.gas.take()) {
      expect(asked[0]).toBe(Operation.MIRROR_READ);
      const value = new Uint8Array(MirrorValue.LENGTH);
      value[0] = Operation.MIRROR_VALUE;
      value[MirrorValue.STATUS] = MirrorStatus.OK;
      value.set(asked.subarray(MirrorRead.REFERENCE, MirrorRead.REFERENCE + 2), 2);
      this.bench.say(Party.GAS, value);
    }
  }
}

/** The status of a read of one attribute: of its record, or of the command. */
function readStatus(kind: DeviceKind, endpoint: number, cluster: number, id: number): number[] {
  const refused = (status: number) => [0x0b, READ, status];
  if (kind === DeviceKind.UNKNOWN) return refused(NOT_AUTHORIZED);
  const isConsumers = kind === DeviceKind.CONSUMER_ACCESS_DEVICE;
  if (isConsumers && CONSUMERS[cluster] === undefined) return refused(NOT_AUTHORIZED);
  const has = endpoint === HUB ? SERVED : { [BASIC]: SERVED[BASIC]!, [METERING]: MIRRORED };
  if (has[cluster] === undefined) return refused(UNSUPPORTED_CLUSTER);
  if (isConsumers && !CONSUMERS[cluster]!.includes(id)) return [0x01, ...u16(id), NOT_AUTHORIZED];
  return [0x01, ...u16(id), has[cluster]!.includes(id) ? 0 : UNSUPPORTED_ATTRIBUTE];
}

function writeStatus(kind: DeviceKind, endpoint: number, cluster: number, id: number): number[] {
  const refused = (status: number) => [0x0b, WRITE, status];
  if (kind !== DeviceKind.ELECTRICITY_METER && kind !== DeviceKind.GAS_METER) {
    return refused(NOT_AUTHORIZED);
  }
  if (endpoint === MIRROR && cluster === METERING) return refused(NOT_AUTHORIZED);
  const isServed = SERVED[cluster] !== undefined && (endpoint === HUB || cluster === BASIC);
  if (!isServed) return refused(UNSUPPORTED_CLUSTER);
  if (!SERVED[cluster]!.includes(id)) return [0x04, UNSUPPORTED_ATTRIBUTE, ...u16(id)];
  return [0x04, cluster === IDENTIFY ? INVALID_TYPE : READ_ONLY, ...u16(id)];
}

describe.each(CLASSES)("%s", (_name, kind) => {
  test.each([HUB, MIRROR])("reads of endpoint %i what the table says, and no more", (endpoint) => {
    const house = new House(kind);
    let asked = 0;
    for (const table of CLUSTERS) {
      for (const [id] of attributesOf(table.attributes)) {
        const answer = house.ask(endpoint, table.id, 0x00, READ, u16(id));
        expect([table.name, id, answer.slice(0, 4)]).toEqual([
          table.name,
          id,
          readStatus(kind, endpoint, table.id, id),
        ]);
        asked++;
      }
    }
    expect(asked).toBeGreaterThan(1000);
  });

  test.each([HUB, MIRROR])("writes nothing of endpoint %i", (endpoint) => {
    const house = new House(kind);
    for (const table of CLUSTERS) {
      for (const [id] of attributesOf(table.attributes)) {
        const answer = house.ask(endpoint, table.id, 0x00, WRITE, [...u16(id), 0x20, 1]);
        expect([table.name, id, answer]).toEqual([
          table.name,
          id,
          writeStatus(kind, endpoint, table.id, id),
        ]);
      }
    }
  });
});

describe.each(ONLY_READING)("%s commands nothing", (_name, kind) => {
  const isUnknown = kind === DeviceKind.UNKNOWN;

  test.each([HUB, MIRROR])("at endpoint %i, whatever command of whatever cluster", (endpoint) => {
    const house = new House(kind);
    for (const { id } of CLUSTERS) {
      for (let command = 0; command < 0x20; command++) {
        for (const control of [0x01, 0x09]) {
          const answer = house.ask(endpoint, id, control, command, [0, 0, 0, 0, 0, 0, 0, 0]);
          const isCheckIn = id === 0x0020 && control === 0x09 && command === 0 && !isUnknown;
          if (isCheckIn) expect(answer.slice(0, 2)).not.toEqual([0x0b, 0x00, NOT_AUTHORIZED]);
          else expect([id, command, answer]).toEqual([id, command, [0x0b, command, 0x7e]]);
        }
      }
    }
    const { bench } = house;
    expect([bench.gas, bench.demand, bench.firewall].flatMap((port) => port.take())).toEqual([]);
  });
});

describe("a consumer access device (requirement 61)", () => {
  const CAD = DeviceKind.CONSUMER_ACCESS_DEVICE;

  test("has of the global commands reading and discovering, and is answered to nothing else", () => {
    const house = new House(CAD);
    for (const { id } of CLUSTERS) {
      for (let command = 1; command < 0x20; command++) {
        for (const control of [0x00, 0x08]) {
          const answer = house.ask(HUB, id, control, command, [0, 0, 8]);
          const isAsking = command === DISCOVER && control === 0x00 && CONSUMERS[id] !== undefined;
          if (isAsking) expect(answer[0]).toBe(id === METERING ? 0x0b : 0x0d);
          else if (command === WRITE_SILENTLY || ANSWERS.includes(command)) {
            expect([id, command, answer]).toEqual([id, command, []]);
          } else expect([id, command, answer]).toEqual([id, command, [0x0b, command, 0x7e]]);
        }
      }
    }
  });

  test("discovers what is in the set, and nothing beside it", () => {
    const house = new House(CAD);
    for (const [cluster, expected] of Object.entries(CONSUMERS)) {
      const endpoint = Number(cluster) === METERING ? MIRROR : HUB;
      const answer = house.ask(endpoint, Number(cluster), 0x00, DISCOVER, [0, 0, 16]);
      const found = answer.slice(2).filter((_, i) => i % 3 === 0);
      const high = answer.slice(2).filter((_, i) => i % 3 === 1);
      expect(found.map((low, i) => low + high[i]! * 256)).toEqual(expected);
    }
  });

  test("asks no client of the hub, and speaks no manufacturer's tongue", () => {
    const house = new House(CAD);
    expect(house.ask(HUB, METERING, 0x08, READ, [0, 0])).toEqual([0x0b, READ, NOT_AUTHORIZED]);
    const { bench } = house;
    bench.data();
    bench.hear(house.node, HUB, 0x000a, Buffer.from([0x04, 0x34, 0x12, 7, READ, 0, 0]));
    expect([...bench.data()[0]!.payload.subarray(1)]).toEqual([7, 0x0b, READ, NOT_AUTHORIZED]);
  });

  test("that reads beyond the set among what is in it gets the rest, and that is told", () => {
    const house = new House(CAD);
    const answer = house.ask(HUB, 0x000a, 0x00, READ, [1, 0, 3, 0]);
    expect(answer.slice(-3)).toEqual([3, 0, NOT_AUTHORIZED]);
    expect(answer.slice(0, 4)).toEqual([0x01, 1, 0, 0]);
    expect(house.bench.refusals).toEqual([[house.node, NodeRule.ATTRIBUTE, READ, 0x000a]]);
    expect(house.bench.app.zcl.counts.notAuthorized).toBe(1);
  });

  test("begins no long payload, by which tunnels carry theirs", () => {
    const { bench, node } = new House(CAD);
    const payload = Buffer.from([0x01, 9, 0x02, 0, 0, ...Buffer.alloc(40)]);
    bench.hear(node, HUB, TUNNELLING, payload, { extension: [0x01, 3] });
    expect(bench.refusals).toEqual([[node, NodeRule.TRANSFER, 0, TUNNELLING]]);
    expect(bench.app.zcl.counts.notAuthorized).toBe(1);
    expect(bench.frames).toEqual([]);
  });

  test.each([
    ["a binding", 0x0021, 0x84],
    ["an unbinding", 0x0022, 0x84],
    ["bindings", 0x0033, 0x84],
    ["neighbours", 0x0031, 0x84],
    ["a leave", 0x0034, 0x84],
    ["joining", 0x0036, 0x84],
  ])("is refused %s by the device profile", (_what, cluster, status) => {
    const { bench, node } = new House(CAD);
    const payload = Buffer.from([33, ...Buffer.alloc(21)]);
    bench.hear(node, 0, cluster, payload, { profile: 0, source: 0 });
    const answer = bench.data().find((one) => one.cluster === (cluster | 0x8000));
    expect([...answer!.payload.subarray(0, 2)]).toEqual([33, status]);
  });

  test("learns the hub's address and no other device's; a display learns both", () => {
    for (const [kind, status] of [
      [CAD, 0x8d],
      [DeviceKind.DISPLAY, 0x00],
    ] as const) {
      const { bench, node } = new House(kind);
      const meter = bench.meter(7);
      const ask = (cluster: number, payload: number[]) => {
        bench.data();
        bench.hear(node, 0, cluster, Buffer.from([33, ...payload]), { profile: 0, source: 0 });
        return bench.data().find((one) => one.cluster === (cluster | 0x8000))!.payload[1];
      };
      expect(ask(0x0000, [...bench.eui64Of(meter), 0, 0])).toBe(status);
      expect(ask(0x0001, [...u16(0x1007), 0, 0])).toBe(status);
      expect(ask(0x0000, [...bench.eui64, 0, 0])).toBe(0);
      expect(ask(0x0001, [0, 0, 0, 0])).toBe(0);
      expect(bench.refusals.length).toBe(kind === CAD ? 2 : 0);
    }
  });

  test("has its set line by line, frozen, each with a reason", () => {
    expect(Object.isFrozen(CONSUMER_SET)).toBe(true);
    for (const one of CONSUMER_SET) {
      expect(Object.isFrozen(one)).toBe(true);
      expect(one[3].length).toBeGreaterThan(10);
    }
    expect(new Set(CONSUMER_SET.map((one) => one.slice(0, 3).join())).size).toBe(
      CONSUMER_SET.length,
    );
  });
});
