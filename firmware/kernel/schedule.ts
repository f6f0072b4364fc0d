// Who is called next: the most important partition with work; equals take turns.

import type { Instance } from "./instance";

export class Schedule {
  /** By importance, then by `Party`. */
  readonly order: readonly Instance[];
  /** For each place in `order`: one past the last of its equals. */
  private readonly ends: number[] = [];
  /** At the first of each level: whose turn it is. */
  private readonly turns: number[] = [];

  constructor(instances: readonly Instance[]) {
    this.order = [...instances].sort(
      (a, b) => a.row.priority - b.row.priority || a.row.id - b.row.id,
    );
    this.order.forEach((instance, place) => {
      const level = instance.row.priority;
      this.ends.push(this.order.filter((other) => other.row.priority <= level).length);
      this.turns.push(place);
    });
  }

  /** The next to call, undefined when nobody has work. */
  next(now: number): Instance | undefined {
    for (let first = 0; first < this.order.length; first = this.ends[first]!) {
      const found = this.nextAmongEquals(now, first);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private nextAmongEquals(now: number, first: number): Instance | undefined {
    const end = this.ends[first]!;
    let place = this.turns[first]!;
    for (let i = first; i < end; i++) {
      const instance = this.order[place]!;
      const after = place + 1 === end ? first : place + 1;
      if (instance.hasWork(now)) {
        this.turns[first] = after;
        return instance;
      }
      place = after;
    }
    return undefined;
  }
}
