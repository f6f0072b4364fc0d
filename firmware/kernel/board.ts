// What a kernel needs from the board under it.

import type { UtcClock } from "../../hal/clock";
import type { CryptoProvider } from "../../hal/crypto";
import type { Entropy } from "../../hal/entropy";
import type { FlashOperation } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import type { Watchdog } from "../../hal/watchdog";
import type { Environment, PartitionName } from "../system";
import type { Partition } from "./partition";

/** The flash chip with its regions, which the kernel arbitrates. */
export interface FlashChip {
  /**
   * Starts one operation; its completion comes to `Kernel.deliver` from `Party.FLASH`, laid out as
   * `FlashDone`, between turns and never from inside this call. A write's bytes are taken before it
   * returns. `FULL`: the region is busy.
   */
  submit(
    region: number,
    operation: FlashOperation,
    offset: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): Sent;
}

export interface Board {
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly clock: UtcClock;
  readonly watchdog: Watchdog;
  readonly flash: FlashChip;
  /** The board's devices, by their names in the table; absent: this board has none. */
  readonly devices: Readonly<Record<string, unknown>>;
}

/**
 * How each partition is made. A partition that is not written yet has no entry and never starts.
 */
export type Constructors = {
  readonly [P in PartitionName]?: (environment: Environment<P>) => Partition;
};
