// Drives a journal over a direct flash, and remembers what it acknowledged.

import { expect } from "vitest";
import { Journal, type JournalOwner } from "../../firmware/storage/journal";
import { DirectFlash } from "../../host-sim/flash-direct";
import type { FlashMemory } from "../../host-sim/flash-memory";

export interface Change {
  readonly key: number;
  /** None: remove it. */
  readonly value?: Uint8Array;
}

export class JournalRun implements JournalOwner {
  readonly flash: DirectFlash;
  readonly journal: Journal;
  /** What the region held when it was opened. */
  readonly held = new Map<number, string>();
  /** Keys as they were restored. */
  readonly order: number[] = [];
  /** What was acknowledged, on top of what was held. */
  readonly acknowledged = new Map<number, string>();
  /** Not answered yet, oldest first. */
  readonly pending: Change[] = [];
  refused = 0;
  failed = 0;
  isOpen = false;
  now = 0;

  constructor(memory: FlashMemory, capacity: number, valueMax: number) {
    this.flash = new DirectFlash(memory);
    this.journal = new Journal(this.flash, this, capacity, valueMax);
  }

  open(): this {
    this.journal.open(this.now);
    this.settle();
    expect(this.isOpen).toBe(true);
    return this;
  }

  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    expect(this.held.has(key)).toBe(false);
    this.held.set(key, text(bytes.subarray(start, start + length)));
    this.acknowledged.set(key, this.held.get(key)!);
    this.order.push(key);
  }

  opened(): void {
    this.isOpen = true;
  }

  stored(_now: number, token: number, ok: boolean): void {
    const change = this.pending.shift()!;
    expect(token).toBe(change.key);
    if (ok) apply(this.acknowledged, change);
    else this.failed++;
  }

  /** Asks for a change, and waits until `leave` or fewer are unanswered. */
  change(change: Change, leave = 0): boolean {
    const { key, value } = change;
    const taken =
      value === undefined
        ? this.journal.remove(key, key)
        : this.journal.put(key, value, 0, value.length, key);
    if (taken) this.pending.push(change);
    else this.refused++;
    while (this.pending.length > leave && this.step()) {
      // Until enough is answered.
    }
    return taken;
  }

  settle(): void {
    while (this.step()) {
      // Until nothing is under way.
    }
  }

  /** One completion or one tick. False: neither is due. */
  step(): boolean {
    this.now++;
    if (this.flash.pump((message, length) => this.journal.flashDone(this.now, message, length))) {
      return true;
    }
    if (this.journal.dueAt() > this.now) return false;
    this.journal.tick(this.now);
    return true;
  }
}

export function apply(map: Map<number, string>, { key, value }: Change): void {
  if (value === undefined) map.delete(key);
  else map.set(key, text(value));
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/**
 * After a cut: what is held is what was acknowledged, and perhaps the first of what was pending.
 */
export function expectWhole(run: JournalRun, before: JournalRun): void {
  const state = new Map(before.acknowledged);
  const states = [image(state)];
  for (const change of before.pending) {
    apply(state, change);
    states.push(image(state));
  }
  expect(states).toContain(image(run.held));
}

function image(map: Map<number, string>): string {
  return JSON.stringify([...map].sort((a, b) => a[0] - b[0]));
}
