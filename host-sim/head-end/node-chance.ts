// Chance for a head-end that is real: node:crypto in place of the simulation's seed.

import { randomBytes, randomInt } from "node:crypto";
import type { Chance } from "./message-layer";

export const nodeChance: Chance = {
  below: (limit) => randomInt(limit),
  float: () => randomInt(2 ** 32) / 2 ** 32,
  fill: (bytes, start, length) => {
    bytes.set(randomBytes(length), start);
  },
};
