// What an attacker has to do with: a radio in or near the house, everything that was ever on air,
// and, to judge truthfully what came of a try, a look at the hub's kernel from outside.

import { JoinStored, NodeTell } from "../../firmware/ipc/join";
import { JoinStanding } from "../../firmware/ipc/join-standing";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import { Reading } from "../../firmware/ipc/reading";
import type { Air, Place, Transmission } from "../air/air";
import { Transceiver } from "../air/transceiver";
import type { Node } from "../devices/zigbee/node";
import type { Hub } from "../hub/hub";
import type { Random } from "../random";
import type { World } from "../world";

/** One of the house's devices, as an attacker sees it on air. */
export interface Victim {
  readonly node: Node;
  readonly isOn: boolean;
}

/** The network key, for an attacker who has it. */
export interface StolenKey {
  readonly key: Buffer;
  readonly sequence: number;
}

export interface SceneOptions {
  readonly world: World;
  readonly air: Air;
  readonly hub: Hub;
  readonly hubEui64: bigint;
  readonly place: Place;
  readonly victims: readonly Victim[];
}

/** What `han` was heard to say of a device, and when, microseconds. */
interface Heard {
  readonly timeUs: number;
  readonly eui64: bigint;
}

const KEPT = 64;
const BACKLOG = 64;

export class Scene {
  readonly world: World;
  readonly hub: Hub;
  readonly hubEui64: bigint;
  readonly victims: readonly Victim[];
  readonly random: Random;
  readonly radio: Transceiver;
  /** Called for each frame on air but the attacker's own. */
  readonly onFrame: ((transmission: Transmission) => void)[] = [];
  private readonly said = new Map<Operation, Heard[]>();
  private readonly lastSpoken = new Map<number, number>();
  private readonly waiting: Buffer[] = [];
  private sequence = 0;

  constructor(options: SceneOptions) {
    this.world = options.world;
    this.hub = options.hub;
    this.hubEui64 = options.hubEui64;
    this.victims = options.victims;
    this.random = options.world.random.fork("attacker");
    this.radio = new Transceiver(options.air, "attacker", options.place);
    options.air.observe((transmission) => this.seen(transmission));
    options.hub.observe({
      message: (timeUs, from, to, bytes) => this.message(timeUs, from, to, bytes),
    });
  }

  /** Undefined before there is a network. */
  get network(): { readonly panId: number; readonly channel: number } | undefined {
    const inside = this.victims.find(({ node }) => node.memory.network !== undefined);
    const network = inside?.node.memory.network;
    return network && { panId: network.panId, channel: network.channel };
  }

  get nextSequence(): number {
    this.sequence = (this.sequence + 1) & 0xff;
    return this.sequence;
  }

  /** Devices that are in and listen to nobody but the hub, one of them by chance. */
  member(mayServe: (victim: Victim) => boolean = () => true): Victim | undefined {
    const all = this.victims.filter((one) => one.isOn && one.node.isJoined && mayServe(one));
    return all[this.random.below(Math.max(all.length, 1))];
  }

  /** Says a frame as soon as it can; a whole flood of them may wait. */
  say(frame: Buffer): void {
    if (this.waiting.length >= BACKLOG) return;
    this.waiting.push(frame);
    if (this.waiting.length === 1) this.next();
  }

  /** How often `han` said this of a device since then. @param eui64 undefined: of any */
  count(operation: Operation, sinceUs: number, eui64?: bigint): number {
    const heard = this.said.get(operation) ?? [];
    return heard.filter(
      (one) => one.timeUs >= sinceUs && (eui64 === undefined || one.eui64 === eui64),
    ).length;
  }

  /** The device that sent this; undefined: none of the house's. */
  senderOf({ sender }: Transmission): Victim | undefined {
    return this.victims.find(({ node }) => node.radio === sender);
  }

  /** Whether the device's own radio has been silent since then. */
  isSilent({ node }: Victim, sinceUs: number): boolean {
    return (this.lastSpoken.get(node.radio.id) ?? -1) < sinceUs;
  }

  private next(): void {
    const frame = this.waiting[0];
    const network = this.network;
    if (frame === undefined) return;
    if (network !== undefined) this.radio.configure({ ...network, rxOn: true });
    // It does not wait for its turn: whoever attacks need not be polite.
    this.radio.transmit(frame, frame.length, { csma: false, maxRetries: 0 }, () => {
      this.waiting.shift();
      this.next();
    });
  }

  private seen(transmission: Transmission): void {
    const { sender, startUs } = transmission;
    if (sender === this.radio) return;
    this.lastSpoken.set(sender.id, startUs);
    for (const listener of this.onFrame) listener(transmission);
  }

  private message(timeUs: number, from: number, to: number, bytes: Uint8Array): void {
    const operation = bytes[0]! as Operation;
    if (from === Party.HAN && operation === Operation.READING) {
      this.note(operation, timeUs, bytes, Reading.EUI64);
    } else if (from === Party.HAN && operation === Operation.JOIN_ASK) {
      this.note(operation, timeUs, bytes, JoinStored.EUI64);
    } else if (from === Party.HAN && operation === Operation.JOIN_STORED) {
      if (bytes[JoinStored.STANDING] === JoinStanding.GONE) {
        this.note(operation, timeUs, bytes, JoinStored.EUI64);
      }
    } else if (to === Party.HAN && operation === Operation.NODE_TELL) {
      if (bytes[NodeTell.IS_NETWORK_KEY] === 0) {
        this.note(operation, timeUs, bytes, NodeTell.EUI64);
      }
    }
  }

  private note(operation: Operation, timeUs: number, bytes: Uint8Array, at: number): void {
    const eui64 = Buffer.from(bytes.subarray(at, at + 8)).readBigUInt64LE(0);
    const list = this.said.get(operation) ?? [];
    list.push({ timeUs, eui64 });
    if (list.length > KEPT) list.shift();
    this.said.set(operation, list);
  }
}

/** Whether a frame is the hub's, as far as its radio tells. */
export function isHubs(scene: Scene, { sender }: Transmission): boolean {
  return sender === scene.hub.coprocessor.transceiver;
}
