// Messages that come in blocks: put together, acknowledged a window at a time.
// @source Zigbee specification 05-3474-22 clause 2.2.8.4.5.2

import type { Event, World } from "../../world";
import { type ApsFrame, ackOf, Fragmentation, type ReceivedAps } from "./aps-frame";
import { WINDOW } from "./aps-sender";

/** A sender whose window is smaller than ours hears from us after this silence. */
const QUIET_US = 200_000;
/** After this long without a new block the sender has given up: its tries take 6.4 s. */
const ABANDON_US = 15_000_000;
/** 4,096 octets and the headers above in blocks of half the usual length. */
const BLOCKS_MAX = 128;

interface Assembly {
  readonly key: number;
  total: number | undefined;
  readonly blocks: (Buffer | undefined)[];
  complete: boolean;
  quiet: Event | undefined;
  abandon: Event | undefined;
}

export class ApsAssembler {
  private readonly assemblies = new Map<number, Assembly>();

  constructor(
    private readonly world: World,
    private readonly transmit: (destination: number, frame: ApsFrame) => void,
  ) {}

  get busy(): boolean {
    for (const assembly of this.assemblies.values()) if (!assembly.complete) return true;
    return false;
  }

  reset(): void {
    for (const assembly of this.assemblies.values()) this.forget(assembly);
  }

  /** Takes one block; gives the whole message when it was the last one missing. */
  receive(source: number, frame: ReceivedAps): Buffer | undefined {
    const block = frame.block;
    if (block === undefined) return undefined;
    const assembly = this.find(source * 256 + frame.counter);
    const first = block.fragmentation === Fragmentation.FIRST;
    const number = first ? 0 : block.number;
    if (first) assembly.total = block.number;
    const total = assembly.total;
    if (number >= BLOCKS_MAX || (total !== undefined && (number >= total || total > BLOCKS_MAX))) {
      this.forget(assembly);
      return undefined;
    }
    if (assembly.blocks[number] === undefined) assembly.blocks[number] = Buffer.from(frame.payload);
    this.restart(assembly);
    return this.account(source, frame, assembly, number);
  }

  private account(
    source: number,
    frame: ReceivedAps,
    assembly: Assembly,
    number: number,
  ): Buffer | undefined {
    const window = Math.floor(number / WINDOW) * WINDOW;
    const last = Math.min(window + WINDOW, assembly.total ?? BLOCKS_MAX) - 1;
    this.world.cancel(assembly.quiet);
    if (number === last || isFull(assembly, window, last)) {
      this.acknowledge(source, frame, assembly, window);
    } else {
      assembly.quiet = this.world.schedule(QUIET_US, () =>
        this.acknowledge(source, frame, assembly, window),
      );
    }
    if (assembly.complete || assembly.total === undefined) return undefined;
    if (!isFull(assembly, 0, assembly.total - 1)) return undefined;
    assembly.complete = true;
    const whole = Buffer.concat(assembly.blocks as Buffer[]);
    // Kept without content, so that blocks sent again are acknowledged and not delivered twice.
    assembly.blocks.fill(Buffer.alloc(0));
    return whole;
  }

  private acknowledge(
    source: number,
    frame: ReceivedAps,
    assembly: Assembly,
    window: number,
  ): void {
    let received = 0;
    for (let bit = 0; bit < 8; bit++) {
      const beyond = bit >= WINDOW || window + bit >= (assembly.total ?? BLOCKS_MAX);
      if (beyond || assembly.blocks[window + bit] !== undefined) received |= 1 << bit;
    }
    const fragmentation = window === 0 ? Fragmentation.FIRST : Fragmentation.LATER;
    this.transmit(source, {
      ...ackOf(frame),
      block: { fragmentation, number: window, received },
    });
  }

  private find(key: number): Assembly {
    const known = this.assemblies.get(key);
    if (known !== undefined) return known;
    const assembly: Assembly = {
      key,
      total: undefined,
      blocks: [],
      complete: false,
      quiet: undefined,
      abandon: undefined,
    };
    this.assemblies.set(key, assembly);
    return assembly;
  }

  private restart(assembly: Assembly): void {
    this.world.cancel(assembly.abandon);
    assembly.abandon = this.world.schedule(ABANDON_US, () => this.forget(assembly));
  }

  private forget(assembly: Assembly): void {
    this.world.cancel(assembly.quiet);
    this.world.cancel(assembly.abandon);
    this.assemblies.delete(assembly.key);
  }
}

function isFull(assembly: Assembly, first: number, last: number): boolean {
  for (let block = first; block <= last; block++) {
    if (assembly.blocks[block] === undefined) return false;
  }
  return true;
}
