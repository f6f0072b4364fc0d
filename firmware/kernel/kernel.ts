// The separation kernel in TypeScript: for simulation, tests and fuzzing. What only a device can
// do, such as meter a call or fill a heap, is an injected fault here; the outcomes agree.

import { FlashDone } from "../../hal/flash";
import { Sent } from "../../hal/sent";
import { Party } from "../ipc/party";
import type { Board } from "./board";
import type { Channel } from "./channel";
import { problemsOf } from "./check-table";
import { Counters, type PartitionCounters } from "./counters";
import { DeviceInput } from "./device-input";
import { Environments, type Turn } from "./environment";
import type { FaultKind } from "./fault";
import { Instance, InstanceState } from "./instance";
import { Backlog } from "./message-queue";
import { Notices } from "./notices";
import type { Observer } from "./observer";
import { check } from "./partition";
import { RegionGate } from "./region-gate";
import { Router } from "./router";
import { Schedule } from "./schedule";
import { type Creators, Supervisor } from "./supervisor";
import type { SystemTable } from "./table";

// A turn ends after so many calls, so that the board sees to its lines and feeds its watchdog.
const CALLS_PER_TURN = 64;

export class Kernel {
  readonly counters = new Counters();
  private readonly turn: Turn = { now: 0 };
  private readonly schedule: Schedule;
  private readonly router: Router;
  private readonly supervisor: Supervisor;
  private readonly byName = new Map<string, Instance>();
  private readonly inputs: (DeviceInput | undefined)[] = [];
  private readonly gates: (RegionGate | undefined)[] = [];

  constructor(
    private readonly table: SystemTable,
    creators: Creators,
    private readonly board: Board,
    observer?: Observer,
  ) {
    const problems = problemsOf(table);
    check(problems.length === 0, problems.join("\n"));
    for (const row of table.partitions) this.byName.set(row.name, new Instance(row));
    this.schedule = new Schedule([...this.byName.values()]);
    const notices = this.addNotices();
    this.router = new Router(this.counters, notices, observer);
    this.addDevices();
    this.addRegions();
    this.addChannels();
    this.supervisor = new Supervisor(
      this.schedule.order,
      creators,
      new Environments(table, board, this.router, this.turn),
      this.counters,
      notices,
      observer,
    );
  }

  /**
   * Before the first turn. Every partition that is written is made when its turn comes, as a call
   * of it, and until then its messages wait. `now` is monotonic milliseconds.
   */
  start(now: number): void {
    this.turn.now = now;
    this.supervisor.startAll();
  }

  /** One turn: a bounded number of calls. True: work remains, call again at the same `now`. */
  run(now: number): boolean {
    check(now >= this.turn.now, "time went back");
    this.turn.now = now;
    this.supervisor.restartDue(now);
    let calls = 0;
    for (; calls < CALLS_PER_TURN; calls++) {
      const instance = this.schedule.next(now);
      if (instance === undefined) break;
      this.call(now, instance);
    }
    this.board.watchdog.feed();
    return calls === CALLS_PER_TURN && this.schedule.next(now) !== undefined;
  }

  /** When `run` has work next, in monotonic milliseconds; `Infinity`: only input brings work. */
  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const instance of this.schedule.order) {
      if (instance.state === InstanceState.STARTING) return this.turn.now;
      if (instance.state === InstanceState.RUNNING) {
        if (instance.backlog.messages > 0) return this.turn.now;
        if (instance.dueAt < due) due = instance.dueAt;
      } else if (instance.nextStartAt < due) due = instance.nextStartAt;
    }
    return due;
  }

  /**
   * Input of a device, or a completion of the flash chip; `bytes` is copied before it returns.
   * `FULL`: its owner has not taken the last ones. `RESTARTED`: the owner is down. `REFUSED`: the
   * table has no such device, or the input is longer than it declares. All three drop it.
   */
  deliver(now: number, party: number, bytes: Uint8Array, length: number): Sent {
    check(now >= this.turn.now, "time went back");
    this.turn.now = now;
    if (party === Party.FLASH) return this.complete(bytes, length);
    const input = this.inputs[party];
    if (input === undefined) return Sent.REFUSED;
    const answer = this.room(input, bytes, length);
    if (answer === Sent.OK) input.queue.put(bytes, length);
    else input.dropped++;
    return answer;
  }

  /** Ends the partition's instance in its next call, as that fault would on a device. */
  inject(name: string, kind: FaultKind): void {
    this.instance(name).injected = kind;
  }

  /** Ends a hold before its time. */
  release(now: number, name: string): void {
    this.supervisor.release(now, this.instance(name));
  }

  stateOf(name: string): InstanceState {
    return this.instance(name).state;
  }

  countersOf(name: string): Readonly<PartitionCounters> {
    return this.counters.of(this.instance(name).id);
  }

  /** Every channel, for its queue's figures. */
  get channels(): readonly Channel[] {
    return this.router.channels;
  }

  /** What a device's queue shows; undefined: the table has no such device. */
  deviceInput(party: number): DeviceInput | undefined {
    return this.inputs[party];
  }

  private call(now: number, instance: Instance): void {
    const messages = instance.backlog.messages > 0;
    const due = instance.dueAt <= now;
    if (instance.state === InstanceState.STARTING) this.supervisor.start(now, instance);
    else if (due && !(messages && instance.tickedLast)) this.supervisor.tick(now, instance);
    else this.supervisor.receive(now, instance);
  }

  private complete(bytes: Uint8Array, length: number): Sent {
    if (length < FlashDone.DATA) return Sent.REFUSED;
    const gate = this.gates[bytes[FlashDone.REGION]!];
    return gate === undefined ? Sent.REFUSED : gate.complete(bytes, length);
  }

  private room(input: DeviceInput, bytes: Uint8Array, length: number): Sent {
    const { queue } = input;
    if (!Number.isInteger(length) || length < 1) return Sent.REFUSED;
    if (length > bytes.length || length > queue.slotBytes) return Sent.REFUSED;
    if (!input.owner.reachable) return Sent.RESTARTED;
    return queue.full ? Sent.FULL : Sent.OK;
  }

  private addNotices(): Notices {
    const audit = this.byName.get("audit");
    // A table without `audit` (in tests) keeps its counters and loses its notices.
    const notices = new Notices(audit?.backlog ?? new Backlog());
    audit?.inputs.push(notices);
    return notices;
  }

  private addDevices(): void {
    for (const row of this.table.devices) {
      const owner = this.instance(row.owner);
      const input = new DeviceInput(row, owner);
      this.inputs[row.party] = input;
      owner.devices.push(input);
      owner.inputs.push(input);
    }
  }

  private addRegions(): void {
    for (const row of this.table.regions) {
      const owner = this.instance(row.owner);
      const gate = new RegionGate(row, this.board.flash, owner.backlog);
      this.gates[row.id] = gate;
      owner.regions.push(gate);
      owner.inputs.push(gate);
    }
  }

  private addChannels(): void {
    for (const row of this.table.channels) {
      this.router.add(row, this.instance(row.from), this.instance(row.to));
    }
    for (const one of this.schedule.order) {
      for (const other of this.schedule.order) {
        if (one !== other && this.router.joins(one.id, other.id)) one.peers.push(other);
      }
    }
  }

  private instance(name: string): Instance {
    const instance = this.byName.get(name);
    check(instance !== undefined, `no partition is called ${name}`);
    return instance;
  }
}
