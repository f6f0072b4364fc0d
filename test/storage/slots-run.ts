// Drives slots over a direct flash, and remembers what was acknowledged.

import { expect } from "vitest";
import { Slots, type SlotsOwner } from "../../firmware/storage/slots";
import { DirectFlash } from "../../host-sim/flash-direct";
import type { FlashMemory } from "../../host-sim/flash-memory";

export interface Kept {
  readonly header: string;
  readonly content: string;
  readonly marks: number;
}

export class SlotsRun implements SlotsOwner {
  readonly flash: DirectFlash;
  readonly slots: Slots;
  isOpen = false;
  now = 0;
  /** Slots in order as they were found. */
  readonly order: number[] = [];
  readonly kept = new Map<number, Kept>();
  /** What a change under way would make of a slot. */
  pending: { slot: number; kept: Kept | undefined } | undefined;
  private readonly answers = new Map<number, boolean>();
  private pieceAnswer = "";
  private tokens = 0;

  constructor(memory: FlashMemory, depth = 4) {
    this.flash = new DirectFlash(memory);
    this.slots = new Slots(this.flash, this, 2, depth);
  }

  open(): this {
    this.slots.open(0);
    this.settle();
    expect(this.isOpen).toBe(true);
    for (const [slot, { header, marks }] of this.kept) {
      const length = this.lengths.get(slot)!;
      let content = "";
      for (let at = 0; at < length; at += 256) {
        const token = this.tokens++;
        expect(this.slots.read(slot, at, Math.min(256, length - at), token)).toBe(true);
        expect(this.wait(token)).toBe(true);
        content += this.pieceAnswer;
      }
      this.kept.set(slot, { header, content, marks });
    }
    return this;
  }

  private readonly lengths = new Map<number, number>();

  found(
    slot: number,
    bytes: Uint8Array,
    start: number,
    headerLength: number,
    length: number,
    marks: number,
  ): void {
    const header = text(bytes.subarray(start, start + headerLength));
    this.kept.set(slot, { header, content: "", marks });
    this.lengths.set(slot, length);
    this.order.push(slot);
  }

  opened(): void {
    this.isOpen = true;
  }

  stored(_now: number, _slot: number, token: number, ok: boolean): void {
    this.answers.set(token, ok);
  }

  piece(
    _now: number,
    _slot: number,
    token: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.answers.set(token, ok);
    this.pieceAnswer = text(bytes.subarray(start, start + length));
  }

  /** -1: none free, or the chip failed. */
  keep(header: Uint8Array, content: Uint8Array): number {
    const tokens = [this.tokens++];
    const slot = this.slots.begin(header, 0, header.length, content.length, tokens[0]!);
    if (slot < 0) return -1;
    for (let at = 0; at < content.length; at += 200) {
      const token = this.tokens++;
      const length = Math.min(200, content.length - at);
      while (!this.slots.write(slot, content, at, length, token)) {
        if (!this.step()) throw new Error("the slots are busy for ever");
      }
      tokens.push(token);
    }
    this.settle();
    const kept = { header: text(header), content: text(content), marks: 0 };
    this.pending = { slot, kept };
    const token = this.tokens++;
    const ok = this.slots.commit(slot, token) && this.wait(token);
    if (ok) this.kept.set(slot, kept);
    this.pending = undefined;
    return ok ? slot : -1;
  }

  mark(slot: number, mark: number): boolean {
    const before = this.kept.get(slot)!;
    const kept = { ...before, marks: before.marks | (1 << mark) };
    this.pending = { slot, kept };
    const token = this.tokens++;
    const ok = this.slots.mark(slot, mark, token) && this.wait(token);
    if (ok) this.kept.set(slot, kept);
    this.pending = undefined;
    return ok;
  }

  remove(slot: number): boolean {
    this.pending = { slot, kept: undefined };
    const token = this.tokens++;
    const ok = this.slots.remove(slot, token) && this.wait(token);
    if (ok) this.kept.delete(slot);
    this.pending = undefined;
    return ok;
  }

  wait(token: number): boolean {
    while (!this.answers.has(token)) {
      if (!this.step()) throw new Error("no answer");
    }
    return this.answers.get(token)!;
  }

  answer(token: number): boolean | undefined {
    return this.answers.get(token);
  }

  settle(): void {
    while (this.step()) {
      // Until nothing is under way.
    }
  }

  step(): boolean {
    this.now++;
    if (this.flash.pump((message, length) => this.slots.flashDone(this.now, message, length))) {
      return true;
    }
    if (this.slots.dueAt() > this.now) return false;
    this.slots.tick(this.now);
    return true;
  }
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
