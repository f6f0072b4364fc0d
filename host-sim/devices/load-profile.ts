// What a household consumes: from a file of half-hours, or made from the seed with the shape of a
// day. Registers are whole watt-hours and litres, and never go back.

import { parse } from "csv-parse/sync";
import type { Random } from "../random";

/** Natural gas in Great Britain, MJ per cubic metre, and the correction to standard conditions. */
export const CALORIFIC_VALUE = 39.5;
export const VOLUME_CORRECTION = 1.02264;

const HALF_HOUR_S = 1800;

/**
 * Litres of gas for kilowatt-hours: 3.6 MJ a kWh, as on a British gas bill
 * (volume x correction x calorific value / 3.6).
 */
export function litresOf(kwh: number): number {
  return (kwh * 3.6 * 1000) / (VOLUME_CORRECTION * CALORIFIC_VALUE);
}

/** One half-hour, in whole watt-hours and litres. */
export interface HalfHour {
  readonly wattHours: number;
  readonly litres: number;
}

/** A wrong profile file; the message names file position and reason in one line. */
export class ProfileError extends Error {}

export class LoadProfile {
  private readonly wattHourSums: number[] = [0];
  private readonly litreSums: number[] = [0];

  /**
   * @param halfHours from world time 0 on; when they end they begin again
   * @param startS Unix seconds at which a file says that they begin
   */
  constructor(
    private readonly halfHours: readonly HalfHour[],
    readonly startS?: number,
  ) {
    if (halfHours.length === 0) throw new ProfileError("profile: no half-hours");
    for (const half of halfHours) {
      this.wattHourSums.push(this.wattHourSums.at(-1)! + half.wattHours);
      this.litreSums.push(this.litreSums.at(-1)! + half.litres);
    }
  }

  /** Watt-hours consumed from world time 0 to `us`, floored. */
  electricity(us: number): number {
    return this.integrate(us, this.wattHourSums);
  }

  /** Litres consumed from world time 0 to `us`, floored. */
  gas(us: number): number {
    return this.integrate(us, this.litreSums);
  }

  /** Watts at `us`: the mean of its half-hour. */
  demand(us: number): number {
    const half = Math.floor(us / (HALF_HOUR_S * 1e6)) % this.halfHours.length;
    return this.halfHours[half]!.wattHours * 2;
  }

  private integrate(us: number, sums: readonly number[]): number {
    const count = this.halfHours.length;
    const seconds = Math.floor(us / 1e6);
    const half = Math.floor(seconds / HALF_HOUR_S);
    const rounds = Math.floor(half / count);
    const at = half % count;
    const within = seconds % HALF_HOUR_S;
    const part = Math.floor(((sums[at + 1]! - sums[at]!) * within) / HALF_HOUR_S);
    return rounds * sums[count]! + sums[at]! + part;
  }
}

/**
 * Reads `time,electricity_kwh,gas_kwh`, one line each half-hour, with a heading. What is left over
 * in rounding to whole units is carried into the next half-hour, so that totals are exact.
 */
export function parseProfile(text: string, name: string): LoadProfile {
  const rows = parseRows(text, name);
  const heading = rows[0]?.fields.map((field) => field.trim()).join(",");
  if (heading !== "time,electricity_kwh,gas_kwh") {
    throw new ProfileError(`${name}: line 1: expected time,electricity_kwh,gas_kwh`);
  }
  const halfHours: HalfHour[] = [];
  let energy = 0;
  let volume = 0;
  let used = { wattHours: 0, litres: 0 };
  let before: number | undefined;
  let start: number | undefined;
  for (const { fields, line } of rows.slice(1)) {
    const where = `${name}: line ${line}`;
    before = checkTime(fields[0] ?? "", before, where);
    start ??= before;
    energy += amount(fields[1], "electricity_kwh", where);
    volume += litresOf(amount(fields[2], "gas_kwh", where));
    const total = { wattHours: Math.round(energy * 1000), litres: Math.round(volume) };
    halfHours.push({
      wattHours: total.wattHours - used.wattHours,
      litres: total.litres - used.litres,
    });
    used = total;
  }
  if (halfHours.length === 0) throw new ProfileError(`${name}: line 2: no half-hours`);
  return new LoadProfile(halfHours, start);
}

/**
 * Days of a household: little at night, a morning, a large evening; heating where it is cold in
 * the morning and evening; appliances now and then.
 */
export function generateProfile(random: Random, days = 7): LoadProfile {
  const halfHours: HalfHour[] = [];
  const size = 0.7 + random.float() * 0.8;
  for (let half = 0; half < days * 48; half++) {
    const hour = (half % 48) / 2;
    const evening = Math.exp(-(((hour - 19) / 2.5) ** 2));
    const morning = Math.exp(-(((hour - 7.5) / 1.3) ** 2));
    const kettle = random.chance(0.06 + 0.2 * evening) ? 0.4 + random.float() : 0;
    const kwh = size * (0.09 + 0.25 * morning + 0.45 * evening) * (0.8 + 0.4 * random.float());
    const heat = size * (0.15 + 2.2 * morning + 1.8 * evening) * (0.7 + 0.6 * random.float());
    halfHours.push({
      wattHours: Math.round((kwh + kettle) * 1000),
      litres: Math.round(litresOf(heat)),
    });
  }
  return new LoadProfile(halfHours);
}

interface Row {
  readonly fields: string[];
  readonly line: number;
}

function parseRows(text: string, name: string): Row[] {
  try {
    const records = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ fields: record, line: info.lines }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProfileError(`${name}: ${reason}`);
  }
}

/** Half-hours must follow one another; a day of 23 or 25 hours is written in UTC. */
function checkTime(field: string, before: number | undefined, where: string): number {
  const seconds = unixSeconds(field);
  if (seconds === undefined) throw new ProfileError(`${where}: not a time: "${field}"`);
  if (seconds % HALF_HOUR_S !== 0) {
    throw new ProfileError(`${where}: not on a half-hour: ${field}`);
  }
  if (before !== undefined && seconds !== before + HALF_HOUR_S) {
    throw new ProfileError(`${where}: not half an hour after the line before`);
  }
  return seconds;
}

const ZONE = "(?:Z|([+-])(\\d\\d):?(\\d\\d))?";
const TIME = `(?:[T ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.0+)?)?${ZONE})?`;
const DATE_TIME = new RegExp(`^(\\d{4})-(\\d\\d)-(\\d\\d)${TIME}$`);

/** ISO 8601 with date and time, UTC unless it names an offset. */
function unixSeconds(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const number = (at: number): number => Number(parts[at] ?? 0);
  const [year, month, day] = [number(1), number(2), number(3)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (number(4) > 23 || number(5) > 59 || number(6) > 59) return undefined;
  const offset = (parts[7] === "-" ? -1 : 1) * (number(8) * 60 + number(9)) * 60;
  const time = number(4) * 3600 + number(5) * 60 + number(6);
  return daysSince1970(year, month, day) * 86_400 + time - offset;
}

function daysIn(year: number, month: number): number {
  const next = month === 12 ? daysSince1970(year + 1, 1, 1) : daysSince1970(year, month + 1, 1);
  return next - daysSince1970(year, month, 1);
}

/** Years begin in March here, so that the leap day is their last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + inYear - 719_468;
}

function amount(field: string | undefined, column: string, where: string): number {
  const value = field === undefined || field.trim() === "" ? Number.NaN : Number(field);
  if (!Number.isFinite(value) || value < 0) {
    throw new ProfileError(`${where}: ${column} must be a number of 0 or more`);
  }
  // A house takes 100 A at 230 V at most, 11.5 kWh a half-hour; ten times that is a slip.
  if (value > 115) throw new ProfileError(`${where}: ${column} over 115 kWh in half an hour`);
  return value;
}
