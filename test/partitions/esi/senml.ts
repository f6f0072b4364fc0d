// Resolves a SenML pack into records with whole names and times. @source RFC 8428 section 4.6

import { decode, Tag } from "cbor-x";

export interface Resolved {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly time: number;
}

export function resolve(payload: Buffer): Resolved[] {
  const pack = decode(payload) as Map<number, unknown>[] | Record<string, unknown>[];
  let baseName = "";
  let baseTime = 0;
  return pack.map((record) => {
    const get = (label: number): unknown =>
      record instanceof Map ? record.get(label) : record[String(label)];
    baseName = (get(-2) as string | undefined) ?? baseName;
    baseTime = (get(-3) as number | undefined) ?? baseTime;
    return {
      name: baseName + (get(0) as string),
      unit: get(1) as string,
      value: numberOf(get(2)),
      time: baseTime + ((get(6) as number | undefined) ?? 0),
    };
  });
}

/** cbor-x leaves or reads a decimal fraction according to its version. */
function numberOf(value: unknown): number {
  if (value instanceof Tag) {
    const [exponent, mantissa] = value.value as [number, number];
    return Number(`${mantissa}e${exponent}`);
  }
  return value as number;
}
