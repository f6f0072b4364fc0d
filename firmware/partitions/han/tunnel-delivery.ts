// Carries a kept message to its device as one TransferData: in a frame where it fits, in fragments
// where not, read from flash block by block. Says whether the device has it.
// @source Smart Energy 07-5356-22 annex D.6.2.4.3; GBCS section 10.2.2 (what goes before a message)

import { Profile } from "../../wire/aps";
import { putTunnelId, TunnelGenerated, TunnelReceived } from "../../wire/clusters/tunnelling";
import { Cluster, putZcl, ZclControl } from "../../wire/zcl";
import type { ApsLayer } from "./aps-layer";
import { ApsLimit } from "./aps-outbox";
import { Endpoint } from "./endpoints";
import { FragmentLimit, type FragmentSource } from "./fragment-sender";
import { MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import { type Memory, Scratch } from "./memory";
import { NodeLimit } from "./nodes";
import type { ZclWriter } from "./zcl-message";

export const enum DeliveryLimit {
  /** As many as fragmented transfers: one silent device does not hold up another. */
  JOBS = 2,
  /** Readers of the mailbox are numbered from this. */
  READER = 1,
  /** A device that knows no such tunnel says so at once. */
  OBJECTION_MS = 1_500,
  RETRY_MS = 20,
  NONE = -1,
}

/** What goes before a message. */
export const enum DeliveryHeader {
  /** ZCL header and tunnel. */
  LENGTH = 5,
  /** For a gas meter: `Transfer.GET_RESPONSE`, and how many more wait. */
  PREFIX = 2,
  MAX = 7,
}

const enum State {
  FREE = 0,
  /** A short message is being read. */
  READING = 1,
  /** In a frame, or in fragments; its acknowledgement is awaited. */
  SENDING = 2,
  /** Acknowledged by APS; the device may still object. */
  SETTLING = 3,
}

/** First byte in a gas meter's tunnel. */
export const enum Transfer {
  GET = 0x01,
  /** Then how many more wait, then the message; without one nothing waits. */
  GET_RESPONSE = 0x02,
  /** Then a message of the meter. */
  PUT = 0x03,
}

export interface DeliveryUser {
  /** The device has the message, or it waits again in the mailbox. */
  deliveryEnded(now: number, node: number, delivered: boolean): void;
}

class Job {
  state: State = State.FREE;
  node: number = NodeLimit.NONE;
  slot: number = MailLimit.NONE;
  endpoint = 0;
  total = 0;
  headerLength = 0;
  /** `FragmentLimit.NONE`: it fits in a frame. */
  transfer: number = FragmentLimit.NONE;
  fromServer = false;
  /** Asked of the mailbox: where in the payload, and how much. */
  offset = 0;
  length = 0;
  /** The read found the flash busy. */
  mustRead = false;
  /** Its answer came before its acknowledgement: it is delivered whatever follows. */
  isKnown = false;
  due = Number.POSITIVE_INFINITY;
  readonly header = new Uint8Array(DeliveryHeader.MAX);
}

export class TunnelDelivery implements FragmentSource {
  delivered = 0;
  failed = 0;
  private readonly jobs = [new Job(), new Job()];
  private readonly block: Uint8Array;

  constructor(
    private readonly aps: ApsLayer,
    private readonly writer: ZclWriter,
    private readonly mailbox: Mailbox,
    private readonly user: DeliveryUser,
    memory: Memory,
  ) {
    this.block = memory.scratch;
  }

  isBusyWith(node: number): boolean {
    return this.find(node) !== undefined;
  }

  /**
   * Gives a message to a meter that serves the tunnel. False: both jobs are in use, or there is no
   * room; try again later.
   */
  give(now: number, node: number, slot: number, endpoint: number, tunnel: number): boolean {
    const job = this.find(NodeLimit.NONE);
    if (job === undefined || !this.writer.hasRoom()) return false;
    this.layHeader(job, ZclControl.CLUSTER, TunnelReceived.TRANSFER_DATA, tunnel);
    job.headerLength = DeliveryHeader.LENGTH;
    job.fromServer = false;
    return this.start(now, job, node, slot, endpoint);
  }

  /** Answers the GET of a meter with a message. `more`: how many wait behind it. */
  answer(
    now: number,
    node: number,
    slot: number,
    endpoint: number,
    tunnel: number,
    more: number,
  ): boolean {
    const job = this.find(NodeLimit.NONE);
    if (job === undefined || !this.writer.hasRoom()) return false;
    const control = ZclControl.CLUSTER | ZclControl.FROM_SERVER;
    this.layHeader(job, control, TunnelGenerated.TRANSFER_DATA, tunnel);
    job.header[DeliveryHeader.LENGTH] = Transfer.GET_RESPONSE;
    job.header[DeliveryHeader.LENGTH + 1] = more;
    job.headerLength = DeliveryHeader.LENGTH + DeliveryHeader.PREFIX;
    job.fromServer = true;
    return this.start(now, job, node, slot, endpoint);
  }

  /** A message of the device came: is it the answer to what is under way? */
  spoke(now: number, node: number): void {
    const job = this.find(node);
    if (job === undefined || job.isKnown || !this.mayBeThere(job)) return;
    job.isKnown = true;
    this.delivered++;
    this.mailbox.delivered(now, job.slot);
    if (job.state === State.SETTLING) this.close(now, job, true);
  }

  /** TransferDataError: the device does not have it. False: nothing was under way. */
  objected(now: number, node: number): boolean {
    const job = this.find(node);
    if (job === undefined || job.isKnown) return false;
    if (job.transfer !== FragmentLimit.NONE) this.aps.sender.cancel(job.transfer);
    this.lose(now, job);
    return true;
  }

  forget(now: number, node: number): void {
    const job = this.find(node);
    if (job === undefined) return;
    if (job.transfer !== FragmentLimit.NONE) this.aps.sender.cancel(job.transfer);
    this.lose(now, job);
  }

  fetch(now: number, transfer: number, offset: number, length: number): void {
    for (const job of this.jobs) {
      if (job.state === State.FREE || job.transfer !== transfer) continue;
      this.read(now, job, offset, length);
    }
  }

  ended(now: number, transfer: number, delivered: boolean): void {
    for (const job of this.jobs) {
      if (job.state === State.FREE || job.transfer !== transfer) continue;
      job.transfer = FragmentLimit.NONE;
      this.acknowledged(now, job, delivered);
    }
  }

  /** The fate of a frame: `token` is the job's number from 1. */
  confirm(now: number, token: number, delivered: boolean): void {
    const job = this.jobs[token - 1];
    if (job?.state === State.SENDING) this.acknowledged(now, job, delivered);
  }

  /** The mailbox's answer to a read. */
  piece(
    now: number,
    reader: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    const job = this.jobs[reader - DeliveryLimit.READER];
    if (job === undefined || job.state === State.FREE) return;
    if (!ok) {
      if (job.transfer !== FragmentLimit.NONE) this.aps.sender.cancel(job.transfer);
      this.lose(now, job);
      return;
    }
    const head = Math.max(0, job.headerLength - job.offset);
    if (job.transfer !== FragmentLimit.NONE) {
      // Behind the frame in which the sender puts it.
      const { block } = this;
      const at = Scratch.NWK;
      for (let i = 0; i < head; i++) block[at + i] = job.header[job.offset + i]!;
      for (let i = 0; i < length; i++) block[at + head + i] = bytes[start + i]!;
      this.aps.sender.provide(now, job.transfer, block, at, head + length);
    } else if (job.state === State.READING) {
      this.sendFrame(now, job, bytes, start, length);
    }
  }

  tick(now: number): void {
    for (const job of this.jobs) {
      if (now < job.due) continue;
      job.due = Number.POSITIVE_INFINITY;
      if (job.mustRead) this.read(now, job, job.offset, job.length);
      else if (job.state === State.SETTLING) this.succeed(now, job);
      else if (job.state === State.READING) this.read(now, job, job.offset, job.length);
    }
  }

  dueAt(): number {
    return Math.min(this.jobs[0]!.due, this.jobs[1]!.due);
  }

  private layHeader(job: Job, control: number, command: number, tunnel: number): void {
    const bits = control | ZclControl.NO_DEFAULT_RESPONSE;
    const payload = putZcl(job.header, 0, bits, this.writer.nextSequence(), command);
    putTunnelId(job.header, payload, tunnel);
  }

  private start(now: number, job: Job, node: number, slot: number, endpoint: number): boolean {
    job.total = job.headerLength + this.mailbox.total(slot);
    job.transfer = FragmentLimit.NONE;
    if (job.total > ApsLimit.PAYLOAD_MAX && !this.beginTransfer(now, job, node, endpoint)) {
      return false;
    }
    job.node = node;
    job.slot = slot;
    job.endpoint = endpoint;
    job.isKnown = false;
    this.mailbox.setState(job.slot, MailState.SENDING);
    if (job.transfer !== FragmentLimit.NONE) {
      job.state = State.SENDING;
      this.aps.sender.tick(now);
      return true;
    }
    job.state = State.READING;
    this.read(now, job, job.headerLength, job.total - job.headerLength);
    return true;
  }

  private beginTransfer(now: number, job: Job, node: number, endpoint: number): boolean {
    job.transfer = this.aps.sender.begin(
      now,
      node,
      endpoint,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      Endpoint.HUB,
      this.aps.nextCounter(),
      job.total,
    );
    return job.transfer !== FragmentLimit.NONE;
  }

  private read(now: number, job: Job, offset: number, length: number): void {
    job.offset = offset;
    job.length = length;
    const from = Math.max(0, offset - job.headerLength);
    const head = Math.max(0, job.headerLength - offset);
    const reader = DeliveryLimit.READER + this.jobs.indexOf(job);
    job.mustRead = !this.mailbox.read(job.slot, from, length - head, reader);
    job.due = job.mustRead ? now + DeliveryLimit.RETRY_MS : Number.POSITIVE_INFINITY;
  }

  /** A short message: in one frame, with the header in front. */
  private sendFrame(now: number, job: Job, bytes: Uint8Array, start: number, length: number): void {
    const { outbox } = this.aps;
    const at = outbox.open(
      job.node,
      job.endpoint,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      Endpoint.HUB,
      this.aps.nextCounter(),
    );
    if (at < 0) {
      job.due = now + DeliveryLimit.RETRY_MS;
      return;
    }
    for (let i = 0; i < job.headerLength; i++) outbox.bytes[at + i] = job.header[i]!;
    const data = at + job.headerLength;
    for (let i = 0; i < length; i++) outbox.bytes[data + i] = bytes[start + i]!;
    job.state = State.SENDING;
    outbox.close(now, data + length, 1 + this.jobs.indexOf(job));
  }

  private acknowledged(now: number, job: Job, delivered: boolean): void {
    if (job.isKnown) {
      this.close(now, job, true);
    } else if (!delivered) {
      this.lose(now, job);
    } else if (job.fromServer) {
      this.succeed(now, job);
    } else {
      job.state = State.SETTLING;
      job.due = now + DeliveryLimit.OBJECTION_MS;
    }
  }

  private mayBeThere(job: Job): boolean {
    if (job.state === State.SETTLING) return true;
    if (job.state !== State.SENDING) return false;
    return job.transfer === FragmentLimit.NONE || this.aps.sender.isLastSent(job.transfer);
  }

  private succeed(now: number, job: Job): void {
    this.delivered++;
    this.mailbox.delivered(now, job.slot);
    this.close(now, job, true);
  }

  private lose(now: number, job: Job): void {
    this.failed++;
    if (!job.isKnown) this.mailbox.setState(job.slot, MailState.WAITING);
    this.close(now, job, job.isKnown);
  }

  private close(now: number, job: Job, delivered: boolean): void {
    const { node } = job;
    job.state = State.FREE;
    job.node = NodeLimit.NONE;
    job.slot = MailLimit.NONE;
    job.transfer = FragmentLimit.NONE;
    job.mustRead = false;
    job.due = Number.POSITIVE_INFINITY;
    this.user.deliveryEnded(now, node, delivered);
  }

  /** The job of a node; of `NodeLimit.NONE`: a free one. */
  private find(node: number): Job | undefined {
    for (const job of this.jobs) if (job.node === node) return job;
    return undefined;
  }
}
