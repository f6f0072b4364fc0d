// Finding ways: route requests flood the network and gather costs, replies come back the best way.
// @source Zigbee specification 05-3474-22 clauses 3.4.1, 3.4.2, 3.6.3.5

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import type { NodeMemory } from "./memory";
import type { Nwk } from "./nwk";
import {
  decodeRouteReply,
  decodeRouteRequest,
  encodeRouteReply,
  encodeRouteRequest,
  ManyToOne,
  type RouteRequest,
} from "./nwk-command-frame";
import { NwkBroadcast, type NwkFrame, NwkType, type ReceivedNwk } from "./nwk-frame";
import type { OctetReader } from "./octets";
import type { RouteTable } from "./route-table";

/** nwkcRREQRetryInterval */
const REPEAT_US = 254_000;
/** nwkcInitialRREQRetries and nwkcRREQRetries: times after the first, kept small for the air. */
const OWN_REPEATS = 2;
const RELAY_REPEATS = 1;
/** nwkcMinRREQJitter and nwkcMaxRREQJitter, times two. */
const JITTER_MIN_US = 4_000;
const JITTER_US = 124_000;
/** A reply that has not come by then does not come. */
const WAIT_US = 2_500_000;
const WAITING_MAX = 12;

type Done = (ok: boolean) => void;

interface Waiting {
  readonly frame: NwkFrame;
  readonly done: Done;
  readonly timer: Event;
}

export interface DiscoveryUser {
  /** 1 to 7; 0: no neighbour. */
  costTo(short: number): number;
  /** Ourselves, or a child. */
  isOurs(short: number): boolean;
  /** Sends a frame for which there may be a way now. */
  dispatch(frame: NwkFrame, done: Done): void;
}

export class RouteDiscovery {
  private readonly waiting: Waiting[] = [];
  private readonly timers = new Set<Event>();
  private id: number;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly nwk: Nwk,
    private readonly memory: NodeMemory,
    private readonly routes: RouteTable,
    private readonly user: DiscoveryUser,
  ) {
    this.id = random.below(256);
  }

  clear(): void {
    for (const { timer } of this.waiting.splice(0)) this.world.cancel(timer);
    for (const timer of this.timers) this.world.cancel(timer);
    this.timers.clear();
  }

  /** Looks for a way and keeps the frame till then; false: too many wait already. */
  find(frame: NwkFrame, done: Done): boolean {
    if (this.waiting.length >= WAITING_MAX) return false;
    const { destination } = frame;
    const isAsked = this.waiting.some((one) => one.frame.destination === destination);
    const timer = this.world.schedule(WAIT_US, () => {
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      this.user.dispatch(frame, done);
    });
    const entry = { frame, done, timer };
    this.waiting.push(entry);
    if (!isAsked) this.ask(destination);
    return true;
  }

  /** A route request came; `linkCost` is that of its last hop. */
  asked(frame: ReceivedNwk, read: OctetReader, from: number, linkCost: number): void {
    const request = decodeRouteRequest(read);
    const cost = Math.min(255, request.cost + linkCost);
    const originator = frame.source;
    if (!this.routes.seen(originator, request.id, from, cost)) return;
    const { manyToOne } = request;
    if (manyToOne !== ManyToOne.NO) this.routes.set(originator, from, cost, manyToOne);
    else if (this.user.isOurs(request.destination)) {
      this.reply(originator, request, from);
      return;
    }
    if (frame.radius <= 1) return;
    const payload = encodeRouteRequest({ ...request, cost });
    const onwards = { ...frame, radius: frame.radius - 1, payload };
    this.after(JITTER_MIN_US + this.random.below(JITTER_US), () =>
      this.flood(onwards, RELAY_REPEATS),
    );
  }

  /** A route reply came from `from`; `linkCost` is that of its last hop. */
  answered(read: OctetReader, from: number, linkCost: number): void {
    const reply = decodeRouteReply(read);
    const cost = Math.min(255, reply.cost + linkCost);
    const known = this.routes.get(reply.responder);
    if (known === undefined || known.cost >= cost || known.nextHop === from) {
      if (known === undefined || known.manyToOne === ManyToOne.NO) {
        this.routes.set(reply.responder, from, cost);
      }
    }
    if (reply.originator === this.memory.network?.short) {
      this.release(reply.responder);
      return;
    }
    const back = this.routes.senderOf(reply.originator, reply.id);
    if (back === undefined) return;
    this.sendReply(encodeRouteReply({ ...reply, cost }), back);
  }

  private ask(destination: number): void {
    this.id = (this.id + 1) & 0xff;
    const request = {
      manyToOne: ManyToOne.NO,
      id: this.id,
      destination,
      cost: 0,
      destinationEui64: undefined,
    };
    const payload = encodeRouteRequest(request);
    const frame = this.nwk.frame(NwkType.COMMAND, NwkBroadcast.ROUTERS, payload, {});
    if (frame !== undefined) this.flood(frame, OWN_REPEATS);
  }

  private flood(frame: NwkFrame, repeats: number): void {
    this.nwk.broadcast(frame);
    if (repeats > 0) this.after(REPEAT_US, () => this.flood(frame, repeats - 1));
  }

  private reply(originator: number, request: RouteRequest, to: number): void {
    const isSelf = request.destination === this.memory.network?.short;
    const payload = encodeRouteReply({
      id: request.id,
      originator,
      responder: request.destination,
      cost: isSelf ? 0 : 1,
      originatorEui64: undefined,
      responderEui64: undefined,
    });
    this.sendReply(payload, to);
  }

  private sendReply(payload: Buffer, to: number): void {
    const frame = this.nwk.frame(NwkType.COMMAND, to, payload, {});
    if (frame !== undefined) this.nwk.transmit(to, frame, () => {});
  }

  private release(destination: number): void {
    for (const entry of [...this.waiting]) {
      if (entry.frame.destination !== destination) continue;
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      this.world.cancel(entry.timer);
      this.user.dispatch(entry.frame, entry.done);
    }
  }

  private after(delayUs: number, run: () => void): void {
    const timer = this.world.schedule(delayUs, () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.add(timer);
  }
}
