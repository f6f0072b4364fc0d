// Carries a kept message to its device as one TransferData: in a frame where it fits, in fragments
// where not, read from flash block by block. Says whether the device has it.
// @source Smart Energy 07-5356-22 annex D.6.2.4.3; GBCS section 10.2.2 (what goes before a message)

import { Profile } from "../../wire/aps";
import { putTunnelId, TransferData } from "../../wire/clusters/tunnelling";
import { Cluster, putZcl, Zcl, ZclControl } from "../../wire/zcl";
import type { ApsLayer } from "./aps-layer";
import { ApsLimit } from "./aps-outbox";
import { Endpoint } from "./endpoints";
import { FragmentLimit, type FragmentSource } from "./fragment-sender";
import { MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
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
  /** ZCL header, tunnel, and at most two bytes before the message. */
  HEADER_MAX = 7,
  NONE = -1,
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

/** What a delivery is told to do. */
export interface Delivery {
  node: number;
  slot: number;
  endpoint: number;
  /** The hub serves the tunnel. */
  fromServer: boolean;
  command: number;
  tunnel: number;
  /** Bytes before the message in the tunnel: 0 to 2. */
  prefix: number;
  prefixBytes: readonly [number, number];
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
  readonly header = new Uint8Array(DeliveryLimit.HEADER_MAX);
}

export class TunnelDelivery implements FragmentSource {
  delivered = 0;
  failed = 0;
  private readonly jobs = [new Job(), new Job()];
  private readonly block = new Uint8Array(ApsLimit.PAYLOAD_MAX);

  constructor(
    private readonly aps: ApsLayer,
    private readonly writer: ZclWriter,
    private readonly mailbox: Mailbox,
    private readonly user: DeliveryUser,
  ) {}

  isBusyWith(node: number): boolean {
    return this.find(node) !== undefined;
  }

  /** False: both jobs are in use, or there is no room; try again later. */
  start(now: number, delivery: Delivery): boolean {
    const job = this.find(NodeLimit.NONE);
    if (job === undefined || !this.writer.hasRoom()) return false;
    this.layHeader(job, delivery);
    job.total = job.headerLength + this.mailbox.total(delivery.slot);
    job.transfer = FragmentLimit.NONE;
    if (job.total > ApsLimit.PAYLOAD_MAX && !this.beginTransfer(now, job, delivery)) return false;
    job.node = delivery.node;
    job.slot = delivery.slot;
    job.endpoint = delivery.endpoint;
    job.fromServer = delivery.fromServer;
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
    for (let i = 0; i < head; i++) this.block[i] = job.header[job.offset + i]!;
    for (let i = 0; i < length; i++) this.block[head + i] = bytes[start + i]!;
    if (job.transfer !== FragmentLimit.NONE) {
      this.aps.sender.provide(now, job.transfer, this.block, 0, head + length);
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

  private layHeader(job: Job, delivery: Delivery): void {
    const control =
      ZclControl.CLUSTER |
      ZclControl.NO_DEFAULT_RESPONSE |
      (delivery.fromServer ? ZclControl.FROM_SERVER : 0);
    const { header } = job;
    const payload = putZcl(header, 0, control, this.writer.nextSequence(), delivery.command);
    const data = putTunnelId(header, payload, delivery.tunnel);
    for (let i = 0; i < delivery.prefix; i++) header[data + i] = delivery.prefixBytes[i]!;
    job.headerLength = Zcl.PAYLOAD + TransferData.DATA + delivery.prefix;
  }

  private beginTransfer(now: number, job: Job, delivery: Delivery): boolean {
    job.transfer = this.aps.sender.begin(
      now,
      delivery.node,
      delivery.endpoint,
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
