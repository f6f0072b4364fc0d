// What holds for the network as a whole: the window in which nodes may join, shut unless somebody
// has opened it for minutes, and the change of the network key when it is asked for.
// @source Zigbee 05-3474-22 section 3.2.2.7 (NLME-PERMIT-JOINING)

import { AuditCode } from "../../ipc/audit";
import { DeviceResult, JoinWindow, NetworkAction, NetworkRule } from "../../ipc/device";
import { readU16 } from "../../wire/little-endian";
import { type Consumer, Reserved } from "./consumer";
import type { KeyRotation } from "./key-rotation";
import type { News } from "./news";

export class NetworkRules {
  /** Nodes may join until then. */
  windowUntil = 0;

  constructor(
    private readonly consumer: Consumer,
    private readonly rotation: KeyRotation,
    private readonly news: News,
  ) {}

  /** `han` has started: it is told if the window is open. */
  asked(now: number): void {
    if (now < this.windowUntil) this.news.window(now, this.windowUntil - now);
  }

  /** Opens the window for so many seconds; it shuts by itself. */
  setWindow(now: number, seconds: number): void {
    const wasOpen = now < this.windowUntil;
    this.windowUntil = now + 1000 * seconds;
    this.news.window(now, 1000 * seconds);
    if (wasOpen || seconds > 0) this.news.auditNetwork(now, AuditCode.WINDOW_SET, seconds);
  }

  /** `NETWORK_RULE`. */
  rule(now: number, message: Uint8Array): DeviceResult {
    const seconds = readU16(message, NetworkRule.SECONDS);
    switch (message[NetworkRule.ACTION]) {
      case NetworkAction.WINDOW:
        if (seconds > JoinWindow.SECONDS_MAX) return DeviceResult.BAD_CODE;
        if (seconds > 0 && this.consumer.keeps(Reserved.WINDOW)) {
          this.news.auditNetwork(now, AuditCode.DEVICE_REFUSED, DeviceResult.NOT_DELEGATED);
          return DeviceResult.NOT_DELEGATED;
        }
        this.setWindow(now, seconds);
        return DeviceResult.OK;
      case NetworkAction.CHANGE_KEY:
        return this.rotation.begin(now) ? DeviceResult.OK : DeviceResult.BUSY;
      default:
        return DeviceResult.BAD_CODE;
    }
  }
}
