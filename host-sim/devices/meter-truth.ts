// What the meters themselves know: every reading they measured and whether it was acknowledged,
// every half-hour, every exchange. Reports and checkers compare the head-end's data with it.

export interface MeasuredReading {
  readonly eui64: bigint;
  /** Unix seconds by the meter's clock. */
  readonly time: number;
  /** Watt-hours or litres. */
  readonly value: number;
  /** The hub answered its report with a Default Response SUCCESS. */
  acknowledged: boolean;
  /** Its last repetition went without. */
  missed: boolean;
}

export interface MeasuredHalfHour {
  readonly eui64: bigint;
  /** Unix seconds of its end, a multiple of 1,800 by the meter's clock. */
  readonly end: number;
  readonly value: number;
}

export interface Exchange {
  readonly eui64: bigint;
  readonly atUs: number;
  readonly command: Buffer;
  readonly response: Buffer;
  /** The command stood in the exchange table. */
  readonly known: boolean;
  /** The response left, acknowledged by the hub's APS. */
  delivered: boolean;
}

export class MeterTruth {
  readonly readings: MeasuredReading[] = [];
  readonly halfHours: MeasuredHalfHour[] = [];
  readonly exchanges: Exchange[] = [];
  /** Readings that are no longer in the list, and how many of them were acknowledged. */
  readonly forgotten = { readings: 0, acknowledged: 0 };

  /** Readings that the hub told their meters to be stored. */
  get acknowledged(): number {
    const held = this.readings.reduce((sum, one) => sum + (one.acknowledged ? 1 : 0), 0);
    return this.forgotten.acknowledged + held;
  }

  /** Drops the oldest readings: a house that runs for ever cannot keep them all. */
  forget(count: number): void {
    for (const { acknowledged } of this.readings.splice(0, count)) {
      this.forgotten.readings++;
      if (acknowledged) this.forgotten.acknowledged++;
    }
  }

  /** A reading that was just measured; its fate is written into it later. */
  measured(eui64: bigint, time: number, value: number): MeasuredReading {
    const reading = { eui64, time, value, acknowledged: false, missed: false };
    this.readings.push(reading);
    return reading;
  }

  /** The newest reading of a meter, or its newest acknowledged one. */
  latestOf(eui64: bigint, acknowledged = false): MeasuredReading | undefined {
    for (let i = this.readings.length - 1; i >= 0; i--) {
      const reading = this.readings[i]!;
      if (reading.eui64 === eui64 && (reading.acknowledged || !acknowledged)) return reading;
    }
    return undefined;
  }

  halfHour(eui64: bigint, end: number, value: number): void {
    this.halfHours.push({ eui64, end, value });
  }

  exchanged(exchange: Exchange): void {
    this.exchanges.push(exchange);
  }
}
