// The network authentication server: keeps the device log, decides who may join, wraps the network
// key for a node that may. Everything is refused that was not registered.

import { checkInstallCode, InstallCode, installCodeLinkKey } from "../../crypto/install-code";
import { AuditCode } from "../../ipc/audit";
import { ConsumerAsk, ConsumerResult } from "../../ipc/consumer";
import { DeviceAdd, DeviceEvent, DeviceRemove, DeviceResult } from "../../ipc/device";
import { JoinAsk, JoinDecision, JoinKind, JoinPath, JoinStored, NetworkAsk } from "../../ipc/join";
import type { Environment } from "../../system";
import { copyBytes, readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Attempts } from "./attempts";
import { Consumer, type ConsumerOwner, Reserved } from "./consumer";
import { type CredentialOwner, CredentialStore } from "./credential-store";
import { DeviceLimit, DeviceLog, DeviceState } from "./device-log";
import { News } from "./news";
import { Scratch } from "./scratch";
import { WrappedKey } from "./wrapped-key";
import { Write, Writes } from "./writes";

const enum Wait {
  /** How long a device may take from its registration to its first attempt. */
  WINDOW_MS = 3_600_000,
  RETRY_MS = 50,
}

export class Access implements CredentialOwner, ConsumerOwner {
  readonly log = new DeviceLog();
  readonly store: CredentialStore;
  readonly attempts = new Attempts();
  readonly news: News;
  private readonly consumer: Consumer;
  private readonly writes: Writes;
  private readonly wrapped: WrappedKey;
  private readonly linkKey = new Uint8Array(InstallCode.LINK_KEY_LENGTH);
  private readonly otherKey = new Uint8Array(InstallCode.LINK_KEY_LENGTH);
  private readonly hub = new Uint8Array(8);
  /** Messages of other partitions that are none of the table's. */
  malformed = 0;
  private knowsHub = false;
  private isOpen = false;
  private isKeySaving = false;
  private windowUntil = 0;
  private openAt: number;
  private retryAt = Infinity;

  constructor(private readonly environment: Environment<"access">) {
    const scratch = new Uint8Array(Scratch.SIZE);
    this.openAt = environment.startedAt;
    this.store = new CredentialStore(environment.regions.credentials, this.log, this, scratch);
    this.writes = new Writes(this.store, this.log);
    this.wrapped = new WrappedKey(
      environment.crypto,
      this.store,
      this.log,
      scratch,
      this.linkKey,
      this.otherKey,
    );
    this.news = new News(environment.ports, this.log, scratch);
    this.consumer = new Consumer(this.store, this.log, this.news, this);
  }

  // What `han` says. Every message has the length of its operation: partition.ts has looked.

  /** `NETWORK_ASK`: answered once the key lies in flash; `han` asks until then. */
  networkAsked(now: number, message: Uint8Array): void {
    copyBytes(message, NetworkAsk.EUI64, this.hub, 0, 8);
    this.knowsHub = true;
    if (!this.isOpen || !this.store.hasNetworkKey) return;
    this.news.networkKey(this.store.keySequence, this.store.networkKey);
    if (now < this.windowUntil) this.news.window(now, this.windowUntil - now);
  }

  /** `JOIN_ASK`. No answer means: ask again in a moment. */
  joinAsked(now: number, message: Uint8Array): void {
    const path = message[JoinAsk.PATH]!;
    if (path >= JoinPath.COUNT) this.malformed++;
    if (path >= JoinPath.COUNT || !this.isOpen) return;
    if (!this.knowsHub || !this.store.hasNetworkKey) return;
    const device = this.log.find(message, JoinAsk.EUI64);
    const decision = this.decide(now, message, device);
    if (decision !== JoinDecision.ACCEPTED) {
      this.refuse(now, message, device, decision);
      return;
    }
    this.log.setWaiting(device, path + 1);
    this.accept(now, device);
  }

  /** `JOIN_STORED`: a node is in, or has left; both are said again at every start of `han`. */
  joinStored(now: number, message: Uint8Array): void {
    const path = message[JoinStored.PATH]!;
    if (path >= JoinPath.COUNT) this.malformed++;
    if (path >= JoinPath.COUNT || !this.isOpen) return;
    const device = this.log.find(message, JoinStored.EUI64);
    const isIn = message[JoinStored.GONE] === 0;
    if (device !== DeviceLimit.NONE) this.pathStored(now, device, path, isIn);
    if (isIn && (device === DeviceLimit.NONE || !this.log.isKept(device))) {
      this.news.refused(now, message, JoinStored.EUI64, path, JoinDecision.NOT_REGISTERED);
    }
  }

  // What `firewall` says, for `manage`.

  deviceAdd(now: number, message: Uint8Array): void {
    const reference = readU16(message, DeviceAdd.REFERENCE);
    const result = this.add(now, message, reference);
    if (result !== -1) this.news.result(now, result, reference, message, DeviceAdd.EUI64);
  }

  deviceRemove(now: number, message: Uint8Array): void {
    const reference = readU16(message, DeviceRemove.REFERENCE);
    const result = this.remove(now, message, reference);
    if (result !== -1) this.news.result(now, result, reference, message, DeviceRemove.EUI64);
  }

  // What `console` says, for the consumer.

  consumerAsked(now: number, message: Uint8Array): void {
    if (this.isOpen) this.consumer.asked(now, message);
    else {
      const reference = readU16(message, ConsumerAsk.REFERENCE);
      this.news.consumerAnswer(now, ConsumerResult.BUSY, reference);
    }
  }

  deny(now: number, device: number, isDenied: boolean, reference: number): boolean {
    if (this.writes.isBusy(device)) return false;
    this.log.deny(device, isDenied);
    this.log.setReference(device, reference);
    this.write(now, device, Write.DENY);
    return true;
  }

  openWindow(now: number): void {
    if (this.consumer.keeps(Reserved.WINDOW)) return;
    this.windowUntil = now + Wait.WINDOW_MS;
    this.news.window(now, Wait.WINDOW_MS);
  }

  closeWindow(now: number): void {
    this.windowUntil = 0;
    this.news.window(now, 0);
  }

  // The store.

  storeOpened(now: number): void {
    this.isOpen = true;
    this.consumer.reserved = this.store.consumerReserved;
    if (!this.store.hasNetworkKey) this.makeNetworkKey(now);
    const isShut = this.consumer.keeps(Reserved.WINDOW);
    if (this.log.isAwaited() && !isShut) this.windowUntil = now + Wait.WINDOW_MS;
  }

  consumerStored(now: number, ok: boolean): void {
    this.consumer.stored(now, ok);
  }

  networkKeyStored(now: number, ok: boolean): void {
    this.isKeySaving = false;
    if (ok) this.store.hasNetworkKey = true;
    else this.retryAt = now + Wait.RETRY_MS;
  }

  deviceStored(now: number, device: number, ok: boolean): void {
    const write = this.writes.done(device, ok);
    if (ok) this.written(now, device, write);
    else if (write === Write.ADD) {
      this.log.free(device);
      this.tell(now, device, DeviceResult.BUSY);
    } else if (write === Write.REMOVE) {
      this.log.setState(device, DeviceState.REGISTERED);
      this.tell(now, device, DeviceResult.BUSY);
    } else if (write === Write.DENY) {
      this.log.denialStored(device, false);
      this.consumer.denied(now, device, this.log.reference(device), false);
    }
    if (this.log.waiting(device) !== 0 && this.log.isRegistered(device)) this.accept(now, device);
    this.retryWrites(now);
  }

  hanRestarted(): void {
    this.log.forgetWaiting();
    this.news.hanRestarted();
  }

  tick(now: number): void {
    if (now >= this.openAt) {
      this.openAt = Infinity;
      this.store.open(now);
    }
    this.store.tick(now);
    this.news.tick(now);
    if (now < this.retryAt) return;
    this.retryAt = Infinity;
    if (!this.store.hasNetworkKey && !this.isKeySaving) this.saveNetworkKey(now);
    this.retryWrites(now);
  }

  dueAt(): number {
    return Math.min(this.openAt, this.store.dueAt(), this.news.dueAt(), this.retryAt);
  }

  private decide(now: number, message: Uint8Array, device: number): JoinDecision {
    if (!this.attempts.admit(now, message, JoinAsk.EUI64)) return JoinDecision.RATE;
    if (message[JoinAsk.KIND] !== JoinKind.ASSOCIATION) return JoinDecision.INSECURE_REJOIN;
    if (device === DeviceLimit.NONE) return JoinDecision.NOT_REGISTERED;
    if (this.log.isDenied(device)) return JoinDecision.DENIED;
    if (!this.log.isRegistered(device)) return JoinDecision.NOT_REGISTERED;
    return now < this.windowUntil ? JoinDecision.ACCEPTED : JoinDecision.CLOSED;
  }

  /**
   * Answers the path that waits, on Zigbee with the wrapped key; when the record is being written,
   * as soon as that is done.
   */
  private accept(now: number, device: number): void {
    if (this.writes.isBusy(device)) return;
    const path: JoinPath = this.log.waiting(device) - 1;
    if (path !== JoinPath.ZIGBEE) {
      this.log.setWaiting(device, 0);
      this.news.accepted(device, path, this.news.apsAt());
      return;
    }
    const counter = this.log.takeCounter(device);
    if (counter < 0) {
      this.log.extendCounter(device);
      this.write(now, device, Write.COUNTER);
      return;
    }
    this.log.setWaiting(device, 0);
    const { frame } = this.news;
    const at = this.news.apsAt();
    const end = this.wrapped.put(frame, at, device, this.hub, counter);
    this.news.accepted(device, path, end);
  }

  private refuse(now: number, message: Uint8Array, device: number, decision: JoinDecision): void {
    const path = message[JoinAsk.PATH]!;
    this.news.refused(now, message, JoinAsk.EUI64, path, decision);
    if (!this.attempts.isNews(now, message, JoinAsk.EUI64, decision)) return;
    const kind = device === DeviceLimit.NONE ? 0 : this.log.kind(device);
    this.news.event(now, DeviceEvent.REFUSED, kind, decision, message, JoinAsk.EUI64);
    const detail = decision | (path << 8);
    this.news.audit(now, AuditCode.JOIN_REFUSED, detail, message, JoinAsk.EUI64);
  }

  /** A device is Networked while one path has it; a second one is only remembered. */
  private pathStored(now: number, device: number, path: JoinPath, isIn: boolean): void {
    const state = this.log.state(device);
    const old = this.log.paths(device);
    const paths = isIn ? old | (1 << path) : old & ~(1 << path);
    const isRegistered = state === DeviceState.REGISTERED && this.log.isRegistered(device);
    if (!isIn && state === DeviceState.JOINED && paths === 0) {
      this.log.setState(device, DeviceState.REGISTERED);
      this.log.setPaths(device, paths);
      this.write(now, device, Write.LEFT);
    } else if (isIn && isRegistered) {
      this.log.setState(device, DeviceState.JOINED);
      this.log.setPaths(device, paths);
      this.write(now, device, Write.JOINED);
    } else if (state === DeviceState.JOINED && paths !== old) {
      this.log.setPaths(device, paths);
      this.write(now, device, Write.PATH);
    }
  }

  /** -1: the result follows when it is stored. */
  private add(now: number, message: Uint8Array, reference: number): DeviceResult | -1 {
    const codeLength = message[DeviceAdd.CODE_LENGTH]!;
    if (
      codeLength > InstallCode.LENGTH_MAX ||
      checkInstallCode(message, DeviceAdd.CODE, codeLength) !== Parsed.OK
    ) {
      return DeviceResult.BAD_CODE;
    }
    if (!this.isOpen) return DeviceResult.BUSY;
    let device = this.log.find(message, DeviceAdd.EUI64);
    const refusal = this.consumerRefusal(now, device, message);
    if (refusal !== DeviceResult.OK) return refusal;
    if (device !== DeviceLimit.NONE && this.writes.isBusy(device)) return DeviceResult.BUSY;
    const { crypto } = this.environment;
    installCodeLinkKey(crypto, message, DeviceAdd.CODE, codeLength, this.linkKey);
    if (device !== DeviceLimit.NONE && this.isSame(device)) {
      this.linkKey.fill(0);
      this.openWindow(now);
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
    this.write(now, device, Write.ADD);
    return -1;
  }

  private remove(now: number, message: Uint8Array, reference: number): DeviceResult | -1 {
    if (!this.isOpen) return DeviceResult.BUSY;
    const device = this.log.find(message, DeviceRemove.EUI64);
    const refusal = this.consumerRefusal(now, device, message);
    if (refusal !== DeviceResult.OK) return refusal;
    if (device === DeviceLimit.NONE) return DeviceResult.UNKNOWN_DEVICE;
    if (this.writes.isBusy(device)) return DeviceResult.BUSY;
    this.log.setState(device, DeviceState.REMOVING);
    this.log.setReference(device, reference);
    this.write(now, device, Write.REMOVE);
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
    this.log.copyLinkKey(device, this.otherKey);
    let difference = 0;
    for (let i = 0; i < this.linkKey.length; i++) {
      difference |= this.linkKey[i]! ^ this.otherKey[i]!;
    }
    this.otherKey.fill(0);
    return difference === 0;
  }

  private written(now: number, device: number, write: Write): void {
    switch (write) {
      case Write.ADD:
        this.log.setState(device, DeviceState.REGISTERED);
        this.news.auditDevice(now, AuditCode.DEVICE_ADDED, device);
        this.tell(now, device, DeviceResult.OK);
        this.openWindow(now);
        return;
      case Write.REMOVE:
        this.news.auditDevice(now, AuditCode.DEVICE_REMOVED, device);
        this.tell(now, device, DeviceResult.OK);
        this.news.dismissed(now, device);
        this.log.free(device);
        return;
      case Write.JOINED:
        this.news.deviceEvent(now, DeviceEvent.JOINED, device);
        this.news.auditDevice(now, AuditCode.JOIN_ACCEPTED, device);
        if (!this.log.isAwaited()) this.closeWindow(now);
        return;
      case Write.PATH:
        this.news.auditDevice(now, AuditCode.JOIN_ACCEPTED, device);
        return;
      case Write.LEFT:
        this.news.deviceEvent(now, DeviceEvent.LEFT, device);
        return;
      case Write.DENY:
        this.log.denialStored(device, true);
        this.consumer.denied(now, device, this.log.reference(device), true);
        if (this.log.isDenied(device)) this.news.dismissed(now, device);
        return;
      default:
        return;
    }
  }

  private tell(now: number, device: number, result: DeviceResult): void {
    this.news.deviceResult(now, result, this.log.reference(device), device);
  }

  private write(now: number, device: number, write: Write): void {
    this.writes.want(device, write);
    this.retryWrites(now);
  }

  private retryWrites(now: number): void {
    if (!this.writes.pump()) this.retryAt = Math.min(this.retryAt, now + Wait.RETRY_MS);
  }

  private makeNetworkKey(now: number): void {
    this.environment.entropy.fill(this.store.networkKey, 0, 16);
    this.store.keySequence = 0;
    this.saveNetworkKey(now);
  }

  private saveNetworkKey(now: number): void {
    this.isKeySaving = this.store.saveNetworkKey();
    if (!this.isKeySaving) this.retryAt = now + Wait.RETRY_MS;
  }
}
