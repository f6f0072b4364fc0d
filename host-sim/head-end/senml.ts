// SenML packs in CBOR, read with cbor-x.
// @source RFC 8428 section 4 and 6 (labels), RFC 8949 section 3.4.4 (decimal fractions)

import { Decoder } from "cbor-x";

/** One record of a pack, base fields resolved. */
export interface SenmlRecord {
  readonly name: string;
  readonly unit: string;
  /** In the unit. A decimal fraction is the number nearest to it. */
  readonly value: number;
  /** Unix seconds. */
  readonly time: number;
}

const LABEL = { baseName: -2, baseTime: -3, baseUnit: -4, name: 0, unit: 1, value: 2, time: 6 };

const decoder = new Decoder({ mapsAsObjects: false, useRecords: false });

/** Undefined: not a SenML pack, or none that we understand. */
export function decodeSenml(bytes: Uint8Array): SenmlRecord[] | undefined {
  let pack: unknown;
  try {
    pack = decoder.decode(bytes);
  } catch {
    return undefined;
  }
  if (!Array.isArray(pack)) return undefined;
  const base = { name: "", time: 0, unit: "" };
  const records: SenmlRecord[] = [];
  for (const entry of pack as unknown[]) {
    if (!(entry instanceof Map)) return undefined;
    base.name = textOf(entry.get(LABEL.baseName)) ?? base.name;
    base.unit = textOf(entry.get(LABEL.baseUnit)) ?? base.unit;
    base.time = numberOf(entry.get(LABEL.baseTime)) ?? base.time;
    const value = numberOf(entry.get(LABEL.value));
    if (value === undefined) continue;
    records.push({
      name: base.name + (textOf(entry.get(LABEL.name)) ?? ""),
      unit: textOf(entry.get(LABEL.unit)) ?? base.unit,
      value,
      time: base.time + (numberOf(entry.get(LABEL.time)) ?? 0),
    });
  }
  return records;
}

/**
 * `value` times ten to the power of `places`, exact for what was written with up to 15 digits:
 * 1.001 m3 are 1001 litres, where a multiplication says 1000.9999999999999.
 */
export function shiftDecimal(value: number, places: number): number {
  const [digits, exponent = "0"] = String(value).split("e");
  return Number(`${digits}e${Number(exponent) + places}`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
