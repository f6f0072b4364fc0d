// The only way from one partition to another: declared sends pass, all others are refused here,
// whatever the sender's types said.

import { Sent } from "../../hal/sent";
import { Message } from "../ipc/operation";
import { Party } from "../ipc/party";
import { Channel } from "./channel";
import type { Counters } from "./counters";
import type { Instance } from "./instance";
import type { Notices } from "./notices";
import type { Observer } from "./observer";
import type { ChannelRow } from "./table";

export class Router {
  readonly channels: Channel[] = [];
  private readonly byEnds: (Channel | undefined)[] = [];
  private readonly instances: (Instance | undefined)[] = [];

  constructor(
    private readonly counters: Counters,
    private readonly notices: Notices,
    private readonly observer: Observer | undefined,
  ) {
    for (let i = 0; i < Party.KERNEL * Party.KERNEL; i++) this.byEnds.push(undefined);
    for (let i = 0; i < Party.KERNEL; i++) this.instances.push(undefined);
  }

  add(row: ChannelRow, from: Instance, to: Instance): void {
    const channel = new Channel(row, from.id, to.id, to.backlog);
    this.channels.push(channel);
    this.byEnds[from.id * Party.KERNEL + to.id] = channel;
    this.instances[to.id] = to;
    from.channelsOut.push(channel);
    to.channelsIn.push(channel);
    to.inputs.push(channel);
  }

  /** Whether there is a channel between them, one way or the other. */
  joins(one: number, other: number): boolean {
    const there = this.byEnds[one * Party.KERNEL + other];
    return (there ?? this.byEnds[other * Party.KERNEL + one]) !== undefined;
  }

  /** What `Port.send` of the running instance `from` does. */
  send(now: number, from: number, to: number, message: Uint8Array, length: number): Sent {
    const channel = this.byEnds[from * Party.KERNEL + to];
    if (channel === undefined || !fits(channel, message, length)) {
      return this.refuse(now, from, to, message, length);
    }
    const counts = this.counters.of(from);
    if (!this.instances[to]!.reachable) {
      counts.unreachable++;
      return Sent.RESTARTED;
    }
    if (channel.queue.full || !channel.rate.has(now)) {
      counts.full++;
      return Sent.FULL;
    }
    channel.rate.take();
    channel.queue.put(message, length);
    counts.sent++;
    return Sent.OK;
  }

  private refuse(now: number, from: number, to: number, bytes: Uint8Array, length: number): Sent {
    const operation = length >= 1 && bytes.length >= 1 ? bytes[Message.OPERATION]! : -1;
    this.counters.countRefusal(from, to);
    this.notices.refused(now, from, to, operation);
    this.observer?.refused(now, from, to, operation);
    return Sent.REFUSED;
  }
}

/**
 * Whether the channel carries such a message. A length that is no whole number fits nowhere; an
 * object that only looks like bytes could show another operation when it is copied.
 */
function fits(channel: Channel, message: Uint8Array, length: number): boolean {
  if (!ArrayBuffer.isView(message)) return false;
  if (!Number.isInteger(length) || length < 1) return false;
  if (length > channel.queue.slotBytes || length > message.length) return false;
  return channel.carries(message[Message.OPERATION]!);
}
