// The energy companies in the simulated world: the head-end at its address on the WAN, what it
// commissions, and the messages that it sends.

import { type CommissionedDevice, Commissioning } from "../head-end/commissioning";
import { type ExchangePair, ExchangeRun } from "../head-end/exchange-run";
import {
  HeadEnd,
  type HeadEndListener,
  type ReceivedAlert,
  type ReceivedReading,
} from "../head-end/head-end";
import { headEndKeys, type SharedContext } from "../head-end/oscore-file";
import { REFUSAL_REASONS } from "../head-end/refusal-reasons";
import { ADDRESS_LENGTH, type Wan, type WanHost } from "../wan";
import type { Event, World } from "../world";

/** Codes of alerts, and what stands in their detail. @source docs/wan.md */
const DEVICE_LOG_CHANGED = 0x8f12;
const JOINED = 0;
const REFUSED = 1;

export interface RefusedNode {
  readonly eui64: string;
  /** `JoinDecision` in words. */
  readonly reason: string;
}

export class HeadEndHost implements WanHost {
  readonly headEnd: HeadEnd;
  readonly commissioning: Commissioning;
  readonly exchanges: ExchangeRun | undefined;
  /** World time in seconds at which a node was reported as joined, by EUI-64. */
  readonly joined = new Map<string, number>();
  readonly refused: RefusedNode[] = [];
  readonly alerts: ReceivedAlert[] = [];
  registrations = 0;
  private readonly refusedOnce = new Set<string>();
  private readonly waiting: Set<string>;
  private started = false;
  private event: Event | undefined;

  /**
   * @param onReading gets every reading that arrives
   * @param pairs messages to send once the meters they are for have joined
   */
  constructor(
    private readonly world: World,
    private readonly wan: Wan,
    private readonly address: Uint8Array,
    contexts: readonly SharedContext[],
    devices: readonly CommissionedDevice[],
    private readonly onReading: (reading: ReceivedReading) => void,
    pairs: readonly ExchangePair[] | undefined,
    eui64Of: (to: string) => string,
  ) {
    const chance = world.random.fork("head-end");
    const providers = contexts.filter(({ kind }) => kind === "provider").map(({ name }) => name);
    this.headEnd = new HeadEnd(
      contexts.map((context) => ({
        name: context.name,
        kind: context.kind,
        keys: headEndKeys(context),
        takeSequence: counter(),
        fresh: true,
      })),
      chance,
      () => world.utcMs,
      (peer, datagram) => this.send(peer, datagram),
      this.listener(),
    );
    this.commissioning = new Commissioning(this.headEnd, devices, providers);
    this.waiting = new Set((pairs ?? []).map(({ to }) => eui64Of(to)));
    if (pairs !== undefined && providers.length > 0) {
      this.exchanges = new ExchangeRun(this.headEnd, providers[0]!, pairs, eui64Of);
    }
    wan.attach(address, this);
  }

  datagram(bytes: Uint8Array, length: number): void {
    const peer = bytes.slice(0, ADDRESS_LENGTH);
    this.headEnd.receive(this.now, peer, bytes.slice(ADDRESS_LENGTH, length));
    this.plan();
  }

  /** Call after anything that was asked of `headEnd` from outside. */
  plan(): void {
    const due = Math.min(
      this.headEnd.dueAt(),
      this.commissioning.dueAt(),
      this.exchanges?.dueAt() ?? Number.POSITIVE_INFINITY,
    );
    if (due === Number.POSITIVE_INFINITY) return;
    const atUs = Math.max(this.world.now, Math.ceil(due) * 1000);
    if (this.event !== undefined && this.event.place >= 0) {
      if (this.event.atUs <= atUs) return;
      this.world.cancel(this.event);
    }
    this.event = this.world.at(atUs, () => this.tick());
  }

  get now(): number {
    return Math.floor(this.world.now / 1000);
  }

  private tick(): void {
    const now = this.now;
    this.headEnd.tick(now);
    this.commissioning.tick(now);
    this.exchanges?.tick(now);
    this.plan();
  }

  private send(peer: Uint8Array, payload: Buffer): void {
    const datagram = new Uint8Array(ADDRESS_LENGTH + payload.length);
    datagram.set(peer);
    datagram.set(payload, ADDRESS_LENGTH);
    this.wan.send(this.address, datagram, datagram.length);
  }

  private listener(): HeadEndListener {
    return {
      registered: (now, context) => {
        this.registrations++;
        const { kind } = this.headEnd.contexts.find(({ name }) => name === context)!;
        const isFirst = kind === "management" && !this.commissioning.started;
        if (isFirst) this.commissioning.start(now);
      },
      reading: (_now, reading) => this.onReading(reading),
      message: (now, message) => this.exchanges?.message(now, message),
      fate: (now, fate) => this.exchanges?.fate(now, fate),
      alert: (now, alert) => this.alert(now, alert),
    };
  }

  private alert(now: number, alert: ReceivedAlert): void {
    this.alerts.push(alert);
    if (alert.code !== DEVICE_LOG_CHANGED) return;
    const event = Math.floor(alert.detail / 256);
    if (event === JOINED) {
      this.commissioning.joined(alert.eui64);
      if (!this.joined.has(alert.eui64)) this.joined.set(alert.eui64, this.world.now / 1e6);
      this.startExchanges(now);
    } else if (event === REFUSED) {
      const reason = REFUSAL_REASONS[alert.detail % 256] ?? "refused";
      // A node that keeps trying is one refused node.
      if (this.refusedOnce.has(`${alert.eui64} ${reason}`)) return;
      this.refusedOnce.add(`${alert.eui64} ${reason}`);
      this.refused.push({ eui64: alert.eui64, reason });
    }
  }

  private startExchanges(now: number): void {
    if (this.started || this.exchanges === undefined) return;
    for (const eui64 of this.waiting) if (!this.joined.has(eui64)) return;
    this.started = true;
    this.exchanges.start(now);
  }
}

/** Sequence numbers of a world that begins with its hub. */
function counter(): () => number {
  let next = 0;
  return () => next++;
}
