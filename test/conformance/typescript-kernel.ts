// The TypeScript kernel as a script sees it: puppets on every row, their lines, and a flash chip
// that can be stopped. Another kernel on the same board takes its place on demand.

import { Party } from "../../firmware/ipc/party";
import type { Board, FlashChip } from "../../firmware/kernel/board";
import type { FaultKind } from "../../firmware/kernel/fault";
import { Kernel } from "../../firmware/kernel/kernel";
import type { Partition } from "../../firmware/kernel/partition";
import { surveyedSectors } from "../../firmware/storage/flash-survey";
import { TimeQuality } from "../../hal/clock";
import { Flash, FlashDone, FlashOperation, type FlashRegion } from "../../hal/flash";
import { Sent } from "../../hal/sent";
import type { HubKernel } from "../../host-sim/hub/hub-kernel";
import { Puppet, type PuppetEnvironment } from "./puppet";
import { LINE_PARTY } from "./puppet-protocol";
import { PUPPET_TABLE, PUPPETS } from "./puppet-table";
import { reportText } from "./report-text";
import type { KernelUnderTest } from "./run-script";
import type { Name } from "./script";

const FLASH_BYTES = 8192;

export class TypescriptKernel<K extends HubKernel = Kernel> implements KernelUnderTest {
  readonly kernel: K;
  private lines: string[] = [];
  private readonly off = new Set<Name>();
  private readonly flash = new Uint8Array(FLASH_BYTES).fill(Flash.ERASED);
  private flashRuns = true;
  private readonly completions: Uint8Array[] = [];

  /** @param make the kernel in the place of TypeScript's, with puppets of its own */
  constructor(make?: (board: Board) => K) {
    if (make !== undefined) {
      this.kernel = make(this.board());
      return;
    }
    const creators: Record<string, (environment: never) => Partition> = {};
    for (const name of Object.keys(PUPPETS) as Name[]) {
      if (name === "erin") continue;
      creators[name] = (environment) => this.makePuppet(name, environment);
    }
    this.kernel = new Kernel(PUPPET_TABLE, creators, this.board()) as HubKernel as K;
  }

  start(now: number): void {
    this.lines = [];
    this.off.clear();
    this.flash.fill(Flash.ERASED);
    this.flashRuns = true;
    this.completions.length = 0;
    this.kernel.start(now);
  }

  run(now: number): boolean {
    if (this.flashRuns) {
      for (const done of this.completions.splice(0)) {
        this.kernel.deliver(now, Party.FLASH, done, done.length);
      }
    }
    return this.kernel.run(now) || (this.flashRuns && this.completions.length > 0);
  }

  dueAt(): number {
    return this.kernel.dueAt();
  }

  tell(now: number, who: Name, command: readonly number[]): void {
    const bytes = Uint8Array.from(command);
    this.kernel.deliver(now, LINE_PARTY + PUPPETS[who], bytes, bytes.length);
  }

  inject(who: Name, fault: FaultKind): void {
    this.kernel.inject(who, fault);
  }

  release(now: number, who: Name): void {
    this.kernel.release(now, who);
  }

  power(who: Name, on: boolean): void {
    if (on) this.off.delete(who);
    else this.off.add(who);
  }

  flashGoes(on: boolean): void {
    this.flashRuns = on;
  }

  counters(who: Name): Readonly<Record<string, number>> {
    return { ...this.kernel.countersOf(who) };
  }

  takeLines(): string[] {
    const lines = this.lines;
    this.lines = [];
    return lines;
  }

  private makePuppet(name: Name, environment: never): Partition {
    const given = environment as {
      startedAt: number;
      ports: PuppetEnvironment["ports"];
      devices: Record<string, PuppetEnvironment["line"]>;
      regions: Record<string, FlashRegion | undefined>;
    };
    return new Puppet({
      startedAt: given.startedAt,
      ports: given.ports,
      line: given.devices[`${name}-line`]!,
      power: { mainsPresent: () => !this.off.has(name) },
      region: given.regions.notes,
      names: Object.keys(PUPPETS),
    });
  }

  private board(): Board {
    const devices: Record<string, unknown> = {};
    for (const name of Object.keys(PUPPETS)) {
      devices[`${name}-line`] = {
        send: (bytes: Uint8Array, length: number): Sent => {
          this.lines.push(reportText(name, [...bytes.subarray(0, length)]));
          return Sent.OK;
        },
      };
    }
    const unused = {} as never;
    // A line for a switch is more than a board's bench has: its civil time is a bit for each puppet
    // that is off.
    const clock = { utcMs: () => this.offBits(), quality: () => TimeQuality.UNKNOWN };
    const watchdog = { feed: (): void => {} };
    return {
      crypto: unused,
      entropy: unused,
      clock,
      watchdog,
      flash: this.chip(),
      devices,
    };
  }

  private offBits(): number {
    let bits = 0;
    for (const name of this.off) bits += 2 ** PUPPETS[name];
    return bits;
  }

  private survey(offset: number, length: number): number[] {
    const answer: number[] = [];
    const count = surveyedSectors(FLASH_BYTES - offset, length);
    for (let i = 0; i < count; i++) {
      const sector = this.flash.subarray(offset + i * Flash.SECTOR_LENGTH);
      let extent: number = sector[0] === Flash.ERASED ? 0 : Flash.SECTOR_LENGTH;
      while (extent > 0 && sector[extent - 1] === Flash.ERASED) extent--;
      answer.push(extent & 0xff, extent >> 8, ...sector.subarray(0, length));
    }
    return answer;
  }

  private chip(): FlashChip {
    return {
      submit: (region, operation, offset, bytes, start, length): Sent => {
        const read = operation === FlashOperation.READ ? length : 0;
        const surveyed = operation === FlashOperation.SURVEY ? this.survey(offset, length) : [];
        const done = new Uint8Array(FlashDone.DATA + read + surveyed.length);
        done.set(surveyed, FlashDone.DATA);
        done[FlashDone.REGION] = region;
        done[FlashDone.OPERATION] = operation;
        if (operation === FlashOperation.ERASE) {
          this.flash.fill(Flash.ERASED, offset, offset + Flash.SECTOR_LENGTH);
        } else if (operation === FlashOperation.WRITE) {
          for (let i = 0; i < length; i++) this.flash[offset + i]! &= bytes[start + i]!;
        } else if (operation === FlashOperation.READ)
          done.set(this.flash.subarray(offset, offset + length), FlashDone.DATA);
        this.completions.push(done);
        return Sent.OK;
      },
    };
  }
}
