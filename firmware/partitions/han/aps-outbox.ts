// APS data frames on their way out: each is sent, awaited and repeated until the node acknowledged
// it or three repetitions have failed.
// @source Zigbee 05-3474-22 section 2.2.8.4.2, 2.2.7.1 (constants)

import { Sent } from "../../../hal/sent";
import { check, earliest } from "../../kernel/partition";
import { Aps, ApsControl, putApsData } from "../../wire/aps";
import { copyBytes } from "../../wire/little-endian";
import type { Memory } from "./memory";
import { type Network, NetworkLimit } from "./network";

export const enum ApsLimit {
  /** apscMaxFrameRetries. */
  RETRIES_MAX = 3,
  /** apscAckWaitDuration, one hop: the way there and back, and the node's own security work. */
  ACK_WAIT_MS = 1_600,
  /** For a sleeping node: the frame waits 7.68 s for it at most, then the network tells. */
  FATE_WAIT_MS = 10_000,
  /** The network's queue empties at a frame in a few milliseconds. */
  ROOM_WAIT_MS = 20,
  /** Room that does not come is as good as no acknowledgement. */
  ROOM_TRIES_MAX = 250,
  /** Bytes of payload in a frame without extension. */
  PAYLOAD_MAX = 82,
  NONE = -1,
}

export const enum OutboxLimit {
  /**
   * Questions to and answers for eight nodes at once, and two acknowledged reports of each meter.
   */
  ENTRIES = 12,
}

const enum State {
  FREE = 0,
  /** Being written by the one who opened it. */
  OPEN = 1,
  /** The network had no room. */
  ROOM = 2,
  /** Handed over: the network tells when the radio is done with it. */
  ON_AIR = 3,
  ACK = 4,
}

const enum Entry {
  STATE = 0,
  NODE = 1,
  TRIES = 2,
  ROOM_TRIES = 3,
  LENGTH = 4,
  /** Counts uses of this entry, so that a late fate of an earlier frame is not taken for this. */
  USE = 5,
  /** u16 */
  TOKEN = 6,
  FRAME = 8,
  SIZE = 98,
}

/** Who asked is told what became of a frame. */
export interface OutboxUser {
  /** The fate of a frame sent with a token. */
  confirm(now: number, token: number, delivered: boolean): void;
}

export class ApsOutbox {
  /** Where `open` lets the payload be written. */
  readonly bytes: Uint8Array;
  full = 0;
  repeated = 0;
  unacknowledged = 0;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly dueTimes: number;
  private readonly frame: Uint8Array;
  private opened: number = ApsLimit.NONE;

  constructor(
    private readonly network: Network,
    private readonly user: OutboxUser,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(OutboxLimit.ENTRIES * Entry.SIZE);
    this.numbers = memory.numbers;
    this.dueTimes = memory.takeDues(OutboxLimit.ENTRIES);
    this.frame = memory.scratch;
  }

  /**
   * Takes an entry and writes the header. The caller writes up to `ApsLimit.PAYLOAD_MAX` bytes at
   * the place that it answers in `bytes`, then calls `close`. `NONE`: no room, try again later.
   */
  open(
    node: number,
    destinationEndpoint: number,
    cluster: number,
    profile: number,
    sourceEndpoint: number,
    counter: number,
  ): number {
    check(this.opened === ApsLimit.NONE, "one frame at a time is written");
    const index = this.findFree();
    if (index === ApsLimit.NONE) {
      this.full++;
      return ApsLimit.NONE;
    }
    const at = this.first + index * Entry.SIZE;
    this.opened = index;
    this.bytes[at + Entry.STATE] = State.OPEN;
    this.bytes[at + Entry.NODE] = node;
    this.bytes[at + Entry.TRIES] = 0;
    this.bytes[at + Entry.ROOM_TRIES] = 0;
    this.bytes[at + Entry.USE] = this.bytes[at + Entry.USE]! + 1;
    return putApsData(
      this.bytes,
      at + Entry.FRAME,
      ApsControl.ACK_REQUEST,
      destinationEndpoint,
      cluster,
      profile,
      sourceEndpoint,
      counter,
    );
  }

  /** Room for an answer and a question of its handler. */
  hasRoom(): boolean {
    let missing = 2;
    for (let index = 0; index < OutboxLimit.ENTRIES && missing > 0; index++) {
      if (this.bytes[this.first + index * Entry.SIZE + Entry.STATE] === State.FREE) missing--;
    }
    return missing === 0;
  }

  /** The payload is written up to `end`: sends it. `token` comes back in `confirm`, unless 0. */
  close(now: number, end: number, token: number): void {
    const index = this.opened;
    check(index !== ApsLimit.NONE, "a frame is being written");
    const at = this.first + index * Entry.SIZE;
    const length = end - at - Entry.FRAME;
    check(length >= Aps.DATA_HEADER && length <= NetworkLimit.APS_MAX, "the frame fits");
    this.opened = ApsLimit.NONE;
    this.bytes[at + Entry.LENGTH] = length;
    this.bytes[at + Entry.TOKEN] = token;
    this.bytes[at + Entry.TOKEN + 1] = token >> 8;
    this.transmit(now, index);
  }

  /** Nothing was written after all. */
  abandon(): void {
    check(this.opened !== ApsLimit.NONE, "a frame is being written");
    this.bytes[this.first + this.opened * Entry.SIZE + Entry.STATE] = State.FREE;
    this.opened = ApsLimit.NONE;
  }

  /** An acknowledgement of `node` for this counter. False: it was for none of these. */
  acknowledged(now: number, node: number, counter: number): boolean {
    for (let index = 0; index < OutboxLimit.ENTRIES; index++) {
      const at = this.first + index * Entry.SIZE;
      if (this.bytes[at + Entry.STATE]! < State.ROOM || this.bytes[at + Entry.NODE] !== node) {
        continue;
      }
      if (this.bytes[at + Entry.FRAME + Aps.COUNTER] !== counter) continue;
      this.end(now, index, true);
      return true;
    }
    return false;
  }

  /** What the network tells of a frame: `mark` is what `transmit` gave it. */
  sent(now: number, mark: number, delivered: boolean): void {
    const index = mark & 0xff;
    check(index < OutboxLimit.ENTRIES, "a mark of ours");
    const at = this.first + index * Entry.SIZE;
    if (this.bytes[at + Entry.STATE] !== State.ON_AIR) return;
    if (this.bytes[at + Entry.USE] !== mark >> 8) return;
    if (!delivered) {
      this.retry(now, index);
      return;
    }
    this.bytes[at + Entry.STATE] = State.ACK;
    this.numbers[this.dueTimes + index] = now + ApsLimit.ACK_WAIT_MS;
  }

  /** The node is gone: nothing is sent to it any more. */
  forget(now: number, node: number): void {
    for (let index = 0; index < OutboxLimit.ENTRIES; index++) {
      const at = this.first + index * Entry.SIZE;
      if (this.bytes[at + Entry.STATE]! >= State.ROOM && this.bytes[at + Entry.NODE] === node) {
        this.end(now, index, false);
      }
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.dueTimes, OutboxLimit.ENTRIES)) return;
    for (let index = 0; index < OutboxLimit.ENTRIES; index++) {
      if (now < this.numbers[this.dueTimes + index]!) continue;
      if (this.bytes[this.first + index * Entry.SIZE + Entry.STATE] === State.ROOM)
        this.transmit(now, index);
      else this.retry(now, index);
    }
  }

  private retry(now: number, index: number): void {
    const at = this.first + index * Entry.SIZE;
    if (this.bytes[at + Entry.TRIES]! >= ApsLimit.RETRIES_MAX) {
      this.unacknowledged++;
      this.end(now, index, false);
      return;
    }
    this.bytes[at + Entry.TRIES] = this.bytes[at + Entry.TRIES]! + 1;
    this.repeated++;
    this.transmit(now, index);
  }

  private transmit(now: number, index: number): void {
    const at = this.first + index * Entry.SIZE;
    const length = this.bytes[at + Entry.LENGTH]!;
    copyBytes(this.bytes, at + Entry.FRAME, this.frame, 0, length);
    const mark = (this.bytes[at + Entry.USE]! << 8) | index;
    const node = this.bytes[at + Entry.NODE]!;
    if (this.network.send(now, node, this.frame, length, ApsMark.OUTBOX | mark) === Sent.OK) {
      this.bytes[at + Entry.STATE] = State.ON_AIR;
      this.numbers[this.dueTimes + index] = now + ApsLimit.FATE_WAIT_MS;
      return;
    }
    const roomTries = this.bytes[at + Entry.ROOM_TRIES]! + 1;
    this.bytes[at + Entry.ROOM_TRIES] = roomTries;
    if (roomTries > ApsLimit.ROOM_TRIES_MAX) {
      this.unacknowledged++;
      this.end(now, index, false);
      return;
    }
    this.bytes[at + Entry.STATE] = State.ROOM;
    this.numbers[this.dueTimes + index] = now + ApsLimit.ROOM_WAIT_MS;
  }

  private end(now: number, index: number, delivered: boolean): void {
    const at = this.first + index * Entry.SIZE;
    this.bytes[at + Entry.STATE] = State.FREE;
    this.numbers[this.dueTimes + index] = Number.POSITIVE_INFINITY;
    const token = this.bytes[at + Entry.TOKEN]! | (this.bytes[at + Entry.TOKEN + 1]! << 8);
    if (token !== 0) this.user.confirm(now, token, delivered);
  }

  private findFree(): number {
    for (let index = 0; index < OutboxLimit.ENTRIES; index++) {
      if (this.bytes[this.first + index * Entry.SIZE + Entry.STATE] === State.FREE) return index;
    }
    return ApsLimit.NONE;
  }
}

/** The upper bits of a token given to the network say whose it is. */
export const enum ApsMark {
  OUTBOX = 0x1_0000,
  FRAGMENT = 0x2_0000,
  MASK = 0xffff,
}
