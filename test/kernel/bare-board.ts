// A board with nothing on it, for tests of the kernel alone.

import type { Board } from "../../firmware/kernel/board";
import { TimeQuality } from "../../hal/clock";
import { Sent } from "../../hal/sent";

export function bareBoard(parts: Partial<Board> = {}): Board {
  return {
    crypto: undefined as never,
    entropy: { fill: (bytes, start, length) => void bytes.fill(0, start, start + length) },
    clock: { utcMs: () => 0, quality: () => TimeQuality.UNKNOWN },
    watchdog: { feed: () => {} },
    flash: { submit: () => Sent.FULL },
    devices: {},
    ...parts,
  };
}
