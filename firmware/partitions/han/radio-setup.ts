// The steps that bring a co-processor from a reset to a running network, one property each. They
// run whole after every reset, its own or ours, and in part when channel or addresses change.
// @source OpenThread spinel.h; draft-rquattle-spinel-unified appendix C.1

import { writeU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { checkPacked, copyReversed8, packedLength, readPacked } from "../../wire/spinel";
import {
  SpinelCapability,
  SpinelPromiscuous,
  SpinelProperty,
  SpinelVersion,
} from "../../wire/spinel-property";
import { BANDS, type Band, bandOf, hasChannel } from "./band";

export const enum SetupStep {
  VERSION = 0,
  CAPABILITIES = 1,
  HARDWARE_ADDRESS = 2,
  CHANNELS = 3,
  PHY_ENABLED = 4,
  PROMISCUOUS = 5,
  /** From here on when channel or addresses change. */
  CHANNEL = 6,
  PAN_ID = 7,
  EXTENDED_ADDRESS = 8,
  SHORT_ADDRESS = 9,
  MATCH_ENABLED = 10,
  MATCH_SHORT = 11,
  MATCH_EXTENDED = 12,
  RAW_STREAM = 13,
  DONE = 14,
}

export const enum Unset {
  /** PAN ID, or short address. */
  ADDRESS = 0xffff,
  CHANNEL = 0xff,
}

/** What the co-processor is to be set to. */
export class RadioSettings {
  /** What the co-processor said it serves. */
  band: Band = BANDS[0]!;
  /** `Unset.CHANNEL`: the first of the band. */
  channel: number = Unset.CHANNEL;
  panId: number = Unset.ADDRESS;
  short: number = Unset.ADDRESS;
  /** `eui64` is the address we use, radio order: the network's, or not known yet the hardware's. */
  hasEui64 = false;

  constructor(readonly eui64: Uint8Array) {}
}

export function setupProperty(step: SetupStep): SpinelProperty {
  switch (step) {
    case SetupStep.VERSION:
      return SpinelProperty.PROTOCOL_VERSION;
    case SetupStep.CAPABILITIES:
      return SpinelProperty.CAPS;
    case SetupStep.HARDWARE_ADDRESS:
      return SpinelProperty.HWADDR;
    case SetupStep.CHANNELS:
      return SpinelProperty.PHY_CHAN_SUPPORTED;
    case SetupStep.PHY_ENABLED:
      return SpinelProperty.PHY_ENABLED;
    case SetupStep.PROMISCUOUS:
      return SpinelProperty.MAC_PROMISCUOUS_MODE;
    case SetupStep.CHANNEL:
      return SpinelProperty.PHY_CHAN;
    case SetupStep.PAN_ID:
      return SpinelProperty.MAC_15_4_PANID;
    case SetupStep.EXTENDED_ADDRESS:
      return SpinelProperty.MAC_15_4_LADDR;
    case SetupStep.SHORT_ADDRESS:
      return SpinelProperty.MAC_15_4_SADDR;
    case SetupStep.MATCH_ENABLED:
      return SpinelProperty.MAC_SRC_MATCH_ENABLED;
    case SetupStep.MATCH_SHORT:
      return SpinelProperty.MAC_SRC_MATCH_SHORT_ADDRESSES;
    case SetupStep.MATCH_EXTENDED:
      return SpinelProperty.MAC_SRC_MATCH_EXTENDED_ADDRESSES;
    default:
      return SpinelProperty.MAC_RAW_STREAM_ENABLED;
  }
}

/** The first steps ask, the rest set. */
export function isQuestion(step: SetupStep): boolean {
  return step <= SetupStep.CHANNELS;
}

/** Writes the value of a step that sets; returns the new offset. */
export function putSetupValue(
  step: SetupStep,
  settings: RadioSettings,
  bytes: Uint8Array,
  at: number,
): number {
  switch (step) {
    case SetupStep.PROMISCUOUS:
      bytes[at] = SpinelPromiscuous.OFF;
      return at + 1;
    case SetupStep.CHANNEL:
      bytes[at] =
        settings.channel === Unset.CHANNEL ? settings.band.firstChannel : settings.channel;
      return at + 1;
    case SetupStep.PAN_ID:
      writeU16(bytes, at, settings.panId);
      return at + 2;
    case SetupStep.SHORT_ADDRESS:
      writeU16(bytes, at, settings.short);
      return at + 2;
    case SetupStep.EXTENDED_ADDRESS:
      copyReversed8(settings.eui64, 0, bytes, at);
      return at + 8;
    case SetupStep.MATCH_SHORT:
    case SetupStep.MATCH_EXTENDED:
      // An empty list clears the table.
      return at;
    default:
      bytes[at] = 1;
      return at + 1;
  }
}

/**
 * Judges the answer to a step: the value `bytes[at .. end)`. False: nonsense, or a co-processor
 * that cannot serve us.
 */
export function isSetupAnswer(
  step: SetupStep,
  settings: RadioSettings,
  bytes: Uint8Array,
  at: number,
  end: number,
): boolean {
  switch (step) {
    case SetupStep.VERSION:
      return (
        checkPacked(bytes, at, end) === Parsed.OK && readPacked(bytes, at) === SpinelVersion.MAJOR
      );
    case SetupStep.CAPABILITIES:
      return hasRawLink(bytes, at, end);
    case SetupStep.HARDWARE_ADDRESS:
      if (end - at < 8) return false;
      if (!settings.hasEui64) {
        copyReversed8(bytes, at, settings.eui64, 0);
        settings.hasEui64 = true;
      }
      return true;
    case SetupStep.CHANNELS:
      return isBandAnswer(settings, bytes, at, end);
    default:
      return true;
  }
}

/** Not so: a band that we do not know, or one in which a stored network cannot be. */
function isBandAnswer(
  settings: RadioSettings,
  bytes: Uint8Array,
  at: number,
  end: number,
): boolean {
  const band = bandOf(bytes, at, end);
  if (band === undefined) return false;
  if (settings.channel !== Unset.CHANNEL && !hasChannel(band, settings.channel)) return false;
  settings.band = band;
  return true;
}

/** A list of packed numbers; no longer than a frame. */
function hasRawLink(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (checkPacked(bytes, at, end) !== Parsed.OK) return false;
    if (readPacked(bytes, at) === SpinelCapability.MAC_RAW) return true;
    at += packedLength(bytes, at);
  }
  return false;
}
