// The whole network moves, to another PAN ID or another channel: everybody is told, and when that
// had time to come by, the hub goes. Who missed it finds the network again by its extended PAN ID.
// @source Zigbee 05-3474-22 sections 3.4.10, 3.6.1.13, 2.4.3.3.9, annex E.3

import { Profile, putApsBroadcast } from "../../wire/aps";
import { Nwk, NwkType } from "../../wire/nwk";
import { putNetworkUpdate } from "../../wire/nwk-command";
import { putChannelChange, ZdoNetworkCluster } from "../../wire/zdo-network";
import { BroadcastLimit } from "./broadcasts";
import { Endpoint } from "./endpoints";
import type { Memory } from "./memory";
import type { NetworkStore } from "./network-store";
import type { NwkLayer } from "./nwk-layer";
import type { RadioLink } from "./radio-link";

export interface MoveUser {
  isUp(): boolean;
  /** The number of the next APS frame. */
  nextCounter(): number;
}

export class NetworkMove {
  /** How often the network has moved since the start. */
  moves = 0;
  private readonly frame: Uint8Array;
  private readonly numbers: Float64Array;
  private readonly due: number;
  private panId = 0;
  private channel = 0;

  constructor(
    private readonly radio: RadioLink,
    private readonly store: NetworkStore,
    private readonly nwk: NwkLayer,
    private readonly user: MoveUser,
    memory: Memory,
  ) {
    this.frame = memory.scratch;
    this.numbers = memory.numbers;
    this.due = memory.takeDues(1);
  }

  isMoving(): boolean {
    return this.numbers[this.due] !== Number.POSITIVE_INFINITY;
  }

  /** False: not now, it is moving already, or nobody could be told. */
  toPan(now: number, panId: number): boolean {
    if (this.isMoving() || !this.user.isUp()) return false;
    const { identity } = this.store;
    const { frame } = this;
    const pan = identity.extendedPanAt;
    const length = putNetworkUpdate(frame, 0, identity.bytes, pan, this.nextUpdate(), panId);
    const radius = Nwk.RADIUS_DEFAULT;
    const all = Nwk.BROADCAST_ALL;
    if (!this.nwk.router.broadcast(now, all, radius, NwkType.COMMAND, frame, length)) return false;
    this.begin(now, panId, identity.channel);
    return true;
  }

  toChannel(now: number, channel: number): boolean {
    if (this.isMoving() || !this.user.isUp()) return false;
    const cluster = ZdoNetworkCluster.MANAGEMENT_NETWORK_UPDATE;
    const counter = this.user.nextCounter();
    const to = Endpoint.ZDO;
    const { frame } = this;
    const at = putApsBroadcast(frame, 0, to, cluster, Profile.ZDO, to, counter);
    const length = putChannelChange(frame, at, counter, channel, this.nextUpdate());
    const radius = Nwk.RADIUS_DEFAULT;
    const listeners = Nwk.BROADCAST_RX_ON;
    if (!this.nwk.router.broadcast(now, listeners, radius, NwkType.DATA, frame, length)) {
      return false;
    }
    this.begin(now, this.store.identity.panId, channel);
    return true;
  }

  tick(now: number): void {
    if (now < this.numbers[this.due]!) return;
    this.numbers[this.due] = Number.POSITIVE_INFINITY;
    const { identity } = this.store;
    identity.updateId = this.nextUpdate();
    identity.panId = this.panId;
    identity.channel = this.channel;
    this.store.saveIdentity(now);
    this.moves++;
    this.radio.configure(now, this.channel, this.panId, Nwk.COORDINATOR);
  }

  private begin(now: number, panId: number, channel: number): void {
    this.panId = panId;
    this.channel = channel;
    // nwkNetworkBroadcastDeliveryTime: then everybody changes, we among them.
    this.numbers[this.due] = now + BroadcastLimit.KEPT_MS;
  }

  private nextUpdate(): number {
    return (this.store.identity.updateId + 1) & 0xff;
  }
}
