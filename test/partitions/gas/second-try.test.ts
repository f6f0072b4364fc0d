import { expect, test } from "vitest";
import { Mirrors } from "../../../firmware/partitions/gas/mirror";
import { isMissing } from "../../../firmware/readings/half-hours";

const START = 1_767_225_600;
const FIRST_HALF_HOUR = START / 1800;

/** A meter that is heard at these seconds; which half-hours are then missing. */
function missingAfter(...seconds: number[]): number[] {
  const mirrors = new Mirrors();
  const eui64 = new Uint8Array(8).fill(1);
  const message = new Uint8Array(16);
  const meter = mirrors.findOrAdd(eui64, 0);
  for (const second of seconds) {
    new DataView(message.buffer).setUint32(0, START + second, true);
    mirrors.synchronise(meter, message, 0, 4, START + second);
    mirrors.have(meter, START + second);
  }
  return Array.from({ length: 8 }, (_, i) => i).filter((i) =>
    isMissing(mirrors.bytes, mirrors.halfHoursAt(meter), FIRST_HALF_HOUR + i),
  );
}

test("a meter that comes every half-hour, a few seconds early or late, misses nothing", () => {
  expect(missingAfter(100, 1905, 3698, 5500, 7297)).toEqual([]);
});

test("a half-hour in which it did not come is missing", () => {
  expect(missingAfter(100, 1900, 5500)).toEqual([2]);
});

test("one in which it came in vain and then again is missing too, once it is over", () => {
  expect(missingAfter(100, 1900, 3760)).toEqual([]);
  expect(missingAfter(100, 1900, 3760, 5500)).toEqual([2]);
});

test("of a longer silence that ends with a second try, every half-hour is missing", () => {
  expect(missingAfter(100, 5620, 7300)).toEqual([1, 2, 3]);
});

test("a second try in the next half-hour leaves nothing of its own missing", () => {
  expect(missingAfter(1700, 3650, 5300)).toEqual([1]);
});

test("late twice running, by the same time, each half-hour is missing", () => {
  expect(missingAfter(100, 1900, 3760, 5560, 7300)).toEqual([2, 3]);
});

test("a meter that has a new rhythm is asked for two half-hours, and then left alone", () => {
  expect(missingAfter(100, 1900, 4000, 5800, 7600, 9400, 11200)).toEqual([2, 3]);
});

test("a restart in between forgets neither the rhythm nor the half-hour", () => {
  const [before, after] = [new Mirrors(), new Mirrors()];
  const message = new Uint8Array(16);
  const hear = (mirrors: Mirrors, second: number): void => {
    new DataView(message.buffer).setUint32(0, START + second, true);
    mirrors.synchronise(0, message, 0, 4, START + second);
    mirrors.have(0, START + second);
  };
  before.findOrAdd(new Uint8Array(8).fill(1), 0);
  for (const second of [100, 1900, 3760]) hear(before, second);
  after.restore(0, before.bytes, before.recordAt(0));
  hear(after, 5500);
  expect(isMissing(after.bytes, after.halfHoursAt(0), FIRST_HALF_HOUR + 2)).toBe(true);
});
