// How much each source may write: so many lines at once, then one from time to time. What goes over
// is counted, and the count becomes a line when the source may write again.

import { Party } from "../../ipc/party";

const enum Quota {
  /** Partitions, by their numbers, and as many again for what the kernel says about each. */
  PARTITIONS = 16,
  SOURCES = 32,
  /** One line in so many milliseconds: a source that floods for a day writes 1,440 of 2,016. */
  LINE_MS = 60_000,
}

// A boot, or devices that join one after another, bring a few lines at once.
const LINES_AT_ONCE = 16;

const FULL_MS = LINES_AT_ONCE * Quota.LINE_MS;

export class Quotas {
  /** When each quota is full again, in monotonic milliseconds; behind them what was suppressed. */
  private readonly fullAt = new Float64Array(2 * Quota.SOURCES);
  /** Quotas with suppressed lines: almost always none, and after each call somebody asks. */
  private suppressing = 0;

  /**
   * The quota that counts for a line, -1: nobody who may write. The kernel's lines count for the
   * partition that they are about, the first byte of their detail, so that one that asks for the
   * forbidden all day does not hide another's fault.
   */
  quotaOf(source: number, detail: number): number {
    if (source < Quota.PARTITIONS) return source;
    return source === Party.KERNEL ? Quota.PARTITIONS + (detail % Quota.PARTITIONS) : -1;
  }

  sourceOf(quota: number): number {
    return quota < Quota.PARTITIONS ? quota : Party.KERNEL;
  }

  /** For a quota of the kernel's: the partition that its lines are about. */
  aboutOf(quota: number): number {
    return quota % Quota.PARTITIONS;
  }

  /** Takes a line's worth of credit, false: there is none. */
  take(now: number, quota: number): boolean {
    const fullAt = Math.max(this.fullAt[quota]!, now) + Quota.LINE_MS;
    if (fullAt - now > FULL_MS) return false;
    this.fullAt[quota] = fullAt;
    return true;
  }

  suppress(quota: number): void {
    if (this.fullAt[Quota.SOURCES + quota]!++ === 0) this.suppressing++;
  }

  /** A quota that has suppressed lines and may say so now; -1: none. */
  findSuppressed(now: number): number {
    if (this.suppressing === 0) return -1;
    for (let quota = 0; quota < Quota.SOURCES; quota++) {
      if (this.fullAt[Quota.SOURCES + quota]! > 0 && this.take(now, quota)) return quota;
    }
    return -1;
  }

  /** How many lines were suppressed; from now on it counts anew. */
  takeSuppressed(quota: number): number {
    const count = this.fullAt[Quota.SOURCES + quota]!;
    this.fullAt[Quota.SOURCES + quota] = 0;
    if (count > 0) this.suppressing--;
    return count;
  }

  /** When a suppressed source may say so, in monotonic milliseconds. */
  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    if (this.suppressing === 0) return due;
    for (let quota = 0; quota < Quota.SOURCES; quota++) {
      if (this.fullAt[Quota.SOURCES + quota] === 0) continue;
      due = Math.min(due, Math.max(0, this.fullAt[quota]! + Quota.LINE_MS - FULL_MS));
    }
    return due;
  }
}
