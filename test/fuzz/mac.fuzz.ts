// MAC headers, commands and beacons.

import {
  beaconExtendedPanAt,
  beaconNetwork,
  beaconPayloadAt,
  beaconPermitsJoining,
  beaconUpdateId,
  checkBeacon,
  isZigbeeBeacon,
} from "../../firmware/wire/beacon";
import {
  checkMac,
  MacMode,
  MacType,
  macControl,
  macDestinationAt,
  macDestinationMode,
  macDestinationPan,
  macPayloadAt,
  macSequence,
  macSourceAt,
  macSourceMode,
  macSourcePan,
  macType,
} from "../../firmware/wire/mac";
import {
  associationCapability,
  associationShort,
  associationStatus,
  checkMacCommand,
  disassociationReason,
  MacCommand,
  macCommand,
} from "../../firmware/wire/mac-command";
import { Parsed } from "../../firmware/wire/parsed";
import { macSamples } from "../wire/sample-mac-nwk";
import { examineTwice, field, within } from "./surroundings";

export const name = "mac";
export const seeds = macSamples().map((sample) => sample.bytes);

export function fuzz(input: Uint8Array): void {
  examineTwice(input, examine);
}

function examine(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkMac(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const found = [
    macControl(bytes, start),
    macSequence(bytes, start),
    macDestinationPan(bytes, start),
    macSourcePan(bytes, start),
    field(macDestinationAt(bytes, start), size(macDestinationMode(bytes, start)), start, end),
    field(macSourceAt(bytes, start), size(macSourceMode(bytes, start)), start, end),
    within(macPayloadAt(bytes, start), start, end),
  ];
  if (macType(bytes, start) === MacType.COMMAND)
    found.push(...examineCommand(bytes, start, length));
  if (macType(bytes, start) === MacType.BEACON) found.push(...examineBeacon(bytes, start, length));
  return found;
}

function examineCommand(bytes: Uint8Array, start: number, length: number): number[] {
  const code = checkMacCommand(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  switch (macCommand(bytes, start)) {
    case MacCommand.ASSOCIATION_REQUEST:
      return [associationCapability(bytes, start)];
    case MacCommand.ASSOCIATION_RESPONSE:
      return [associationShort(bytes, start), associationStatus(bytes, start)];
    case MacCommand.DISASSOCIATION:
      return [disassociationReason(bytes, start)];
    default:
      return [];
  }
}

function examineBeacon(bytes: Uint8Array, start: number, length: number): number[] {
  const code = checkBeacon(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const end = start + length;
  const found = [
    Number(beaconPermitsJoining(bytes, start)),
    within(beaconPayloadAt(bytes, start), start, end),
    Number(isZigbeeBeacon(bytes, start, length)),
  ];
  if (!isZigbeeBeacon(bytes, start, length)) return found;
  const pan = field(beaconExtendedPanAt(bytes, start), 8, start, end);
  return [...found, beaconNetwork(bytes, start), pan, beaconUpdateId(bytes, start)];
}

function size(mode: MacMode): number {
  return mode === MacMode.NONE ? 0 : mode === MacMode.SHORT ? 2 : 8;
}
