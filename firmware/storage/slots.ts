// Fixed slots in one flash region, each of whole sectors: one message each, with a header of its
// owner's, written in pieces, committed, marked, and removed in any order.

import { Flash, FlashDone, type FlashRegion } from "../../hal/flash";
import { check } from "../kernel/partition";
import { copyBytes } from "../wire/little-endian";
import { Crc32, crc32End, crc32Step } from "./crc32";
import { FlashTurn, flashWorked, Progress } from "./flash-job";
import { SlotJob, SlotOperation } from "./slot-job";
import { putCommit, putSlotHead, Slot, SlotLimit, SlotPart } from "./slot-layout";
import { SlotOpening } from "./slot-opening";
import { SlotState, SlotTable } from "./slot-table";

export interface SlotsOwner {
  /** On open, for each kept message, in order of `begin`. `bytes` is valid until return. */
  found(
    slot: number,
    bytes: Uint8Array,
    start: number,
    headerLength: number,
    length: number,
    marks: number,
  ): void;
  opened(now: number): void;
  /**
   * The answer to `begin`, `write`, `commit`, `mark` and `remove`. Not `ok`: the chip failed;
   * after the first three the message is gone and its slot free: begin it anew.
   */
  stored(now: number, slot: number, token: number, ok: boolean): void;
  /** The answer to `read`; not `ok`: the content cannot be read any more; remove it. */
  piece(
    now: number,
    slot: number,
    token: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void;
}

/** Feed it every `Party.FLASH` message whose `FlashDone.REGION` is its region's. */
export class Slots {
  private readonly table: SlotTable;
  /** Knows what `dueAt` answers, for an owner who is asked often. */
  readonly turn: FlashTurn;
  /** Undefined once it is open. */
  private opening: SlotOpening | undefined;
  /** Operations that wait, in a circle. */
  private readonly jobs: SlotJob[] = [];
  private head = 0;
  private waiting = 0;
  private isOpen = false;
  private isStarted = false;

  /**
   * @param sectorsPerSlot 2 holds 7,936 bytes
   * @param depth operations that wait at most, 1 to 16; each costs 300 bytes of RAM
   */
  constructor(
    readonly region: FlashRegion,
    private readonly owner: SlotsOwner,
    readonly sectorsPerSlot: number,
    readonly depth: number,
  ) {
    check(sectorsPerSlot >= 1 && sectorsPerSlot <= 16, "slot size");
    check(depth >= 1 && depth <= 16, "slot queue");
    this.table = new SlotTable(region.length, sectorsPerSlot);
    check(this.table.count >= 1, "a region of no slot");
    this.turn = new FlashTurn(region);
    this.opening = new SlotOpening(this.table, owner);
    for (let i = 0; i < depth; i++) this.jobs.push(new SlotJob(this.table.bytesPerSlot));
  }

  /** Starts to read the region. Call it once. */
  open(now: number): void {
    check(!this.isStarted, "slots opened twice");
    this.isStarted = true;
    this.turn.start(now, this.opening!);
  }

  /** Slots that hold nothing. */
  free(): number {
    return this.isOpen ? this.table.free() : 0;
  }

  /** Slots in all. */
  count(): number {
    return this.table.count;
  }

  /** Messages that decayed and were dropped on open. */
  lost(): number {
    return this.table.lost;
  }

  /**
   * Takes a free slot for `length` bytes behind a header of up to 64. -1: none free, or busy.
   * Pieces may follow at once.
   */
  begin(
    header: Uint8Array,
    start: number,
    headerLength: number,
    length: number,
    token: number,
  ): number {
    const { table } = this;
    check(headerLength <= SlotLimit.HEADER_MAX && length <= table.capacity, "slot message length");
    const slot = this.takes() ? table.take() : -1;
    if (slot < 0) return -1;
    table.states[slot] = SlotState.WRITING;
    table.numbers[slot] = table.nextNumber++;
    table.lengths[slot] = length;
    table.received[slot] = 0;
    table.crcs[slot] = Crc32.START;
    const job = this.enqueue(SlotOperation.BEGIN, slot, token);
    copyBytes(header, start, job.bytes, Slot.HEADER, headerLength);
    putSlotHead(job.bytes, 0, job.number, headerLength, length);
    job.length = Slot.HEADER + headerLength;
    this.proceed();
    return slot;
  }

  /** Copies the next piece, 1 to 256 bytes. Pieces may follow without waiting. False: busy. */
  write(slot: number, bytes: Uint8Array, start: number, length: number, token: number): boolean {
    const { table } = this;
    check(length >= 1 && length <= SlotLimit.PIECE_MAX, "slot piece length");
    if (!this.takes() || table.states[slot] !== SlotState.WRITING) return false;
    const offset = table.received[slot]!;
    check(offset + length <= table.lengths[slot]!, "slot message overflows");
    const job = this.enqueue(SlotOperation.WRITE, slot, token);
    copyBytes(bytes, start, job.bytes, 0, length);
    job.offset = offset;
    job.length = length;
    table.received[slot] = offset + length;
    table.crcs[slot] = crc32Step(table.crcs[slot]!, bytes, start, length);
    this.proceed();
    return true;
  }

  /** After the last piece: `stored(ok)` means that the message survives. False: busy. */
  commit(slot: number, token: number): boolean {
    const { table } = this;
    if (!this.takes() || table.states[slot] !== SlotState.WRITING) return false;
    check(table.received[slot] === table.lengths[slot], "slot message is not complete");
    const job = this.enqueue(SlotOperation.COMMIT, slot, token);
    putCommit(job.bytes, 0, crc32End(table.crcs[slot]!));
    this.proceed();
    return true;
  }

  /** Sets mark 0 to 3 of a kept message for good. False: busy, or nothing is kept there. */
  mark(slot: number, mark: number, token: number): boolean {
    check(mark >= 0 && mark < SlotLimit.MARKS, "slot mark");
    if (!this.takes() || this.table.states[slot] !== SlotState.KEPT) return false;
    const job = this.enqueue(SlotOperation.MARK, slot, token);
    job.bytes.fill(0, 0, SlotPart.MARK_LENGTH);
    job.offset = mark;
    this.proceed();
    return true;
  }

  /** Frees a slot, kept or still being written. False: busy, or it is free. */
  remove(slot: number, token: number): boolean {
    if (!this.takes() || this.table.states[slot] === SlotState.FREE) return false;
    const job = this.enqueue(SlotOperation.REMOVE, slot, token);
    job.bytes.fill(0, 0, SlotPart.KILL_LENGTH);
    this.proceed();
    return true;
  }

  /** Reads up to 256 bytes of a kept message. False: busy, or nothing is kept there. */
  read(slot: number, offset: number, length: number, token: number): boolean {
    check(length >= 1 && length <= Flash.TRANSFER_MAX, "slot read length");
    if (!this.takes() || this.table.states[slot] !== SlotState.KEPT) return false;
    check(offset >= 0 && offset + length <= this.table.lengths[slot]!, "slot read range");
    const job = this.enqueue(SlotOperation.READ, slot, token);
    job.offset = offset;
    job.length = length;
    this.proceed();
    return true;
  }

  flashDone(now: number, buffer: Uint8Array, _length: number): void {
    if (!this.turn.complete(now)) return;
    const ok = flashWorked(buffer);
    if (!this.isOpen) {
      const progress = this.opening!.done(ok, buffer);
      if (progress === Progress.LATER) this.turn.wait();
      else if (progress !== Progress.MORE) {
        this.isOpen = true;
        this.opening = undefined;
        this.owner.opened(now);
      }
    } else {
      const progress = this.jobs[this.head]!.done(ok);
      if (progress !== Progress.MORE) this.finish(now, progress === Progress.DONE, buffer);
    }
    this.proceed(now);
  }

  /** Call it from the partition's `tick`. */
  tick(now: number): void {
    if (this.turn.expired(now)) this.proceed(now);
  }

  dueAt(): number {
    return this.turn.due;
  }

  private takes(): boolean {
    return this.isOpen && this.waiting < this.depth;
  }

  private enqueue(operation: SlotOperation, slot: number, token: number): SlotJob {
    const job = this.jobs[(this.head + this.waiting++) % this.depth]!;
    job.operation = operation;
    job.slot = slot;
    job.number = this.table.numbers[slot]!;
    job.token = token;
    job.offset = 0;
    job.length = 0;
    job.start();
    return job;
  }

  /** @param now unless the owner's own call is under way, in which it is not called back */
  private proceed(now = -1): void {
    if (!this.turn.idle()) return;
    if (!this.isOpen) {
      this.turn.issue(this.opening!);
      return;
    }
    while (this.waiting > 0 && this.turn.idle()) {
      const job = this.jobs[this.head]!;
      if (this.isMeant(job)) this.turn.issue(job);
      else if (now < 0) this.turn.due = 0;
      else this.finish(now, false, job.bytes);
    }
  }

  /** Its message is still there, in a state in which the operation makes sense. */
  private isMeant(job: SlotJob): boolean {
    const state = this.table.states[job.slot];
    if (this.table.numbers[job.slot] !== job.number || state === SlotState.FREE) return false;
    const needsKept = job.operation === SlotOperation.MARK || job.operation === SlotOperation.READ;
    return !needsKept || state === SlotState.KEPT;
  }

  private finish(now: number, ok: boolean, buffer: Uint8Array): void {
    const { operation, slot, token, length, number } = this.jobs[this.head]!;
    this.head = (this.head + 1) % this.depth;
    this.waiting--;
    if (operation === SlotOperation.READ) {
      this.owner.piece(now, slot, token, ok, buffer, FlashDone.DATA, ok ? length : 0);
      return;
    }
    if (this.table.numbers[slot] === number) this.change(operation, slot, ok);
    this.owner.stored(now, slot, token, ok);
  }

  private change(operation: SlotOperation, slot: number, ok: boolean): void {
    const { states } = this.table;
    if (operation === SlotOperation.REMOVE && ok) states[slot] = SlotState.FREE;
    else if (operation === SlotOperation.COMMIT && ok) states[slot] = SlotState.KEPT;
    else if (operation <= SlotOperation.COMMIT && !ok) states[slot] = SlotState.FREE;
  }
}
