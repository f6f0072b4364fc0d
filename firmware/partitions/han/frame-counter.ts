// The outgoing NWK frame counter. It is reserved ahead in the journal, so that no start of this
// partition ever uses a counter twice, whenever the power went.
// @source Zigbee 05-3474-22 section 4.3.1.1

const enum Counter {
  /** A store in every thousand frames; a restart skips at most as many of four thousand million. */
  STEP = 1024,
  /** Reserve the next step when so few are left: the store takes far less than their airtime. */
  LOW = 256,
  /** Beyond this no frame can be secured any more. */
  END = 0xffffffff,
  NONE = -1,
}

export interface CounterStore {
  /** Reserves counters below `limit`; `reserved` follows. */
  saveCounter(now: number, limit: number): void;
}

export class FrameCounter {
  private next = 0;
  private limit = 0;
  private asked = 0;

  constructor(private readonly store: CounterStore) {}

  /** @param limit counters below may have been used before this start */
  open(now: number, limit: number): void {
    this.next = limit;
    this.limit = limit;
    this.asked = limit;
    this.refill(now);
  }

  reserved(limit: number): void {
    this.limit = limit;
  }

  isReady(): boolean {
    return this.next < this.limit && this.next < Counter.END;
  }

  /** The next counter, once; -1: none is reserved yet. */
  take(now: number): number {
    if (!this.isReady()) return Counter.NONE;
    const counter = this.next++;
    this.refill(now);
    return counter;
  }

  private refill(now: number): void {
    if (this.asked - this.next > Counter.LOW) return;
    this.asked = Math.min(this.asked + Counter.STEP, Counter.END);
    if (this.asked > this.limit) this.store.saveCounter(now, this.asked);
  }
}
