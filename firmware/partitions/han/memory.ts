// The memory of `han` that lasts: one buffer of bytes and one of numbers for all its tables, and
// the buffers in which frames and messages are put together. In an XS machine each typed array
// costs seven slots besides its content, which for a small table is more than the table.

import { check } from "../../kernel/partition";

export const enum MemorySize {
  /** What all tables take together; a test holds them to it. */
  BYTES = 10_048,
  NUMBERS = 288,
  /** The first of the numbers: the times at which something is to be done. */
  DUES = 97,
}

/**
 * Where the single due times stand in `Memory.numbers`; those of tables follow them. Who has one
 * writes `Infinity` when it has nothing to do, so that the earliest is one look at all of them.
 */
export const enum Due {
  STORE_OPEN = 0,
  STORE_RETRY = 1,
  /** The mailbox is opened. */
  MAIL_OPEN = 2,
  MAIL_RETRY = 3,
  MAIL_SCAN = 4,
  /** Providers are to be told of fates. */
  FATES = 5,
  /** The radio's, up to FORMATION. */
  RADIO_STATE = 6,
  RADIO_LINE = 7,
  RADIO_TASK = 8,
  RADIO_TRANSMIT = 9,
  RADIO_SCAN = 10,
  /** The co-processor has been silent for so long that it is asked whether it lives. */
  RADIO_SILENCE = 11,
  FORMATION = 12,
  KEY_ASK = 13,
  NODE_REPORT = 14,
  DISCOVERY = 15,
  TUNNEL_CHECK = 16,
  INBOX_RETRY = 17,
  /** And the provider. */
  OUTBOX = 18,
  /** A new network key goes to the nodes. */
  KEY_SPREAD = 20,
  /** A beacon that was asked for right after another one. */
  BEACON = 21,
  COUNT = 22,
}

/** Where in `Memory.scratch` what is put together; messages and APS frames stand at its begin. */
export const enum Scratch {
  ADDRESS = 144,
  /** A NWK frame, while the MAC frame that carries it is put together at the begin. */
  NWK = 160,
  /** A record for the journal: one is stored in the middle of sending, when counters run low. */
  RECORD = 288,
  SIZE = 312,
}

export class Memory {
  readonly bytes = new Uint8Array(MemorySize.BYTES);
  /** Times, orders and what else outgrows 32 bits. */
  readonly numbers = new Float64Array(MemorySize.NUMBERS);
  /**
   * For what is put together and given away at once: a frame, a message, a draw of chance. The one
   * to whom it is given takes a copy before it puts anything together itself, and after the call
   * nothing of it is read any more.
   */
  readonly scratch = new Uint8Array(Scratch.SIZE);
  private takenBytes = 0;
  private takenNumbers: number = MemorySize.DUES;
  private takenDues: number = Due.COUNT;

  constructor() {
    this.numbers.fill(Number.POSITIVE_INFINITY, 0, MemorySize.DUES);
  }

  /** Room for a table in `bytes`, zeros; returns where it begins. Constructors only. */
  take(length: number): number {
    const at = this.takenBytes;
    this.takenBytes = at + length;
    check(this.takenBytes <= this.bytes.length, "the tables fit in the memory");
    return at;
  }

  /** Room in `numbers`, each set to `value`; returns the first index. Constructors only. */
  takeNumbers(count: number, value: number): number {
    const at = this.takenNumbers;
    this.takenNumbers = at + count;
    check(this.takenNumbers <= this.numbers.length, "the numbers fit in the memory");
    if (value !== 0) this.numbers.fill(value, at, this.takenNumbers);
    return at;
  }

  /** Room for the due times of a table, each `Infinity`; returns the first index. Constructors. */
  takeDues(count: number): number {
    const at = this.takenDues;
    this.takenDues = at + count;
    check(this.takenDues <= MemorySize.DUES, "the due times fit in the memory");
    return at;
  }
}
