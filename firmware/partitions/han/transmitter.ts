// Frames to the air: one in flight, its result by status, the rest in the queue.
// @source OpenThread spinel.h, SPINEL_PROP_STREAM_RAW

import { check } from "../../kernel/partition";
import { macAckRequest } from "../../wire/mac";
import { putSpinel, SpinelCommand } from "../../wire/spinel";
import { SpinelProperty, SpinelStatus } from "../../wire/spinel-property";
import { putSend, StreamRawDefault } from "../../wire/spinel-stream";
import { Due, type Memory } from "./memory";
import { type RadioCounts, type RadioOwner, Transmission } from "./radio-owner";
import type { RadioSettings } from "./radio-setup";
import { TimeOnAir } from "./time-on-air";
import { QueueLimit, TransmitQueue } from "./transmit-queue";

const enum Wait {
  /** Four attempts with the longest backoffs last under 0.2 s. */
  TRANSMIT_MS = 1000,
  /** Two results in a row that never came: the co-processor hangs. */
  TIMEOUTS = 2,
}

export class Transmitter {
  private readonly numbers: Float64Array;
  private readonly queue: TransmitQueue;
  private inFlight: number = QueueLimit.NONE;
  private tid = 0;
  private timeouts = 0;
  private readonly onAir: TimeOnAir;

  constructor(
    private readonly settings: RadioSettings,
    private readonly owner: RadioOwner,
    private readonly counts: RadioCounts,
    memory: Memory,
  ) {
    this.numbers = memory.numbers;
    this.queue = new TransmitQueue(memory);
    this.onAir = new TimeOnAir(settings, memory);
  }

  /** False: no room, or the hub has been on air for too long. */
  take(now: number, psdu: Uint8Array, length: number, tag: number, urgent: boolean): boolean {
    return this.onAir.isAllowed(now, urgent) && this.queue.put(psdu, length, tag, urgent);
  }

  /** A MAC frame came: the co-processor has acknowledged it, where that was asked for. */
  received(now: number, bytes: Uint8Array, start: number): void {
    if (macAckRequest(bytes, start)) this.onAir.acknowledged(now);
  }

  /** Whether this transaction is the frame in flight. */
  owns(tid: number): boolean {
    return this.inFlight !== QueueLimit.NONE && tid === this.tid;
  }

  /** Writes the Spinel frame of the next frame to send; 0: none, or one is in flight. */
  putNext(bytes: Uint8Array, tid: number): number {
    if (this.inFlight !== QueueLimit.NONE) return 0;
    const slot = this.queue.next();
    if (slot === QueueLimit.NONE) return 0;
    const at = putSpinel(bytes, 0, tid, SpinelCommand.SET, SpinelProperty.STREAM_RAW);
    return putSend(
      bytes,
      at,
      this.queue.bytes,
      this.queue.frameAt(slot),
      this.queue.frameLength(slot),
      this.settings.channel,
      StreamRawDefault.BACKOFFS,
      StreamRawDefault.RETRIES,
      true,
    );
  }

  /** What `putNext` wrote is on the line. */
  started(now: number, tid: number): void {
    this.inFlight = this.queue.next();
    check(this.inFlight !== QueueLimit.NONE, "nothing was started");
    this.tid = tid;
    this.numbers[Due.RADIO_TRANSMIT] = now + Wait.TRANSMIT_MS;
  }

  ended(now: number, status: number): void {
    this.timeouts = 0;
    if (status === SpinelStatus.OK) this.finish(now, Transmission.OK);
    else if (status === SpinelStatus.NO_ACK) this.finish(now, Transmission.NO_ACK);
    else if (status === SpinelStatus.CCA_FAILURE) this.finish(now, Transmission.CHANNEL_BUSY);
    else this.finish(now, Transmission.FAILED);
  }

  /** No result came in time. True: give the co-processor up. */
  timedOut(now: number): boolean {
    this.counts.timeouts++;
    this.timeouts++;
    this.finish(now, Transmission.FAILED);
    return this.timeouts >= Wait.TIMEOUTS;
  }

  /** The co-processor was reset: nothing of what it had is known. */
  loseAll(now: number): void {
    this.timeouts = 0;
    this.numbers[Due.RADIO_TRANSMIT] = Infinity;
    this.inFlight = QueueLimit.NONE;
    for (let i = 0; i < QueueLimit.FRAMES; i++) {
      const slot = this.queue.next();
      if (slot === QueueLimit.NONE) break;
      const tag = this.queue.tag(slot);
      this.queue.free(slot);
      this.counts.failed++;
      this.owner.frameSent(now, tag, Transmission.FAILED);
    }
  }

  private finish(now: number, result: Transmission): void {
    check(this.inFlight !== QueueLimit.NONE, "nothing was being sent");
    const tag = this.queue.tag(this.inFlight);
    this.onAir.sent(now, this.queue.frameLength(this.inFlight), result);
    this.queue.free(this.inFlight);
    this.inFlight = QueueLimit.NONE;
    this.numbers[Due.RADIO_TRANSMIT] = Infinity;
    if (result === Transmission.OK) this.counts.sent++;
    else if (result === Transmission.NO_ACK) this.counts.noAck++;
    else if (result === Transmission.CHANNEL_BUSY) this.counts.channelBusy++;
    else this.counts.failed++;
    this.owner.frameSent(now, tag, result);
  }
}
