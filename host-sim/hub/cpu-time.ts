// How long the hub's processor is at work, where its calls take time: until when, how much in all,
// and the longest call.

import type { World } from "../world";

/** What the kernel is called for. */
export const enum CpuCall {
  /** The board boots. */
  START = "start",
  /** A turn. */
  RUN = "run",
  /** Input from a device is put into its queue. */
  DELIVER = "deliver",
}

/** Over all lives of the board. Times are simulated seconds. */
export interface CpuFigures {
  /** An instruction is taken for one cycle of it. */
  readonly hertz: number;
  readonly busySeconds: number;
  /** `busySeconds` of all simulated seconds, 0 to 1. */
  readonly busyShare: number;
  readonly longestCall: { readonly call: CpuCall; readonly seconds: number; readonly at: number };
  readonly longestTurnSeconds: number;
}

export class CpuTime {
  /** The world's microseconds. */
  busyUntilUs = 0;
  private hertz = 0;
  private busyUs = 0;
  private longestUs = 0;
  private longestAtUs = 0;
  private longest = CpuCall.START;
  private longestTurnUs = 0;

  constructor(private readonly world: World) {}

  get isBusy(): boolean {
    return this.world.now < this.busyUntilUs;
  }

  /** A call is made now, and begins when the one before it is done. */
  charge(call: CpuCall, instructions: number, hertz: number): void {
    const now = this.world.now;
    // At least one: a turn that took no time could follow itself for ever.
    const us = Math.max(1, Math.ceil((instructions * 1_000_000) / hertz));
    this.hertz = hertz;
    this.busyUntilUs = Math.max(now, this.busyUntilUs) + us;
    this.busyUs += us;
    if (call === CpuCall.RUN) this.longestTurnUs = Math.max(this.longestTurnUs, us);
    if (us <= this.longestUs) return;
    this.longestUs = us;
    this.longestAtUs = now;
    this.longest = call;
  }

  /** The processor stops now, in the middle of a call or not. */
  stop(): void {
    this.busyUs -= this.ahead();
    this.busyUntilUs = 0;
  }

  /** Undefined: no call took time. */
  figures(): CpuFigures | undefined {
    if (this.hertz === 0) return undefined;
    const busyUs = this.busyUs - this.ahead();
    return {
      hertz: this.hertz,
      busySeconds: busyUs / 1e6,
      busyShare: this.world.now === 0 ? 0 : busyUs / this.world.now,
      longestCall: {
        call: this.longest,
        seconds: this.longestUs / 1e6,
        at: this.longestAtUs / 1e6,
      },
      longestTurnSeconds: this.longestTurnUs / 1e6,
    };
  }

  /** What is charged already and lies in the time to come. */
  private ahead(): number {
    return Math.max(0, this.busyUntilUs - this.world.now);
  }
}
