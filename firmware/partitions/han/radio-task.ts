// The command that is on its way to the co-processor, one at a time: a step of set-up, one entry of
// the source match tables, a part of an energy scan, a question whether it lives.
// @source OpenThread spinel.h

import { writeU16 } from "../../wire/little-endian";
import { putSpinel, SpinelCommand } from "../../wire/spinel";
import { SpinelProperty, SpinelScanState } from "../../wire/spinel-property";
import type { EnergyScan } from "./energy-scan";
import {
  isQuestion,
  isSetupAnswer,
  putSetupValue,
  type RadioSettings,
  SetupStep,
  setupProperty,
} from "./radio-setup";
import type { SourceMatch } from "./source-match";

export const enum Task {
  NONE = 0,
  SETUP = 1,
  MATCH = 2,
  /** Source matching off: its tables cannot hold all. */
  MATCH_OFF = 3,
  SCAN_MASK = 4,
  SCAN_PERIOD = 5,
  SCAN_START = 6,
  /** Is it still there? */
  PROBE = 7,
}

export class RadioTask {
  kind = Task.NONE;
  step = SetupStep.VERSION;
  /** The entry of the source match tables, and whether it goes in or out. */
  matchAt = 0;
  matchInsert = false;

  constructor(
    private readonly settings: RadioSettings,
    private readonly match: SourceMatch,
    private readonly scan: EnergyScan,
  ) {}

  /** Writes the whole Spinel frame; returns its length. */
  put(bytes: Uint8Array, tid: number): number {
    const at = putSpinel(bytes, 0, tid, this.command(), this.property());
    switch (this.kind) {
      case Task.SETUP:
        return isQuestion(this.step) ? at : putSetupValue(this.step, this.settings, bytes, at);
      case Task.MATCH:
        return this.putAddress(bytes, at);
      case Task.MATCH_OFF:
        bytes[at] = 0;
        return at + 1;
      case Task.SCAN_MASK:
        bytes[at] = this.scan.channel;
        return at + 1;
      case Task.SCAN_PERIOD:
        writeU16(bytes, at, this.scan.milliseconds);
        return at + 2;
      case Task.SCAN_START:
        bytes[at] = SpinelScanState.ENERGY;
        return at + 1;
      default:
        return at;
    }
  }

  /** What the answer must name. */
  property(): SpinelProperty {
    switch (this.kind) {
      case Task.SETUP:
        return setupProperty(this.step);
      case Task.MATCH:
        return this.match.addressLength(this.matchAt) === 8
          ? SpinelProperty.MAC_SRC_MATCH_EXTENDED_ADDRESSES
          : SpinelProperty.MAC_SRC_MATCH_SHORT_ADDRESSES;
      case Task.MATCH_OFF:
        return SpinelProperty.MAC_SRC_MATCH_ENABLED;
      case Task.SCAN_MASK:
        return SpinelProperty.MAC_SCAN_MASK;
      case Task.SCAN_PERIOD:
        return SpinelProperty.MAC_SCAN_PERIOD;
      case Task.SCAN_START:
        return SpinelProperty.MAC_SCAN_STATE;
      default:
        return SpinelProperty.PROTOCOL_VERSION;
    }
  }

  /** Whether an answer makes sense for this command. */
  accepts(property: number, bytes: Uint8Array, at: number, end: number): boolean {
    if (property !== this.property()) return false;
    return this.kind !== Task.SETUP || isSetupAnswer(this.step, this.settings, bytes, at, end);
  }

  private command(): SpinelCommand {
    switch (this.kind) {
      case Task.SETUP:
        return isQuestion(this.step) ? SpinelCommand.GET : SpinelCommand.SET;
      case Task.MATCH:
        return this.matchInsert ? SpinelCommand.INSERT : SpinelCommand.REMOVE;
      case Task.PROBE:
        return SpinelCommand.GET;
      default:
        return SpinelCommand.SET;
    }
  }

  /** Spinel has an EUI-64 most significant byte first; a short address little-endian. */
  private putAddress(bytes: Uint8Array, at: number): number {
    const length = this.match.addressLength(this.matchAt);
    for (let i = 0; i < length; i++) {
      bytes[at + i] = this.match.addressByte(this.matchAt, length === 8 ? 7 - i : i);
    }
    return at + length;
  }
}
