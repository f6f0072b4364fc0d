// In place of a kernel, for a hub that is elsewhere and has only its lines here. It is a black box,
// as a hub that one can buy is: what is known of its inside is what it says itself, an event a line
// (hal/live/console.h).

import { PartitionCounters } from "../../firmware/kernel/counters";
import { InstanceState } from "../../firmware/kernel/instance";
import type { Observer } from "../../firmware/kernel/observer";
import { SYSTEM } from "../../firmware/system";
import { Sent } from "../../hal/sent";
import type { HubKernel, QueueFigure } from "../hub/hub-kernel";

/** An event of the hub's console. */
export interface HubEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export class LineKernel implements HubKernel {
  readonly channels: readonly QueueFigure[] = [];
  readonly isElsewhere = true;
  /** Input of the hub's devices, where it comes by the simulator. */
  onInput: (party: number, bytes: Uint8Array, length: number) => void = () => undefined;
  /** Its supply is gone. */
  onEnd: () => void = () => undefined;
  private readonly states = new Map<string, InstanceState>();
  private readonly counters = new Map<string, PartitionCounters>();

  constructor(private readonly observer?: Observer) {}

  /** Takes what the hub says of itself. */
  hear(line: HubEvent): void {
    const now = Number(line["atMs"]);
    const party = idOf(line["partition"]);
    if (line.event === "partition") this.figures(line);
    else if (line.event === "partition-ended") {
      this.observer?.faulted(now, party, Number(line["fault"]), String(line["what"]));
    } else if (line.event === "partition-restarted") this.observer?.restarted(now, party);
    else if (line.event === "partition-held") {
      this.observer?.held(now, party, Number(line["untilMs"]));
    } else if (line.event === "message-refused") {
      const operation = Number(line["operation"]);
      this.observer?.refused(now, idOf(line["from"]), idOf(line["to"]), operation);
    }
  }

  start(): void {}

  run(): boolean {
    return false;
  }

  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }

  deliver(_now: number, party: number, bytes: Uint8Array, length: number): Sent {
    this.onInput(party, bytes, length);
    return Sent.OK;
  }

  inject(name: string): void {
    throw new Error(`the hub is elsewhere, and so is its partition ${name}`);
  }

  release(): void {}

  stateOf(name: string): InstanceState {
    return this.states.get(name) ?? InstanceState.ABSENT;
  }

  countersOf(name: string): Readonly<PartitionCounters> {
    return this.counters.get(name) ?? new PartitionCounters();
  }

  end(): void {
    this.onEnd();
  }

  private figures(line: HubEvent): void {
    const counters = new PartitionCounters();
    counters.received = Number(line["received"]);
    counters.sent = Number(line["sent"]);
    counters.refused = Number(line["refused"]);
    counters.restarts = Number(line["restarts"]);
    this.counters.set(String(line["name"]), counters);
    this.states.set(String(line["name"]), Number(line["state"]));
  }
}

function idOf(name: unknown): number {
  return SYSTEM.partitions.find((row) => row.name === name)?.id ?? SYSTEM.partitions.length;
}
