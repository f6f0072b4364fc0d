// Sends an APS payload that is longer than a frame, in blocks, a window at a time. The payload lies
// in flash: every block is fetched when it is sent, and fetched again when it is repeated.
// @source Zigbee 05-3474-22 section 2.2.8.4.5; window and spacing: Smart Energy profile 1.4
// annex "stack profile settings" (apscMaxWindowSize 1, apsInterframeDelay 50 ms)

import { Sent } from "../../../hal/sent";
import { check, earliest } from "../../kernel/partition";
import { ApsControl, ApsFragment, putApsData, putApsFragment } from "../../wire/aps";
import { ApsLimit, ApsMark } from "./aps-outbox";
import type { Memory } from "./memory";
import type { Network } from "./network";

export const enum FragmentLimit {
  /** One long message to each of two nodes: a silent one does not hold up the other. */
  TRANSFERS = 2,
  /** Of payload in a block: a whole frame less header and extension. */
  BLOCK_LENGTH = 80,
  /** Blocks are numbered in a byte. */
  BLOCKS_MAX = 255,
  INTERFRAME_MS = 50,
  NONE = -1,
}

/** Where a payload comes from, and who hears what became of it. */
export interface FragmentSource {
  /** Fetch these bytes of the payload; answer, now or later, by `FragmentSender.provide`. */
  fetch(now: number, transfer: number, offset: number, length: number): void;
  ended(now: number, transfer: number, delivered: boolean): void;
}

const enum State {
  FREE = 0,
  /** The next block is due at `dueTimes`. */
  PACED = 1,
  /** The source was asked for it. */
  FETCHING = 2,
  /** The window is sent, its acknowledgement awaited. */
  ACK = 3,
}

const enum Transfer {
  STATE = 0,
  NODE = 1,
  DESTINATION_ENDPOINT = 2,
  SOURCE_ENDPOINT = 3,
  COUNTER = 4,
  BLOCKS = 5,
  /** The first block of the window. */
  BASE = 6,
  /** A bit for each block of the window: acknowledged; sent in this round. */
  ACKNOWLEDGED = 7,
  ROUND = 8,
  TRIES = 9,
  BLOCK = 10,
  USE = 11,
  /** u16 each */
  CLUSTER = 12,
  PROFILE = 14,
  TOTAL = 16,
  SIZE = 18,
}

export class FragmentSender {
  repeated = 0;
  failed = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly dueTimes: number;
  private readonly frame: Uint8Array;

  /** @param window blocks that are sent before an acknowledgement is awaited, 1 to 3 */
  constructor(
    private readonly network: Network,
    private readonly source: FragmentSource,
    private readonly window: number,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(FragmentLimit.TRANSFERS * Transfer.SIZE);
    this.numbers = memory.numbers;
    this.dueTimes = memory.takeDues(FragmentLimit.TRANSFERS);
    this.frame = memory.scratch;
    check(window >= 1 && window <= 3, "a window that both ends keep");
  }

  /** Begins a transfer of `total` bytes; answers its number, `NONE`: both are in use. */
  begin(
    now: number,
    node: number,
    destinationEndpoint: number,
    cluster: number,
    profile: number,
    sourceEndpoint: number,
    counter: number,
    total: number,
  ): number {
    check(total > 0 && total <= FragmentLimit.BLOCKS_MAX * FragmentLimit.BLOCK_LENGTH, "it fits");
    const transfer = this.findFree();
    if (transfer === FragmentLimit.NONE) return FragmentLimit.NONE;
    const { bytes } = this;
    const at = this.first + transfer * Transfer.SIZE;
    bytes[at + Transfer.STATE] = State.PACED;
    bytes[at + Transfer.NODE] = node;
    bytes[at + Transfer.DESTINATION_ENDPOINT] = destinationEndpoint;
    bytes[at + Transfer.SOURCE_ENDPOINT] = sourceEndpoint;
    bytes[at + Transfer.COUNTER] = counter;
    bytes[at + Transfer.BLOCKS] = Math.ceil(total / FragmentLimit.BLOCK_LENGTH);
    bytes.fill(0, at + Transfer.BASE, at + Transfer.USE);
    this.putU16(at + Transfer.CLUSTER, cluster);
    this.putU16(at + Transfer.PROFILE, profile);
    this.putU16(at + Transfer.TOTAL, total);
    this.numbers[this.dueTimes + transfer] = now;
    return transfer;
  }

  /** The bytes that `fetch` asked for. */
  provide(now: number, transfer: number, from: Uint8Array, start: number, length: number): void {
    const at = this.first + transfer * Transfer.SIZE;
    if (this.bytes[at + Transfer.STATE] !== State.FETCHING) return;
    const block = this.bytes[at + Transfer.BLOCK]!;
    check(length === this.blockLength(at, block), "as much as was asked for");
    const payload = this.header(at, block);
    for (let i = 0; i < length; i++) this.frame[payload + i] = from[start + i]!;
    const mark = ApsMark.FRAGMENT | (this.bytes[at + Transfer.USE]! << 8) | transfer;
    const node = this.bytes[at + Transfer.NODE]!;
    this.bytes[at + Transfer.STATE] = State.PACED;
    if (this.network.send(now, node, this.frame, payload + length, mark) !== Sent.OK) {
      this.numbers[this.dueTimes + transfer] = now + ApsLimit.ROOM_WAIT_MS;
      return;
    }
    const bit = 1 << (block - this.bytes[at + Transfer.BASE]!);
    this.bytes[at + Transfer.ROUND] = this.bytes[at + Transfer.ROUND]! | bit;
    this.paceOrAwait(now, transfer);
  }

  /** An acknowledgement with blocks. False: it was for none of these. */
  acknowledged(now: number, node: number, counter: number, first: number, bits: number): boolean {
    for (let transfer = 0; transfer < FragmentLimit.TRANSFERS; transfer++) {
      const at = this.first + transfer * Transfer.SIZE;
      if (this.bytes[at + Transfer.STATE] === State.FREE) continue;
      if (this.bytes[at + Transfer.NODE] !== node) continue;
      if (this.bytes[at + Transfer.COUNTER] !== counter) continue;
      if (first === this.bytes[at + Transfer.BASE]) this.windowAcknowledged(now, transfer, bits);
      return true;
    }
    return false;
  }

  /** What the network tells of a block: once it is on its way, the wait for its answer begins. */
  sent(now: number, mark: number, delivered: boolean): void {
    const transfer = mark & 0xff;
    check(transfer < FragmentLimit.TRANSFERS, "a mark of ours");
    const at = this.first + transfer * Transfer.SIZE;
    if (this.bytes[at + Transfer.STATE] !== State.ACK) return;
    if (this.bytes[at + Transfer.USE] !== mark >> 8) return;
    if (delivered) this.numbers[this.dueTimes + transfer] = now + ApsLimit.ACK_WAIT_MS;
    else this.repeat(now, transfer);
  }

  /** Whether every block was sent at least once: the message may have arrived whole. */
  isLastSent(transfer: number): boolean {
    const at = this.first + transfer * Transfer.SIZE;
    const blocks = this.bytes[at + Transfer.BLOCKS]!;
    if (this.bytes[at + Transfer.BASE]! + this.window < blocks) return false;
    return this.bytes[at + Transfer.TRIES]! > 0 || this.nextBlock(at) === FragmentLimit.NONE;
  }

  /** Ends a transfer whose outcome its source knows already; `ended` is not called. */
  cancel(transfer: number): void {
    const at = this.first + transfer * Transfer.SIZE;
    this.bytes[at + Transfer.STATE] = State.FREE;
    this.bytes[at + Transfer.USE] = this.bytes[at + Transfer.USE]! + 1;
    this.numbers[this.dueTimes + transfer] = Number.POSITIVE_INFINITY;
  }

  forget(now: number, node: number): void {
    for (let transfer = 0; transfer < FragmentLimit.TRANSFERS; transfer++) {
      const at = this.first + transfer * Transfer.SIZE;
      if (this.bytes[at + Transfer.STATE] === State.FREE) continue;
      if (this.bytes[at + Transfer.NODE] === node) this.end(now, transfer, false);
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.dueTimes, FragmentLimit.TRANSFERS)) return;
    for (let transfer = 0; transfer < FragmentLimit.TRANSFERS; transfer++) {
      if (now < this.numbers[this.dueTimes + transfer]!) continue;
      const state = this.bytes[this.first + transfer * Transfer.SIZE + Transfer.STATE];
      if (state === State.PACED) this.fetchNext(now, transfer);
      else if (state === State.FETCHING) this.end(now, transfer, false);
      else this.repeat(now, transfer);
    }
  }

  private fetchNext(now: number, transfer: number): void {
    const at = this.first + transfer * Transfer.SIZE;
    const block = this.nextBlock(at);
    if (block === FragmentLimit.NONE) {
      this.paceOrAwait(now, transfer);
      return;
    }
    this.bytes[at + Transfer.STATE] = State.FETCHING;
    this.bytes[at + Transfer.BLOCK] = block;
    // A source that never answers has lost the message: flash takes milliseconds.
    this.numbers[this.dueTimes + transfer] = now + ApsLimit.FATE_WAIT_MS;
    const offset = block * FragmentLimit.BLOCK_LENGTH;
    this.source.fetch(now, transfer, offset, this.blockLength(at, block));
  }

  /** The next block of the window that is neither acknowledged nor sent in this round. */
  private nextBlock(at: number): number {
    const base = this.bytes[at + Transfer.BASE]!;
    const done = this.bytes[at + Transfer.ACKNOWLEDGED]! | this.bytes[at + Transfer.ROUND]!;
    const end = Math.min(base + this.window, this.bytes[at + Transfer.BLOCKS]!);
    for (let block = base; block < end; block++) {
      if ((done & (1 << (block - base))) === 0) return block;
    }
    return FragmentLimit.NONE;
  }

  private paceOrAwait(now: number, transfer: number): void {
    const at = this.first + transfer * Transfer.SIZE;
    const more = this.nextBlock(at) !== FragmentLimit.NONE;
    this.bytes[at + Transfer.STATE] = more ? State.PACED : State.ACK;
    const node = this.bytes[at + Transfer.NODE]!;
    const wait = this.network.nodes.sleeps(node) ? ApsLimit.FATE_WAIT_MS : ApsLimit.ACK_WAIT_MS;
    this.numbers[this.dueTimes + transfer] = now + (more ? FragmentLimit.INTERFRAME_MS : wait);
  }

  private windowAcknowledged(now: number, transfer: number, bits: number): void {
    const at = this.first + transfer * Transfer.SIZE;
    const { bytes } = this;
    const blocks = Math.min(this.window, bytes[at + Transfer.BLOCKS]! - bytes[at + Transfer.BASE]!);
    const all = (1 << blocks) - 1;
    bytes[at + Transfer.ACKNOWLEDGED] = bytes[at + Transfer.ACKNOWLEDGED]! | (bits & all);
    if (bytes[at + Transfer.ACKNOWLEDGED] !== all) {
      if (bytes[at + Transfer.STATE] === State.ACK) this.repeat(now, transfer);
      return;
    }
    bytes[at + Transfer.BASE] = bytes[at + Transfer.BASE]! + blocks;
    bytes[at + Transfer.ACKNOWLEDGED] = 0;
    bytes[at + Transfer.ROUND] = 0;
    bytes[at + Transfer.TRIES] = 0;
    if (bytes[at + Transfer.BASE] === bytes[at + Transfer.BLOCKS]) {
      this.end(now, transfer, true);
      return;
    }
    bytes[at + Transfer.STATE] = State.PACED;
    this.fetchNext(now, transfer);
  }

  private repeat(now: number, transfer: number): void {
    const at = this.first + transfer * Transfer.SIZE;
    if (this.bytes[at + Transfer.TRIES]! >= ApsLimit.RETRIES_MAX) {
      this.failed++;
      this.end(now, transfer, false);
      return;
    }
    this.repeated++;
    this.bytes[at + Transfer.TRIES] = this.bytes[at + Transfer.TRIES]! + 1;
    this.bytes[at + Transfer.ROUND] = 0;
    this.bytes[at + Transfer.STATE] = State.PACED;
    this.fetchNext(now, transfer);
  }

  private end(now: number, transfer: number, delivered: boolean): void {
    const at = this.first + transfer * Transfer.SIZE;
    this.bytes[at + Transfer.STATE] = State.FREE;
    this.bytes[at + Transfer.USE] = this.bytes[at + Transfer.USE]! + 1;
    this.numbers[this.dueTimes + transfer] = Number.POSITIVE_INFINITY;
    this.source.ended(now, transfer, delivered);
  }

  private header(at: number, block: number): number {
    const { bytes } = this;
    putApsData(
      this.frame,
      0,
      ApsControl.ACK_REQUEST,
      bytes[at + Transfer.DESTINATION_ENDPOINT]!,
      this.u16(at + Transfer.CLUSTER),
      this.u16(at + Transfer.PROFILE),
      bytes[at + Transfer.SOURCE_ENDPOINT]!,
      bytes[at + Transfer.COUNTER]!,
    );
    const first = block === 0;
    const number = first ? bytes[at + Transfer.BLOCKS]! : block;
    return putApsFragment(this.frame, 0, first ? ApsFragment.FIRST : ApsFragment.LATER, number);
  }

  private blockLength(at: number, block: number): number {
    const rest = this.u16(at + Transfer.TOTAL) - block * FragmentLimit.BLOCK_LENGTH;
    return Math.min(rest, FragmentLimit.BLOCK_LENGTH);
  }

  private findFree(): number {
    for (let transfer = 0; transfer < FragmentLimit.TRANSFERS; transfer++) {
      if (this.bytes[this.first + transfer * Transfer.SIZE + Transfer.STATE] === State.FREE)
        return transfer;
    }
    return FragmentLimit.NONE;
  }

  private u16(at: number): number {
    return this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  private putU16(at: number, value: number): void {
    this.bytes[at] = value;
    this.bytes[at + 1] = value >> 8;
  }
}
