// The device kernel as a script sees it: a native program, asked one line at a time
// (`kernel/bench.c` says which).

import type { FaultKind } from "../../firmware/kernel/fault";
import { PUPPETS } from "../conformance/puppet-table";
import { nameOf, reportText } from "../conformance/report-text";
import type { KernelUnderTest } from "../conformance/run-script";
import type { Name } from "../conformance/script";
import { hex, toHex } from "../hex";
import type { LineProgram } from "./line-program";

const COUNTERS = ["received", "sent", "refused", "full", "unreachable", "restarts", "faults"];

export class NativeKernel implements KernelUnderTest {
  private lines: string[] = [];

  constructor(private readonly program: LineProgram) {}

  start(now: number): void {
    this.ask(`start ${now}`);
  }

  run(now: number): boolean {
    return this.ask(`run ${now}`) === "1";
  }

  dueAt(): number {
    return Number(this.ask("due").replace("inf", "Infinity"));
  }

  tell(now: number, who: Name, command: readonly number[]): void {
    this.ask(`tell ${now} ${PUPPETS[who]} ${toHex(Uint8Array.from(command))}`);
  }

  inject(who: Name, fault: FaultKind): void {
    this.ask(`inject ${PUPPETS[who]} ${fault}`);
  }

  release(now: number, who: Name): void {
    this.ask(`release ${now} ${PUPPETS[who]}`);
  }

  power(who: Name, on: boolean): void {
    this.ask(`power ${PUPPETS[who]} ${on ? 1 : 0}`);
  }

  flashGoes(on: boolean): void {
    this.ask(`flash ${on ? 1 : 0}`);
  }

  counters(who: Name): Readonly<Record<string, number>> {
    const values = this.ask(`counters ${PUPPETS[who]}`).split(" ").map(Number);
    return Object.fromEntries(COUNTERS.map((name, i) => [name, values[i]!]));
  }

  takeLines(): string[] {
    const lines = this.lines;
    this.lines = [];
    return lines;
  }

  /** What follows `done`; the reports before it are kept. */
  private ask(request: string): string {
    const answers = this.program.ask(request);
    for (const line of answers.slice(0, -1)) {
      const [, party, report] = line.split(" ");
      this.lines.push(reportText(nameOf(Number(party)), [...hex(report!)]));
    }
    return answers[answers.length - 1]!.slice("done ".length);
  }
}
