// Readings on their way out: each provider with a grant to read the meter gets a copy, and the
// meter is told that it was taken once all of those copies lie in flash.

import { Sent } from "../../../hal/sent";
import { Right } from "../../ipc/grant";
import { Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import { Commodity, Reading, ReadingFlags, ReadingStored, Stored } from "../../ipc/reading";
import {
  copyBytes,
  equalBytes,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from "../../wire/little-endian";
import { Deadlines, esiOf, type Gate, providerOf, Refusal } from "./gate";
import { type GrantDesk, GrantReference } from "./grant-desk";

export const enum ReadingsLimit {
  /** Half of what gas and demand can have under way together: the rest hears FULL. */
  ENTRIES = 16,
  /** Longer than two erases of flash; gas and demand give up after 30 s. */
  ANSWER_MS = 20_000,
  RETRY_MS = 20,
  NONE = -1,
}

const enum Phase {
  TO_ASK = 0,
  ASKED = 1,
  TO_SEND = 2,
  SENT = 3,
  /** From here on it is over for this provider. */
  STORED = 4,
  DENIED = 5,
  FULL = 6,
}

/** The reading as it came, then what belongs to it. */
const enum Entry {
  /** Our own number for it. u32 */
  REFERENCE = 32,
  /** A `Party`, 0: the entry is free. */
  FROM = 36,
  /** A `Phase` for each provider. */
  PHASES = 38,
  /** Of the question to trust, for each provider. u16 */
  GRANTS = 40,
  LENGTH = 44,
}

export class Readings {
  /** Given up: somebody did not answer. */
  expired = 0;
  private readonly bytes = new Uint8Array(ReadingsLimit.ENTRIES * Entry.LENGTH);
  private reference = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly gate: Gate,
    private readonly desk: GrantDesk,
  ) {}

  /** `READING` from gas or demand. */
  reading(now: number, from: Party, reading: Uint8Array): void {
    if (!isWellFormed(from, reading)) {
      this.gate.refuse(now, from, Operation.READING, Refusal.MALFORMED);
      return;
    }
    const index = this.findFree();
    if (index === ReadingsLimit.NONE) {
      this.gate.refuse(now, from, Operation.READING, Refusal.NO_ROOM);
      this.answer(from, reading, 0, Stored.FULL);
      return;
    }
    const at = index * Entry.LENGTH;
    copyBytes(reading, 0, this.bytes, at, Reading.LENGTH);
    this.reference = (this.reference + 1) % 0x100000000;
    writeU32(this.bytes, at + Entry.REFERENCE, this.reference);
    this.bytes[at + Entry.FROM] = from;
    this.bytes.fill(Phase.TO_ASK, at + Entry.PHASES, at + Entry.PHASES + Provider.COUNT);
    this.gate.deadlines[Deadlines.READINGS + index] = now + ReadingsLimit.ANSWER_MS;
    this.advance(now, index);
  }

  /** `GRANT_ANSWER`. False: to no question of ours. */
  granted(now: number, reference: number, allowed: boolean): boolean {
    for (let index = 0; index < ReadingsLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.FROM] === 0) continue;
      for (let provider = 0; provider < Provider.COUNT; provider++) {
        const grant = index * Entry.LENGTH + Entry.GRANTS + 2 * provider;
        if (this.phase(index, provider) !== Phase.ASKED) continue;
        if (readU16(this.bytes, grant) !== reference) continue;
        this.setPhase(index, provider, allowed ? Phase.TO_SEND : Phase.DENIED);
        if (!allowed) this.deny(now, index, provider);
        this.advance(now, index);
        return true;
      }
    }
    return false;
  }

  /** `READING_STORED` from an esi. */
  stored(now: number, from: Party, message: Uint8Array): void {
    const provider = providerOf(from);
    const code = message[ReadingStored.CODE]! as Stored;
    const index = this.findSent(message, provider);
    if (index === ReadingsLimit.NONE || (code !== Stored.OK && code !== Stored.FULL)) {
      const reason = index === ReadingsLimit.NONE ? Refusal.UNASKED : Refusal.MALFORMED;
      this.gate.refuse(now, from, Operation.READING_STORED, reason, provider);
      return;
    }
    this.gate.passed++;
    this.setPhase(index, provider, code === Stored.OK ? Phase.STORED : Phase.FULL);
    this.advance(now, index);
  }

  peerRestarted(now: number, peer: Party): void {
    for (let index = 0; index < ReadingsLimit.ENTRIES; index++) {
      const from = this.bytes[index * Entry.LENGTH + Entry.FROM];
      if (from === 0) continue;
      if (from === peer) {
        this.free(index);
        continue;
      }
      for (let provider = 0; provider < Provider.COUNT; provider++) {
        const phase = this.phase(index, provider);
        // What it had not answered is lost with it.
        if (peer === Party.TRUST && phase === Phase.ASKED) {
          this.setPhase(index, provider, Phase.TO_ASK);
        } else if (peer === esiOf(provider) && phase === Phase.SENT) {
          this.setPhase(index, provider, Phase.TO_ASK);
        }
      }
      this.advance(now, index);
    }
  }

  tick(now: number): void {
    const isRetry = now >= this.retryAt;
    if (isRetry) this.retryAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < ReadingsLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.FROM] === 0) continue;
      if (now >= this.gate.deadlines[Deadlines.READINGS + index]!) {
        this.expired++;
        this.free(index);
      } else if (isRetry) this.advance(now, index);
    }
  }

  dueAt(): number {
    let due = this.retryAt;
    for (let index = 0; index < ReadingsLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.FROM] === 0) continue;
      due = Math.min(due, this.gate.deadlines[Deadlines.READINGS + index]!);
    }
    return due;
  }

  private advance(now: number, index: number): void {
    let isOver = true;
    for (let provider = 0; provider < Provider.COUNT; provider++) {
      if (this.phase(index, provider) === Phase.TO_ASK) this.ask(now, index, provider);
      if (this.phase(index, provider) === Phase.TO_SEND) this.send(now, index, provider);
      if (this.phase(index, provider) < Phase.STORED) isOver = false;
    }
    if (!isOver) return;
    const at = index * Entry.LENGTH;
    const from = this.bytes[at + Entry.FROM]! as Party;
    const sent = this.answer(from, this.bytes, at, this.sum(index));
    if (sent === Sent.FULL) this.retryAt = now + ReadingsLimit.RETRY_MS;
    else this.free(index);
  }

  private ask(now: number, index: number, provider: number): void {
    const at = index * Entry.LENGTH;
    const reference = this.desk.ask(provider, Right.READ, this.bytes, at + Reading.EUI64);
    if (reference === GrantReference.NONE) {
      this.retryAt = now + ReadingsLimit.RETRY_MS;
      return;
    }
    writeU16(this.bytes, at + Entry.GRANTS + 2 * provider, reference);
    this.setPhase(index, provider, Phase.ASKED);
  }

  private send(now: number, index: number, provider: number): void {
    const at = index * Entry.LENGTH;
    copyBytes(this.bytes, at, this.gate.message, 0, Reading.LENGTH);
    copyBytes(this.bytes, at + Entry.REFERENCE, this.gate.message, Reading.REFERENCE, 4);
    const from = this.bytes[at + Entry.FROM]! as Party;
    const sent = this.gate.forward(from, esiOf(provider), this.gate.message, Reading.LENGTH);
    if (sent === Sent.OK) this.setPhase(index, provider, Phase.SENT);
    else {
      // The grant is asked for anew: it may be gone by the time there is room.
      this.setPhase(index, provider, Phase.TO_ASK);
      this.retryAt = now + ReadingsLimit.RETRY_MS;
    }
  }

  /** One provider without a grant is the rule, not an offence; none with one is worth a line. */
  private deny(now: number, index: number, provider: number): void {
    for (let other = 0; other < Provider.COUNT; other++) {
      if (this.phase(index, other) !== Phase.DENIED) return;
    }
    const at = index * Entry.LENGTH;
    const from = this.bytes[at + Entry.FROM]! as Party;
    const subject = at + Reading.EUI64;
    this.gate.refuse(now, from, Operation.READING, Refusal.NO_GRANT, provider, this.bytes, subject);
  }

  private sum(index: number): Stored {
    let code = Stored.NO_GRANT;
    for (let provider = 0; provider < Provider.COUNT; provider++) {
      if (this.phase(index, provider) === Phase.FULL) return Stored.FULL;
      if (this.phase(index, provider) === Phase.STORED) code = Stored.OK;
    }
    return code;
  }

  private answer(to: Party, reading: Uint8Array, at: number, code: Stored): Sent {
    const { message } = this.gate;
    message.fill(0, 0, ReadingStored.LENGTH);
    message[0] = Operation.READING_STORED;
    message[ReadingStored.CODE] = code;
    message[ReadingStored.COMMODITY] = reading[at + Reading.COMMODITY]!;
    copyBytes(reading, at + Reading.REFERENCE, message, ReadingStored.REFERENCE, 4);
    copyBytes(reading, at + Reading.EUI64, message, ReadingStored.EUI64, 8);
    return this.gate.forward(Party.FIREWALL, to, message, ReadingStored.LENGTH);
  }

  private findSent(message: Uint8Array, provider: number): number {
    const reference = readU32(message, ReadingStored.REFERENCE);
    for (let index = 0; index < ReadingsLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH;
      if (this.bytes[at + Entry.FROM] === 0) continue;
      if (this.phase(index, provider) !== Phase.SENT) continue;
      if (readU32(this.bytes, at + Entry.REFERENCE) !== reference) continue;
      const same = equalBytes(this.bytes, at + Reading.EUI64, message, ReadingStored.EUI64, 8);
      return same ? index : ReadingsLimit.NONE;
    }
    return ReadingsLimit.NONE;
  }

  private findFree(): number {
    for (let index = 0; index < ReadingsLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.FROM] === 0) return index;
    }
    return ReadingsLimit.NONE;
  }

  private phase(index: number, provider: number): Phase {
    return this.bytes[index * Entry.LENGTH + Entry.PHASES + provider]!;
  }

  private setPhase(index: number, provider: number, phase: Phase): void {
    this.bytes[index * Entry.LENGTH + Entry.PHASES + provider] = phase;
  }

  private free(index: number): void {
    this.bytes[index * Entry.LENGTH + Entry.FROM] = 0;
  }
}

/** Gas tells of gas, demand of electricity; an interval has a length and a register has none. */
function isWellFormed(from: Party, reading: Uint8Array): boolean {
  const commodity = from === Party.GAS ? Commodity.GAS : Commodity.ELECTRICITY;
  if (reading[Reading.COMMODITY] !== commodity) return false;
  const flags = reading[Reading.FLAGS]!;
  if (flags > ReadingFlags.INTERVAL) return false;
  const seconds = readU16(reading, Reading.INTERVAL_SECONDS);
  return (flags === ReadingFlags.INTERVAL) === seconds > 0;
}
