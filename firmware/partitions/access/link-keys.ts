// The trust centre's side of a device's own link key. The device asks under the key of its install
// code; a key made by chance is stored, goes to it under that old key, and takes its place when the
// device has shown by a hash that it has it. From then on the install code's key opens nothing.
//
//   Request-Key -> PENDING stored -> Transport-Key -> Verify-Key -> UNIQUE stored -> Confirm-Key
//
// Whoever asks again gets the same key again, so that a lost frame costs a repetition and no more.
// @source Zigbee 05-3474-22 sections 4.4.5, 4.4.7, 4.4.8, 4.7.3.8; Base Device Behavior 10.2.5

import type { CryptoProvider } from "../../../hal/crypto";
import type { Entropy } from "../../../hal/entropy";
import { DerivedKey, deriveKey } from "../../crypto/derived-key";
import { AuditCode, KeyRefusal } from "../../ipc/audit";
import { NodeSaid, NodeTell } from "../../ipc/join";
import { ApsType, apsHeaderEnd, apsIsSecured, apsType, checkAps } from "../../wire/aps";
import {
  ApsCommand,
  checkApsCommand,
  KeyType,
  RequestKey,
  RequestKeyType,
  VerifyKey,
} from "../../wire/aps-command";
import {
  apsFrameCounter,
  apsKeyIdentifier,
  apsSecuredPayloadAt,
  apsSecuritySourceAt,
  checkApsSecurity,
  openAps,
} from "../../wire/aps-security";
import { Auxiliary, KeyIdentifier } from "../../wire/auxiliary";
import { copyBytes, equalBytes } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import type { Attempts } from "./attempts";
import { DeviceLimit, type DeviceLog, KeyState, Owed } from "./device-log";
import type { News } from "./news";
import type { WrappedKey } from "./wrapped-key";
import { Write, type Writes } from "./writes";

/** Reasons in `Attempts` behind those of joining. */
const enum Reason {
  FIRST = 64,
}

export interface LinkKeyOwner {
  /** The device's record is to be written. */
  write(now: number, device: number, write: Write): void;
}

export class LinkKeys {
  constructor(
    private readonly crypto: CryptoProvider,
    private readonly entropy: Entropy,
    private readonly log: DeviceLog,
    private readonly writes: Writes,
    private readonly attempts: Attempts,
    private readonly wrapped: WrappedKey,
    private readonly news: News,
    private readonly owner: LinkKeyOwner,
    private readonly scratch: Uint8Array,
    /** Room for two keys, shared, zeros between calls. */
    private readonly linkKey: Uint8Array,
    private readonly otherKey: Uint8Array,
  ) {}

  /** `NODE_SAID`. */
  said(now: number, message: Uint8Array): void {
    const device = this.log.find(message, NodeSaid.EUI64);
    const refusal = this.judge(now, message, device);
    if (refusal === 0) return;
    if (!this.attempts.isNews(now, message, NodeSaid.EUI64, Reason.FIRST + refusal)) return;
    this.news.audit(now, AuditCode.KEY_REFUSED, refusal, message, NodeSaid.EUI64);
  }

  /** What the device is to be sent, when its record is stored. */
  owe(now: number, device: number, what: Owed): void {
    this.log.setOwed(device, this.log.owed(device) | what);
    this.pay(now, device);
  }

  /** Sends what is owed unless its record is being written: then once more when that is done. */
  pay(now: number, device: number): void {
    for (let owed = this.log.owed(device); owed !== 0; owed = this.log.owed(device)) {
      if (this.writes.isBusy(device)) return;
      if (!this.log.isRegistered(device)) {
        this.log.setOwed(device, Owed.NOTHING);
        return;
      }
      const counter = this.log.takeCounter(device);
      if (counter < 0) {
        this.log.extendCounter(device);
        this.owner.write(now, device, Write.COUNTER);
        return;
      }
      const what = owed & -owed;
      this.log.setOwed(device, owed & ~what);
      const end = this.put(what, device, counter);
      this.news.told(device, what === Owed.NETWORK_KEY, end);
    }
  }

  private put(what: Owed, device: number, counter: number): number {
    const { frame } = this.news;
    const at = NodeTell.APS_FRAME;
    if (what === Owed.NETWORK_KEY) {
      return this.wrapped.putNetworkKey(frame, at, device, counter, true, false);
    }
    if (what === Owed.LINK_KEY) return this.wrapped.putLinkKey(frame, at, device, counter);
    return this.wrapped.putConfirmation(frame, at, device, counter);
  }

  /** 0: taken. */
  private judge(now: number, message: Uint8Array, device: number): KeyRefusal | 0 {
    const length = message[NodeSaid.APS_LENGTH]!;
    const start = NodeSaid.APS_FRAME;
    if (device === DeviceLimit.NONE || !this.log.isRegistered(device)) {
      return KeyRefusal.NOT_REGISTERED;
    }
    if (!this.attempts.admit(now, message, NodeSaid.EUI64)) return KeyRefusal.RATE;
    if (length > NodeSaid.APS_MAX || checkAps(message, start, length) !== Parsed.OK) {
      return KeyRefusal.UNSECURED;
    }
    if (apsType(message, start) !== ApsType.COMMAND) return KeyRefusal.UNSECURED;
    if (apsIsSecured(message, start)) return this.secured(now, message, length, device);
    const at = apsHeaderEnd(message, start);
    const left = start + length - at;
    if (checkApsCommand(message, at, left) !== Parsed.OK) return KeyRefusal.UNSECURED;
    // It proves itself by what it says; nothing else is taken in clear.
    if (message[at] !== ApsCommand.VERIFY_KEY) return KeyRefusal.UNSECURED;
    return this.verify(now, message, at, device);
  }

  private secured(
    now: number,
    message: Uint8Array,
    length: number,
    device: number,
  ): KeyRefusal | 0 {
    const start = NodeSaid.APS_FRAME;
    if (checkApsSecurity(message, start, length) !== Parsed.OK) return KeyRefusal.UNSECURED;
    const sourceAt = apsSecuritySourceAt(message, start);
    const isOwn = sourceAt < 0 || equalBytes(message, sourceAt, message, NodeSaid.EUI64, 8);
    if (!isOwn || apsKeyIdentifier(message, start) !== KeyIdentifier.DATA) {
      return KeyRefusal.NOT_AUTHENTIC;
    }
    const counter = apsFrameCounter(message, start);
    const isNew = counter >= this.log.incoming(device) && counter !== 0xffffffff;
    this.log.copyLinkKey(device, this.linkKey);
    const isOpen = isNew && this.opens(message, length);
    if (isOpen) this.log.setIncoming(device, counter + 1);
    else if (!this.beginsAnew(message, length, device, counter)) {
      return isNew ? KeyRefusal.NOT_AUTHENTIC : KeyRefusal.REPLAY;
    }
    // A write puts its record together in scratch.
    copyBytes(this.scratch, 0, message, start, length);
    this.owner.write(now, device, Write.KEYS);
    const at = apsSecuredPayloadAt(message, start);
    return this.command(now, message, at, start + length - Auxiliary.MIC_LENGTH - at, device);
  }

  /** Of a device that was registered anew, a first word under its install code's key. */
  private beginsAnew(
    message: Uint8Array,
    length: number,
    device: number,
    counter: number,
  ): boolean {
    if (!this.log.isRenewed(device) || counter === 0xffffffff) return false;
    this.log.copyInstallKey(device, this.linkKey);
    if (!this.opens(message, length)) return false;
    this.log.setRenewed(device, false);
    this.log.dropKey(device);
    this.log.setIncoming(device, counter + 1);
    return true;
  }

  /** Opens a copy of the frame, in scratch, under `linkKey`. */
  private opens(message: Uint8Array, length: number): boolean {
    copyBytes(message, NodeSaid.APS_FRAME, this.scratch, 0, length);
    const { nonce } = this.wrapped;
    const isOpen = openAps(
      this.crypto,
      this.linkKey,
      nonce,
      this.scratch,
      0,
      length,
      message,
      NodeSaid.EUI64,
    );
    this.linkKey.fill(0);
    return isOpen;
  }

  /** A command that only the device can have sealed. */
  private command(
    now: number,
    message: Uint8Array,
    at: number,
    length: number,
    device: number,
  ): KeyRefusal | 0 {
    if (checkApsCommand(message, at, length) !== Parsed.OK) return KeyRefusal.UNSECURED;
    if (message[at] === ApsCommand.VERIFY_KEY) return this.verify(now, message, at, device);
    if (message[at] !== ApsCommand.REQUEST_KEY) return KeyRefusal.UNSECURED;
    if (message[at + RequestKey.KEY_TYPE] !== RequestKeyType.TRUST_CENTRE_LINK) {
      return KeyRefusal.KEY_TYPE;
    }
    if (this.log.keyState(device) === KeyState.INSTALL) {
      this.entropy.fill(this.linkKey, 0, this.linkKey.length);
      this.log.pendKey(device, this.linkKey);
      this.linkKey.fill(0);
      this.owner.write(now, device, Write.KEYS);
    }
    this.owe(now, device, Owed.LINK_KEY);
    return 0;
  }

  private verify(now: number, message: Uint8Array, at: number, device: number): KeyRefusal | 0 {
    if (message[at + VerifyKey.KEY_TYPE] !== KeyType.TRUST_CENTRE_LINK) return KeyRefusal.KEY_TYPE;
    const state = this.log.keyState(device);
    if (state === KeyState.INSTALL) this.log.copyInstallKey(device, this.linkKey);
    else this.log.copyUniqueKey(device, this.linkKey);
    deriveKey(this.crypto, this.linkKey, DerivedKey.VERIFY, this.otherKey);
    let difference = 0;
    for (let i = 0; i < 16; i++)
      difference |= this.otherKey[i]! ^ message[at + VerifyKey.HASH + i]!;
    this.linkKey.fill(0);
    this.otherKey.fill(0);
    const isOwn = equalBytes(message, at + VerifyKey.SOURCE, message, NodeSaid.EUI64, 8);
    if (difference !== 0 || !isOwn) return KeyRefusal.WRONG_HASH;
    if (state === KeyState.PENDING) {
      this.log.proveKey(device);
      this.owner.write(now, device, Write.KEYS);
      this.news.auditDevice(now, AuditCode.LINK_KEY_PROVEN, device);
    }
    this.owe(now, device, Owed.CONFIRMATION);
    return 0;
  }
}
