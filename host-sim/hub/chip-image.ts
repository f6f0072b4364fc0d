// The flash chip of a hub as the factory leaves it, in one piece: all regions in the order of the
// table, as hal/live/flash-chip.c has them.

import { SYSTEM } from "../../firmware/system";
import { FlashMemory } from "../flash-memory";
import { type EarlierHub, provision, type SessionContext } from "./manufacture";
import type { Chip } from "./region-records";

export const CHIP_BYTES = SYSTEM.regions.reduce((sum, { bytes }) => sum + bytes, 0);

/** An empty chip with these contexts in the regions of their sessions. */
export function chipImage(
  contexts: readonly SessionContext[],
  earlierHub: (context: string) => EarlierHub,
): Uint8Array {
  const chip = chipOf(undefined);
  for (const context of contexts) provision(chip, context, earlierHub(context.name));
  return imageOf(chip);
}

/** The chip of an image; undefined: an erased one. */
export function chipOf(image: Uint8Array | undefined): Chip {
  const memories = new Map<number, FlashMemory>();
  let at = 0;
  for (const { id, bytes } of SYSTEM.regions) {
    const memory = new FlashMemory(bytes);
    if (image !== undefined) memory.bytes.set(image.subarray(at, at + bytes));
    memories.set(id, memory);
    at += bytes;
  }
  return { memory: (region: number) => memories.get(region)! };
}

export function imageOf(chip: Chip): Uint8Array {
  const image = new Uint8Array(CHIP_BYTES);
  let at = 0;
  for (const { id, bytes } of SYSTEM.regions) {
    image.set(chip.memory(id).bytes, at);
    at += bytes;
  }
  return image;
}
