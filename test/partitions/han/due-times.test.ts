// The due times of `han` are kept where they are written, and asked for by one look: in a house
// with exchanges, resets of the radio and power cuts they are held, at each answer, to what the
// states of the parts say.

import { afterEach, expect, test, vi } from "vitest";
import { CONSTRUCTORS } from "../../../firmware/constructors";
import type { Partition } from "../../../firmware/kernel/partition";
import type { Application } from "../../../firmware/partitions/han/application";
import { LowerHalf } from "../../../firmware/partitions/han/lower-half";
import { Due, type Memory, MemorySize } from "../../../firmware/partitions/han/memory";
import { createHan } from "../../../firmware/partitions/han/partition";
import { House } from "../../../host-sim/house/house";
import { readHouse } from "../../../host-sim/house/read-house";
import { earliestIn } from "./fixture";

/** The private fields of a part. */
// biome-ignore lint/suspicious/noExplicitAny: the test looks where nobody else does
type Inside = any;

const SILENCE_MS = 20_000;
const NEVER = Infinity;

interface Halves {
  readonly lower: LowerHalf;
  readonly upper: Application;
}

/** By the numbers of their memory. */
const halves = new Map<Float64Array, Halves>();
let answers = 0;

function watch(): void {
  const attach = LowerHalf.prototype.attach;
  vi.spyOn(LowerHalf.prototype, "attach").mockImplementation(function (this: LowerHalf, user) {
    attach.call(this, user);
    halves.set((this.radio as Inside).numbers, { lower: this, upper: user as Application });
  });
}

/** `han` as it is, and each of its answers compared. */
function watchedHan(environment: Parameters<typeof createHan>[0]): Partition {
  const partition = createHan(environment);
  const { memory, networkTurn, mailTurn } = partition as Inside;
  const dueAt = partition.dueAt.bind(partition);
  partition.dueAt = () => {
    const due = dueAt();
    const least = earliestIn(memory);
    expect(due).toBe(Math.min(least, networkTurn.due, mailTurn.due));
    compare(memory, halves.get(memory.numbers)!, least);
    answers++;
    return due;
  };
  return partition;
}

/** Whether each entry of a table is due exactly when it is in use. */
function table(part: Inside, dues: string, count: number, isUsed: (index: number) => boolean) {
  for (let index = 0; index < count; index++) {
    const due = part.numbers[part[dues] + index];
    if (isUsed(index) !== due < NEVER) {
      throw new Error(`${part.constructor.name} ${index}: due at ${due}, used: ${isUsed(index)}`);
    }
  }
}

function compare(memory: Memory, { lower, upper }: Halves, due: number): void {
  const { numbers } = memory;
  let least = NEVER;
  for (let i = 0; i < MemorySize.DUES; i++) least = Math.min(least, numbers[i]!);
  expect(due).toBe(least);
  compareRadio(numbers, lower.radio);
  compareWishes(lower.store);
  compareWaiting((lower.mac as Inside).queue);
  compareTables(upper);
  compareMetering(upper.metering);
  const { discovery } = upper as { discovery: Inside };
  if (discovery.question === 0) {
    let next = NEVER;
    for (let i = 0; i < 32; i++) next = Math.min(next, numbers[discovery.dueTimes + i]!);
    expect(numbers[Due.DISCOVERY]).toBe(next);
  } else expect(numbers[Due.DISCOVERY]).toBeLessThan(NEVER);
  const { mailbox } = upper.tunnelling;
  if (mailbox.isOpen && mailbox.untold() >= 0) expect(numbers[Due.FATES]).toBe(mailbox.tellAt);
}

function compareRadio(numbers: Float64Array, radio: Inside): void {
  const isIdle = radio.isUp() && radio.task.kind === 0 && numbers[Due.RADIO_LINE] === NEVER;
  expect(numbers[Due.RADIO_SILENCE]).toBe(isIdle ? radio.heardAt + SILENCE_MS : NEVER);
  expect(numbers[Due.RADIO_TRANSMIT]! < NEVER).toBe(radio.transmitter.inFlight !== -1);
}

/** How many entries are to be written or erased is counted, not looked for. */
function compareWishes(store: Inside): void {
  let waiting = 0;
  for (let at = store.first; at < store.first + 66; at++) {
    if ((store.wishes[at] & 3) !== 0) waiting++;
  }
  expect(store.waiting).toBe(waiting);
}

/** Frames for sleepers: each until it expires, unless the radio has it. */
function compareWaiting(queue: Inside): void {
  for (let entry = 0; entry < 10; entry++) {
    const at = queue.start + entry * 140;
    const isWaiting = queue.bytes[at] !== 0 && queue.bytes[at + 2] === 0;
    const expires = isWaiting ? queue.numbers[queue.expires + entry] : NEVER;
    expect(queue.numbers[queue.dues + entry]).toBe(expires);
  }
}

function compareTables(upper: Application): void {
  const { outbox, sender, receiver } = upper.aps as Inside;
  table(outbox, "dueTimes", 12, (i) => outbox.bytes[outbox.first + i * 98] >= 2);
  table(sender, "dueTimes", 2, (i) => sender.bytes[sender.first + i * 18] !== 0);
  table(receiver, "dueTimes", 2, (i) => receiver.bytes[receiver.first + i * receiver.size] !== 0);
  const mirrors = upper.mirrors as Inside;
  table(mirrors, "deadlines", 6, (i) => mirrors.bytes[mirrors.first + i * 32] === 1);
  const client = upper.tunnelling.client as Inside;
  table(client, "dues", 4, (i) => client.node(i) >= 0);
}

function compareMetering(metering: Inside): void {
  for (let index = 0; index < 12; index++) {
    const state = metering.bytes[metering.first + index * 16];
    const due = metering.numbers[metering.dues + index];
    const deadline = metering.numbers[metering.deadlines + index];
    // Free; waiting for room or for its answer's; else until its deadline.
    if (state === 0) expect(due).toBe(NEVER);
    else if (state === 2 || state === 4) expect(due).toBeLessThan(NEVER);
    else expect(due).toBe(deadline);
  }
}

afterEach(() => vi.restoreAllMocks());

test("each answer is what the parts' states say, in a house with everything", () => {
  watch();
  const message = (seed: number, length: number) => Buffer.alloc(length, seed);
  const exchanges = Array.from({ length: 12 }, (_, i) => ({
    name: `message ${i}`,
    to: i % 3 === 2 ? "gas-meter" : "electricity-meter",
    command: message(i, 30 + 100 * i),
    response: message(100 + i, 40 + 90 * i),
  }));
  const faults = [
    { kind: "radio-reset", at: 300 },
    { kind: "power-cut", target: "hub", at: 600, forSeconds: 3 },
  ];
  const constructors = { ...CONSTRUCTORS, han: watchedHan };
  const house = new House({ seed: 7, config: readHouse({ faults }), exchanges, constructors });
  house.runUntil(3 * 3600);
  house.finish();
  const { readings, exchanges: run } = house.report(0);
  expect(readings.lost).toBe(0);
  expect(run.exact).toBeGreaterThan(6);
  expect(halves.size).toBe(2);
  expect(answers).toBeGreaterThan(10_000);
});
