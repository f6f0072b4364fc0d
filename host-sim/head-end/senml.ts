// SenML packs in CBOR, read with cbor-x.
// @source RFC 8428 section 6 (labels), RFC 8949 section 3.4.4 (decimal fractions)

import { Decoder, Tag } from "cbor-x";

/** One record of a pack, base fields resolved. */
export interface SenmlRecord {
  readonly name: string;
  readonly unit: string;
  /** In the unit, exact: decimal fractions are kept as a whole number and a power of ten. */
  readonly value: { readonly mantissa: number; readonly exponent: number };
  /** Unix seconds. */
  readonly time: number;
}

const LABEL = { baseName: -2, baseTime: -3, baseUnit: -4, name: 0, unit: 1, value: 2, time: 6 };
const DECIMAL_FRACTION = 4;

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
  for (const entry of pack) {
    if (!(entry instanceof Map)) return undefined;
    base.name = textOf(entry.get(LABEL.baseName)) ?? base.name;
    base.unit = textOf(entry.get(LABEL.baseUnit)) ?? base.unit;
    base.time = numberOf(entry.get(LABEL.baseTime)) ?? base.time;
    const value = decimalOf(entry.get(LABEL.value));
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

function decimalOf(value: unknown): SenmlRecord["value"] | undefined {
  const number = numberOf(value);
  if (number !== undefined) return { mantissa: number, exponent: 0 };
  if (!(value instanceof Tag) || value.tag !== DECIMAL_FRACTION) return undefined;
  const [exponent, mantissa] = value.value as unknown[];
  const parts = { exponent: numberOf(exponent), mantissa: numberOf(mantissa) };
  if (parts.exponent === undefined || parts.mantissa === undefined) return undefined;
  return { mantissa: parts.mantissa, exponent: parts.exponent };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : undefined;
}
