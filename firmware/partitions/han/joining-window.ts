// How long nodes may associate: at the hub, and at every router, which is told so and forgets it
// after some minutes. Nobody gets a key by that: each newcomer is asked about all the same.
// @source Zigbee 05-3474-22 section 2.4.3.3.7 (Mgmt_Permit_Joining_req)

import { Profile, putApsBroadcast } from "../../wire/aps";
import { Nwk, NwkType } from "../../wire/nwk";
import { putPermitJoiningRequest, ZdoCluster } from "../../wire/zdo";
import { Endpoint } from "./endpoints";
import type { MacLayer } from "./mac-layer";
import type { Memory } from "./memory";
import type { NwkLayer } from "./nwk-layer";
import type { Routes } from "./routes";

const enum Window {
  /** The longest that a router can be told, 255 being for ever. */
  SECONDS_MAX = 254,
  /** Told again before that is over. */
  AGAIN_MS = 240_000,
  /** A router that is new is told once it hears us. */
  ROUTER_MS = 3_000,
  RETRY_MS = 1_000,
}

export interface WindowUser {
  isUp(): boolean;
  nextCounter(): number;
}

export class JoiningWindow {
  private readonly frame: Uint8Array;
  private readonly numbers: Float64Array;
  private readonly due: number;

  constructor(
    private readonly mac: MacLayer,
    private readonly nwk: NwkLayer,
    private readonly routes: Routes,
    private readonly user: WindowUser,
    memory: Memory,
  ) {
    this.frame = memory.scratch;
    this.numbers = memory.numbers;
    this.due = memory.takeDues(1);
  }

  /** @param seconds 0 closes it */
  set(now: number, seconds: number): void {
    this.mac.permitUntil = now + 1000 * seconds;
    this.numbers[this.due] = now;
  }

  /** There may be another router. */
  routersChanged(now: number): void {
    if (now < this.mac.permitUntil) this.numbers[this.due] = now + Window.ROUTER_MS;
  }

  tick(now: number): void {
    if (now < this.numbers[this.due]!) return;
    this.numbers[this.due] = Number.POSITIVE_INFINITY;
    if (!this.routes.hasRouters()) return;
    if (!this.user.isUp() || !this.tell(now)) {
      this.numbers[this.due] = now + Window.RETRY_MS;
    } else if (now < this.mac.permitUntil) this.numbers[this.due] = now + Window.AGAIN_MS;
  }

  private tell(now: number): boolean {
    const left = Math.ceil(Math.max(this.mac.permitUntil - now, 0) / 1000);
    const seconds = Math.min(left, Window.SECONDS_MAX);
    const cluster = ZdoCluster.MANAGEMENT_PERMIT_JOINING;
    const counter = this.user.nextCounter();
    const to = Endpoint.ZDO;
    const at = putApsBroadcast(this.frame, 0, to, cluster, Profile.ZDO, to, counter);
    const length = putPermitJoiningRequest(this.frame, at, counter, seconds);
    const radius = Nwk.RADIUS_DEFAULT;
    const all = Nwk.BROADCAST_ROUTERS;
    return this.nwk.router.broadcast(now, all, radius, NwkType.DATA, this.frame, length);
  }
}
