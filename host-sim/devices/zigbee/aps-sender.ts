// Messages under way to other devices: each waits for its acknowledgement and is sent again; long
// ones go in blocks, a window at a time.
// @source Zigbee specification 05-3474-22 clauses 2.2.8.4.3, 2.2.8.4.4, 2.2.8.4.5

import type { Event, World } from "../../world";
import type { ApsCounts } from "./aps";
import { type ApsFrame, encodeAps, Fragmentation, type ReceivedAps } from "./aps-frame";
import type { Nwk } from "./nwk";

/** apscAckWaitDuration, nearly: 0.05 s times twice a depth of 15, and 0.1 s for security. */
const ACK_WAIT_US = 1_600_000;
/** apscMaxFrameRetries */
const RETRIES_MAX = 3;
/** A whole APS payload less the two octets of the extended header. */
const BLOCK_LENGTH = 76;
/** What fits without blocks. */
const WHOLE_MAX = 82;
/** apsMaxWindowSize and apsInterframeDelay as Smart Energy devices use them. */
export const WINDOW = 1;
const INTERFRAME_US = 50_000;

interface Transaction {
  readonly destination: number;
  readonly frame: ApsFrame;
  /** Of a whole message there is one block, sent without an extended header. */
  readonly blocks: number;
  readonly acknowledged: Set<number>;
  windowStart: number;
  tries: number;
  timer: Event | undefined;
  readonly done: (ok: boolean) => void;
}

export class ApsSender {
  private readonly transactions = new Map<number, Transaction>();
  /** One long message at a time: receivers have room for one from each sender. */
  private long: Transaction | undefined;
  private readonly longWaiting: Transaction[] = [];

  constructor(
    private readonly world: World,
    private readonly nwk: Nwk,
    private readonly counts: ApsCounts,
    private readonly fate: (ok: boolean) => void,
  ) {}

  get busy(): boolean {
    return this.transactions.size > 0;
  }

  reset(): void {
    for (const transaction of this.transactions.values()) this.world.cancel(transaction.timer);
    this.transactions.clear();
    this.long = undefined;
    this.longWaiting.length = 0;
  }

  send(destination: number, frame: ApsFrame, done: (ok: boolean) => void): void {
    const length = frame.payload.length;
    const blocks = length <= WHOLE_MAX ? 1 : Math.ceil(length / BLOCK_LENGTH);
    if (blocks > 1) this.counts.fragmentedOut++;
    const transaction: Transaction = {
      destination,
      frame,
      blocks,
      acknowledged: new Set(),
      windowStart: 0,
      tries: 0,
      timer: undefined,
      done,
    };
    // A counter comes round after 256 messages; whoever still waits for it has lost.
    const old = this.transactions.get(frame.counter);
    if (old !== undefined) this.finish(old, false);
    this.transactions.set(frame.counter, transaction);
    if (blocks > 1 && this.long !== undefined) {
      this.longWaiting.push(transaction);
      return;
    }
    if (blocks > 1) this.long = transaction;
    this.sendWindow(transaction);
  }

  acknowledged(source: number, ack: ReceivedAps): void {
    const transaction = this.transactions.get(ack.counter);
    if (transaction === undefined || transaction.destination !== source) return;
    if (ack.ackFormat || !matches(transaction.frame, ack)) return;
    if (transaction.blocks === 1) {
      this.finish(transaction, true);
      return;
    }
    if (ack.block === undefined) return;
    // Bits beyond the window are set too, so only blocks of the window count.
    for (let bit = 0; bit < 8; bit++) {
      const number = ack.block.number + bit;
      const inWindow =
        number >= transaction.windowStart && number < transaction.windowStart + WINDOW;
      if (inWindow && ack.block.received & (1 << bit)) transaction.acknowledged.add(number);
    }
    this.advance(transaction);
  }

  private advance(transaction: Transaction): void {
    const before = transaction.windowStart;
    while (isWindowDone(transaction)) transaction.windowStart += WINDOW;
    if (transaction.windowStart >= transaction.blocks) {
      this.finish(transaction, true);
      return;
    }
    if (transaction.windowStart > before) transaction.tries = 0;
    else transaction.tries++;
    this.world.cancel(transaction.timer);
    transaction.timer = this.world.schedule(INTERFRAME_US, () => this.sendWindow(transaction));
  }

  /** Sends what is not acknowledged of the window, one block after another. */
  private sendWindow(transaction: Transaction): void {
    if (transaction.tries > RETRIES_MAX) {
      this.counts.undelivered++;
      this.finish(transaction, false);
      return;
    }
    if (transaction.tries > 0) this.counts.retries++;
    const end = Math.min(transaction.windowStart + WINDOW, transaction.blocks);
    const missing: number[] = [];
    for (let block = transaction.windowStart; block < end; block++) {
      if (!transaction.acknowledged.has(block)) missing.push(block);
    }
    this.sendBlocks(transaction, missing);
  }

  private sendBlocks(transaction: Transaction, missing: readonly number[]): void {
    const [block, ...rest] = missing;
    if (block === undefined) return;
    const octets = encodeAps(blockOf(transaction, block));
    this.nwk.sendData(transaction.destination, octets, () => {});
    if (rest.length > 0) {
      transaction.timer = this.world.schedule(INTERFRAME_US, () =>
        this.sendBlocks(transaction, rest),
      );
      return;
    }
    transaction.timer = this.world.schedule(ACK_WAIT_US, () => {
      transaction.tries++;
      this.sendWindow(transaction);
    });
  }

  private finish(transaction: Transaction, ok: boolean): void {
    this.world.cancel(transaction.timer);
    this.transactions.delete(transaction.frame.counter);
    if (this.long === transaction) {
      this.long = this.longWaiting.shift();
      if (this.long !== undefined) this.sendWindow(this.long);
    } else if (transaction.blocks > 1) {
      this.longWaiting.splice(this.longWaiting.indexOf(transaction), 1);
    }
    this.fate(ok);
    transaction.done(ok);
  }
}

function blockOf(transaction: Transaction, block: number): ApsFrame {
  const { frame, blocks } = transaction;
  if (blocks === 1) return frame;
  const payload = frame.payload.subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH);
  const first = block === 0;
  return {
    ...frame,
    block: {
      fragmentation: first ? Fragmentation.FIRST : Fragmentation.LATER,
      number: first ? blocks : block,
      received: 0,
    },
    payload,
  };
}

function isWindowDone(transaction: Transaction): boolean {
  if (transaction.windowStart >= transaction.blocks) return false;
  const end = Math.min(transaction.windowStart + WINDOW, transaction.blocks);
  for (let block = transaction.windowStart; block < end; block++) {
    if (!transaction.acknowledged.has(block)) return false;
  }
  return true;
}

function matches(frame: ApsFrame, ack: ReceivedAps): boolean {
  return (
    ack.cluster === frame.cluster &&
    ack.profile === frame.profile &&
    ack.destinationEndpoint === frame.sourceEndpoint &&
    ack.sourceEndpoint === frame.destinationEndpoint
  );
}
