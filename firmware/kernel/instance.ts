// One partition of the table and its present life: the running machine, or the wait for the next.

import type { Channel } from "./channel";
import type { DeviceInput } from "./device-input";
import { FaultKind } from "./fault";
import type { Input } from "./input";
import { Backlog } from "./message-queue";
import type { Partition } from "./partition";
import type { RegionGate } from "./region-gate";
import type { PartitionRow } from "./table";

export const enum InstanceState {
  /** Nobody has written it; it never starts. */
  ABSENT = 0,
  /** To be started when its turn comes, or in its constructor; messages for it wait. */
  STARTING = 1,
  RUNNING = 2,
  /** It died and waits for its next start. */
  DOWN = 3,
  /** It died too often and waits for the hold to end. */
  HELD = 4,
}

export class Instance {
  state = InstanceState.ABSENT;
  partition: Partition | undefined;
  /** When it wants `tick`, as it last said. */
  dueAt = Number.POSITIVE_INFINITY;
  /** Counts the lives, so that what a dead one kept does not work any more. */
  life = 0;
  startedAt = 0;
  /** For `DOWN` and `HELD`: when the next life begins. */
  nextStartAt = Number.POSITIVE_INFINITY;
  injected = FaultKind.NONE;

  /** Ticks running after each of which it wanted the next one at once. */
  ticks = 0;
  /** Whether its last call was a tick: then a message goes first. */
  tickedLast = false;

  readonly backlog = new Backlog();
  /** The order of `inputs` is the order of the table: the kernel, devices, regions, channels. */
  readonly inputs: Input[] = [];
  readonly channelsIn: Channel[] = [];
  readonly channelsOut: Channel[] = [];
  readonly devices: DeviceInput[] = [];
  readonly regions: RegionGate[] = [];
  /** Every partition with a channel to or from it, in the order of the schedule. */
  readonly peers: Instance[] = [];
  private cursor = 0;

  constructor(readonly row: PartitionRow) {}

  get id(): number {
    return this.row.id;
  }

  /** Whether messages for it are taken. */
  get reachable(): boolean {
    return this.state === InstanceState.RUNNING || this.state === InstanceState.STARTING;
  }

  /** The schedule asks between calls, when no constructor runs: its first start is work too. */
  hasWork(now: number): boolean {
    if (this.state !== InstanceState.RUNNING) return this.state === InstanceState.STARTING;
    return this.backlog.messages > 0 || this.dueAt <= now;
  }

  /** The next input with a message, each in its turn; only when the backlog is not empty. */
  nextInput(): Input | undefined {
    const count = this.inputs.length;
    for (let i = 0; i < count; i++) {
      const input = this.inputs[(this.cursor + i) % count]!;
      if (input.queue.waiting === 0) continue;
      this.cursor = (this.cursor + i + 1) % count;
      return input;
    }
    return undefined;
  }

  /**
   * Forgets all that waits for it or comes from it, and orphans what the flash chip does for it.
   */
  clearQueues(): void {
    for (const channel of this.channelsIn) channel.queue.clear();
    for (const channel of this.channelsOut) channel.queue.clear();
    for (const device of this.devices) device.queue.clear();
    for (const region of this.regions) region.abandon();
  }
}
