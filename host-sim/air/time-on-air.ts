// How long a radio was on air, in all and in the last hour: some bands allow only so much. Counted
// in twelve parts of an hour, the part under way and the twelve before it, so never too little.
// @source Zigbee 05-3474-22 annex D.12

const PARTS = 13;
const PART_US = 300_000_000;

export class TimeOnAir {
  totalUs = 0;
  private readonly parts = new Array<number>(PARTS).fill(0);
  private hourUs = 0;
  private part = 0;

  /** @param limitUs microseconds in any hour; Infinity: no limit */
  constructor(private readonly limitUs: number) {}

  add(startUs: number, endUs: number): void {
    const length = endUs - startUs;
    this.totalUs += length;
    if (this.limitUs === Number.POSITIVE_INFINITY) return;
    this.advance(startUs);
    this.parts[this.part % PARTS]! += length;
    this.hourUs += length;
  }

  isAllowed(nowUs: number): boolean {
    if (this.limitUs === Number.POSITIVE_INFINITY) return true;
    this.advance(nowUs);
    return this.hourUs < this.limitUs;
  }

  private advance(nowUs: number): void {
    const part = Math.floor(nowUs / PART_US);
    const first = Math.max(this.part + 1, part - PARTS + 1);
    for (let i = first; i <= part; i++) {
      this.hourUs -= this.parts[i % PARTS]!;
      this.parts[i % PARTS] = 0;
    }
    this.part = part;
  }
}
