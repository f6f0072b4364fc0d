// No acknowledged reading is lost: what a meter was told is stored reaches every provider.

import type { ReadingLedger } from "../house/reading-ledger";
import type { World } from "../world";
import { find } from "./finding";

const EVERY_US = 3_600_000_000;

export class AcknowledgedReadings {
  readonly name = "acknowledged readings";
  constructor(
    private readonly world: World,
    private readonly ledger: ReadingLedger,
  ) {
    this.schedule();
  }

  /** Looks now; the house calls it at the end of a run too. */
  check(): void {
    const lost = this.ledger.lostReadings();
    if (lost.length === 0) return;
    const shown = lost.slice(0, 3).join("; ");
    find(this.world, this.name, `${lost.length} acknowledged readings were lost: ${shown}`);
  }

  private schedule(): void {
    this.world.schedule(EVERY_US, () => {
      this.check();
      this.schedule();
    });
  }
}
