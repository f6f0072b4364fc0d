// Messages for and from devices in flash: the directory of what lies in the slots of the `mailbox`
// region. A message is kept whole or not at all; what is kept survives a power cut.
//
// Down: WRITING, WAITING (kept), SENDING, DELIVERED (marked in flash; awaits its answer), removed.
// Up: WRITING, WAITING (kept), SENDING, removed when the provider's `esi` has it in its own flash.
//
// Delivery is at least once: a power cut between a device's acknowledgement and our mark delivers
// the message again. Messages carry their originator's counter, by which a device refuses a second
// one, so that twice is harmless and never is not.

import { TimeQuality, type UtcClock } from "../../../hal/clock";
import type { FlashRegion } from "../../../hal/flash";
import { StreamResult } from "../../ipc/stream";
import { check } from "../../kernel/partition";
import type { FlashTurn } from "../../storage/flash-job";
import { Slots, type SlotsOwner } from "../../storage/slots";
import { readU16, readU32, writeU16 } from "../../wire/little-endian";
import { Mail, MailDirectory, MailHeader, MailLimit, MailState } from "./mail-directory";
import { Due, type Memory } from "./memory";

const enum Mark {
  DELIVERED = 0,
}

/**
 * Tokens of slot operations, with the use of the slot above them: what the flash says of an earlier
 * message in the same slot is not taken for this one's.
 */
const enum Token {
  OTHER = 0,
  COMMIT = 1,
  REMOVE = 2,
  USE = 4,
}

/** What the flash is still to be asked for, in this order. */
const enum Wish {
  TRAILER = 1,
  COMMIT = 2,
  MARK = 4,
  REMOVE = 8,
}

export interface MailboxOwner {
  opened(now: number): void;
  /** `keep` was asked for it: it lies in flash whole, or the chip failed and it is gone. */
  kept(now: number, slot: number, ok: boolean): void;
  /** The answer to `read`. */
  piece(
    now: number,
    slot: number,
    reader: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void;
}

export class Mailbox extends MailDirectory implements SlotsOwner {
  isOpen = false;
  failures = 0;
  private readonly slots: Slots;
  private uses = 0;
  private readonly trailer: Uint8Array;

  constructor(
    region: FlashRegion,
    private readonly owner: MailboxOwner,
    private readonly clock: UtcClock,
    memory: Memory,
  ) {
    super(memory);
    this.trailer = memory.scratch;
    this.slots = new Slots(region, this, MailLimit.SECTORS, MailLimit.DEPTH);
  }

  open(now: number): void {
    this.slots.open(now);
  }

  /**
   * Begins a message; `header` holds the fields of `Mail` up to HEADER. Answers its slot.
   * `NONE`: no slot is free, or the flash is busy; try again later.
   */
  begin(now: number, header: Uint8Array): number {
    if (!this.isOpen) return MailLimit.NONE;
    const total = readU16(header, Mail.TOTAL) + MailHeader.TRAILER;
    const use = (this.uses + 1) & 0xffff;
    const slot = this.slots.begin(header, 0, MailHeader.LENGTH, total, use * Token.USE);
    if (slot < 0) {
      if (this.slots.free() === 0) this.makeRoom(now);
      return MailLimit.NONE;
    }
    check(slot < MailLimit.SLOTS, "a slot of the region");
    this.uses = use;
    this.enter(now, slot, header, 0);
    writeU16(this.bytes, this.at(slot) + Mail.USE, use);
    this.setWishes(slot, 0);
    this.setState(slot, MailState.WRITING);
    return slot;
  }

  /** The next bytes of a message that was begun. False: busy, try again later. */
  write(slot: number, from: Uint8Array, start: number, length: number): boolean {
    const at = this.at(slot);
    check(this.bytes[at + Mail.STATE] === MailState.WRITING, "it is being written");
    const written = readU16(this.bytes, at + Mail.WRITTEN);
    check(written + length <= this.total(slot), "no more than was announced");
    if (!this.slots.write(slot, from, start, length, this.token(slot, Token.OTHER))) return false;
    writeU16(this.bytes, at + Mail.WRITTEN, written + length);
    return true;
  }

  /** It is whole: store it. `MailboxOwner.kept` follows. */
  keep(now: number, slot: number): void {
    check(this.state(slot) === MailState.WRITING, "it is being written");
    this.setState(slot, MailState.COMMITTING);
    this.wish(now, slot, Wish.TRAILER | Wish.COMMIT);
  }

  /** The device has it; its answer is awaited. */
  delivered(now: number, slot: number): void {
    check(!this.isUp(slot), "a command was delivered");
    this.setState(slot, MailState.DELIVERED);
    this.hasNews();
    this.live(now, slot);
    this.wish(now, slot, Wish.MARK);
    this.limitDelivered(now, slot);
  }

  remove(now: number, slot: number): void {
    this.setState(slot, MailState.REMOVING);
    this.setWishes(slot, 0);
    this.wish(now, slot, Wish.REMOVE);
  }

  /** Reads up to 256 bytes; `piece` brings them with `reader`, 1 to 255. False: busy. */
  read(slot: number, offset: number, length: number, reader: number): boolean {
    return this.slots.read(slot, offset, length, reader);
  }

  /** Its fate was told: what is over is removed, what was delivered awaits its answer. */
  told(now: number, slot: number): void {
    this.bytes[this.at(slot) + Mail.TOLD] = 1;
    if (this.state(slot) === MailState.ENDED) this.remove(now, slot);
  }

  /** A waiting message is over with this `StreamResult`. */
  end(slot: number, fate: number): void {
    const at = this.at(slot);
    this.bytes[at + Mail.FATE] = fate;
    this.bytes[at + Mail.TOLD] = 0;
    this.setState(slot, MailState.ENDED);
    this.hasNews();
  }

  flashDone(now: number, buffer: Uint8Array, length: number): void {
    this.slots.flashDone(now, buffer, length);
    // Nobody wishes for anything before.
    if (this.isOpen) this.pump(now);
  }

  tick(now: number): void {
    this.slots.tick(now);
    if (now >= this.numbers[Due.MAIL_RETRY]!) this.pump(now);
    if (now >= this.numbers[Due.MAIL_SCAN]!) this.scan(now);
  }

  /** When the region is to be asked again. */
  get turn(): FlashTurn {
    return this.slots.turn;
  }

  found(
    slot: number,
    bytes: Uint8Array,
    start: number,
    headerLength: number,
    _length: number,
    marks: number,
  ): void {
    if (slot >= MailLimit.SLOTS || headerLength !== MailHeader.LENGTH) return;
    this.enter(0, slot, bytes, start);
    const delivered = (marks & (1 << Mark.DELIVERED)) !== 0;
    this.setState(slot, delivered ? MailState.DELIVERED : MailState.WAITING);
  }

  opened(now: number): void {
    this.isOpen = true;
    this.hasNews();
    this.numbers[Due.MAIL_SCAN] = now;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      const isDelivered = this.state(slot) === MailState.DELIVERED;
      this.live(now, slot, isDelivered ? MailLimit.AFTER_RESTART_MS : MailLimit.LIFE_MS);
      if (this.state(slot) === MailState.WAITING && this.isUp(slot)) this.answeredBy(now, slot);
    }
    this.owner.opened(now);
  }

  stored(now: number, slot: number, token: number, ok: boolean): void {
    if (!ok) this.failures++;
    if (Math.floor(token / Token.USE) === this.useOf(slot)) {
      this.answered(now, slot, token % Token.USE, ok);
    }
    this.pump(now);
  }

  piece(
    now: number,
    slot: number,
    token: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.owner.piece(now, slot, token, ok, bytes, start, length);
    this.pump(now);
  }

  private answered(now: number, slot: number, token: Token, ok: boolean): void {
    const state = this.state(slot);
    if (token === Token.REMOVE) {
      if (ok) this.setState(slot, MailState.FREE);
      else this.wishLater(now, slot, Wish.REMOVE);
    } else if (!ok && (state === MailState.WRITING || state === MailState.COMMITTING)) {
      // The slot is free again: what was not kept is gone.
      this.setWishes(slot, 0);
      this.setState(slot, MailState.FREE);
      this.owner.kept(now, slot, false);
    } else if (ok && token === Token.COMMIT && state === MailState.COMMITTING) {
      this.setState(slot, MailState.WAITING);
      if (this.isUp(slot)) this.answeredBy(now, slot);
      this.owner.kept(now, slot, true);
    }
  }

  /** An answer lies in flash: the command that it answers is done. */
  private answeredBy(now: number, answer: number): void {
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.state(slot) !== MailState.DELIVERED) continue;
      if (this.isAnswerTo(answer, slot)) this.remove(now, slot);
    }
  }

  private limitDelivered(now: number, slot: number): void {
    let count = 0;
    const at = this.at(slot) + Mail.EUI64;
    for (let other = 0; other < MailLimit.SLOTS; other++) {
      if (this.state(other) !== MailState.DELIVERED) continue;
      if (this.hasEui64(other, this.bytes, at)) count++;
    }
    if (count <= MailLimit.DEVICE_MAX) return;
    this.remove(now, this.oldest(MailState.DELIVERED, false, this.bytes, at));
  }

  /** Every slot is taken: the oldest command that was delivered and never answered goes. */
  private makeRoom(now: number): void {
    let oldest: number = MailLimit.NONE;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.state(slot) === MailState.REMOVING) return;
      if (this.state(slot) !== MailState.DELIVERED) continue;
      if (oldest === MailLimit.NONE || this.isOlder(slot, oldest)) oldest = slot;
    }
    if (oldest !== MailLimit.NONE) this.remove(now, oldest);
  }

  private scan(now: number): void {
    this.numbers[Due.MAIL_SCAN] = now + MailLimit.SCAN_MS;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      const state = this.state(slot);
      if (state !== MailState.WAITING && state !== MailState.DELIVERED) continue;
      if (this.isUp(slot) || !this.isOver(now, slot)) continue;
      const isDelivered = state === MailState.DELIVERED;
      this.end(slot, isDelivered ? StreamResult.UNANSWERED : StreamResult.EXPIRED);
    }
  }

  private isOver(now: number, slot: number): boolean {
    const at = this.at(slot);
    if (now >= readU32(this.bytes, at + Mail.ENDS) * 1000) return true;
    const expires = readU32(this.bytes, at + Mail.EXPIRES);
    if (expires === 0 || this.clock.quality() === TimeQuality.UNKNOWN) return false;
    // Its answer is expected for a day longer.
    const late = this.state(slot) === MailState.DELIVERED ? MailLimit.LIFE_SECONDS : 0;
    return this.clock.utcMs() / 1000 >= expires + late;
  }

  private wish(now: number, slot: number, wishes: number): void {
    this.setWishes(slot, this.wishes(slot) | wishes);
    this.pump(now);
  }

  private wishLater(now: number, slot: number, wishes: number): void {
    this.setWishes(slot, this.wishes(slot) | wishes);
    this.numbers[Due.MAIL_RETRY] = now + MailLimit.RETRY_MS;
  }

  private pump(now: number): void {
    this.numbers[Due.MAIL_RETRY] = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < MailLimit.SLOTS; slot++) {
      if (this.wishes(slot) === 0) continue;
      if (this.fulfil(slot)) continue;
      this.numbers[Due.MAIL_RETRY] = now + MailLimit.RETRY_MS;
      return;
    }
  }

  /** Hands the wishes of one slot to the flash, in order. False: it is busy. */
  private fulfil(slot: number): boolean {
    const wishes = this.wishes(slot);
    if ((wishes & Wish.TRAILER) !== 0) {
      if (!this.writeTrailer(slot)) return false;
      this.setWishes(slot, wishes & ~Wish.TRAILER);
      return this.fulfil(slot);
    }
    if ((wishes & Wish.COMMIT) !== 0) {
      if (!this.slots.commit(slot, this.token(slot, Token.COMMIT))) return false;
    } else if ((wishes & Wish.MARK) !== 0) {
      if (!this.slots.mark(slot, Mark.DELIVERED, this.token(slot, Token.OTHER))) return false;
    } else if (!this.slots.remove(slot, this.token(slot, Token.REMOVE))) {
      return false;
    }
    this.setWishes(slot, 0);
    return true;
  }

  private token(slot: number, token: Token): number {
    return this.useOf(slot) * Token.USE + token;
  }

  private useOf(slot: number): number {
    return readU16(this.bytes, this.at(slot) + Mail.USE);
  }

  private wishes(slot: number): number {
    return this.bytes[this.at(slot) + Mail.WISHES]!;
  }

  private setWishes(slot: number, wishes: number): void {
    this.bytes[this.at(slot) + Mail.WISHES] = wishes;
  }

  /** Fills up to the length that was announced, and writes the true length behind it. */
  private writeTrailer(slot: number): boolean {
    const written = readU16(this.bytes, this.at(slot) + Mail.WRITTEN);
    const padding = this.total(slot) - written;
    check(padding >= 0 && padding <= MailLimit.PADDING_MAX, "only the last block is short");
    this.trailer.fill(0, 0, padding);
    writeU16(this.trailer, padding, written);
    return this.slots.write(
      slot,
      this.trailer,
      0,
      padding + MailHeader.TRAILER,
      this.token(slot, Token.OTHER),
    );
  }
}
