// A queue of entries in one flash region, for outboxes and logs: written in pieces, kept whole or
// not at all, read in pieces from the read end, consumed in order. Full: it refuses new entries.

import type { FlashRegion } from "../../hal/flash";
import { check } from "../kernel/partition";
import { FlashTurn, flashWorked, Progress } from "./flash-job";
import { RingOpening } from "./ring-opening";
import { RingReader } from "./ring-reader";
import { RingState } from "./ring-state";
import { RingWriter } from "./ring-writer";

export interface RingOwner {
  opened(now: number): void;
  /**
   * The piece was taken; send the next. For the last piece: the whole entry lies in flash.
   * Not `ok`: the chip failed and the entry is dropped; begin it anew.
   */
  stored(now: number, token: number, ok: boolean): void;
  /**
   * The answer to `read`: `length` bytes, as many as were asked for or as the entry has there.
   * `total` is the entry's length. Not `ok`: the chip failed, try again for a minute and more; an
   * entry that still cannot be read has decayed, consume it.
   */
  piece(
    now: number,
    token: number,
    ok: boolean,
    total: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void;
  /** The answer to `consume`. Not `ok`: the chip failed; nothing was consumed. */
  consumed(now: number, token: number, ok: boolean): void;
}

const enum Job {
  NONE = 0,
  OPENING = 1,
  WRITER = 2,
  READER = 3,
}

/** Feed it every `Party.FLASH` message whose `FlashDone.REGION` is its region's. */
export class Ring {
  private readonly state: RingState;
  private readonly turn: FlashTurn;
  /** Undefined once it is open. */
  private opening: RingOpening | undefined;
  private readonly writer: RingWriter;
  private readonly reader: RingReader;
  /** Whose operation is under way, or was last. */
  private job = Job.NONE;
  private isOpen = false;

  /** @param memory of the owner, into which `read` reads */
  constructor(
    readonly region: FlashRegion,
    private readonly owner: RingOwner,
    memory: Uint8Array,
  ) {
    this.state = new RingState(region.length);
    this.turn = new FlashTurn(region);
    this.opening = new RingOpening(this.state);
    this.writer = new RingWriter(this.state);
    this.reader = new RingReader(this.state, memory);
  }

  /** Starts to read the region. Call it once. */
  open(now: number): void {
    check(this.job === Job.NONE, "ring opened twice");
    this.job = Job.OPENING;
    this.turn.start(now, this.opening!);
  }

  /** Whole entries that are not consumed. */
  count(): number {
    return this.isOpen ? this.state.count : 0;
  }

  /**
   * Opens an entry of `length` bytes, 1 to 4,160. False: not open, no room, or an entry is open.
   * Room is promised for pieces of 64 bytes and more, the last one aside.
   */
  begin(length: number): boolean {
    return this.isOpen && this.writer.begin(length);
  }

  /**
   * Copies the next piece, 1 to 256 bytes. The piece that completes the entry commits it.
   * False: the last piece is not stored yet.
   */
  write(bytes: Uint8Array, start: number, length: number, token: number): boolean {
    const taken = this.writer.write(bytes, start, length, token);
    if (taken) this.proceed();
    return taken;
  }

  /** Drops the open entry; no answer comes for a piece under way. */
  abort(): void {
    this.writer.abort();
    this.proceed();
  }

  /**
   * Reads up to 256 bytes at `offset` of entry `index`, counted from the read end, into the
   * memory from `into` on; what stood there is gone. One at a time; false: another is under way,
   * or there is no such entry.
   */
  read(index: number, offset: number, length: number, token: number, into = 0): boolean {
    const taken = this.isOpen && this.reader.read(index, offset, length, token, into);
    if (taken) this.proceed();
    return taken;
  }

  /**
   * Consumes the `count` oldest entries at once. False: a read or another one is under way, or
   * there are not so many.
   */
  consume(count: number, token: number): boolean {
    const taken = this.isOpen && this.reader.consume(count, token);
    if (taken) this.proceed();
    return taken;
  }

  flashDone(now: number, buffer: Uint8Array, _length: number): void {
    if (!this.turn.complete(now)) return;
    const ok = flashWorked(buffer);
    if (this.job === Job.OPENING) this.opened(now, this.opening!.done(ok, buffer));
    else if (this.job === Job.WRITER) this.wrote(now, this.writer.done(ok));
    else this.answered(now, this.reader.done(ok, buffer));
    this.proceed();
  }

  /** Call it from the partition's `tick`; only a region that was busy needs it. */
  tick(now: number): void {
    if (this.turn.expired(now)) this.proceed();
  }

  dueAt(): number {
    return this.turn.due;
  }

  /** Reader and writer take turns, so that neither waits for the whole work of the other. */
  private proceed(): void {
    if (!this.turn.idle() || this.job === Job.NONE) return;
    if (!this.isOpen) {
      this.turn.issue(this.opening!);
      return;
    }
    const readerFirst = this.job === Job.WRITER;
    const reads = this.reader.wants() && (readerFirst || !this.writer.wants());
    if (reads) {
      this.job = Job.READER;
      this.turn.issue(this.reader);
    } else if (this.writer.wants()) {
      this.job = Job.WRITER;
      this.turn.issue(this.writer);
    }
  }

  private opened(now: number, progress: Progress): void {
    if (progress === Progress.LATER) this.turn.wait();
    if (progress === Progress.MORE || progress === Progress.LATER) return;
    this.isOpen = true;
    this.opening = undefined;
    this.owner.opened(now);
  }

  private wrote(now: number, progress: Progress): void {
    if (progress === Progress.MORE || this.writer.isSilent()) return;
    this.owner.stored(now, this.writer.token, progress === Progress.DONE);
  }

  private answered(now: number, progress: Progress): void {
    if (progress === Progress.MORE) return;
    const { reader, owner } = this;
    const { memory } = reader;
    const ok = progress === Progress.DONE;
    if (reader.isConsuming) owner.consumed(now, reader.token, ok);
    else if (ok)
      owner.piece(now, reader.token, ok, reader.total, memory, reader.into, reader.pieceLength);
    else owner.piece(now, reader.token, ok, 0, memory, reader.into, 0);
  }
}
