// A queue of a fixed number of slots, made once. Bytes are copied into a slot once; the receiver
// reads them there. A slot stays taken until the receiver has returned.

/** How many messages wait for one partition over all its queues: the schedule looks only here. */
export class Backlog {
  messages = 0;
}

export class MessageQueue {
  waiting = 0;
  /** The most that ever waited at once. */
  highWater = 0;
  private head = 0;
  private readonly slots: Uint8Array[] = [];
  private readonly lengths: Uint16Array;

  constructor(
    readonly depth: number,
    readonly slotBytes: number,
    private readonly backlog: Backlog,
  ) {
    this.lengths = new Uint16Array(depth);
    for (let i = 0; i < depth; i++) this.slots.push(new Uint8Array(slotBytes));
  }

  get full(): boolean {
    return this.waiting === this.depth;
  }

  /** Copies the first `length` bytes in; the caller has seen that there is room for them. */
  put(bytes: Uint8Array, length: number): void {
    const tail = (this.head + this.waiting) % this.depth;
    const slot = this.slots[tail]!;
    for (let i = 0; i < length; i++) slot[i] = bytes[i]!;
    this.lengths[tail] = length;
    this.waiting++;
    this.backlog.messages++;
    if (this.waiting > this.highWater) this.highWater = this.waiting;
  }

  /** The slot of the oldest message; only when `waiting` is not 0. */
  front(): Uint8Array {
    return this.slots[this.head]!;
  }

  frontLength(): number {
    return this.lengths[this.head]!;
  }

  /** Frees the oldest message's slot. */
  drop(): void {
    if (this.waiting === 0) return;
    this.head = (this.head + 1) % this.depth;
    this.waiting--;
    this.backlog.messages--;
  }

  /** Forgets every message, their bytes too: the next instance finds nothing of the last one. */
  clear(): void {
    this.backlog.messages -= this.waiting;
    this.waiting = 0;
    this.head = 0;
    for (const slot of this.slots) slot.fill(0);
  }
}
