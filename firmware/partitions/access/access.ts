// The network authentication server: keeps the device log, decides who may join, wraps the network
// key for a node that may. Everything is refused that was not registered.

import { InstallCode } from "../../crypto/install-code";
import { AuditCode } from "../../ipc/audit";
import { ConsumerAsk, ConsumerResult } from "../../ipc/consumer";
import {
  DeviceAdd,
  DeviceEvent,
  DeviceRemove,
  DeviceResult,
  JoinWindow,
  NetworkRule,
} from "../../ipc/device";
import { JoinAsk, JoinDecision, JoinKind, JoinPath, JoinStored, NetworkAsk } from "../../ipc/join";
import { JoinStanding } from "../../ipc/join-standing";
import { sooner } from "../../kernel/partition";
import type { Environment } from "../../system";
import { copyBytes, readU16 } from "../../wire/little-endian";
import { Attempts } from "./attempts";
import { Consumer, type ConsumerOwner, Reserved } from "./consumer";
import { type CredentialOwner, CredentialStore } from "./credential-store";
import { DeviceLimit, DeviceLog, DeviceState, Owed } from "./device-log";
import { KeyRotation } from "./key-rotation";
import { type LinkKeyOwner, LinkKeys } from "./link-keys";
import { NetworkRules } from "./network-rules";
import { News } from "./news";
import { Registration, type RegistrationOwner } from "./registration";
import { Scratch } from "./scratch";
import { WrappedKey } from "./wrapped-key";
import { Write, Writes } from "./writes";

const enum Wait {
  RETRY_MS = 50,
}

export class Access implements CredentialOwner, ConsumerOwner, LinkKeyOwner, RegistrationOwner {
  readonly log = new DeviceLog();
  readonly store: CredentialStore;
  readonly attempts = new Attempts();
  readonly news: News;
  private readonly consumer: Consumer;
  private readonly writes: Writes;
  private readonly wrapped: WrappedKey;
  readonly linkKeys: LinkKeys;
  readonly rotation: KeyRotation;
  private readonly registration: Registration;
  private readonly rules: NetworkRules;
  private readonly linkKey = new Uint8Array(InstallCode.LINK_KEY_LENGTH);
  private readonly otherKey = new Uint8Array(InstallCode.LINK_KEY_LENGTH);
  /** Messages of other partitions that are none of the table's. */
  malformed = 0;
  private knowsHub = false;
  private isOpen = false;
  private openAt: number;
  private retryAt = Infinity;

  constructor(environment: Environment<"access">) {
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
    this.rotation = new KeyRotation(
      environment.entropy,
      environment.clock,
      this.store,
      this.news,
      scratch,
    );
    this.linkKeys = new LinkKeys(
      environment.crypto,
      environment.entropy,
      this.log,
      this.writes,
      this.attempts,
      this.wrapped,
      this.news,
      this,
      scratch,
      this.linkKey,
      this.otherKey,
    );
    this.consumer = new Consumer(this.store, this.log, this.news, this);
    this.rules = new NetworkRules(this.consumer, this.rotation, this.news);
    this.registration = new Registration(
      environment.crypto,
      this.log,
      this.writes,
      this.consumer,
      this.news,
      this,
      this.linkKey,
      this.otherKey,
    );
  }

  // What `han` says. Every message has the length of its operation: partition.ts has looked.

  /** `NETWORK_ASK`: answered once the key lies in flash; `han` asks until then. */
  networkAsked(now: number, message: Uint8Array): void {
    copyBytes(message, NetworkAsk.EUI64, this.wrapped.hub, 0, 8);
    this.knowsHub = true;
    if (!this.isOpen || !this.store.hasNetworkKey) return;
    this.rotation.asked(now);
    this.rules.asked(now);
  }

  /** `JOIN_ASK`. No answer means: ask again in a moment. */
  joinAsked(now: number, message: Uint8Array): void {
    const path = message[JoinAsk.PATH]!;
    if (path >= JoinPath.COUNT) this.malformed++;
    if (path >= JoinPath.COUNT || !this.isOpen) return;
    if (!this.knowsHub || !this.store.hasNetworkKey) return;
    const device = this.log.find(message, JoinAsk.EUI64);
    if (message[JoinAsk.KIND] === JoinKind.KEY_UPDATE) {
      if (device !== DeviceLimit.NONE) this.linkKeys.owe(now, device, Owed.NETWORK_KEY);
      return;
    }
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
    const standing: JoinStanding = message[JoinStored.STANDING]!;
    const isIn = standing === JoinStanding.IN;
    const isNews = device !== DeviceLimit.NONE && standing !== JoinStanding.KEYED;
    if (isNews) this.pathStored(now, device, path, isIn);
    if (
      standing !== JoinStanding.GONE &&
      (device === DeviceLimit.NONE || !this.log.isKept(device))
    ) {
      this.news.refused(now, message, JoinStored.EUI64, path, JoinDecision.NOT_REGISTERED);
    }
  }

  /** `NODE_SAID`: a word under a device's link key. */
  nodeSaid(now: number, message: Uint8Array): void {
    if (this.isOpen && this.knowsHub) this.linkKeys.said(now, message);
  }

  /** `KEY_MOVED`: how far a new network key has come. */
  keyMoved(now: number, message: Uint8Array): void {
    if (this.isOpen) this.rotation.moved(now, message);
  }

  // What `firewall` says, for `manage`.

  deviceAdd(now: number, message: Uint8Array): void {
    const reference = readU16(message, DeviceAdd.REFERENCE);
    const result = this.registration.add(now, message, reference, this.isOpen);
    if (result !== -1) this.news.result(now, result, reference, message, DeviceAdd.EUI64);
  }

  deviceRemove(now: number, message: Uint8Array): void {
    const reference = readU16(message, DeviceRemove.REFERENCE);
    const result = this.isOpen
      ? this.registration.remove(now, message, reference)
      : DeviceResult.BUSY;
    if (result !== -1) this.news.result(now, result, reference, message, DeviceRemove.EUI64);
  }

  networkRule(now: number, message: Uint8Array): void {
    const reference = readU16(message, NetworkRule.REFERENCE);
    const result = this.isOpen ? this.rules.rule(now, message) : DeviceResult.BUSY;
    this.news.result(now, result, reference, message, NetworkRule.EUI64);
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
    if (!this.consumer.keeps(Reserved.WINDOW)) this.rules.setWindow(now, JoinWindow.SECONDS_MAX);
  }

  closeWindow(now: number): void {
    this.rules.setWindow(now, 0);
  }

  // The store.

  storeOpened(now: number): void {
    this.isOpen = true;
    this.consumer.reserved = this.store.consumerReserved;
    this.rotation.opened(now);
    if (this.log.isAwaited()) this.openWindow(now);
  }

  consumerStored(now: number, ok: boolean): void {
    this.consumer.stored(now, ok);
  }

  networkKeyStored(now: number, ok: boolean): void {
    this.rotation.stored(now, ok);
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
    this.linkKeys.pay(now, device);
    this.retryWrites(now);
  }

  hanRestarted(): void {
    this.log.forgetWaiting();
    this.rotation.hanRestarted();
    this.news.hanRestarted();
  }

  tick(now: number): void {
    if (now >= this.openAt) {
      this.openAt = Infinity;
      this.store.open(now);
    }
    this.store.tick(now);
    this.news.tick(now);
    this.rotation.tick(now);
    if (now < this.retryAt) return;
    this.retryAt = Infinity;
    this.retryWrites(now);
  }

  dueAt(): number {
    const own = sooner(this.openAt, this.retryAt);
    const store = this.store.dueAt();
    const news = this.news.dueAt();
    const rotation = this.rotation.dueAt();
    const outside = sooner(store, news);
    const inside = sooner(own, rotation);
    return sooner(outside, inside);
  }

  /**
   * Only refusals count against a node's rate: anybody can ask in the name of a device that may
   * join, and must not use up its attempts.
   */
  private decide(now: number, message: Uint8Array, device: number): JoinDecision {
    const decision = this.judge(now, message, device);
    if (decision === JoinDecision.ACCEPTED) return decision;
    return this.attempts.admit(now, message, JoinAsk.EUI64) ? decision : JoinDecision.RATE;
  }

  private judge(now: number, message: Uint8Array, device: number): JoinDecision {
    if (message[JoinAsk.KIND] !== JoinKind.ASSOCIATION) return JoinDecision.INSECURE_REJOIN;
    if (device === DeviceLimit.NONE) return JoinDecision.NOT_REGISTERED;
    if (this.log.isDenied(device)) return JoinDecision.DENIED;
    if (!this.log.isRegistered(device)) return JoinDecision.NOT_REGISTERED;
    return now < this.rules.windowUntil ? JoinDecision.ACCEPTED : JoinDecision.CLOSED;
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
    const isAnew = this.log.isRenewed(device);
    const end = this.wrapped.putNetworkKey(frame, at, device, counter, false, isAnew);
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
      this.log.dropKey(device);
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

  write(now: number, device: number, write: Write): void {
    this.writes.want(device, write);
    this.retryWrites(now);
  }

  private retryWrites(now: number): void {
    if (!this.writes.pump()) this.retryAt = Math.min(this.retryAt, now + Wait.RETRY_MS);
  }
}
