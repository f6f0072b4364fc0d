// A hub whose calls take time: its processor does one thing after the other, input waits for the
// next turn, and the world sees nothing of a call before its end.

import { describe, expect, test } from "vitest";
import type { Board } from "../../../firmware/kernel/board";
import { PartitionCounters } from "../../../firmware/kernel/counters";
import { InstanceState } from "../../../firmware/kernel/instance";
import type { DatagramLink } from "../../../hal/datagram";
import { nodeCrypto } from "../../../hal/node/crypto";
import { Sent } from "../../../hal/sent";
import { Air } from "../../../host-sim/air/air";
import { Hub } from "../../../host-sim/hub/hub";
import type { HubKernel } from "../../../host-sim/hub/hub-kernel";
import { ipv4Host, Wan } from "../../../host-sim/wan";
import { World } from "../../../host-sim/world";

const HUB = ipv4Host(192, 0, 2, 1, 5683);
const ELSEWHERE = ipv4Host(192, 0, 2, 2, 5683);
const START_US = 500;
const TURN_US = 3_000;
const INPUT_US = 10;

/** Each turn takes one input and sends one datagram. */
class SlowKernel implements HubKernel {
  readonly channels = [];
  instructions = 0;
  private waiting = 1;

  constructor(
    private readonly world: World,
    private readonly board: Board,
    private readonly calls: string[],
    readonly hertz: number | undefined,
  ) {}

  start(): void {
    this.took("start", START_US);
  }

  run(): boolean {
    this.took("run", TURN_US);
    this.waiting--;
    const link = this.board.devices["management-link"] as DatagramLink;
    link.send(Uint8Array.of(...ELSEWHERE, 1), ELSEWHERE.length + 1);
    return this.waiting > 0;
  }

  dueAt(): number {
    return this.waiting > 0 ? 0 : Number.POSITIVE_INFINITY;
  }

  deliver(): Sent {
    this.waiting++;
    this.took("input", INPUT_US);
    return Sent.OK;
  }

  inject(): void {}

  release(): void {}

  stateOf(): InstanceState {
    return InstanceState.RUNNING;
  }

  countersOf(): PartitionCounters {
    return new PartitionCounters();
  }

  private took(call: string, us: number): void {
    this.calls.push(`${call} ${this.world.now}`);
    this.instructions = us;
  }
}

/** A hub from the time 0 on; what it is called for, and what leaves it, with microseconds. */
function charged(hertz?: number) {
  const world = new World(1);
  const wan = new Wan(world);
  const calls: string[] = [];
  wan.observe((time) => calls.push(`sent ${time}`));
  const hub = new Hub(world, new Air(world), wan, {
    place: { x: 0, y: 0 },
    eui64: new Uint8Array(8),
    constructors: {},
    crypto: nodeCrypto(),
    management: HUB,
    application: HUB,
    headEnd: ELSEWHERE,
    makeKernel: (board) => new SlowKernel(world, board, calls, hertz),
  });
  hub.powerOn();
  return { world, hub, calls };
}

const MHZ = 1_000_000;

describe("a hub whose calls take time", () => {
  test("begins a turn when it has booted, and what it sends leaves when the turn ends", () => {
    const { world, calls } = charged(MHZ);
    world.runUntil(10_000);
    expect(calls).toEqual(["start 0", "run 500", "sent 3500"]);
  });

  test("takes input while it is busy, and turns to it afterwards", () => {
    const { world, hub, calls } = charged(MHZ);
    world.at(1_000, () => hub.setMains(false));
    world.at(2_000, () => hub.setMains(true));
    world.runUntil(20_000);
    expect(calls).toEqual([
      ...["start 0", "run 500", "input 1000", "input 2000", "sent 3520"],
      ...["run 3520", "sent 6520", "run 6520", "sent 9520"],
    ]);
    expect(hub.cpuFigures()!.busySeconds).toBeCloseTo(9_520e-6);
  });

  test("sends nothing of a turn in which its power goes", () => {
    const { world, hub, calls } = charged(MHZ);
    world.at(2_000, () => hub.powerOff());
    world.at(2_100, () => hub.powerOn());
    world.runUntil(10_000);
    expect(calls).toEqual(["start 0", "run 500", "start 2100", "run 2600", "sent 5600"]);
    expect(hub.cpuFigures()!.busySeconds).toBeCloseTo((2_000 + 3_500) / 1e6);
  });

  test("is like any other without a clock: everything happens at once", () => {
    const { world, hub, calls } = charged();
    world.runUntil(10_000);
    expect(calls).toEqual(["start 0", "run 0", "sent 0"]);
    expect(hub.cpuFigures()).toBeUndefined();
  });
});
