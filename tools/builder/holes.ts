// Which parts of the image maker's memory the image leaves out, and where the others end up.

export class Holes {
  /** Sorted, as offsets: from inclusive, to exclusive. */
  private readonly holes: (readonly [number, number])[];
  /** How many bytes of holes lie before each hole. */
  private readonly before: number[] = [];
  readonly bytesLeft: number;

  /** `text` has a line of two addresses for each hole. */
  constructor(text: string, base: number, bytes: number) {
    this.holes = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [from, to] = line.split(" ").map((one) => Number(one) - base);
        return [from!, to!] as const;
      })
      .sort((a, b) => a[0] - b[0]);
    let total = 0;
    for (const [from, to] of this.holes) {
      this.before.push(total);
      total += to - from;
    }
    this.bytesLeft = bytes - total;
  }

  has(offset: number): boolean {
    return this.placeOf(offset) === undefined;
  }

  /** The offset in the image; undefined: it lies in a hole. A hole's end may be pointed at. */
  placeOf(offset: number): number | undefined {
    let low = 0;
    let high = this.holes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.holes[middle]![0] <= offset) low = middle + 1;
      else high = middle;
    }
    const last = this.holes[low - 1];
    if (last === undefined) return offset;
    if (offset < last[1]) return undefined;
    return offset - this.before[low - 1]! - (last[1] - last[0]);
  }
}
