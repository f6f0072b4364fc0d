// Every reading that a meter measured, and what became of it at the head-end: the meters' own logs
// on one side, what the head-end received on the other. The hub is not asked.

import type { MeasuredReading, MeterTruth } from "../devices/meter-truth";

/** What a head-end received; `quantity` as docs/wan.md names it. */
export interface Arrival {
  readonly context: string;
  readonly eui64: string;
  readonly quantity: string;
  /** Watt-hours or litres. */
  readonly value: number;
  /** Unix seconds by the meter's clock. */
  readonly time: number;
}

export interface ReadingCounts {
  readonly measured: number;
  /** At every provider. */
  readonly delivered: number;
  /** Of these, later than a minute after they were measured. */
  readonly late: number;
  /** Neither delivered nor given up: on their way, or kept in the hub. */
  readonly pending: number;
  /** Never acknowledged to the meter. */
  readonly missed: number;
  /** Acknowledged to the meter, and overtaken at a provider by much younger ones. */
  readonly lost: number;
  /**
   * Whole half-hours in which a reading was missed, and those of them that came from the profile.
   */
  readonly missedHalfHours: number;
  readonly recoveredHalfHours: number;
}

/** Of one meter. */
export interface DeviceReadings {
  readonly eui64: string;
  readonly measured: number;
  readonly delivered: number;
  readonly missed: number;
  readonly lost: number;
  /** Half-hours that it recorded, and those of them that came from its profile. */
  readonly halfHours: number;
  readonly profiled: number;
}

interface Open {
  readonly reading: MeasuredReading;
  readonly eui64: string;
  /** A bit for each provider that has it. */
  at: number;
}

/** The meters' log is shortened to this many readings when it has twice as many: two days. */
const KEPT_READINGS = 17_280;
const LATE_S = 60;
/**
 * A provider's outbox is in order: what is so much older than the newest delivery will not come.
 */
const OVERTAKEN_S = 300;
const HALF_HOUR_S = 1800;

export class ReadingLedger {
  private readonly open = new Map<string, Open>();
  private readonly intervals = new Map<string, number>();
  /** Newest delivery of each meter to each provider. */
  private readonly newest = new Map<string, number>();
  private readonly everyone: number;
  private readonly texts = new Map<bigint, string>();
  private readonly perMeter = new Map<string, { measured: number; delivered: number }>();
  private measured = 0;
  private delivered = 0;
  private late = 0;
  private taken = 0;

  /** @param providers the contexts that must get every reading */
  constructor(
    private readonly truth: MeterTruth,
    private readonly providers: readonly string[],
  ) {
    this.everyone = 2 ** providers.length - 1;
  }

  /** @param utcS the true time now, Unix seconds */
  arrived(arrival: Arrival, utcS: number): void {
    if (arrival.quantity.endsWith("-interval")) {
      this.intervals.set(`${arrival.eui64} ${arrival.time}`, arrival.value);
      return;
    }
    const provider = this.providers.indexOf(arrival.context);
    if (arrival.quantity === "demand" || provider < 0) return;
    this.takeMeasured();
    const newest = `${arrival.eui64} ${provider}`;
    this.newest.set(newest, Math.max(this.newest.get(newest) ?? 0, arrival.time));
    const key = `${arrival.eui64} ${arrival.time} ${arrival.value}`;
    const one = this.open.get(key);
    if (one === undefined) return;
    one.at |= 1 << provider;
    if (one.at !== this.everyone) return;
    this.open.delete(key);
    this.delivered++;
    this.ofMeter(one.eui64).delivered++;
    if (utcS > arrival.time + LATE_S) this.late++;
  }

  counts(): ReadingCounts {
    this.takeMeasured();
    let pending = 0;
    let missed = 0;
    let lost = 0;
    const missedHalves = new Set<string>();
    for (const one of this.open.values()) {
      if (this.isLost(one)) lost++;
      else if (one.reading.missed) {
        missed++;
        const end = Math.ceil(one.reading.time / HALF_HOUR_S) * HALF_HOUR_S;
        missedHalves.add(`${one.eui64} ${end}`);
      } else pending++;
    }
    const { measured, delivered, late } = this;
    const halves = this.recovered(missedHalves);
    return { measured, delivered, late, pending, missed, lost, ...halves };
  }

  /** The same of each meter, in the order in which they first measured. */
  devices(): DeviceReadings[] {
    this.takeMeasured();
    const none = { missed: 0, lost: 0, halfHours: 0, profiled: 0 };
    const all = new Map(
      [...this.perMeter].map(([eui64, counts]) => [eui64, { ...none, ...counts }]),
    );
    for (const one of this.open.values()) {
      const counts = all.get(one.eui64)!;
      if (this.isLost(one)) counts.lost++;
      else if (one.reading.missed) counts.missed++;
    }
    for (const half of this.truth.halfHours) {
      const counts = all.get(this.text(half.eui64));
      if (counts === undefined) continue;
      counts.halfHours++;
      if (this.intervals.get(`${this.text(half.eui64)} ${half.end}`) === half.value)
        counts.profiled++;
    }
    return [...all].map(([eui64, counts]) => ({ eui64, ...counts }));
  }

  /** As `eui64Text`, which is slow for the many half-hours of few meters. */
  private text(eui64: bigint): string {
    const known = this.texts.get(eui64);
    if (known !== undefined) return known;
    const text = eui64Text(eui64);
    this.texts.set(eui64, text);
    return text;
  }

  private ofMeter(eui64: string): { measured: number; delivered: number } {
    let counts = this.perMeter.get(eui64);
    if (counts === undefined) {
      counts = { measured: 0, delivered: 0 };
      this.perMeter.set(eui64, counts);
    }
    return counts;
  }

  /** Acknowledged readings that will not come, for a person. */
  lostReadings(): string[] {
    this.takeMeasured();
    return [...this.open.values()]
      .filter((one) => this.isLost(one))
      .map(({ eui64, reading }) => `${eui64} at ${reading.time}: ${reading.value}`);
  }

  /** The hub is destroyed: what it had taken and not delivered is gone with its flash. */
  hubDestroyed(): void {
    this.takeMeasured();
    for (const { reading } of this.open.values()) {
      if (!reading.acknowledged) continue;
      reading.acknowledged = false;
      reading.missed = true;
    }
  }

  private isLost(one: Open): boolean {
    if (!one.reading.acknowledged) return false;
    return this.providers.some((_name, provider) => {
      if ((one.at & (1 << provider)) !== 0) return false;
      const newest = this.newest.get(`${one.eui64} ${provider}`) ?? 0;
      return newest > one.reading.time + OVERTAKEN_S;
    });
  }

  private recovered(missed: ReadonlySet<string>) {
    let missedHalfHours = 0;
    let recoveredHalfHours = 0;
    for (const { eui64, end, value } of this.truth.halfHours) {
      const key = `${this.text(eui64)} ${end}`;
      if (!missed.has(key)) continue;
      missedHalfHours++;
      if (this.intervals.get(key) === value) recoveredHalfHours++;
    }
    return { missedHalfHours, recoveredHalfHours };
  }

  private takeMeasured(): void {
    const { readings } = this.truth;
    for (; this.taken < readings.length; this.taken++) {
      const reading = readings[this.taken]!;
      const eui64 = this.text(reading.eui64);
      this.measured++;
      this.ofMeter(eui64).measured++;
      this.open.set(`${eui64} ${reading.time} ${reading.value}`, { reading, eui64, at: 0 });
    }
    if (this.taken < 2 * KEPT_READINGS) return;
    // Whatever is still open is held here, and its meter writes its fate into the same object.
    this.truth.forget(KEPT_READINGS);
    this.taken -= KEPT_READINGS;
  }
}

/** 16 hexadecimal digits, most significant first. */
export function eui64Text(eui64: bigint): string {
  return eui64.toString(16).padStart(16, "0");
}
