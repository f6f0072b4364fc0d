// Alerts on their way to the head-end: kept in the journal until it has them, `POST alerts`.

import { check } from "../../kernel/partition";
import type { ClientTask } from "../../session/client";
import type { InnerMessage } from "../../session/inner-message";
import { SessionToken } from "../../session/sequence-numbers";
import type { Session } from "../../session/session";
import { Major, putByteString, putHead } from "../../wire/cbor";
import { CoapCode, CoapOption, ContentFormat } from "../../wire/coap";
import {
  copyBytes,
  equalBytes,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from "../../wire/little-endian";
import { ManageMemory } from "./memory";

export const enum AlertCode {
  /** The device log changed; detail = `DeviceEvent` * 256 + reason. */
  DEVICE_LOG_CHANGED = 0x8f12,
}

const enum Alert {
  CODE = 0,
  DETAIL = 2,
  /** Unix seconds, 0: the clock was not set yet. */
  TIME = 4,
  EUI64 = 8,
  // The journal keeps what is above.
  /** Of arrival. u32 */
  ORDER = 16,
  /** A `State`. */
  STATE = 20,
  LENGTH = 21,
}

/** Bytes of an alert that the journal keeps. */
const KEPT_LENGTH = 16;

const enum Limit {
  /** A whole house joining anew; more is a fault or an attack, and counted. */
  COUNT = 16,
  /** Journal keys from here on. */
  FIRST_KEY = 0x100,
  REFUSED_MS = 60_000,
  RETRY_MS = 200,
}

const enum State {
  FREE = 0,
  /** In memory; the journal has not taken it yet. */
  FRESH = 1,
  KEPT = 2,
  /** Delivered; the journal has not forgotten it yet. */
  DONE = 3,
}

export class Alerts implements ClientTask {
  lost = 0;
  delivered = 0;
  private order = 0;
  private sending = -1;
  private notBefore = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(private readonly session: Session) {}

  /** A record of the journal, in order of writing. */
  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    const index = key - Limit.FIRST_KEY;
    if (index < 0 || index >= Limit.COUNT) return;
    check(length === KEPT_LENGTH, "an alert is of our making");
    copyBytes(bytes, start, this.session.memory, alertAt(index), KEPT_LENGTH);
    this.arrived(index, State.KEPT);
  }

  /** @param eui64 in radio order */
  raise(
    now: number,
    code: AlertCode,
    detail: number,
    time: number,
    eui64: Uint8Array,
    eui64Start: number,
  ): void {
    if (this.isWaiting(code, detail, eui64, eui64Start)) return;
    const index = this.free();
    if (index < 0) {
      this.lost++;
      return;
    }
    const { memory } = this.session;
    const at = alertAt(index);
    writeU16(memory, at + Alert.CODE, code);
    writeU16(memory, at + Alert.DETAIL, detail);
    writeU32(memory, at + Alert.TIME, time);
    copyBytes(eui64, eui64Start, memory, at + Alert.EUI64, 8);
    this.arrived(index, State.FRESH);
    this.save(now);
  }

  /** The journal's answer to a write of ours. False: the token is not one of ours. */
  stored(now: number, token: number, ok: boolean): boolean {
    const index = token - SessionToken.OTHERS;
    if (index < 0 || index >= Limit.COUNT) return false;
    // After a failure of the chip the alert is in memory still, and is sent from there.
    if (!ok) this.lost++;
    this.save(now);
    return true;
  }

  dueAt(): number {
    return this.oldest() < 0 || this.sending >= 0 ? Number.POSITIVE_INFINITY : this.notBefore;
  }

  start(now: number): void {
    const index = this.oldest();
    const { client, composer } = this.session;
    if (index < 0 || !client.begin(now, CoapCode.POST)) return;
    const { bytes, options } = composer;
    const record = alertAt(index);
    options.putText(bytes, CoapOption.URI_PATH, "alerts");
    composer.contentFormat(ContentFormat.CBOR);
    client.endOptions();
    let at = putHead(bytes, composer.payload(), Major.MAP, 4);
    at = putHead(bytes, at, Major.UNSIGNED, 0);
    at = putHead(bytes, at, Major.UNSIGNED, readU16(bytes, record + Alert.CODE));
    at = putHead(bytes, at, Major.UNSIGNED, 1);
    at = putHead(bytes, at, Major.UNSIGNED, readU32(bytes, record + Alert.TIME));
    at = putHead(bytes, at, Major.UNSIGNED, 2);
    // The byte order of text: most significant first.
    const eui64 = at + 1;
    at = putByteString(bytes, at, bytes, record + Alert.EUI64, 8);
    for (let i = 0; i < 8; i++) bytes[eui64 + i] = bytes[record + Alert.EUI64 + 7 - i]!;
    at = putHead(bytes, at, Major.UNSIGNED, 3);
    at = putHead(bytes, at, Major.UNSIGNED, readU16(bytes, record + Alert.DETAIL));
    this.sending = index;
    client.send(now, this, at);
  }

  answered(now: number, answer: InnerMessage): void {
    const index = this.sending;
    this.sending = -1;
    if (answer.code !== CoapCode.CHANGED) {
      this.notBefore = now + Limit.REFUSED_MS;
      return;
    }
    this.delivered++;
    this.setState(index, State.DONE);
    this.save(now);
  }

  failed(): void {
    this.sending = -1;
  }

  tick(now: number): void {
    if (now >= this.retryAt) this.save(now);
  }

  retryDueAt(): number {
    return this.retryAt;
  }

  /** Hands to the journal what it has not taken yet. */
  private save(now: number): void {
    const { journal, memory } = this.session;
    this.retryAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < Limit.COUNT; index++) {
      const key = Limit.FIRST_KEY + index;
      const token = SessionToken.OTHERS + index;
      const at = alertAt(index);
      if (this.state(index) === State.FRESH) {
        if (journal.put(key, memory, at, KEPT_LENGTH, token)) {
          this.setState(index, State.KEPT);
        } else this.retryAt = now + Limit.RETRY_MS;
      } else if (this.state(index) === State.DONE) {
        if (journal.remove(key, token)) this.setState(index, State.FREE);
        else this.retryAt = now + Limit.RETRY_MS;
      }
    }
  }

  /** The same news need not wait twice. */
  private isWaiting(code: number, detail: number, eui64: Uint8Array, start: number): boolean {
    const { memory } = this.session;
    for (let index = 0; index < Limit.COUNT; index++) {
      if (!this.isUnsent(index)) continue;
      const at = alertAt(index);
      const isSame =
        readU16(memory, at + Alert.CODE) === code && readU16(memory, at + Alert.DETAIL) === detail;
      if (isSame && equalBytes(memory, at + Alert.EUI64, eui64, start, 8)) return true;
    }
    return false;
  }

  private oldest(): number {
    let oldest = -1;
    for (let index = 0; index < Limit.COUNT; index++) {
      if (!this.isUnsent(index)) continue;
      if (oldest < 0 || this.orderOf(index) < this.orderOf(oldest)) oldest = index;
    }
    return oldest;
  }

  /** -1: all are in use. */
  private free(): number {
    for (let i = 0; i < Limit.COUNT; i++) if (this.state(i) === State.FREE) return i;
    return -1;
  }

  private arrived(index: number, state: State): void {
    writeU32(this.session.memory, alertAt(index) + Alert.ORDER, ++this.order);
    this.setState(index, state);
  }

  private isUnsent(index: number): boolean {
    const state = this.state(index);
    return state === State.FRESH || state === State.KEPT;
  }

  private orderOf(index: number): number {
    return readU32(this.session.memory, alertAt(index) + Alert.ORDER);
  }

  private state(index: number): State {
    return this.session.memory[alertAt(index) + Alert.STATE]!;
  }

  private setState(index: number, state: State): void {
    this.session.memory[alertAt(index) + Alert.STATE] = state;
  }
}

function alertAt(index: number): number {
  return ManageMemory.ALERTS + index * Alert.LENGTH;
}
