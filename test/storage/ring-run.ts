// Drives a ring over a direct flash, and remembers what it acknowledged.

import { expect } from "vitest";
import { Ring, type RingOwner } from "../../firmware/storage/ring";
import { RingLimit } from "../../firmware/storage/ring-layout";
import { DirectFlash } from "../../host-sim/flash-direct";
import type { FlashMemory } from "../../host-sim/flash-memory";

export class RingRun implements RingOwner {
  readonly flash: DirectFlash;
  readonly ring: Ring;
  isOpen = false;
  now = 0;
  /** Entries that were acknowledged and whose consumption was not. */
  kept: string[] = [];
  /** The entry being written whole, not acknowledged; entries being consumed, not acknowledged. */
  writing: string | undefined;
  consuming = 0;
  lastOk = true;
  private readonly answers = new Map<number, boolean>();
  private pieceAnswer: Uint8Array | undefined;
  private total = 0;
  private tokens = 10_000;

  constructor(memory: FlashMemory) {
    this.flash = new DirectFlash(memory);
    this.ring = new Ring(this.flash, this, new Uint8Array(RingLimit.PIECE_MAX));
  }

  open(): this {
    this.ring.open(0);
    this.settle();
    expect(this.isOpen).toBe(true);
    return this;
  }

  opened(): void {
    this.isOpen = true;
  }

  stored(_now: number, token: number, ok: boolean): void {
    this.answers.set(token, ok);
  }

  consumed(_now: number, token: number, ok: boolean): void {
    this.answers.set(token, ok);
  }

  piece(
    _now: number,
    token: number,
    ok: boolean,
    total: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.answers.set(token, ok);
    this.total = total;
    this.pieceAnswer = bytes.slice(start, start + length);
  }

  /** Appends an entry in pieces. False: no room. */
  append(entry: Uint8Array, pieceLength = 256): boolean {
    if (!this.ring.begin(entry.length)) return false;
    for (let at = 0; at < entry.length; at += pieceLength) {
      const length = Math.min(pieceLength, entry.length - at);
      if (at + length === entry.length) this.writing = text(entry);
      const token = this.tokens++;
      expect(this.ring.write(entry, at, length, token)).toBe(true);
      if (!this.wait(token)) {
        this.writing = undefined;
        return false;
      }
    }
    this.kept.push(text(entry));
    this.writing = undefined;
    return true;
  }

  consume(count: number): boolean {
    const token = this.tokens++;
    if (!this.ring.consume(count, token)) return false;
    this.consuming = count;
    const ok = this.wait(token);
    if (ok) this.kept.splice(0, count);
    this.consuming = 0;
    return ok;
  }

  /** The whole entry, read in pieces. */
  entry(index: number, pieceLength = 256): Uint8Array {
    const pieces: number[] = [];
    do {
      const token = this.tokens++;
      expect(this.ring.read(index, pieces.length, pieceLength, token)).toBe(true);
      if (!this.wait(token)) throw new Error(`entry ${index} is broken`);
      expect(this.pieceAnswer!.length).toBe(Math.min(pieceLength, this.total - pieces.length));
      pieces.push(...this.pieceAnswer!);
    } while (pieces.length < this.total);
    return Uint8Array.from(pieces);
  }

  all(pieceLength = 256): string[] {
    return Array.from({ length: this.ring.count() }, (_, i) => text(this.entry(i, pieceLength)));
  }

  wait(token: number): boolean {
    while (!this.answers.has(token)) {
      if (!this.step()) throw new Error("the ring gives no answer");
    }
    this.lastOk = this.answers.get(token)!;
    return this.lastOk;
  }

  settle(): void {
    while (this.step()) {
      // Until nothing is under way.
    }
  }

  step(): boolean {
    this.now++;
    if (this.flash.pump((message, length) => this.ring.flashDone(this.now, message, length))) {
      return true;
    }
    if (this.ring.dueAt() > this.now) return false;
    this.ring.tick(this.now);
    return true;
  }
}

export function entryOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 37 + i * 11 + (i >> 8)) & 0xff);
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
