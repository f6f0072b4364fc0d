// Which APS frames were heard already: a sender repeats a frame whose acknowledgement was lost.
// @source Zigbee 05-3474-22 section 2.2.8.4.2 (apsDuplicateTable)

export const enum DuplicateLimit {
  /** A few for each node that can talk within the time below. */
  ENTRIES = 24,
  /** A sender gives up after four waits of 1.6 s; a counter does not come round before. */
  KEPT_MS = 8_000,
}

export class ApsDuplicates {
  private readonly keys = new Uint16Array(DuplicateLimit.ENTRIES);
  private readonly until = new Float64Array(DuplicateLimit.ENTRIES);
  private next = 0;

  isKnown(now: number, node: number, counter: number): boolean {
    const key = (node << 8) | counter;
    for (let i = 0; i < DuplicateLimit.ENTRIES; i++) {
      if (this.keys[i] === key && now < this.until[i]!) return true;
    }
    return false;
  }

  add(now: number, node: number, counter: number): void {
    this.keys[this.next] = (node << 8) | counter;
    this.until[this.next] = now + DuplicateLimit.KEPT_MS;
    this.next = (this.next + 1) % DuplicateLimit.ENTRIES;
  }

  /** The index is another node's from now on. */
  forget(node: number): void {
    for (let i = 0; i < DuplicateLimit.ENTRIES; i++) {
      if (this.keys[i]! >> 8 === node) this.until[i] = 0;
    }
  }
}
