// One measurement of the energy on one channel. The co-processor measures one channel at a time;
// results come as they are had, and "idle" ends them.
// @source OpenThread spinel.h, SPINEL_PROP_MAC_SCAN_STATE, SPINEL_PROP_MAC_ENERGY_SCAN_RESULT

import { readI8 } from "../../wire/spinel";
import { SpinelProperty, SpinelScanState } from "../../wire/spinel-property";
import { Due, type Memory } from "./memory";
import { Unset } from "./radio-setup";

const enum Wait {
  /** Over the time that the scan itself takes. */
  GRACE_MS = 1000,
}

export class EnergyScan {
  /** `Unset.CHANNEL`: nothing is being measured. */
  channel: number = Unset.CHANNEL;
  milliseconds = 0;
  rssi = 0;
  /** The co-processor was not told to start yet. */
  isWanted = false;
  private hasResult = false;
  private readonly numbers: Float64Array;

  constructor(memory: Memory) {
    this.numbers = memory.numbers;
  }

  start(now: number, channel: number, milliseconds: number): void {
    this.channel = channel;
    this.milliseconds = milliseconds;
    this.isWanted = true;
    this.hasResult = false;
    this.numbers[Due.RADIO_SCAN] = now + milliseconds + Wait.GRACE_MS;
  }

  stop(): void {
    this.channel = Unset.CHANNEL;
    this.isWanted = false;
    this.numbers[Due.RADIO_SCAN] = Infinity;
  }

  /** What the co-processor says about it. True: it is over, `rssi` holds. */
  heard(property: number, bytes: Uint8Array, at: number, end: number): boolean {
    if (this.channel === Unset.CHANNEL) return false;
    if (property === SpinelProperty.MAC_ENERGY_SCAN_RESULT) {
      if (end - at < 2 || bytes[at] !== this.channel) return false;
      this.rssi = readI8(bytes, at + 1);
      this.hasResult = true;
      return false;
    }
    const isIdle = end - at >= 1 && bytes[at] === SpinelScanState.IDLE;
    return property === SpinelProperty.MAC_SCAN_STATE && isIdle && this.hasResult;
  }
}
