// One turn of the kernel: how much it does, what it feeds, what it shows.

import { describe, expect, test } from "vitest";
import { FaultKind } from "../../firmware/kernel/fault";
import { InstanceState } from "../../firmware/kernel/instance";
import { Kernel } from "../../firmware/kernel/kernel";
import type { Observer } from "../../firmware/kernel/observer";
import type { Partition } from "../../firmware/kernel/partition";
import { Sent } from "../../hal/sent";
import { Command, LINE_PARTY } from "../conformance/puppet-protocol";
import { PUPPET_TABLE } from "../conformance/puppet-table";
import { TypescriptKernel } from "../conformance/typescript-kernel";
import { bareBoard } from "./bare-board";

const ALICE_LINE = LINE_PARTY + 1;

class Idle implements Partition {
  ticks = 0;
  due = Number.POSITIVE_INFINITY;
  receive(): void {}
  tick(): void {
    this.ticks++;
  }
  dueAt(): number {
    return this.due;
  }
  peerRestarted(): void {}
}

describe("run", () => {
  test("makes a bounded number of calls, says that work remains, and feeds the watchdog once", () => {
    let fed = 0;
    const alice = new Idle();
    const board = bareBoard({ watchdog: { feed: () => fed++ } });
    const kernel = new Kernel(PUPPET_TABLE, { alice: () => alice }, board);
    alice.due = 0;
    kernel.start(0);
    expect(kernel.run(0)).toBe(true);
    // Its start was one of the 64 calls.
    expect([alice.ticks, fed]).toEqual([63, 1]);
    alice.due = 7;
    expect(kernel.run(0)).toBe(false);
    expect([alice.ticks, fed]).toEqual([64, 2]);
    expect(kernel.dueAt()).toBe(7);
  });

  test("time that goes back is our fault", () => {
    const kernel = new Kernel(PUPPET_TABLE, {}, bareBoard());
    kernel.start(5);
    expect(() => kernel.run(4)).toThrow("time went back");
  });

  test("a flood of input does not keep a partition from its tick, nor its tick from the input", () => {
    const calls: string[] = [];
    const alice = new Idle();
    alice.due = 0;
    alice.tick = () => calls.push("tick");
    alice.receive = () => calls.push("receive");
    const kernel = new Kernel(PUPPET_TABLE, { alice: () => alice }, bareBoard());
    kernel.start(0);
    for (let i = 0; i < 4; i++) kernel.deliver(0, ALICE_LINE, Uint8Array.of(1), 1);
    kernel.run(0);
    expect(calls.slice(0, 8)).toEqual([0, 1, 2, 3].flatMap(() => ["tick", "receive"]));
  });

  test("a `dueAt` that is not a number is a fault", () => {
    const alice = new Idle();
    alice.due = Number.NaN;
    const kernel = new Kernel(PUPPET_TABLE, { alice: () => alice }, bareBoard());
    kernel.start(0);
    expect(kernel.stateOf("alice")).toBe(InstanceState.STARTING);
    kernel.run(0);
    expect(kernel.stateOf("alice")).toBe(InstanceState.DOWN);
  });
});

describe("deliver", () => {
  test("answers FULL when the owner is behind, REFUSED for what the table has not", () => {
    const kernel = new Kernel(PUPPET_TABLE, { alice: () => new Idle() }, bareBoard());
    kernel.start(0);
    const bytes = new Uint8Array(17);
    for (let i = 0; i < 4; i++) expect(kernel.deliver(0, ALICE_LINE, bytes, 16)).toBe(Sent.OK);
    expect(kernel.deliver(0, ALICE_LINE, bytes, 16)).toBe(Sent.FULL);
    expect(kernel.deliver(0, ALICE_LINE, bytes, 17)).toBe(Sent.REFUSED);
    expect(kernel.deliver(0, ALICE_LINE, bytes, 0)).toBe(Sent.REFUSED);
    expect(kernel.deliver(0, 99, bytes, 1)).toBe(Sent.REFUSED);
    expect(kernel.deviceInput(ALICE_LINE)).toMatchObject({ dropped: 3 });
  });

  test("input for a partition that is down is dropped with RESTARTED", () => {
    const kernel = new Kernel(PUPPET_TABLE, {}, bareBoard());
    kernel.start(0);
    expect(kernel.deliver(0, ALICE_LINE, Uint8Array.of(1), 1)).toBe(Sent.RESTARTED);
  });

  test("a completion that nobody asked for is refused", () => {
    const kernel = new Kernel(PUPPET_TABLE, { alice: () => new Idle() }, bareBoard());
    kernel.start(0);
    expect(kernel.deliver(0, 74, Uint8Array.of(0, 1, 0, 0), 4)).toBe(Sent.REFUSED);
    expect(kernel.deliver(0, 74, Uint8Array.of(9, 1, 0, 0), 4)).toBe(Sent.REFUSED);
    expect(kernel.deliver(0, 74, Uint8Array.of(0), 1)).toBe(Sent.REFUSED);
  });
});

test("the observer sees each message before its receiver, refusals, faults, restarts and holds", () => {
  const seen: string[] = [];
  const observer: Observer = {
    delivered: (now, from, to, bytes, length) =>
      seen.push(`${now}: ${from} to ${to}, op ${bytes[0]}, ${length}`),
    refused: (now, from, to, operation) => seen.push(`${now}: refused ${from} ${to} ${operation}`),
    faulted: (now, party, kind, what) => seen.push(`${now}: fault ${party} ${kind} ${what}`),
    restarted: (now, party) => seen.push(`${now}: restarted ${party}`),
    held: (now, party, until) => seen.push(`${now}: held ${party} until ${until}`),
  };
  let lives = 0;
  const kernel = new Kernel(
    PUPPET_TABLE,
    {
      bob: () => new Idle(),
      alice: (environment: { ports: Record<string, { send(b: Uint8Array, n: number): Sent }> }) => {
        if (++lives === 2) throw new Error("no second life");
        environment.ports.bob!.send(Uint8Array.of(1, 2), 2);
        environment.ports.dave!.send(Uint8Array.of(3), 1);
        environment.ports.dave!.send(Uint8Array.of(3), 0);
        return new Idle();
      },
    },
    bareBoard(),
    observer,
  );
  kernel.start(1);
  kernel.run(1);
  kernel.inject("alice", FaultKind.MEMORY);
  kernel.deliver(2, ALICE_LINE, Uint8Array.of(Command.THROW), 1);
  kernel.run(2);
  kernel.run(52);
  kernel.run(152);
  expect(seen).toEqual([
    "1: refused 1 5 3",
    "1: refused 1 5 -1",
    "1: 1 to 2, op 1, 2",
    "2: 129 to 1, op 2, 1",
    "2: fault 1 2 injected",
    "52: fault 1 1 no second life",
    "152: refused 1 5 3",
    "152: refused 1 5 -1",
    "152: restarted 1",
    "152: 1 to 2, op 1, 2",
  ]);
});

test("a queue keeps its high water, and its rate's figures stay with the sender", () => {
  const { kernel } = new TypescriptKernel();
  kernel.start(0);
  while (kernel.run(0));
  const command = Uint8Array.of(Command.SEND, 2, 1, 16, 0, 3);
  kernel.deliver(1, ALICE_LINE, command, command.length);
  while (kernel.run(1));
  const channel = kernel.channels.find((one) => one.source === 1 && one.target === 2);
  expect(channel?.queue).toMatchObject({ depth: 4, waiting: 0, highWater: 3 });
});

test("a name that no partition has is our fault", () => {
  const kernel = new Kernel(PUPPET_TABLE, {}, bareBoard());
  expect(() => kernel.inject("mallory", FaultKind.THROW)).toThrow("no partition is called mallory");
});
