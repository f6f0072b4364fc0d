// Chance for tests: no jitter, identifiers from zero, bytes that count.

import type { Chance } from "../../../host-sim/head-end/message-layer";

export const NO_CHANCE: Chance = {
  below: () => 0,
  float: () => 0,
  fill: (bytes, start, length) => {
    for (let i = 0; i < length; i++) bytes[start + i] = 0xe0 + i;
  },
};
