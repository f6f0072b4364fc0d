// The directory of the mailbox: a record in RAM for each message that lies in flash, or on its way
// there, and the look-ups in it.

import { copyBytes, equalBytes, readU16, readU32, writeU32 } from "../../wire/little-endian";
import { Due, type Memory } from "./memory";

export const enum MailLimit {
  /** The network comes first: until then whoever brings a message hears BUSY, and tries again. */
  OPEN_AFTER_MS = 1_000,
  /** 256 KiB in slots of two sectors. */
  SLOTS = 32,
  SECTORS = 2,
  /**
   * Flash operations that wait, a piece of 256 bytes each: two streams in, two payloads in. Who
   * finds no room asks again.
   */
  DEPTH = 4,
  /** Messages that wait for one device, and as many delivered ones whose answer is awaited. */
  DEVICE_MAX = 5,
  /** Messages of devices that wait for their provider; the rest stays with the devices. */
  UP_MAX = 10,
  /** How long a message waits, and how long its answer is expected. */
  LIFE_MS = 86_400_000,
  LIFE_SECONDS = 86_400,
  /**
   * How long an answer is expected after a restart: a meter that lost its tunnel in the midst of
   * one may have given up. A sleeping gas meter opens another within half an hour.
   */
  AFTER_RESTART_MS = 2_100_000,
  /** A fragmented message is announced in whole blocks of at most 80 bytes. */
  PADDING_MAX = 96,
  SCAN_MS = 10_000,
  RETRY_MS = 20,
  NONE = -1,
}

/** What one device may have of the room that all share. */
export const enum MailShare {
  /** An answer to each command and one unasked: no device takes the others' room. */
  UP_MAX = 6,
}

export const enum MailState {
  FREE = 0,
  WRITING = 1,
  COMMITTING = 2,
  WAITING = 3,
  SENDING = 4,
  DELIVERED = 5,
  /** Its fate, EXPIRED, UNDELIVERABLE or UNANSWERED, is still to be told. */
  ENDED = 6,
  REMOVING = 7,
}

export const enum MailHeader {
  LENGTH = 22,
  /** Behind the content, its exact length: of a fragmented message it is known at the end alone. */
  TRAILER = 2,
}

/** A record: what stands before STATE is the header in flash. */
export const enum Mail {
  IS_UP = 0,
  PROVIDER = 1,
  IS_ANSWER = 2,
  /** In RAM: the device's fate as a `StreamResult`, told or not. */
  FATE = 3,
  /** u32 */
  MESSAGE_ID = 4,
  EUI64 = 8,
  /** Unix seconds; 0: the clock was not known. u32 */
  EXPIRES = 16,
  /** Bytes of content; of a message that is not whole yet, at most. u16 */
  TOTAL = 20,

  STATE = 22,
  TOLD = 23,
  /** Bytes given to the slot so far. u16 */
  WRITTEN = 24,
  /** Monotonic seconds at which the message, or the wait for its answer, ends. u32 */
  ENDS = 26,
  /** Order of arrival. u32 */
  ORDER = 30,
  /** Which use of the slot this is. u16 */
  USE = 34,
  /** What the flash is still to be asked for. */
  WISHES = 36,
  LENGTH = 38,
}

export class MailDirectory {
  readonly bytes: Uint8Array;
  private readonly first: number;
  protected readonly numbers: Float64Array;
  /** No fate is told before. */
  tellAt = 0;
  private lastOrder = 0;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.numbers = memory.numbers;
    this.first = memory.take(MailLimit.SLOTS * Mail.LENGTH);
  }

  /** There may be a fate that is not told yet. */
  hasNews(): void {
    this.numbers[Due.FATES] = this.tellAt;
  }

  state(slot: number): MailState {
    return this.bytes[this.first + slot * Mail.LENGTH + Mail.STATE]!;
  }

  setState(slot: number, state: MailState): void {
    this.bytes[this.first + slot * Mail.LENGTH + Mail.STATE] = state;
  }

  at(slot: number): number {
    return this.first + slot * Mail.LENGTH;
  }

  total(slot: number): number {
    return readU16(this.bytes, this.first + slot * Mail.LENGTH + Mail.TOTAL);
  }

  isUp(slot: number): boolean {
    return this.bytes[this.first + slot * Mail.LENGTH + Mail.IS_UP] === 1;
  }

  hasEui64(slot: number, eui64: Uint8Array, start: number): boolean {
    return equalBytes(this.bytes, this.first + slot * Mail.LENGTH + Mail.EUI64, eui64, start, 8);
  }

  /** The oldest message of this state and direction for the device; `NONE`. */
  oldest(state: MailState, isUp: boolean, eui64: Uint8Array, start: number): number {
    let oldest: number = MailLimit.NONE;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.state(slot) !== state || this.isUp(slot) !== isUp) continue;
      if (!this.hasEui64(slot, eui64, start)) continue;
      if (oldest === MailLimit.NONE || this.isOlder(slot, oldest)) oldest = slot;
    }
    return oldest;
  }

  /** The oldest kept message for this provider; `NONE`. */
  oldestUp(provider: number): number {
    let oldest: number = MailLimit.NONE;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.state(slot) !== MailState.WAITING || !this.isUp(slot)) continue;
      if (this.bytes[this.first + slot * Mail.LENGTH + Mail.PROVIDER] !== provider) continue;
      if (oldest === MailLimit.NONE || this.isOlder(slot, oldest)) oldest = slot;
    }
    return oldest;
  }

  /** Messages that the device has not fetched, those on their way into the mailbox included. */
  waitingFor(eui64: Uint8Array, start: number): number {
    let count = 0;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      const state = this.state(slot);
      if (state < MailState.WRITING || state > MailState.SENDING || this.isUp(slot)) continue;
      if (this.hasEui64(slot, eui64, start)) count++;
    }
    return count;
  }

  /** Messages of devices on their way to a provider. */
  countUp(): number {
    let count = 0;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) if (this.isOnItsWayUp(slot)) count++;
    return count;
  }

  /** Those of one device. */
  countUpOf(eui64: Uint8Array, start: number): number {
    let count = 0;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.isOnItsWayUp(slot) && this.hasEui64(slot, eui64, start)) count++;
    }
    return count;
  }

  /** The oldest command that the device has and that no answer belongs to yet; `NONE`. */
  unanswered(eui64: Uint8Array, start: number): number {
    let oldest: number = MailLimit.NONE;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.state(slot) !== MailState.DELIVERED || !this.hasEui64(slot, eui64, start)) continue;
      if (this.hasAnswer(slot)) continue;
      if (oldest === MailLimit.NONE || this.isOlder(slot, oldest)) oldest = slot;
    }
    return oldest;
  }

  /** Whether `slot`, a command, and `other`, a device's message, belong together. */
  protected isAnswerTo(other: number, slot: number): boolean {
    const a = this.at(other);
    const b = this.at(slot);
    if (this.bytes[a + Mail.IS_UP] !== 1 || this.bytes[a + Mail.IS_ANSWER] !== 1) return false;
    if (this.bytes[a + Mail.PROVIDER] !== this.bytes[b + Mail.PROVIDER]) return false;
    // The message's number and the device stand together.
    return equalBytes(this.bytes, a + Mail.MESSAGE_ID, this.bytes, b + Mail.MESSAGE_ID, 12);
  }

  private isOnItsWayUp(slot: number): boolean {
    const state = this.state(slot);
    return state !== MailState.FREE && state !== MailState.REMOVING && this.isUp(slot);
  }

  private hasAnswer(slot: number): boolean {
    for (let other = 0; other < MailLimit.SLOTS; other++) {
      const state = this.state(other);
      if (state === MailState.FREE || state === MailState.REMOVING) continue;
      if (this.isAnswerTo(other, slot)) return true;
    }
    return false;
  }

  /** A message of the state ENDED or DELIVERED whose fate is not told yet; `NONE`. */
  untold(): number {
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      const state = this.state(slot);
      if (state !== MailState.ENDED && state !== MailState.DELIVERED) continue;
      if (this.bytes[this.first + slot * Mail.LENGTH + Mail.TOLD] === 0) return slot;
    }
    return MailLimit.NONE;
  }

  /** Its time begins anew. */
  protected live(now: number, slot: number, lifeMs: number = MailLimit.LIFE_MS): void {
    const ends = Math.ceil((now + lifeMs) / 1000);
    writeU32(this.bytes, this.at(slot) + Mail.ENDS, ends);
  }

  protected isOlder(slot: number, than: number): boolean {
    const order = readU32(this.bytes, this.at(slot) + Mail.ORDER);
    return order < readU32(this.bytes, this.at(than) + Mail.ORDER);
  }

  protected enter(now: number, slot: number, header: Uint8Array, start: number): void {
    const at = this.at(slot);
    this.bytes.fill(0, at, at + Mail.USE);
    copyBytes(header, start, this.bytes, at, MailHeader.LENGTH);
    this.live(now, slot);
    writeU32(this.bytes, at + Mail.ORDER, ++this.lastOrder);
  }
}
