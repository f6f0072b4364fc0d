// Alerts on their way to the head-end: kept in the journal until it has them, `POST alerts`.

import { check } from "../../kernel/partition";
import type { ClientTask } from "../../session/client";
import type { InnerMessage } from "../../session/inner-message";
import { SessionToken } from "../../session/sequence-numbers";
import type { Session } from "../../session/session";
import type { Journal } from "../../storage/journal";
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
  LENGTH = 16,
}

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
  private readonly records = new Uint8Array(Limit.COUNT * Alert.LENGTH);
  private readonly states = new Uint8Array(Limit.COUNT);
  /** Order of arrival. */
  private readonly orders = new Float64Array(Limit.COUNT);
  private order = 0;
  private sending = -1;
  private notBefore = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly journal: Journal,
    private readonly session: () => Session,
  ) {}

  /** A record of the journal, in order of writing. */
  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    const index = key - Limit.FIRST_KEY;
    if (index < 0 || index >= Limit.COUNT) return;
    check(length === Alert.LENGTH, "an alert is of our making");
    copyBytes(bytes, start, this.records, index * Alert.LENGTH, Alert.LENGTH);
    this.states[index] = State.KEPT;
    this.orders[index] = ++this.order;
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
    const index = this.states.indexOf(State.FREE);
    if (index < 0) {
      this.lost++;
      return;
    }
    const at = index * Alert.LENGTH;
    writeU16(this.records, at + Alert.CODE, code);
    writeU16(this.records, at + Alert.DETAIL, detail);
    writeU32(this.records, at + Alert.TIME, time);
    copyBytes(eui64, eui64Start, this.records, at + Alert.EUI64, 8);
    this.orders[index] = ++this.order;
    this.states[index] = State.FRESH;
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
    const { client, composer } = this.session();
    if (index < 0 || !client.begin(now, CoapCode.POST)) return;
    const { bytes, options } = composer;
    const { records } = this;
    const record = index * Alert.LENGTH;
    options.putText(bytes, CoapOption.URI_PATH, "alerts");
    composer.contentFormat(ContentFormat.CBOR);
    client.endOptions();
    let at = putHead(bytes, composer.payload(), Major.MAP, 4);
    at = putHead(bytes, at, Major.UNSIGNED, 0);
    at = putHead(bytes, at, Major.UNSIGNED, readU16(records, record + Alert.CODE));
    at = putHead(bytes, at, Major.UNSIGNED, 1);
    at = putHead(bytes, at, Major.UNSIGNED, readU32(records, record + Alert.TIME));
    at = putHead(bytes, at, Major.UNSIGNED, 2);
    // The byte order of text: most significant first.
    const eui64 = at + 1;
    at = putByteString(bytes, at, records, record + Alert.EUI64, 8);
    for (let i = 0; i < 8; i++) bytes[eui64 + i] = records[record + Alert.EUI64 + 7 - i]!;
    at = putHead(bytes, at, Major.UNSIGNED, 3);
    at = putHead(bytes, at, Major.UNSIGNED, readU16(records, record + Alert.DETAIL));
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
    this.states[index] = State.DONE;
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
    this.retryAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < Limit.COUNT; index++) {
      const key = Limit.FIRST_KEY + index;
      const token = SessionToken.OTHERS + index;
      const at = index * Alert.LENGTH;
      if (this.states[index] === State.FRESH) {
        if (this.journal.put(key, this.records, at, Alert.LENGTH, token)) {
          this.states[index] = State.KEPT;
        } else this.retryAt = now + Limit.RETRY_MS;
      } else if (this.states[index] === State.DONE) {
        if (this.journal.remove(key, token)) this.states[index] = State.FREE;
        else this.retryAt = now + Limit.RETRY_MS;
      }
    }
  }

  /** The same news need not wait twice. */
  private isWaiting(code: number, detail: number, eui64: Uint8Array, start: number): boolean {
    for (let index = 0; index < Limit.COUNT; index++) {
      const state = this.states[index]!;
      if (state !== State.FRESH && state !== State.KEPT) continue;
      const at = index * Alert.LENGTH;
      const isSame =
        readU16(this.records, at + Alert.CODE) === code &&
        readU16(this.records, at + Alert.DETAIL) === detail;
      if (isSame && equalBytes(this.records, at + Alert.EUI64, eui64, start, 8)) return true;
    }
    return false;
  }

  private oldest(): number {
    let oldest = -1;
    for (let index = 0; index < Limit.COUNT; index++) {
      const state = this.states[index]!;
      if (state !== State.FRESH && state !== State.KEPT) continue;
      if (oldest < 0 || this.orders[index]! < this.orders[oldest]!) oldest = index;
    }
    return oldest;
  }
}
