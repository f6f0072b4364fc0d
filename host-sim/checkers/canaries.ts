// Finds any of many byte strings in what passes, in one look at each byte.

export interface Canary {
  /** What a finding calls it. */
  readonly name: string;
  /** At least four bytes. */
  readonly bytes: Uint8Array;
}

export class CanaryIndex<T extends Canary> {
  /** For each first two bytes whether any canary begins so. */
  private readonly begins = new Uint8Array(65536);
  private readonly byStart = new Map<number, T[]>();

  add(canary: T): void {
    const start = canary.bytes[0]! * 256 + canary.bytes[1]!;
    this.begins[start] = 1;
    const list = this.byStart.get(start);
    if (list === undefined) this.byStart.set(start, [canary]);
    else list.push(canary);
  }

  /** Every canary in `bytes[from .. from + length)`; nothing is allocated while there is none. */
  search(bytes: Uint8Array, from: number, length: number, found: (canary: T) => void): void {
    const end = from + length - 1;
    const begins = this.begins;
    let start = bytes[from]!;
    for (let i = from; i < end; i++) {
      const next = bytes[i + 1]!;
      start = (start & 0xff) * 256 + next;
      if (begins[start] === 0) continue;
      for (const canary of this.byStart.get(start)!) {
        if (i + canary.bytes.length <= from + length && matches(bytes, i, canary.bytes))
          found(canary);
      }
    }
  }
}

function matches(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) return false;
  return true;
}
