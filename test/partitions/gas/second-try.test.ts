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
