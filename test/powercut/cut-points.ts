// Where the power fails inside one flash operation.

import { EraseOrder, type Interruption } from "../../host-sim/flash-memory";

/** Before it, in the middle at several bytes with half a byte changed, and after it. */
export const CUTS: readonly Interruption[] = [
  { progress: 0, mask: 0, order: EraseOrder.ASCENDING },
  { progress: 0.001, mask: 0xf0, order: EraseOrder.ASCENDING },
  { progress: 0.1, mask: 0x0f, order: EraseOrder.DESCENDING },
  { progress: 0.4, mask: 0x00, order: EraseOrder.SCATTERED },
  { progress: 0.75, mask: 0x5a, order: EraseOrder.ASCENDING },
  { progress: 0.999, mask: 0x7f, order: EraseOrder.DESCENDING },
  { progress: 0.9999, mask: 0xfe, order: EraseOrder.SCATTERED },
  { progress: 1, mask: 0, order: EraseOrder.ASCENDING },
];

/** Cuts a write after each of its bytes. */
export function cutsOfEveryByte(length: number): Interruption[] {
  return Array.from({ length: length + 1 }, (_, bytes) => ({
    progress: bytes === length ? 1 : (bytes + 0.5) / length,
    mask: [0x00, 0x0f, 0xff, 0x80][bytes % 4]!,
    order: EraseOrder.ASCENDING,
  }));
}
