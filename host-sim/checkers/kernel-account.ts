// The kernel's counters say what an observer saw; nothing undeclared was sent or arrived; and no
// partition failed that was not made to fail.

import { Party } from "../../firmware/ipc/party";
import { SYSTEM } from "../../firmware/system";
import type { Hub } from "../hub/hub";
import type { World } from "../world";
import { find } from "./finding";

const EVERY_US = 600_000_000;
const KINDS = ["no fault", "an exception", "its memory was full", "its CPU allowance was used up"];

interface Seen {
  received: number;
  refused: number;
  restarts: number;
  isDown: boolean;
}

export class KernelAccount {
  readonly name = "kernel account";
  private readonly seen = new Map<number, Seen>();
  /** What the table declares, read from the table itself and not from the kernel. */
  private readonly declared = declaredMessages();

  /**
   * @param expected names of partitions that a fault will end; an entry is taken out by its fault
   */
  constructor(
    private readonly world: World,
    private readonly hub: Hub,
    private readonly expected: string[],
  ) {
    this.clear();
    hub.observe({
      message: (_time, from, to, bytes) => {
        const seen = this.seen.get(to);
        if (seen !== undefined) seen.received++;
        if (from < Party.KERNEL && this.declared[place(from, to, bytes[0]!)] === 0) {
          const what = `${nameOf(from)} reached ${nameOf(to)} with operation ${bytes[0]}`;
          find(this.world, this.name, `${what}, which the table does not declare`);
        }
      },
      refused: (_time, from, to, operation) => this.refused(from, to, operation),
      faulted: (_time, party, kind, what) => this.faulted(party, kind, what),
      restarted: (_time, party) => {
        const seen = this.seen.get(party)!;
        seen.restarts++;
        seen.isDown = false;
      },
      booted: () => this.clear(),
    });
    this.schedule();
  }

  /** One more fault of the partition is somebody's intention. */
  expect(name: string): void {
    this.expected.push(name);
  }

  check(): void {
    const { kernel } = this.hub;
    if (kernel === undefined || kernel.isElsewhere) return;
    for (const { id, name } of SYSTEM.partitions) {
      const counters = kernel.countersOf(name);
      const seen = this.seen.get(id)!;
      for (const key of ["received", "refused", "restarts"] as const) {
        if (counters[key] === seen[key]) continue;
        const what = `${name} has ${key} ${counters[key]}, and ${seen[key]} were seen`;
        find(this.world, this.name, what);
      }
    }
  }

  private refused(from: number, to: number, operation: number): void {
    const seen = this.seen.get(from);
    if (seen !== undefined) seen.refused++;
    const what = `${nameOf(from)} sent operation ${operation} to ${nameOf(to)}`;
    find(this.world, this.name, `${what}, which the table does not allow`);
  }

  private faulted(party: number, kind: number, what: string): void {
    const name = nameOf(party);
    const seen = this.seen.get(party);
    // One that is down fails only in its constructor: a restart that nobody else is told of.
    if (seen?.isDown) seen.restarts++;
    if (seen !== undefined) seen.isDown = true;
    const at = this.expected.indexOf(name);
    if (at >= 0) this.expected.splice(at, 1);
    else find(this.world, this.name, `${name} failed, ${KINDS[kind] ?? kind}: ${what}`);
  }

  private clear(): void {
    for (const { id } of SYSTEM.partitions) {
      this.seen.set(id, { received: 0, refused: 0, restarts: 0, isDown: false });
    }
  }

  private schedule(): void {
    this.world.schedule(EVERY_US, () => {
      this.check();
      this.schedule();
    });
  }
}

function declaredMessages(): Uint8Array {
  const declared = new Uint8Array(place(Party.KERNEL, Party.KERNEL, 0));
  const id = (name: string): number => SYSTEM.partitions.find((row) => row.name === name)!.id;
  for (const { from, to, carries } of SYSTEM.channels) {
    for (const operation of carries) declared[place(id(from), id(to), operation)] = 1;
  }
  return declared;
}

function place(from: number, to: number, operation: number): number {
  return (from * Party.KERNEL + to) * 256 + operation;
}

function nameOf(party: number): string {
  return SYSTEM.partitions.find(({ id }) => id === party)?.name ?? `party ${party}`;
}
