// Looks at one input twice, with other bytes around it. What a codec answers must not depend on
// bytes outside the frame, so that the answers differ shows that it read too far.

const AROUND = 24;

/** Looks at a frame and lists everything it found there. */
export type Examine = (bytes: Uint8Array, start: number, length: number) => number[];

/** Throws when the answers depend on what lies around the frame, or are not whole numbers. */
export function examineTwice(input: Uint8Array, examine: Examine): void {
  const first = examine(surrounded(input, 0x00), AROUND, input.length);
  const second = examine(surrounded(input, 0xff), AROUND, input.length);
  if (first.length !== second.length) throw new Error("reads outside the frame: other branches");
  first.forEach((value, i) => {
    if (!Number.isInteger(value)) throw new Error(`answer ${i} is ${value}`);
    if (value !== second[i]) throw new Error(`answer ${i} reads outside the frame`);
  });
}

/** Throws unless `from <= at <= to`: an offset that an accessor gave. */
export function within(at: number, from: number, to: number): number {
  if (!(at >= from && at <= to)) throw new Error(`offset ${at} lies outside ${from} to ${to}`);
  return at;
}

/** Where field `length` bytes long starts; throws unless all of it lies in the frame. */
export function field(at: number, length: number, from: number, to: number): number {
  within(at, from, to);
  within(at + length, from, to);
  return at;
}

function surrounded(input: Uint8Array, fill: number): Uint8Array {
  const bytes = new Uint8Array(input.length + 2 * AROUND).fill(fill);
  bytes.set(input, AROUND);
  return bytes;
}
