// From a meter's own numbers to watt-hours, watts and cubic decimetres.
// @source Smart Energy 07-5356-22 annex D.3.2.2.4 (formatting: value x Multiplier / Divisor)

import { DeviceKind } from "../../ipc/device";
import { UnitOfMeasure } from "../../wire/clusters/metering";
import { type Knowledge, Known } from "./knowledge";

/** Both units, kilowatt-hours and cubic metres, are a thousand of ours. */
const THOUSAND = 1_000;
/** What 48 bits of a `READING` hold. */
const VALUE_MAX = 0xffff_ffff_ffff;

/** Whether the meter counts in the unit of its kind: kWh, or cubic metres. */
export function isOurUnit(unit: number, kind: DeviceKind): boolean {
  return kind === DeviceKind.ELECTRICITY_METER
    ? unit === UnitOfMeasure.KILOWATT_HOURS
    : kind === DeviceKind.GAS_METER && unit === UnitOfMeasure.CUBIC_METRES;
}

/**
 * The number in our unit, towards zero; NaN: more than can be told exactly. The node's scale is
 * known.
 */
export function scaled(knowledge: Knowledge, node: number, raw: number): number {
  const multiplier = knowledge.factor(node, Known.MULTIPLIER) * THOUSAND;
  const divisor = knowledge.factor(node, Known.DIVISOR);
  const common = commonDivisor(multiplier, divisor);
  const product = raw * (multiplier / common);
  if (!Number.isSafeInteger(product)) return Number.NaN;
  return limited(Math.trunc(product / (divisor / common)));
}

function limited(value: number): number {
  return value <= VALUE_MAX && value >= -VALUE_MAX ? value : Number.NaN;
}

/** At most 36 turns for numbers of 24 bits. */
function commonDivisor(a: number, b: number): number {
  while (b !== 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
