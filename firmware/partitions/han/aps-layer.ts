// The application support sublayer: acknowledges, sorts out repetitions, and hands whole payloads
// up. Frames secured with a link key are not taken; the network key protects every frame here.
// @source Zigbee 05-3474-22 section 2.2

import type { Entropy } from "../../../hal/entropy";
import { Sent } from "../../../hal/sent";
import {
  ApsDelivery,
  ApsFragment,
  ApsType,
  apsAckBits,
  apsAckRequest,
  apsBlock,
  apsCluster,
  apsCounter,
  apsDelivery,
  apsDestinationEndpoint,
  apsFragment,
  apsHeaderEnd,
  apsIsAddressed,
  apsIsSecured,
  apsProfile,
  apsSourceEndpoint,
  apsType,
  checkAps,
  putApsAck,
} from "../../wire/aps";
import { Parsed } from "../../wire/parsed";
import { ApsDuplicates } from "./aps-duplicates";
import { ApsMark, ApsOutbox, type OutboxUser } from "./aps-outbox";
import { FragmentReceiver, type FragmentSink } from "./fragment-receiver";
import { FragmentSender, type FragmentSource } from "./fragment-sender";
import type { Memory } from "./memory";
import { type Network, NetworkLimit } from "./network";

export const enum ApsWindow {
  /** What Smart Energy devices use for fragments, sending and receiving. */
  BLOCKS = 1,
}

/** One whole payload that fits in a frame, and from whom. Valid during the call. */
export interface ApsData {
  node: number;
  destinationEndpoint: number;
  sourceEndpoint: number;
  cluster: number;
  profile: number;
  broadcast: boolean;
  bytes: Uint8Array;
  start: number;
  length: number;
}

export interface ApsUser extends FragmentSource, FragmentSink, OutboxUser {
  /** False: no room for it now. It is not acknowledged, so the node sends it again. */
  data(now: number, data: ApsData): boolean;
}

export interface ApsCounts {
  malformed: number;
  unsupported: number;
  duplicates: number;
  acknowledgementsUnsent: number;
}

export class ApsLayer {
  readonly outbox: ApsOutbox;
  readonly sender: FragmentSender;
  readonly receiver: FragmentReceiver;
  readonly counts: ApsCounts = {
    malformed: 0,
    unsupported: 0,
    duplicates: 0,
    acknowledgementsUnsent: 0,
  };
  private readonly duplicates: ApsDuplicates;
  private readonly frame: Uint8Array;
  /** The payload that is handed up, one at a time. */
  readonly data: ApsData;
  private lastCounter: number;

  constructor(
    private readonly network: Network,
    private readonly user: ApsUser,
    entropy: Entropy,
    memory: Memory,
    window: number = ApsWindow.BLOCKS,
  ) {
    this.outbox = new ApsOutbox(network, user, memory);
    this.sender = new FragmentSender(network, user, window, memory);
    this.receiver = new FragmentReceiver(network, user, window, memory);
    this.duplicates = new ApsDuplicates(memory);
    this.frame = memory.scratch;
    this.data = {
      node: 0,
      destinationEndpoint: 0,
      sourceEndpoint: 0,
      cluster: 0,
      profile: 0,
      broadcast: false,
      bytes: this.frame,
      start: 0,
      length: 0,
    };
    // From a random place: a node must not take the first frame after a restart for a repetition.
    entropy.fill(this.frame, 0, 1);
    this.lastCounter = this.frame[0]!;
  }

  nextCounter(): number {
    this.lastCounter = (this.lastCounter + 1) & 0xff;
    return this.lastCounter;
  }

  frameFrom(now: number, node: number, bytes: Uint8Array, start: number, length: number): void {
    if (checkAps(bytes, start, length) !== Parsed.OK) {
      this.counts.malformed++;
    } else if (!apsIsAddressed(bytes, start) || apsIsSecured(bytes, start)) {
      this.counts.unsupported++;
    } else if (apsType(bytes, start) === ApsType.ACK) {
      this.acknowledgement(now, node, bytes, start);
    } else if (apsDelivery(bytes, start) === ApsDelivery.GROUP) {
      this.counts.unsupported++;
    } else {
      this.dataFrame(now, node, bytes, start, length);
    }
  }

  sent(now: number, token: number, delivered: boolean): void {
    const mark = token & ApsMark.MASK;
    if ((token & ApsMark.FRAGMENT) !== 0) this.sender.sent(now, mark, delivered);
    else this.outbox.sent(now, mark, delivered);
  }

  forget(now: number, node: number): void {
    this.outbox.forget(now, node);
    this.sender.forget(now, node);
    this.receiver.forget(now, node);
    this.duplicates.forget(node);
  }

  tick(now: number): void {
    this.outbox.tick(now);
    this.sender.tick(now);
    this.receiver.tick(now);
  }

  private acknowledgement(now: number, node: number, bytes: Uint8Array, start: number): void {
    const counter = apsCounter(bytes, start);
    const known =
      apsFragment(bytes, start) === ApsFragment.NONE
        ? this.outbox.acknowledged(now, node, counter)
        : this.sender.acknowledged(
            now,
            node,
            counter,
            apsBlock(bytes, start),
            apsAckBits(bytes, start),
          );
    // Twice acknowledged: our repetition crossed the first acknowledgement.
    if (!known) this.counts.duplicates++;
  }

  private dataFrame(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (apsFragment(bytes, start) !== ApsFragment.NONE) {
      if (apsAckRequest(bytes, start)) this.receiver.block(now, node, bytes, start, length);
      else this.counts.unsupported++;
      return;
    }
    const counter = apsCounter(bytes, start);
    const broadcast = apsDelivery(bytes, start) === ApsDelivery.BROADCAST;
    const wantsAck = apsAckRequest(bytes, start) && !broadcast;
    if (this.duplicates.isKnown(now, node, counter)) {
      this.counts.duplicates++;
      if (wantsAck) this.acknowledge(now, node, bytes, start);
      return;
    }
    // What finds no room above is remembered by nobody: its repetition is new.
    if (!this.deliver(now, node, bytes, start, length, broadcast)) return;
    this.duplicates.add(now, node, counter);
    if (wantsAck) this.acknowledge(now, node, bytes, start);
  }

  private deliver(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    broadcast: boolean,
  ): boolean {
    const { data } = this;
    data.node = node;
    data.destinationEndpoint = apsDestinationEndpoint(bytes, start);
    data.sourceEndpoint = apsSourceEndpoint(bytes, start);
    data.cluster = apsCluster(bytes, start);
    data.profile = apsProfile(bytes, start);
    data.broadcast = broadcast;
    data.bytes = bytes;
    data.start = apsHeaderEnd(bytes, start);
    data.length = start + length - data.start;
    return this.user.data(now, data);
  }

  private acknowledge(now: number, node: number, bytes: Uint8Array, start: number): void {
    const end = putApsAck(this.frame, 0, bytes, start);
    if (this.network.send(now, node, this.frame, end, NetworkLimit.NO_TOKEN) !== Sent.OK) {
      this.counts.acknowledgementsUnsent++;
    }
  }
}
