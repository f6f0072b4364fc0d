// Lives and deaths of partitions. The only place that catches what a partition throws.

import type { Counters } from "./counters";
import type { Environments } from "./environment";
import { FaultKind } from "./fault";
import { type Instance, InstanceState } from "./instance";
import type { Notices } from "./notices";
import type { Observer } from "./observer";
import { check, type Partition } from "./partition";
import { HOLD_MS, Recovery } from "./recovery";

// More ticks than this, each asked for at once by the one before, is a loop that no slice of honest
// work needs: whatever time passes meanwhile, less important partitions get none of it.
const TICKS_AT_ONCE_MAX = 256;

/** What an injected fault, or a partition that ticks without end, raises. */
class Ended extends Error {
  constructor(
    readonly kind: FaultKind,
    what: string,
  ) {
    super(what);
  }
}

type Create = (environment: never) => Partition;

/** How each partition is made, by name; absent: it never starts. `Constructors` is one. */
export type Creators = Readonly<Record<string, Create | undefined>>;

export class Supervisor {
  private readonly recoveries = new Map<Instance, Recovery>();
  /** Those whose peers have not been told yet. */
  private readonly deaths: Instance[] = [];
  private telling = false;

  constructor(
    private readonly instances: readonly Instance[],
    private readonly creators: Creators,
    private readonly environments: Environments,
    private readonly counters: Counters,
    private readonly notices: Notices,
    private readonly observer: Observer | undefined,
  ) {
    for (const instance of instances) this.recoveries.set(instance, new Recovery());
  }

  /** From now on all that are written are to be started, each when its turn comes. */
  startAll(): void {
    this.notices.boot();
    for (const instance of this.instances) {
      if (this.creators[instance.row.name] !== undefined) instance.state = InstanceState.STARTING;
    }
  }

  /** Starts again those whose pause or hold is over. */
  restartDue(now: number): void {
    for (const instance of this.instances) {
      if (instance.nextStartAt > now) continue;
      if (instance.state === InstanceState.HELD) this.recoveries.get(instance)!.forget();
      this.counters.of(instance.id).restarts++;
      this.start(now, instance);
      if (instance.state === InstanceState.RUNNING) this.observer?.restarted(now, instance.id);
    }
  }

  /** Ends a hold before its time; the partition starts in the next turn. */
  release(now: number, instance: Instance): void {
    if (instance.state === InstanceState.HELD) instance.nextStartAt = now;
  }

  /** Hands over one message. */
  receive(now: number, instance: Instance): void {
    const input = instance.nextInput();
    check(input !== undefined, "a backlog without a message");
    const { queue } = input;
    const bytes = queue.front();
    const length = queue.frontLength();
    input.begin();
    instance.tickedLast = false;
    this.counters.of(instance.id).received++;
    this.observer?.delivered(now, input.source, instance.id, bytes, length);
    try {
      this.enter(instance);
      instance.partition!.receive(now, input.source, bytes, length);
      look(now, instance);
    } catch (error) {
      this.fault(now, instance, error);
    }
    queue.drop();
  }

  tick(now: number, instance: Instance): void {
    instance.tickedLast = true;
    instance.ticks++;
    try {
      this.enter(instance);
      if (instance.ticks > TICKS_AT_ONCE_MAX) throw new Ended(FaultKind.CPU, "ticks without end");
      instance.partition!.tick(now);
      look(now, instance);
    } catch (error) {
      this.fault(now, instance, error);
    }
  }

  /** Begins a life: the first one, or the next. */
  start(now: number, instance: Instance): void {
    instance.state = InstanceState.STARTING;
    instance.life++;
    instance.startedAt = now;
    instance.nextStartAt = Number.POSITIVE_INFINITY;
    try {
      this.enter(instance);
      const environment = this.environments.make(instance);
      instance.partition = this.creators[instance.row.name]!(environment as never);
      look(now, instance);
      instance.state = InstanceState.RUNNING;
    } catch (error) {
      this.fault(now, instance, error);
    }
  }

  private tell(now: number, peer: Instance, dead: Instance): void {
    if (peer.state !== InstanceState.RUNNING) return;
    try {
      this.enter(peer);
      peer.partition!.peerRestarted(now, dead.id);
      look(now, peer);
    } catch (error) {
      this.fault(now, peer, error);
    }
  }

  /** Every call begins here: an injected fault strikes as the real one would, in a call. */
  private enter(instance: Instance): void {
    const kind = instance.injected;
    if (kind === FaultKind.NONE) return;
    instance.injected = FaultKind.NONE;
    throw new Ended(kind, "injected");
  }

  private fault(now: number, instance: Instance, error: unknown): void {
    const kind = error instanceof Ended ? error.kind : FaultKind.THROW;
    const what = error instanceof Error ? error.message : String(error);
    this.counters.of(instance.id).faults++;
    instance.partition = undefined;
    instance.dueAt = Number.POSITIVE_INFINITY;
    instance.ticks = 0;
    instance.clearQueues();
    this.notices.faulted(instance.id, kind);
    this.observer?.faulted(now, instance.id, kind, what);
    this.plan(now, instance);
    this.deaths.push(instance);
    this.tellAll(now);
  }

  private plan(now: number, instance: Instance): void {
    const recovery = this.recoveries.get(instance)!;
    if (recovery.faulted(now, instance.startedAt)) {
      instance.state = InstanceState.HELD;
      instance.nextStartAt = now + HOLD_MS;
      this.notices.held(instance.id);
      this.observer?.held(now, instance.id, instance.nextStartAt);
      return;
    }
    instance.state = InstanceState.DOWN;
    instance.nextStartAt = now + recovery.nextPause();
  }

  /**
   * Tells peers of every death before any other work. A peer that dies of the news joins the list;
   * nobody is started here, so the list is never longer than there are partitions.
   */
  private tellAll(now: number): void {
    if (this.telling) return;
    this.telling = true;
    for (let i = 0; i < this.deaths.length; i++) {
      const dead = this.deaths[i]!;
      for (const peer of dead.peers) this.tell(now, peer, dead);
    }
    this.deaths.length = 0;
    this.telling = false;
  }
}

/** Asks when it wants its next tick: the answer changes only in a call. */
function look(now: number, instance: Instance): void {
  const due = instance.partition!.dueAt();
  check(!Number.isNaN(due), "dueAt is not a number");
  instance.dueAt = due;
  if (due > now) instance.ticks = 0;
}
