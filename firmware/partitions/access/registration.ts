// The device log as the management party keeps it: devices put in with their install codes, and
// taken out again, as far as the consumer lets it.

import type { CryptoProvider } from "../../../hal/crypto";
import { checkInstallCode, InstallCode, installCodeLinkKey } from "../../crypto/install-code";
import { AuditCode } from "../../ipc/audit";
import { DeviceAdd, DeviceRemove, DeviceResult } from "../../ipc/device";
import { Parsed } from "../../wire/parsed";
import { type Consumer, Reserved } from "./consumer";
import { DeviceLimit, type DeviceLog, DeviceState, KeyState } from "./device-log";
import type { News } from "./news";
import { Write, type Writes } from "./writes";

export interface RegistrationOwner {
  openWindow(now: number): void;
  write(now: number, device: number, write: Write): void;
}

export class Registration {
  constructor(
    private readonly crypto: CryptoProvider,
    private readonly log: DeviceLog,
    private readonly writes: Writes,
    private readonly consumer: Consumer,
    private readonly news: News,
    private readonly owner: RegistrationOwner,
    /** Room for two keys, shared, zeros between calls. */
    private readonly linkKey: Uint8Array,
    private readonly otherKey: Uint8Array,
  ) {}

  /** -1: the result follows when it is stored. */
  add(now: number, message: Uint8Array, reference: number, isOpen: boolean): DeviceResult | -1 {
    const codeLength = message[DeviceAdd.CODE_LENGTH]!;
    if (
      codeLength > InstallCode.LENGTH_MAX ||
      checkInstallCode(message, DeviceAdd.CODE, codeLength) !== Parsed.OK
    ) {
      return DeviceResult.BAD_CODE;
    }
    if (!isOpen) return DeviceResult.BUSY;
    let device = this.log.find(message, DeviceAdd.EUI64);
    const refusal = this.consumerRefusal(now, device, message);
    if (refusal !== DeviceResult.OK) return refusal;
    if (device !== DeviceLimit.NONE && this.writes.isBusy(device)) return DeviceResult.BUSY;
    installCodeLinkKey(this.crypto, message, DeviceAdd.CODE, codeLength, this.linkKey);
    if (device !== DeviceLimit.NONE && this.isSame(device)) {
      this.linkKey.fill(0);
      this.log.setRenewed(device, this.log.keyState(device) !== KeyState.INSTALL);
      this.owner.openWindow(now);
      return DeviceResult.OK;
    }
    if (device === DeviceLimit.NONE) device = this.log.take(message, DeviceAdd.EUI64);
    if (device === DeviceLimit.NONE) {
      this.linkKey.fill(0);
      return DeviceResult.LOG_FULL;
    }
    this.log.setState(device, DeviceState.ADDING);
    this.log.register(device, message[DeviceAdd.KIND]!, this.linkKey);
    this.linkKey.fill(0);
    this.log.setReference(device, reference);
    this.owner.write(now, device, Write.ADD);
    return -1;
  }

  /** -1: the result follows when it is erased. */
  remove(now: number, message: Uint8Array, reference: number): DeviceResult | -1 {
    const device = this.log.find(message, DeviceRemove.EUI64);
    const refusal = this.consumerRefusal(now, device, message);
    if (refusal !== DeviceResult.OK) return refusal;
    if (device === DeviceLimit.NONE) return DeviceResult.UNKNOWN_DEVICE;
    if (this.writes.isBusy(device)) return DeviceResult.BUSY;
    this.log.setState(device, DeviceState.REMOVING);
    this.log.setReference(device, reference);
    this.owner.write(now, device, Write.REMOVE);
    return -1;
  }

  /** The management party admits and removes what the consumer lets it. `OK`: he does. */
  private consumerRefusal(now: number, device: number, message: Uint8Array): DeviceResult {
    let refusal = DeviceResult.OK;
    if (this.consumer.keeps(Reserved.ADMISSION)) refusal = DeviceResult.NOT_DELEGATED;
    else if (device !== DeviceLimit.NONE && this.log.isDenied(device))
      refusal = DeviceResult.DENIED;
    if (refusal !== DeviceResult.OK) {
      this.news.audit(now, AuditCode.DEVICE_REFUSED, refusal, message, DeviceAdd.EUI64);
    }
    return refusal;
  }

  /** Whether the device has this link key already; in constant time. */
  private isSame(device: number): boolean {
    this.log.copyInstallKey(device, this.otherKey);
    let difference = 0;
    for (let i = 0; i < this.linkKey.length; i++) {
      difference |= this.linkKey[i]! ^ this.otherKey[i]!;
    }
    this.otherKey.fill(0);
    return difference === 0;
  }
}
