// The flash chip of a hub as the factory leaves it, in one piece: all regions in the order of the
// table, as hal/live/flash-chip.c has them.

import { SYSTEM } from "../../firmware/system";
import { FlashMemory } from "../flash-memory";
import { type EarlierHub, provision, type SessionContext } from "./manufacture";

export const CHIP_BYTES = SYSTEM.regions.reduce((sum, { bytes }) => sum + bytes, 0);

/** An empty chip with these contexts in the regions of their sessions. */
export function chipImage(
  contexts: readonly SessionContext[],
  earlierHub: (context: string) => EarlierHub,
): Uint8Array {
  const memories = new Map<number, FlashMemory>();
  for (const { id, bytes } of SYSTEM.regions) memories.set(id, new FlashMemory(bytes));
  const chip = { memory: (region: number) => memories.get(region)! };
  for (const context of contexts) provision(chip, context, earlierHub(context.name));
  const image = new Uint8Array(CHIP_BYTES);
  let at = 0;
  for (const { id, bytes } of SYSTEM.regions) {
    image.set(memories.get(id)!.bytes, at);
    at += bytes;
  }
  return image;
}
