// A house whose hub has a hostile entry in every partition, and how one partition is ended in it.

import { SYSTEM } from "../../firmware/system";
import type { BoardCommand } from "../../host-sim/device/board-process";
import { House } from "../../host-sim/house/house";
import { exchangeFile } from "../../tools/home/exchange-file";
import type { Deed } from "./deeds";
import { HostileKernel } from "./hostile-kernel";

/** So often it is looked whether something has happened. */
const STEP_S = 0.05;
/** The partition's next call is at the latest when the hub does anything at all. */
const PATIENCE_S = 60;

/** What one deed led to. */
export interface Death {
  /** Whoever ended, with the kernel's kind of fault and the words for it. */
  readonly faults: readonly string[];
  /** Who is back, and who was told of whose death, by name. */
  readonly back: readonly string[];
  readonly told: readonly string[];
  /** Milliseconds from the end to the new life. */
  readonly pauseMs: number;
}

export class KillHouse {
  readonly house: House;
  kernel!: HostileKernel;
  private faults: string[] = [];
  private back: string[] = [];
  private faultedAt = 0;
  private backAt = 0;
  private seconds = 0;

  constructor(seed: number, exchanges: string, command: BoardCommand) {
    this.house = new House({
      seed,
      exchanges: exchangeFile(exchanges, () => true),
      makeKernel: (board, observer) => {
        this.kernel = new HostileKernel(board, observer, command);
        return this.kernel;
      },
    });
    this.house.hub.observe({
      faulted: (time, party, kind, what) => {
        this.faults.push(`${nameOf(party)}: ${kind}, ${what}`);
        this.faultedAt = time;
      },
      restarted: (time, party) => {
        this.back.push(nameOf(party));
        this.backAt = time;
      },
    });
  }

  run(seconds: number): void {
    this.seconds += seconds;
    this.house.runUntil(this.seconds);
  }

  /** Orders the deed, and lets the house go on for so long after it is done. */
  kill(name: string, deed: Deed, afterS: number): Death {
    this.faults = [];
    this.back = [];
    this.kernel.told.length = 0;
    this.house.kernelAccount.expect(name);
    this.kernel.order(name, deed);
    const patience = this.seconds + PATIENCE_S;
    while (this.faults.length === 0 && this.seconds < patience) this.run(STEP_S);
    this.run(afterS);
    return {
      faults: this.faults,
      back: this.back,
      told: this.kernel.told.map(({ partition, dead }) => `${nameOf(partition)}: ${nameOf(dead)}`),
      pauseMs: (this.backAt - this.faultedAt) / 1000,
    };
  }

  end(): void {
    this.house.close();
    this.house.hub.end();
  }
}

export function nameOf(party: number): string {
  return SYSTEM.partitions.find(({ id }) => id === party)!.name;
}
