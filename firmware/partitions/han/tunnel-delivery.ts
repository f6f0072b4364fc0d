// Carries a kept message to its device as one TransferData: in a frame where it fits, in fragments
// where not, read from flash block by block. Says whether the device has it.
// @source Smart Energy 07-5356-22 annex D.6.2.4.3; GBCS section 10.2.2 (what goes before a message)

import { earliest } from "../../kernel/partition";
import { Profile } from "../../wire/aps";
import { putTunnelId, TunnelGenerated, TunnelReceived } from "../../wire/clusters/tunnelling";
import { readU16, writeU16 } from "../../wire/little-endian";
import { Cluster, putZcl, ZclControl } from "../../wire/zcl";
import type { ApsLayer } from "./aps-layer";
import { ApsLimit } from "./aps-outbox";
import { Job } from "./delivery-job";
import { Endpoint } from "./endpoints";
import { FragmentLimit, type FragmentSource } from "./fragment-sender";
import { MailState } from "./mail-directory";
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

export class TunnelDelivery implements FragmentSource {
  delivered = 0;
  failed = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly dues: number;
  private readonly block: Uint8Array;

  constructor(
    private readonly aps: ApsLayer,
    private readonly writer: ZclWriter,
    private readonly mailbox: Mailbox,
    private readonly user: DeliveryUser,
    memory: Memory,
  ) {
    this.block = memory.scratch;
    this.bytes = memory.bytes;
    this.first = memory.take(DeliveryLimit.JOBS * Job.LENGTH);
    this.numbers = memory.numbers;
    this.dues = memory.takeDues(DeliveryLimit.JOBS);
  }

  isBusyWith(node: number): boolean {
    return this.find(node) !== Job.NONE;
  }

  /**
   * Gives a message to a meter that serves the tunnel. False: both jobs are in use, or there is no
   * room; try again later.
   */
  give(now: number, node: number, slot: number, endpoint: number, tunnel: number): boolean {
    const job = this.find(NodeLimit.NONE);
    if (job === Job.NONE || !this.writer.hasRoom()) return false;
    this.layHeader(job, ZclControl.CLUSTER, TunnelReceived.TRANSFER_DATA, tunnel);
    this.bytes[job + Job.HEADER_LENGTH] = DeliveryHeader.LENGTH;
    this.bytes[job + Job.FROM_SERVER] = 0;
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
    if (job === Job.NONE || !this.writer.hasRoom()) return false;
    const control = ZclControl.CLUSTER | ZclControl.FROM_SERVER;
    this.layHeader(job, control, TunnelGenerated.TRANSFER_DATA, tunnel);
    this.bytes[job + Job.HEADER + DeliveryHeader.LENGTH] = Transfer.GET_RESPONSE;
    this.bytes[job + Job.HEADER + DeliveryHeader.LENGTH + 1] = more;
    this.bytes[job + Job.HEADER_LENGTH] = DeliveryHeader.LENGTH + DeliveryHeader.PREFIX;
    this.bytes[job + Job.FROM_SERVER] = 1;
    return this.start(now, job, node, slot, endpoint);
  }

  /** A message of the device came: is it the answer to what is under way? */
  spoke(now: number, node: number): void {
    const job = this.find(node);
    if (job === Job.NONE || this.isKnown(job) || !this.mayBeThere(job)) return;
    this.bytes[job + Job.IS_KNOWN] = 1;
    this.delivered++;
    this.mailbox.delivered(now, this.bytes[job + Job.SLOT]!);
    if (this.bytes[job + Job.STATE] === State.SETTLING) this.close(now, job, true);
  }

  /** TransferDataError: the device does not have it. False: nothing was under way. */
  objected(now: number, node: number): boolean {
    const job = this.find(node);
    if (job === Job.NONE || this.isKnown(job)) return false;
    if (this.transfer(job) !== FragmentLimit.NONE) this.aps.sender.cancel(this.transfer(job));
    this.lose(now, job);
    return true;
  }

  forget(now: number, node: number): void {
    const job = this.find(node);
    if (job === Job.NONE) return;
    if (this.transfer(job) !== FragmentLimit.NONE) this.aps.sender.cancel(this.transfer(job));
    this.lose(now, job);
  }

  fetch(now: number, transfer: number, offset: number, length: number): void {
    for (let job = this.first; job < this.end(); job += Job.LENGTH) {
      if (this.bytes[job + Job.STATE] === State.FREE || this.transfer(job) !== transfer) continue;
      this.read(now, job, offset, length);
    }
  }

  ended(now: number, transfer: number, delivered: boolean): void {
    for (let job = this.first; job < this.end(); job += Job.LENGTH) {
      if (this.bytes[job + Job.STATE] === State.FREE || this.transfer(job) !== transfer) continue;
      this.bytes[job + Job.TRANSFER] = 0;
      this.acknowledged(now, job, delivered);
    }
  }

  /** The fate of a frame: `token` is the job's number from 1. */
  confirm(now: number, token: number, delivered: boolean): void {
    const job = this.first + (token - 1) * Job.LENGTH;
    if (job >= this.end()) return;
    if (this.bytes[job + Job.STATE] === State.SENDING) this.acknowledged(now, job, delivered);
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
    const job = this.first + (reader - DeliveryLimit.READER) * Job.LENGTH;
    if (this.bytes[job + Job.STATE] === State.FREE) return;
    if (!ok) {
      if (this.transfer(job) !== FragmentLimit.NONE) this.aps.sender.cancel(this.transfer(job));
      this.lose(now, job);
      return;
    }
    const head = Math.max(
      0,
      this.bytes[job + Job.HEADER_LENGTH]! - readU16(this.bytes, job + Job.OFFSET),
    );
    if (this.transfer(job) !== FragmentLimit.NONE) {
      // Behind the frame in which the sender puts it.
      const { block } = this;
      const at = Scratch.NWK;
      for (let i = 0; i < head; i++)
        block[at + i] = this.bytes[job + Job.HEADER + readU16(this.bytes, job + Job.OFFSET) + i]!;
      for (let i = 0; i < length; i++) block[at + head + i] = bytes[start + i]!;
      this.aps.sender.provide(now, this.transfer(job), block, at, head + length);
    } else if (this.bytes[job + Job.STATE] === State.READING) {
      this.sendFrame(now, job, bytes, start, length);
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.dues, DeliveryLimit.JOBS)) return;
    for (let job = this.first; job < this.end(); job += Job.LENGTH) {
      if (now < this.numbers[this.dues + this.indexOf(job)]!) continue;
      this.setDue(job, Number.POSITIVE_INFINITY);
      if (this.bytes[job + Job.MUST_READ] === 1)
        this.read(
          now,
          job,
          readU16(this.bytes, job + Job.OFFSET),
          readU16(this.bytes, job + Job.PART),
        );
      else if (this.bytes[job + Job.STATE] === State.SETTLING) this.succeed(now, job);
      else if (this.bytes[job + Job.STATE] === State.READING)
        this.read(
          now,
          job,
          readU16(this.bytes, job + Job.OFFSET),
          readU16(this.bytes, job + Job.PART),
        );
    }
  }

  private layHeader(job: number, control: number, command: number, tunnel: number): void {
    const bits = control | ZclControl.NO_DEFAULT_RESPONSE;
    const payload = putZcl(this.bytes, job + Job.HEADER, bits, this.writer.nextSequence(), command);
    putTunnelId(this.bytes, payload, tunnel);
  }

  private start(now: number, job: number, node: number, slot: number, endpoint: number): boolean {
    writeU16(
      this.bytes,
      job + Job.TOTAL,
      this.bytes[job + Job.HEADER_LENGTH]! + this.mailbox.total(slot),
    );
    this.bytes[job + Job.TRANSFER] = 0;
    if (
      readU16(this.bytes, job + Job.TOTAL) > ApsLimit.PAYLOAD_MAX &&
      !this.beginTransfer(now, job, node, endpoint)
    ) {
      return false;
    }
    this.bytes[job + Job.NODE] = node + 1;
    this.bytes[job + Job.SLOT] = slot;
    this.bytes[job + Job.ENDPOINT] = endpoint;
    this.bytes[job + Job.IS_KNOWN] = 0;
    this.mailbox.setState(this.bytes[job + Job.SLOT]!, MailState.SENDING);
    if (this.transfer(job) !== FragmentLimit.NONE) {
      this.bytes[job + Job.STATE] = State.SENDING;
      this.aps.sender.tick(now);
      return true;
    }
    this.bytes[job + Job.STATE] = State.READING;
    this.read(
      now,
      job,
      this.bytes[job + Job.HEADER_LENGTH]!,
      readU16(this.bytes, job + Job.TOTAL) - this.bytes[job + Job.HEADER_LENGTH]!,
    );
    return true;
  }

  private beginTransfer(now: number, job: number, node: number, endpoint: number): boolean {
    const transfer = this.aps.sender.begin(
      now,
      node,
      endpoint,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      Endpoint.HUB,
      this.aps.nextCounter(),
      readU16(this.bytes, job + Job.TOTAL),
    );
    this.bytes[job + Job.TRANSFER] = transfer + 1;
    return transfer !== FragmentLimit.NONE;
  }

  private read(now: number, job: number, offset: number, length: number): void {
    writeU16(this.bytes, job + Job.OFFSET, offset);
    writeU16(this.bytes, job + Job.PART, length);
    const from = Math.max(0, offset - this.bytes[job + Job.HEADER_LENGTH]!);
    const head = Math.max(0, this.bytes[job + Job.HEADER_LENGTH]! - offset);
    const reader = DeliveryLimit.READER + this.indexOf(job);
    const mustRead = !this.mailbox.read(this.bytes[job + Job.SLOT]!, from, length - head, reader);
    this.bytes[job + Job.MUST_READ] = mustRead ? 1 : 0;
    this.setDue(job, mustRead ? now + DeliveryLimit.RETRY_MS : Number.POSITIVE_INFINITY);
  }

  /** A short message: in one frame, with the header in front. */
  private sendFrame(
    now: number,
    job: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    const { outbox } = this.aps;
    const at = outbox.open(
      this.node(job),
      this.bytes[job + Job.ENDPOINT]!,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      Endpoint.HUB,
      this.aps.nextCounter(),
    );
    if (at < 0) {
      this.setDue(job, now + DeliveryLimit.RETRY_MS);
      return;
    }
    for (let i = 0; i < this.bytes[job + Job.HEADER_LENGTH]!; i++)
      outbox.bytes[at + i] = this.bytes[job + Job.HEADER + i]!;
    const data = at + this.bytes[job + Job.HEADER_LENGTH]!;
    for (let i = 0; i < length; i++) outbox.bytes[data + i] = bytes[start + i]!;
    this.bytes[job + Job.STATE] = State.SENDING;
    outbox.close(now, data + length, 1 + this.indexOf(job));
  }

  private acknowledged(now: number, job: number, delivered: boolean): void {
    if (this.isKnown(job)) {
      this.close(now, job, true);
    } else if (!delivered) {
      this.lose(now, job);
    } else if (this.bytes[job + Job.FROM_SERVER] === 1) {
      this.succeed(now, job);
    } else {
      this.bytes[job + Job.STATE] = State.SETTLING;
      this.setDue(job, now + DeliveryLimit.OBJECTION_MS);
    }
  }

  private mayBeThere(job: number): boolean {
    if (this.bytes[job + Job.STATE] === State.SETTLING) return true;
    if (this.bytes[job + Job.STATE] !== State.SENDING) return false;
    return (
      this.transfer(job) === FragmentLimit.NONE || this.aps.sender.isLastSent(this.transfer(job))
    );
  }

  private succeed(now: number, job: number): void {
    this.delivered++;
    this.mailbox.delivered(now, this.bytes[job + Job.SLOT]!);
    this.close(now, job, true);
  }

  private lose(now: number, job: number): void {
    this.failed++;
    if (!this.isKnown(job)) this.mailbox.setState(this.bytes[job + Job.SLOT]!, MailState.WAITING);
    this.close(now, job, this.isKnown(job));
  }

  private close(now: number, job: number, delivered: boolean): void {
    const node = this.node(job);
    this.bytes[job + Job.STATE] = State.FREE;
    this.bytes[job + Job.NODE] = 0;
    this.bytes[job + Job.TRANSFER] = 0;
    this.bytes[job + Job.MUST_READ] = 0;
    this.setDue(job, Number.POSITIVE_INFINITY);
    this.user.deliveryEnded(now, node, delivered);
  }

  /** The job of a node; of `NodeLimit.NONE`: a free one; `Job.NONE`. */
  private find(node: number): number {
    for (let job = this.first; job < this.end(); job += Job.LENGTH) {
      if (this.node(job) === node) return job;
    }
    return Job.NONE;
  }

  private end(): number {
    return this.first + DeliveryLimit.JOBS * Job.LENGTH;
  }

  private indexOf(job: number): number {
    return (job - this.first) / Job.LENGTH;
  }

  private setDue(job: number, due: number): void {
    this.numbers[this.dues + this.indexOf(job)] = due;
  }

  private node(job: number): number {
    return this.bytes[job + Job.NODE]! - 1;
  }

  private transfer(job: number): number {
    return this.bytes[job + Job.TRANSFER]! - 1;
  }

  private isKnown(job: number): boolean {
    return this.bytes[job + Job.IS_KNOWN] === 1;
  }
}
