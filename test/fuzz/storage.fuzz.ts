// A flash region with any content at all: journal, ring and slots open without a fault, show only
// what passes their checks, and are usable afterwards. The flash model throws on illegal
// programming.

import { Journal } from "../../firmware/storage/journal";
import {
  JournalRecord,
  putRecord,
  RecordKind,
  sealRecord,
} from "../../firmware/storage/journal-layout";
import { Ring, type RingOwner } from "../../firmware/storage/ring";
import { Fragment, putFragment } from "../../firmware/storage/ring-layout";
import { putSectorHeader, SectorHeader } from "../../firmware/storage/sector-layout";
import { putCommit, putSlotHead, Slot } from "../../firmware/storage/slot-layout";
import { Slots } from "../../firmware/storage/slots";
import { DirectFlash } from "../../host-sim/flash-direct";
import { FlashMemory } from "../../host-sim/flash-memory";

export const name = "storage";

const SECTORS = 4;
const SECTOR = 4096;
const PAGE = 256;
const VALUE_MAX = 40;
const CAPACITY = 12;

/** Takes numbers from the input; zeros when it is used up. */
class Tape {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  next(): number {
    return this.bytes[this.at++] ?? 0;
  }

  get isOver(): boolean {
    return this.at >= this.bytes.length;
  }
}

export function fuzz(bytes: Uint8Array): void {
  const tape = new Tape(bytes);
  const kind = tape.next() % 3;
  const memory = new FlashMemory(SECTORS * SECTOR);
  paint(memory.bytes, tape, kind);
  for (let life = 0; life < 2; life++) {
    if (kind === 0) useJournal(memory);
    else if (kind === 1) useRing(memory);
    else useSlots(memory);
  }
}

/** Lays whole and broken headers, records and noise anywhere. */
function paint(region: Uint8Array, tape: Tape, kind: number): void {
  while (!tape.isOver) {
    const what = tape.next() % 4;
    const sector = (tape.next() % SECTORS) * SECTOR;
    if (what === 0) {
      const head = new Uint8Array(SectorHeader.LENGTH).fill(0xff);
      putSectorHeader(head, tape.next(), tape.next() % 6, tape.next());
      if (tape.next() % 2 === 0) head.fill(0, SectorHeader.COMMITTED);
      region.set(head, sector);
    } else if (what === 1) {
      const at = sector + (tape.next() % (SECTOR / 4)) * 4;
      for (let i = tape.next() % 64; i > 0; i--)
        region[Math.min(at + i, region.length - 1)] = tape.next();
    } else layRecord(region, tape, kind, sector);
  }
}

function layRecord(region: Uint8Array, tape: Tape, kind: number, sector: number): void {
  const page = sector + (tape.next() % 16) * PAGE;
  const offset = (tape.next() % 50) * 4 + (page === sector ? SectorHeader.LENGTH : 0);
  const length = 1 + (tape.next() % VALUE_MAX);
  const record = new Uint8Array(PAGE).fill(0xff);
  if (kind === 0) {
    record.fill(tape.next(), JournalRecord.VALUE, JournalRecord.VALUE + length);
    const isRemoval = tape.next() % 4 === 0;
    putRecord(
      record,
      0,
      isRemoval ? RecordKind.REMOVED : RecordKind.VALUE,
      tape.next() % 20,
      length,
    );
    sealRecord(record, 0, tape.next());
    region.set(record.subarray(0, Math.min(64, PAGE - offset)), page + offset);
  } else if (kind === 1) {
    record.fill(tape.next(), Fragment.DATA, Fragment.DATA + length);
    const flags = tape.next() % 4;
    const field = flags % 2 === 1 && tape.next() % 2 === 0 ? length : tape.next() % 80;
    putFragment(record, 0, flags, length, field, tape.next() % 16);
    if (tape.next() % 4 === 0) record.fill(0, Fragment.MARK, Fragment.MARK + (tape.next() % 5));
    region.set(record.subarray(0, Math.min(64, PAGE - offset)), page + offset);
  } else {
    putSlotHead(record, 0, tape.next(), tape.next() % 65, tape.next() * 32);
    putCommit(record, Slot.COMMIT, tape.next() % 2);
    region.set(record, sector - (sector % (2 * SECTOR)));
  }
}

function useJournal(memory: FlashMemory): void {
  const flash = new DirectFlash(memory);
  const keys: number[] = [];
  let stored = 0;
  let isOpen = false;
  const journal = new Journal(
    flash,
    {
      restored: (key, _bytes, _start, length) => {
        need(length <= VALUE_MAX, "a value that is too long");
        keys.push(key);
      },
      opened: () => {
        isOpen = true;
      },
      stored: (_now, _token, ok) => {
        stored += Number(ok);
      },
    },
    CAPACITY,
    VALUE_MAX,
  );
  const settle = () => flash.settle((message, length) => journal.flashDone(1, message, length));
  journal.open(0);
  settle();
  need(isOpen && keys.length <= CAPACITY, "open, within its capacity");
  need(new Set(keys).size === keys.length, "each key once");
  const key = keys[0] ?? 5;
  for (let i = 0; i < 150; i++) {
    need(journal.put(key, new Uint8Array(VALUE_MAX).fill(i), 0, VALUE_MAX, i), "a put is taken");
    settle();
  }
  need(journal.remove(key, 1), "a removal is taken");
  settle();
  need(stored === 151, "all is stored");
}

function useRing(memory: FlashMemory): void {
  const flash = new DirectFlash(memory);
  let isOpen = false;
  let ok = 0;
  const owner: RingOwner = {
    opened: () => {
      isOpen = true;
    },
    stored: (_now, _token, good) => {
      ok += Number(good);
    },
    piece: (_now, _token, good, total, _bytes, _start, length) => {
      need(!good || (total <= 4160 && length <= total), "a piece within its entry");
    },
    consumed: (_now, _token, good) => {
      ok += Number(good);
    },
  };
  const ring = new Ring(flash, owner, new Uint8Array(256));
  const settle = () => flash.settle((message, length) => ring.flashDone(1, message, length));
  ring.open(0);
  settle();
  need(isOpen, "open");
  for (let i = 0; i < Math.min(ring.count(), 4); i++) {
    need(ring.read(i, 0, 256, i), "a read is taken");
    settle();
  }
  if (ring.count() > 0) {
    need(ring.consume(ring.count(), 0), "a consumption is taken");
    settle();
    need(ok === 1 && ring.count() === 0, "all is consumed");
  }
  ok = 0;
  for (let i = 0; i < 20; i++) {
    need(ring.begin(600), "an entry is taken");
    for (let at = 0; at < 600; at += 200) {
      need(ring.write(new Uint8Array(200), 0, 200, i), "a piece is taken");
      settle();
    }
    need(ring.consume(1, i), "and consumed");
    settle();
  }
  need(ok === 80, "all is stored and consumed");
}

function useSlots(memory: FlashMemory): void {
  const flash = new DirectFlash(memory);
  const found: number[] = [];
  let isOpen = false;
  let ok = 0;
  const slots = new Slots(
    flash,
    {
      found: (slot, _bytes, _start, headerLength, length) => {
        need(headerLength <= 64 && length <= 7936, "a message within its slot");
        found.push(slot);
      },
      opened: () => {
        isOpen = true;
      },
      stored: (_now, _slot, _token, good) => {
        ok += Number(good);
      },
      piece: () => {},
    },
    2,
    4,
  );
  const settle = () => flash.settle((message, length) => slots.flashDone(1, message, length));
  slots.open(0);
  settle();
  need(isOpen && slots.free() === slots.count() - found.length, "open, and every slot counted");
  for (const slot of found) {
    need(slots.remove(slot, 0), "a removal is taken");
    settle();
  }
  ok = 0;
  for (let i = 0; i < 3; i++) {
    const slot = slots.begin(new Uint8Array(4), 0, 4, 10, 0);
    need(slot >= 0, "a slot is free");
    slots.write(slot, new Uint8Array(10), 0, 10, 0);
    slots.commit(slot, 0);
    settle();
    slots.remove(slot, 0);
    settle();
  }
  need(ok === 12, "all is stored");
}

function need(condition: boolean, what: string): void {
  if (!condition) throw new Error(`storage: ${what}`);
}
