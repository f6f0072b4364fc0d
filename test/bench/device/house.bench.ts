// What the partitions on a board cost in instructions: a frame on its way, a message between
// partitions, the death of each partition, the boot; and what they use of their heaps.

import { join } from "node:path";
import { CONSTRUCTORS } from "../../../firmware/constructors";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { SYSTEM } from "../../../firmware/system";
import { BOARDS, type BoardBuild } from "../../../tools/builder/boards";
import { buildBoard, missingFor } from "../../../tools/builder/build";
import { hasCommand } from "../../../tools/builder/objects";
import type { Figure } from "../figure";
import { between, CallKind, type CountedEvent, EventKind, sum, type Work } from "./counted";
import { countingBoard } from "./counting-board";
import { type MeasuredHouse, measureHouse } from "./measured-house";

export const name = "house";

/** SHA-256 of each board's flash.bin, once it was measured. */
export const builds: Record<string, string> = {};

const ROOT = process.cwd();
const MEASURED = ["qemu-arm", "qemu-riscv"];

/** Its value has gone out before the first partition dies. */
const LAST_FRAME_MS = 110_000;

/** From a value to the datagram of one provider. */
const ON_THE_WAY = [
  Party.DEMAND,
  Party.FIREWALL,
  Party.TRUST,
  Party.ESI_OPERATOR,
  Party.WAN_APPLICATION,
];

type Add = (figure: string, value: number, unit: string) => void;

export async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const board of BOARDS.filter(({ name }) => MEASURED.includes(name))) {
    const reason = whyNot(board);
    if (reason !== undefined) {
      process.stderr.write(`skipped: ${board.name}: ${reason}\n`);
      continue;
    }
    const { house, factor } = await measured(board);
    const add: Add = (figure, value, unit) =>
      figures.push({ figure: `${board.name}: ${figure}`, value, unit });
    add("heaps, as a multiple of the planned ones", factor, "times");
    add("readings missed", house.missed, "readings");
    addFrame(house, add);
    addMessages(house, add);
    addRestarts(house, add);
    addBoot(house, add);
    addHeaps(house, add);
    await addMaps(board, add);
  }
  return figures;
}

function whyNot(board: BoardBuild): string | undefined {
  const emulator = board.command("").program;
  if (!hasCommand(emulator)) return `${emulator} is not installed`;
  return missingFor(ROOT, board);
}

/** On the board as it is; where its heaps do not hold the partitions, with more. */
async function measured(board: BoardBuild): Promise<{ house: MeasuredHouse; factor: number }> {
  try {
    return { house: await measureOn(board, false), factor: 1 };
  } catch (error) {
    process.stderr.write(`${board.name}, with its own RAM: ${(error as Error).message}\n`);
    return { house: await measureOn(board, true), factor: 2 };
  }
}

async function measureOn(board: BoardBuild, roomy: boolean): Promise<MeasuredHouse> {
  const counting = countingBoard(ROOT, board, roomy);
  const out = join(ROOT, ".heddle", "boards", counting.board.name);
  const built = await buildBoard(ROOT, counting.board, out, undefined, counting.firmware);
  return measureHouse(counting, built.program);
}

/** The last full-length frame before anybody dies. */
function addFrame({ first }: MeasuredHouse, add: Add): void {
  const begin = last(first, (event, i) => isReport(first, i) && event.at < LAST_FRAME_MS);
  const sends = next(first, begin, (event) => isReading(event, Party.HAN));
  const way = between(first[begin]!, first[sends]!);
  add("full-length frame to its value, AES apart", sum(way) - way.crypto, "instructions");
  add("full-length frame to its value, AES", way.crypto, "instructions");
  const done = next(first, begin, (event) => event.kind === EventKind.CALLED);
  const call = between(first[begin]!, first[done]!);
  add("the whole call that takes it, AES apart", sum(call) - call.crypto, "instructions");
  const asks = next(first, sends, isRequest);
  const link = next(first, asks, isDatagram);
  const out = workOf(first.slice(sends, link + 1), ON_THE_WAY);
  add("value to WAN datagram, to one provider, AES apart", sum(out) - out.crypto, "instructions");
  add("value to WAN datagram, AES", out.crypto, "instructions");
  addAllocations(first, begin, add);
}

function isReport(events: readonly CountedEvent[], i: number): boolean {
  const event = events[i]!;
  if (event.kind !== EventKind.CALLS || event.party !== Party.HAN) return false;
  if (event.what !== Party.RADIO) return false;
  for (let at = i + 1; events[at]!.kind !== EventKind.CALLED; at++) {
    if (isReading(events[at]!, Party.HAN)) return true;
  }
  return false;
}

function isReading(event: CountedEvent, from: Party): boolean {
  const isSent = event.kind === EventKind.SENDS && event.party === from;
  return isSent && event.operation === Operation.READING;
}

function isRequest({ kind, party, operation }: CountedEvent): boolean {
  if (kind !== EventKind.SENDS || party !== Party.ESI_OPERATOR) return false;
  return operation === Operation.EXCHANGE_REQUEST;
}

function isDatagram(event: CountedEvent): boolean {
  return event.kind === EventKind.DEVICE && event.what === Party.APPLICATION_LINK;
}

function addAllocations(events: readonly CountedEvent[], begin: number, add: Add): void {
  const before = last(events.slice(0, begin), isCallOfHan);
  const after = next(events, begin, isCallOfHan);
  const slots = events[after]!.memory!.slots - events[before]!.memory!.slots;
  add("slots taken by a full-length frame", slots, "slots");
}

function isCallOfHan(event: CountedEvent): boolean {
  return event.kind === EventKind.CALLED && event.party === Party.HAN;
}

/** A message goes from the sender's `send` to the receiver's first bytecode, programs apart. */
function addMessages({ first }: MeasuredHouse, add: Add): void {
  const transports: number[] = [];
  const answers: number[] = [];
  for (const [i, event] of first.entries()) {
    if (isReading(event, Party.DEMAND)) {
      transports.push(transport(first, i, Party.FIREWALL, Party.DEMAND));
    }
    if (isCallTo(event, Party.TRUST, Party.FIREWALL)) answers.push(answered(first, i));
  }
  add("message between partitions, transport", median(transports), "instructions");
  const both = median(transports) + median(answers);
  add("message with decoding, look-up and reply", both, "instructions");
}

function transport(events: readonly CountedEvent[], from: number, to: Party, by: Party): number {
  const called = next(events, from, (one) => isCallTo(one, to, by));
  const begun = next(events, called, (one) => one.kind === EventKind.PROGRAM);
  const { kernel, machine } = between(events[from]!, events[begun]!);
  return kernel + machine;
}

/** From the first bytecode of `trust`, asked for a grant, to the end of its call. */
function answered(events: readonly CountedEvent[], called: number): number {
  const begun = next(events, called, (one) => one.kind === EventKind.PROGRAM);
  const done = next(events, called, (one) => one.kind === EventKind.CALLED);
  return sum(between(events[begun]!, events[done]!));
}

function isCallTo(event: CountedEvent, to: Party, from: Party): boolean {
  return event.kind === EventKind.CALLS && event.party === to && event.what === from;
}

function addRestarts({ first }: MeasuredHouse, add: Add): void {
  const alive = new Set(Object.keys(CONSTRUCTORS));
  for (const [i, event] of first.entries()) {
    if (event.kind !== EventKind.CALLED || event.what !== CallKind.START) continue;
    // The first ones are the boot's.
    if (event.at < 1_000) continue;
    const before = first[last(first.slice(0, i), ({ kind }) => kind === EventKind.CALLED)]!;
    const spent = between(before, event);
    add(`restart of ${nameOf(event.party)}`, sum(spent), "instructions");
    alive.delete(nameOf(event.party));
  }
  if (alive.size > 0) throw new Error(`these never died: ${[...alive].join(", ")}`);
}

/** Who has the processor before anybody else while `han` brings the network up. */
const BEFORE_OTHERS = [Party.AUDIT, Party.VAULT, Party.TRUST, Party.ACCESS, Party.HAN];

/**
 * Calls on this board take no time of the house, so that the less important partitions read their
 * stores in between; with one processor for all they would wait until `han` has nothing to do.
 */
function addBoot({ second, beaconAfter }: MeasuredHouse, add: Add): void {
  if (beaconAfter < 0) throw new Error("no beacon after the boot");
  const boot = second.slice(0, beaconAfter);
  const all = between(boot[0]!, boot.at(-1)!);
  const calls = workOf(boot, BEFORE_OTHERS);
  const starts = workOf(boot, BEFORE_OTHERS, CallKind.START);
  const han = workOf(boot, [Party.HAN]);
  const others = SYSTEM.partitions.map(({ id }) => id).filter((id) => !BEFORE_OTHERS.includes(id));
  const later = workOf(boot, others, CallKind.START);
  add("boot until a beacon request is answered", sum(calls), "instructions");
  add("boot, of that the starts", sum(starts), "instructions");
  add("boot, of that han with its start", sum(han), "instructions");
  add("boot until a beacon request is answered, all partitions", sum(all), "instructions");
  add("boot, all partitions, starts of those that wait for han", sum(later), "instructions");
  const esi = workOf(boot, [Party.ESI_SUPPLIER, Party.ESI_OPERATOR]);
  add("boot, all partitions, of that both esi", sum(esi), "instructions");
}

/** What these partitions did, and the kernel for them; with a kind, in such calls alone. */
function workOf(events: readonly CountedEvent[], parties: readonly Party[], kind?: CallKind): Work {
  const total = { kernel: 0, machine: 0, program: 0, crypto: 0 };
  let ends = 0;
  for (let i = 1; i < events.length; i++) {
    if (ends < i)
      ends = events.findIndex((event, at) => at >= i && event.kind === EventKind.CALLED);
    if (!parties.includes(events[i]!.party)) continue;
    if (kind !== undefined && events[ends]?.what !== kind) continue;
    const part = between(events[i - 1]!, events[i]!);
    total.kernel += part.kernel;
    total.machine += part.machine;
    total.program += part.program;
    total.crypto += part.crypto;
  }
  return total;
}

function addHeaps({ first, second }: MeasuredHouse, add: Add): void {
  for (const { id, name, heapBytes } of SYSTEM.partitions) {
    const peaks = [...first, ...second].flatMap(({ party, memory }) =>
      party === id && memory !== undefined ? [memory.heapPeak] : [],
    );
    if (peaks.length === 0) continue;
    const permille = Math.round((1000 * Math.max(...peaks)) / heapBytes);
    add(`heap of ${name}, in use at most`, Math.max(...peaks), "bytes");
    add(`heap of ${name}, of the planned`, permille / 10, "%");
  }
}

/** Of the board that nobody counts on. */
async function addMaps(board: BoardBuild, add: Add): Promise<void> {
  const out = join(ROOT, ".heddle", "boards", board.name);
  const { memories, sha256 } = await buildBoard(ROOT, board, out);
  builds[board.name] = sha256;
  for (const [memory, { bytes, limit, parts }] of Object.entries(memories)) {
    add(`${memory}, used`, bytes, "bytes");
    if (limit !== undefined) add(`${memory}, there`, limit, "bytes");
    for (const [part, size] of Object.entries(parts)) add(`${memory}: ${part}`, size, "bytes");
  }
}

function nameOf(party: number): string {
  return SYSTEM.partitions.find(({ id }) => id === party)!.name;
}

type Wanted = (event: CountedEvent, i: number) => boolean;

/** The place of the first after `from` that is wanted. */
function next(events: readonly CountedEvent[], from: number, wanted: Wanted): number {
  const found = events.findIndex((event, i) => i > from && wanted(event, i));
  if (found < 0) throw new Error(`nothing of that kind came after event ${from}`);
  return found;
}

function last(events: readonly CountedEvent[], wanted: Wanted): number {
  const found = lastIndex(events, wanted);
  if (found < 0) throw new Error("nothing of that kind ever came");
  return found;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function lastIndex(events: readonly CountedEvent[], wanted: Wanted): number {
  for (let i = events.length - 1; i >= 0; i--) if (wanted(events[i]!, i)) return i;
  return -1;
}
