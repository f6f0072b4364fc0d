// Each partition towards each partition with each operation: what the system table declares passes,
// and all the rest is refused, counted and audited.

import { beforeAll, describe, expect, test } from "vitest";
import { AuditCode, AuditEvent } from "../../firmware/ipc/audit";
import { Party } from "../../firmware/ipc/party";
import { Kernel } from "../../firmware/kernel/kernel";
import type { Partition, Port } from "../../firmware/kernel/partition";
import { SYSTEM } from "../../firmware/system";
import { Sent } from "../../hal/sent";
import { bareBoard } from "./bare-board";

interface Ports {
  readonly ports: Readonly<Record<string, Port>>;
}

/** Every partition is a probe that shows its ports and notes the kernel's notices. */
class Probe implements Partition {
  readonly notices: Uint8Array[] = [];
  readonly messages: { readonly from: number; readonly bytes: Uint8Array }[] = [];

  constructor(readonly ports: Readonly<Record<string, Port>>) {}

  receive(_now: number, from: number, buffer: Uint8Array, length: number): void {
    const bytes = buffer.slice(0, length);
    if (from === Party.KERNEL) this.notices.push(bytes);
    else this.messages.push({ from, bytes });
  }

  tick(): void {}
  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }
  peerRestarted(): void {}
}

const NAMES = SYSTEM.partitions.map((row) => row.name);
// All that a byte can say, past the 64 that a table can declare.
const OPERATIONS = Array.from({ length: 256 }, (_, operation) => operation);
// Every pair has a second of its own: no rate and no quota of notices is in the way.
const STEP_MS = 2_000;

const probes = new Map<string, Probe>();
let kernel: Kernel;
let now = 0;

beforeAll(() => {
  const creators: Record<string, (environment: never) => Partition> = {};
  for (const name of NAMES) {
    creators[name] = (environment) => {
      const probe = new Probe((environment as Ports).ports);
      probes.set(name, probe);
      return probe;
    };
  }
  kernel = new Kernel(SYSTEM, creators, bareBoard());
  kernel.start(now);
  settle();
  for (const probe of probes.values()) probe.notices.length = 0;
});

describe.each(NAMES)("%s", (from) => {
  test.each(NAMES)("towards %s", (to) => {
    const row = SYSTEM.channels.find((channel) => channel.from === from && channel.to === to);
    const declared: readonly number[] = row?.carries ?? [];
    for (const operation of OPERATIONS) attempt(from, to, operation, declared.includes(operation));
  });
});

test("the counters agree with the number of refusals", () => {
  for (const from of NAMES) {
    const passed = SYSTEM.channels
      .filter((channel) => channel.from === from)
      .reduce((sum, channel) => sum + channel.carries.length, 0);
    const refused = NAMES.length * OPERATIONS.length - passed;
    expect(kernel.countersOf(from)).toMatchObject({ sent: passed, refused, full: 0, faults: 0 });
  }
});

function attempt(from: string, to: string, operation: number, declared: boolean): void {
  now += STEP_MS;
  kernel.run(now);
  const before = kernel.counters.refusedBetween(party(from), party(to));
  const answer = probes.get(from)!.ports[to]!.send(Uint8Array.of(operation, 1, 2), 3);
  settle();
  const after = kernel.counters.refusedBetween(party(from), party(to));
  const got = probes.get(to)!.messages.splice(0);
  const notices = probes.get("audit")!.notices.splice(0);
  if (declared) {
    expect(answer).toBe(Sent.OK);
    expect(got).toEqual([{ from: party(from), bytes: Uint8Array.of(operation, 1, 2) }]);
    expect(after).toBe(before);
    expect(notices).toEqual([]);
    return;
  }
  expect(answer).toBe(Sent.REFUSED);
  expect(got).toEqual([]);
  expect(after).toBe(before + 1);
  expect(notices).toHaveLength(1);
  const [notice] = notices;
  expect(notice![AuditEvent.CODE]).toBe(AuditCode.CHANNEL_REFUSED);
  expect([...notice!.subarray(AuditEvent.DETAIL, AuditEvent.DETAIL + 4)]).toEqual([
    party(from),
    party(to),
    operation,
    0,
  ]);
}

function settle(): void {
  while (kernel.run(now));
}

function party(name: string): number {
  return SYSTEM.partitions.find((row) => row.name === name)!.id;
}
