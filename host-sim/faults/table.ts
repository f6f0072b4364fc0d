// Every kind of fault there is. One more is one more row here, and a line in docs/house.md.

import { airLoss, interference, neighbour } from "./air";
import { flashFailure, partitionFault } from "./board";
import { clockJump } from "./clock";
import type { FaultOf, FaultRow } from "./fault";
import { powerCut, powerCutInWrite } from "./power";
import { radioNoise, radioReset, radioSilence } from "./radio";
import { wanLoss, wanOutage } from "./wan";

export const FAULT_ROWS = [
  airLoss,
  wanLoss,
  wanOutage,
  radioReset,
  radioSilence,
  radioNoise,
  flashFailure,
  partitionFault,
  powerCut,
  powerCutInWrite,
  clockJump,
  interference,
  neighbour,
] as const;

/** A fault as a house's file asks for it. */
export type FaultConfig = FaultOf<(typeof FAULT_ROWS)[number]>;

/** Any row, for who treats all alike: what it reads and draws is what it begins. */
export type AnyFaultRow = FaultRow<FaultConfig["kind"], object>;

export const ANY_FAULT_ROWS = FAULT_ROWS as readonly unknown[] as readonly AnyFaultRow[];

export function faultRowOf(kind: FaultConfig["kind"]): AnyFaultRow {
  return ANY_FAULT_ROWS.find((row) => row.kind === kind)!;
}
