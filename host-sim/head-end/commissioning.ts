// What the management party does once a hub has registered: it puts the house's devices into the
// hub's log, with their install codes, and gives the providers their grants.

import type { HeadEnd } from "./head-end";
import type { Answered } from "./request-queue";

export interface CommissionedDevice {
  readonly eui64: string;
  /** A number of docs/wan.md: 1 electricity meter, 2 gas meter, 3 display, 4 consumer device. */
  readonly kind: number;
  /** With its CRC. */
  readonly installCode: Buffer;
}

/** How a provider stands to a device: numbers of docs/wan.md. */
export const RELATIONSHIPS = { subscribed: 1, enrolled: 2 } as const;

/** The hub's word for: that is no step from where the two stand. */
const CONFLICT = "4.09";

/** A hub that is full or away is asked again after this pause. */
const RETRY_MS = 30_000;
/** The joining window stays open for 254 s; it is opened again for devices that are late. */
const REOPEN_MS = 240_000;
const WINDOW_SECONDS = 254;
/** An hour's patience; then somebody has to look after the device. */
const REOPENINGS = 15;

interface Step {
  readonly device: CommissionedDevice;
  /** None: the device itself is put into the log. */
  readonly provider?: string;
  readonly relationship: number;
}

export class Commissioning {
  private readonly plan: readonly Step[];
  private steps: Step[] = [];
  /** Which start the answers belong to. */
  private round = 0;
  private due = Number.POSITIVE_INFINITY;
  private reopenings = 0;
  private readonly isIn = new Set<string>();
  readonly refused: { readonly eui64: string; readonly code: string }[] = [];

  /** @param providers names of the contexts that may read and reach every meter */
  constructor(
    private readonly headEnd: HeadEnd,
    private readonly devices: readonly CommissionedDevice[],
    providers: readonly string[],
  ) {
    // Grants before devices: a meter's first reading must find its readers.
    const meters = devices.filter(({ kind }) => kind === 1 || kind === 2);
    this.plan = [
      ...meters.flatMap((device) =>
        providers.map((provider) => ({ device, provider, relationship: RELATIONSHIPS.enrolled })),
      ),
      ...devices.map((device) => ({ device, relationship: 0 })),
    ];
  }

  get started(): boolean {
    return this.round > 0;
  }

  get done(): boolean {
    return this.started && this.steps.length === 0;
  }

  /** Tells a hub that has registered everything from the beginning; again does no harm. */
  start(now: number): void {
    this.round++;
    this.steps = [...this.plan];
    this.reopenings = 0;
    this.refused.length = 0;
    this.due = Number.POSITIVE_INFINITY;
    this.next(now);
  }

  /** The hub has told that this device is in. */
  joined(eui64: string): void {
    this.isIn.add(eui64);
  }

  dueAt(): number {
    return this.due;
  }

  tick(now: number): void {
    if (now < this.due) return;
    this.due = Number.POSITIVE_INFINITY;
    if (this.done) this.reopen(now);
    else this.next(now);
  }

  private reopen(now: number): void {
    if (this.reopenings++ >= REOPENINGS) return;
    if (this.devices.every(({ eui64 }) => this.isIn.has(eui64))) return;
    this.headEnd.setWindow(now, WINDOW_SECONDS, () => {});
    this.due = now + REOPEN_MS;
  }

  private next(now: number): void {
    const step = this.steps[0];
    if (step === undefined) {
      this.due = now + REOPEN_MS;
      return;
    }
    const { round } = this;
    const answered: Answered = (at, response) => {
      if (round === this.round) this.answered(at, step, response?.code ?? "");
    };
    const { device, provider, relationship } = step;
    if (provider === undefined) {
      this.headEnd.addDevice(now, device.eui64, device.kind, device.installCode, answered);
    } else {
      this.headEnd.grant(now, provider, device.eui64, relationship, answered);
    }
  }

  private answered(now: number, step: Step, code: string): void {
    const { device, relationship } = step;
    if (code === "" || code.startsWith("5.")) {
      this.due = now + RETRY_MS;
      return;
    }
    // Where they stand is the hub's to say: going down first would stop what is under way.
    if (code === CONFLICT && relationship > RELATIONSHIPS.subscribed) {
      this.steps.unshift({ ...step, relationship: relationship - 1 });
      this.next(now);
      return;
    }
    if (!code.startsWith("2.")) this.refused.push({ eui64: device.eui64, code });
    this.steps.shift();
    this.next(now);
  }
}
