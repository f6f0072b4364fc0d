// The network keys that `han` holds: the one that frames go out under, and while a change is under
// way the next one or the one before. To each node goes what it can open.
// @source Zigbee 05-3474-22 sections 4.3.1, 4.3.3 (nwkSecurityMaterialSet), 4.6.3.4

import { KeyUse } from "../../ipc/join";
import { copyBytes } from "../../wire/little-endian";
import type { Memory } from "./memory";
import { NodeLimit, type Nodes } from "./nodes";

export const enum KeySlot {
  FIRST = 0,
  SECOND = 1,
  NONE = -1,
}

const enum Limit {
  /** Frames under the old key from a node that was given the new one: did it get it after all? */
  DOUBT = 8,
}

export class NetworkKeys {
  private readonly first = new Uint8Array(16);
  private readonly second = new Uint8Array(16);
  private firstSequence = 0;
  private secondSequence = 0;
  private active: KeySlot = KeySlot.NONE;
  /** What the other key is: `NEXT`, `OLD`; `ACTIVE`: there is none. */
  use = KeyUse.ACTIVE;
  /** Whether each node has the newest key, as far as we know, and how often it was doubted. */
  private readonly bytes: Uint8Array;
  private readonly given: number;
  private readonly doubts: number;

  constructor(
    private readonly nodes: Nodes,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.given = memory.take(NodeLimit.MAX);
    this.doubts = memory.take(NodeLimit.MAX);
  }

  isKeyed(): boolean {
    return this.active !== KeySlot.NONE;
  }

  /** The slot of a key by its sequence number; `NONE`: it is not here. */
  find(sequence: number): KeySlot {
    if (this.active === KeySlot.NONE) return KeySlot.NONE;
    if (sequence === this.sequence(this.active)) return this.active;
    if (this.use === KeyUse.ACTIVE) return KeySlot.NONE;
    return sequence === this.sequence(this.other()) ? this.other() : KeySlot.NONE;
  }

  key(slot: KeySlot): Uint8Array {
    return slot === KeySlot.FIRST ? this.first : this.second;
  }

  sequence(slot: KeySlot): number {
    return slot === KeySlot.FIRST ? this.firstSequence : this.secondSequence;
  }

  /** The one that all frames to all nodes go out under. */
  activeSlot(): KeySlot {
    return this.active;
  }

  /** The one under which a frame for this node goes out. */
  slotFor(node: number): KeySlot {
    return this.use === KeyUse.OLD && !this.isGiven(node) ? this.other() : this.active;
  }

  newest(): number {
    return this.sequence(this.use === KeyUse.NEXT ? this.other() : this.active);
  }

  /**
   * Whether a node may still use this counter under this key. Under a newer key it may begin anew,
   * and nothing is taken under the older one any more.
   */
  isFresh(node: number, sequence: number, counter: number): boolean {
    if (counter === 0xffffffff) return false;
    const known = this.nodes.keySequence(node);
    if (known === sequence) return counter >= this.nodes.counter(node);
    return known !== this.newest() || this.nodes.counter(node) === 0;
  }

  /** A genuine frame of the node came under this key. */
  opened(node: number, sequence: number, counter: number): void {
    if (this.nodes.keySequence(node) !== sequence) {
      this.nodes.setKeySequence(node, sequence);
      // What is stored belongs to the other key: the record is due.
      this.nodes.setCounterLimit(node, 0);
    }
    this.nodes.setCounter(node, counter + 1);
    // While there is no other key, it came under the active one.
    if (this.use === KeyUse.ACTIVE || sequence === this.newest()) this.setGiven(node, true);
    else if (this.use === KeyUse.OLD) this.doubt(node);
  }

  isGiven(node: number): boolean {
    return this.bytes[this.given + node] !== 0;
  }

  setGiven(node: number, isGiven: boolean): void {
    this.bytes[this.given + node] = isGiven ? 1 : 0;
    this.bytes[this.doubts + node] = 0;
  }

  /** The active key, as `access` has it in its store. */
  setActive(sequence: number, bytes: Uint8Array, start: number): void {
    if (this.find(sequence) === this.active && this.isKeyed()) return;
    this.active = KeySlot.FIRST;
    this.use = KeyUse.ACTIVE;
    this.put(KeySlot.FIRST, sequence, bytes, start);
  }

  /** The next key becomes the active one, and the active one the old. */
  useOther(): void {
    if (this.use !== KeyUse.NEXT) return;
    this.active = this.other();
    this.use = KeyUse.OLD;
  }

  /** The next key, or the one before. True: it was not known. */
  setOther(use: KeyUse, sequence: number, bytes: Uint8Array, start: number): boolean {
    if (this.active === KeySlot.NONE || sequence === this.sequence(this.active)) return false;
    const isKnown = this.use === use && this.sequence(this.other()) === sequence;
    if (isKnown) return false;
    this.use = use;
    this.put(this.other(), sequence, bytes, start);
    const newest = this.newest();
    for (let node = 0; node < NodeLimit.MAX; node++) {
      this.setGiven(node, this.nodes.keySequence(node) === newest);
    }
    return true;
  }

  /** Forgets the other key. */
  drop(): void {
    if (this.active === KeySlot.NONE) return;
    this.key(this.other()).fill(0);
    this.use = KeyUse.ACTIVE;
  }

  otherSequence(): number {
    return this.sequence(this.other());
  }

  private other(): KeySlot {
    return this.active === KeySlot.FIRST ? KeySlot.SECOND : KeySlot.FIRST;
  }

  private put(slot: KeySlot, sequence: number, bytes: Uint8Array, start: number): void {
    copyBytes(bytes, start, this.key(slot), 0, 16);
    if (slot === KeySlot.FIRST) this.firstSequence = sequence;
    else this.secondSequence = sequence;
  }

  private doubt(node: number): void {
    if (!this.isGiven(node)) return;
    const count = this.bytes[this.doubts + node]! + 1;
    this.bytes[this.doubts + node] = count;
    if (count >= Limit.DOUBT) this.setGiven(node, false);
  }
}
