// Takes APS payloads that come in blocks. What is whole so far goes on to its sink at once (flash,
// by way of the mailbox); only the blocks of one window wait here. The last acknowledgement is held
// back until the sink says that the whole payload lies in flash.
// @source Zigbee 05-3474-22 section 2.2.8.4.5

import { Sent } from "../../../hal/sent";
import { earliest } from "../../kernel/partition";
import {
  ApsFragment,
  apsBlock,
  apsCluster,
  apsCounter,
  apsDestinationEndpoint,
  apsFragment,
  apsHeaderEnd,
  apsSourceEndpoint,
  putApsAck,
  putApsAckBlocks,
} from "../../wire/aps";
import type { Memory } from "./memory";
import { type Network, NetworkLimit } from "./network";

export const enum AssemblyLimit {
  /** A long message of each of two nodes at once. */
  ASSEMBLIES = 2,
  /** A frame of 90 bytes less header and extension. */
  BLOCK_MAX = 80,
  WINDOW_MAX = 3,
  /** Its sender has given up: four tries of 1.6 s for a block, or asleep and not back. */
  SILENCE_MS = 15_000,
  /** Blocks repeated after the end are acknowledged once more for so long. */
  DONE_MS = 8_000,
  NONE = -1,
}

/** Where payloads go. */
export interface FragmentSink {
  /**
   * A payload of at most `bound` bytes begins with these. Answers its number for the calls below,
   * `AssemblyLimit.NONE` to refuse it: nothing is acknowledged and its sender tries again.
   */
  begin(
    now: number,
    node: number,
    endpoint: number,
    sourceEndpoint: number,
    cluster: number,
    bound: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number;
  /** The next bytes. False: no room yet; they come again. */
  piece(now: number, payload: number, bytes: Uint8Array, start: number, length: number): boolean;
  /** That was all. `FragmentReceiver.kept` is called when it lies in flash, or cannot. */
  complete(now: number, payload: number): void;
  /** The rest will not come. */
  abort(now: number, payload: number): void;
}

const enum State {
  FREE = 0,
  OPEN = 1,
  /** All is with the sink, which is storing it. */
  STORING = 2,
  DONE = 3,
}

const enum Assembly {
  STATE = 0,
  NODE = 1,
  COUNTER = 2,
  /** 0: the first block, which tells, has not come. */
  BLOCKS = 3,
  /** The first block that is not with the sink. */
  BASE = 4,
  /** A bit for each block of the window that is here or with the sink. */
  BITS = 5,
  /** The first block of the window. */
  WINDOW = 6,
  /** The number that the sink gave. */
  PAYLOAD = 7,
  /** Header of a frame of it, to write its acknowledgements from. */
  HEADER = 8,
  LENGTHS = 18,
  /** A block of the window after the other. */
  BUFFER = 22,
}

export class FragmentReceiver {
  aborted = 0;
  refused = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  /** Bytes of an assembly. */
  private readonly size: number;
  private readonly numbers: Float64Array;
  private readonly dueTimes: number;
  private readonly frame: Uint8Array;

  /** @param window blocks that come before we acknowledge, 1 to 3; both ends keep the same */
  constructor(
    private readonly network: Network,
    private readonly sink: FragmentSink,
    private readonly window: number,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.size = Assembly.BUFFER + window * AssemblyLimit.BLOCK_MAX;
    this.first = memory.take(AssemblyLimit.ASSEMBLIES * this.size);
    this.numbers = memory.numbers;
    this.dueTimes = memory.takeDues(AssemblyLimit.ASSEMBLIES);
    this.frame = memory.scratch;
  }

  /** A data frame with a fragment in its extension, checked before. */
  block(now: number, node: number, frame: Uint8Array, start: number, length: number): void {
    const first = apsFragment(frame, start) === ApsFragment.FIRST;
    const number = first ? 0 : apsBlock(frame, start);
    const payload = apsHeaderEnd(frame, start);
    const size = start + length - payload;
    // Before a place is looked for: what is no block must not take one.
    const isBlock = size > 0 && size <= AssemblyLimit.BLOCK_MAX;
    const index = isBlock ? this.find(now, node, frame, start, first) : AssemblyLimit.NONE;
    if (index === AssemblyLimit.NONE) {
      this.refused++;
      return;
    }
    const at = this.first + index * this.size;
    if (this.bytes[at + Assembly.STATE] === State.DONE) {
      this.acknowledge(now, index);
      return;
    }
    if (this.bytes[at + Assembly.STATE] === State.STORING) return;
    this.numbers[this.dueTimes + index] = now + AssemblyLimit.SILENCE_MS;
    if (first) this.bytes[at + Assembly.BLOCKS] = apsBlock(frame, start);
    this.keep(index, number, frame, payload, size);
    this.drain(now, index, frame, start);
    this.acknowledgeWindow(now, index, number);
  }

  /** The sink's last word on a payload. */
  kept(now: number, payload: number, ok: boolean): void {
    for (let index = 0; index < AssemblyLimit.ASSEMBLIES; index++) {
      const at = this.first + index * this.size;
      if (this.bytes[at + Assembly.STATE] !== State.STORING) continue;
      if (this.bytes[at + Assembly.PAYLOAD] !== payload) continue;
      if (!ok) {
        this.free(index);
        return;
      }
      this.bytes[at + Assembly.STATE] = State.DONE;
      this.numbers[this.dueTimes + index] = now + AssemblyLimit.DONE_MS;
      this.acknowledge(now, index);
    }
  }

  forget(now: number, node: number): void {
    for (let index = 0; index < AssemblyLimit.ASSEMBLIES; index++) {
      const at = this.first + index * this.size;
      if (this.bytes[at + Assembly.STATE] === State.FREE) continue;
      if (this.bytes[at + Assembly.NODE] === node) this.abandon(now, index);
    }
  }

  tick(now: number): void {
    if (now < earliest(this.numbers, this.dueTimes, AssemblyLimit.ASSEMBLIES)) return;
    for (let index = 0; index < AssemblyLimit.ASSEMBLIES; index++) {
      if (now >= this.numbers[this.dueTimes + index]!) this.abandon(now, index);
    }
  }

  private find(
    now: number,
    node: number,
    frame: Uint8Array,
    start: number,
    first: boolean,
  ): number {
    const counter = apsCounter(frame, start);
    let free: number = AssemblyLimit.NONE;
    for (let index = 0; index < AssemblyLimit.ASSEMBLIES; index++) {
      const at = this.first + index * this.size;
      const state = this.bytes[at + Assembly.STATE];
      if (state === State.FREE) {
        free = index;
      } else if (this.bytes[at + Assembly.NODE] === node) {
        if (this.bytes[at + Assembly.COUNTER] === counter) return index;
        // A node sends one long message at a time: a new one means that it gave the old one up.
        if (first && state === State.OPEN) this.abandon(now, index);
        if (this.bytes[at + Assembly.STATE] !== State.STORING) free = index;
      }
    }
    if (free === AssemblyLimit.NONE || (!first && this.window === 1)) return AssemblyLimit.NONE;
    const at = this.first + free * this.size;
    this.bytes.fill(0, at, at + this.size);
    this.bytes[at + Assembly.STATE] = State.OPEN;
    this.bytes[at + Assembly.NODE] = node;
    this.bytes[at + Assembly.COUNTER] = counter;
    this.bytes[at + Assembly.PAYLOAD] = 0xff;
    // Without the group form, which never asks for an acknowledgement, these 8 bytes are a header.
    for (let i = 0; i < 8; i++) this.bytes[at + Assembly.HEADER + i] = frame[start + i]!;
    this.bytes[at + Assembly.HEADER] = this.bytes[at + Assembly.HEADER]! & 0x7f;
    return free;
  }

  private keep(
    index: number,
    number: number,
    frame: Uint8Array,
    from: number,
    length: number,
  ): void {
    const at = this.first + index * this.size;
    const place = number - this.bytes[at + Assembly.WINDOW]!;
    if (place < 0 || place >= this.window) return;
    const blocks = this.bytes[at + Assembly.BLOCKS]!;
    if (blocks !== 0 && number >= blocks) return;
    if ((this.bytes[at + Assembly.BITS]! & (1 << place)) !== 0) return;
    const to = at + Assembly.BUFFER + place * AssemblyLimit.BLOCK_MAX;
    for (let i = 0; i < length; i++) this.bytes[to + i] = frame[from + i]!;
    this.bytes[at + Assembly.LENGTHS + place] = length;
    this.bytes[at + Assembly.BITS] = this.bytes[at + Assembly.BITS]! | (1 << place);
  }

  /** Gives the sink what is here in order; what it does not take counts as not received. */
  private drain(now: number, index: number, frame: Uint8Array, start: number): void {
    const { bytes } = this;
    const at = this.first + index * this.size;
    for (let turn = 0; turn < AssemblyLimit.WINDOW_MAX; turn++) {
      const place = bytes[at + Assembly.BASE]! - bytes[at + Assembly.WINDOW]!;
      if (place >= this.window || (bytes[at + Assembly.BITS]! & (1 << place)) === 0) return;
      if (!this.give(now, index, place, frame, start)) {
        bytes[at + Assembly.BITS] = bytes[at + Assembly.BITS]! & ~(1 << place);
        return;
      }
      bytes[at + Assembly.BASE] = bytes[at + Assembly.BASE]! + 1;
      if (bytes[at + Assembly.BASE] === bytes[at + Assembly.BLOCKS]) {
        bytes[at + Assembly.STATE] = State.STORING;
        return;
      }
    }
  }

  private give(
    now: number,
    index: number,
    place: number,
    frame: Uint8Array,
    start: number,
  ): boolean {
    const { bytes } = this;
    const at = this.first + index * this.size;
    const from = at + Assembly.BUFFER + place * AssemblyLimit.BLOCK_MAX;
    const length = bytes[at + Assembly.LENGTHS + place]!;
    const last = bytes[at + Assembly.BASE] === bytes[at + Assembly.BLOCKS]! - 1;
    if (bytes[at + Assembly.BASE] === 0) {
      const payload = this.sink.begin(
        now,
        bytes[at + Assembly.NODE]!,
        apsDestinationEndpoint(frame, start),
        apsSourceEndpoint(frame, start),
        apsCluster(frame, start),
        bytes[at + Assembly.BLOCKS]! * length,
        bytes,
        from,
        length,
      );
      if (payload === AssemblyLimit.NONE) {
        // The place is for those whom the sink takes; the others' blocks find it when they repeat.
        this.refused++;
        this.free(index);
        return false;
      }
      bytes[at + Assembly.PAYLOAD] = payload;
    } else if (!this.sink.piece(now, bytes[at + Assembly.PAYLOAD]!, bytes, from, length)) {
      return false;
    }
    if (last) this.sink.complete(now, bytes[at + Assembly.PAYLOAD]!);
    return true;
  }

  private acknowledgeWindow(now: number, index: number, number: number): void {
    const at = this.first + index * this.size;
    if (this.bytes[at + Assembly.STATE] !== State.OPEN) return;
    const window = this.bytes[at + Assembly.WINDOW]!;
    if (number < window) {
      // The acknowledgement of the window before was lost.
      this.acknowledgeAs(now, index, window - this.window, 0xff);
      return;
    }
    const all = (1 << this.window) - 1;
    const bits = this.bytes[at + Assembly.BITS]!;
    const isLast = number === Math.min(window + this.window, this.bytes[at + Assembly.BLOCKS]!) - 1;
    if (bits === 0 || (bits !== all && !isLast)) return;
    this.acknowledge(now, index);
    if (bits !== all) return;
    this.bytes[at + Assembly.WINDOW] = window + this.window;
    this.bytes[at + Assembly.BITS] = 0;
  }

  private acknowledge(now: number, index: number): void {
    const at = this.first + index * this.size;
    const window = this.bytes[at + Assembly.WINDOW]!;
    const blocks = this.bytes[at + Assembly.BLOCKS]!;
    const inWindow = blocks === 0 ? this.window : Math.min(this.window, blocks - window);
    // Bits beyond the window, or beyond the last block, are set.
    const bits = this.bytes[at + Assembly.BITS]! | (0xff & ~((1 << inWindow) - 1));
    this.acknowledgeAs(now, index, window, bits);
  }

  /** Without room for it the sender repeats its block and is answered then. */
  private acknowledgeAs(now: number, index: number, window: number, bits: number): void {
    const at = this.first + index * this.size;
    putApsAck(this.frame, 0, this.bytes, at + Assembly.HEADER);
    const end = putApsAckBlocks(this.frame, 0, window, bits);
    const node = this.bytes[at + Assembly.NODE]!;
    if (this.network.send(now, node, this.frame, end, NetworkLimit.NO_TOKEN) !== Sent.OK)
      this.refused++;
  }

  private abandon(now: number, index: number): void {
    const at = this.first + index * this.size;
    if (this.bytes[at + Assembly.STATE] === State.OPEN) {
      this.aborted++;
      const payload = this.bytes[at + Assembly.PAYLOAD]!;
      if (payload !== 0xff) this.sink.abort(now, payload);
    }
    // What is being stored is whole; the sink goes on with it alone.
    this.free(index);
  }

  private free(index: number): void {
    this.bytes[this.first + index * this.size + Assembly.STATE] = State.FREE;
    this.numbers[this.dueTimes + index] = Number.POSITIVE_INFINITY;
  }
}
