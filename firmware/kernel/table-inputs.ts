// Every queue of the table in its order, and the memory that they take on a device: the kernel's
// notices, then devices, flash regions and channels.

import { Flash, FlashDone } from "../../hal/flash";
import { AuditEvent } from "../ipc/audit";
import { Message } from "../ipc/operation";
import { Party } from "../ipc/party";
import type { SystemTable } from "./table";

// A fault each and a hold each, two refusals each for 15 partitions, and the boot.
export const NOTICES_MAX = 64;

// A region has one operation under way, and the chip never completes it inside the request.
export const COMPLETIONS_MAX = 1;

/** The longest completion: that of a read. */
export const COMPLETION_BYTES = FlashDone.DATA + Flash.TRANSFER_MAX;

/** On a device a slot takes whole words, and its message's length two bytes beside it. */
const WORD = 4;
const LENGTH_BYTES = 2;

export interface InputRow {
  /** As the device kernel calls it. */
  readonly kind: "INPUT_NOTICES" | "INPUT_DEVICE" | "INPUT_REGION" | "INPUT_CHANNEL";
  /** Its place among the table's rows of the kind. */
  readonly row: number;
  readonly owner: string;
  /** The `Party` that `receive` is told. */
  readonly source: number;
  readonly depth: number;
  readonly slotBytes: number;
}

export function inputsOf(table: SystemTable): InputRow[] {
  const { channels, devices, regions } = table;
  return [
    notices(),
    ...devices.map(({ owner, party, depth, maxBytes }, row): InputRow => {
      return { kind: "INPUT_DEVICE", row, owner, source: party, depth, slotBytes: maxBytes };
    }),
    ...regions.map(({ owner }, row) => completions(owner, row)),
    ...channels.map(({ from, to, depth, maxBytes }, row): InputRow => {
      const source = table.partitions.find(({ name }) => name === from)?.id ?? Party.KERNEL;
      const slotBytes = maxBytes ?? Message.MAX_LENGTH;
      return { kind: "INPUT_CHANNEL", row, owner: to, source, depth, slotBytes };
    }),
  ];
}

/** RAM of all queues on a device. */
export function queueBytes(table: SystemTable): number {
  const sizes = inputsOf(table).map(
    ({ depth, slotBytes }) => depth * (Math.ceil(slotBytes / WORD) * WORD + LENGTH_BYTES),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function notices(): InputRow {
  return {
    kind: "INPUT_NOTICES",
    row: 0,
    owner: "audit",
    source: Party.KERNEL,
    depth: NOTICES_MAX,
    slotBytes: AuditEvent.LENGTH,
  };
}

function completions(owner: string, row: number): InputRow {
  return {
    kind: "INPUT_REGION",
    row,
    owner,
    source: Party.FLASH,
    depth: COMPLETIONS_MAX,
    slotBytes: COMPLETION_BYTES,
  };
}
