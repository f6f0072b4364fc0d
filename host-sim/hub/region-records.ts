// The records of a journal in a flash chip that no hub runs from: what a factory writes, and what a
// backup reads.

import { Journal } from "../../firmware/storage/journal";
import type { RegionName } from "../../firmware/system";
import { SYSTEM } from "../../firmware/system";
import type { SimulatedFlash } from "../flash";
import { DirectFlash } from "../flash-direct";

export type Chip = Pick<SimulatedFlash, "memory">;
export type Records = Map<number, Buffer>;

/** More and longer ones than a backup has, so that all of them are read back. */
const CAPACITY = 84;
const VALUE_MAX = 64;

export function readRecords(chip: Chip, name: RegionName): Records {
  const records: Records = new Map();
  openJournal(chip, name, records, () => {});
  return records;
}

/** Writes each record, in their order. @throws when the chip does not take one */
export function writeRecords(
  chip: Chip,
  name: RegionName,
  records: Iterable<readonly [number, Uint8Array]>,
): void {
  let stored = false;
  const { journal, settle } = openJournal(chip, name, new Map(), (ok) => {
    stored = ok;
  });
  for (const [key, value] of records) {
    stored = false;
    const taken = journal.put(key, value, 0, value.length, key);
    settle();
    if (!taken || !stored) throw new Error(`manufacture: ${name} did not take record ${key}`);
  }
}

function openJournal(
  chip: Chip,
  name: RegionName,
  found: Records,
  answered: (ok: boolean) => void,
) {
  const row = SYSTEM.regions.find((one) => one.name === name)!;
  const flash = new DirectFlash(chip.memory(row.id), row.id);
  const journal = new Journal(
    flash,
    {
      restored: (key, bytes, start, length) => {
        found.set(key, Buffer.from(bytes.slice(start, start + length)));
      },
      opened: () => {},
      stored: (_now, _token, ok) => answered(ok),
    },
    CAPACITY,
    VALUE_MAX,
  );
  const settle = (): void =>
    flash.settle((message, length) => journal.flashDone(0, message, length));
  journal.open(0);
  settle();
  return { journal, settle };
}
