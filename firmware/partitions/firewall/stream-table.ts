// The streams that were admitted, or ask to be: whose they are, how long, how far, under which
// number at each end. A stream has two numbers: its opener's, and ours towards the receiver.

import { Party } from "../../ipc/party";
import { Stream } from "../../ipc/stream";
import { readU16 } from "../../wire/little-endian";
import { esiOf } from "./gate";

export const enum StreamLimit {
  ENTRIES = 8,
  /** Of one provider in one direction: nobody keeps the others from opening theirs. */
  PER_PAIR = 2,
  NONE = -1,
}

export const enum StreamState {
  FREE = 0,
  /** To be asked at trust. */
  TO_ASK = 1,
  ASKED = 2,
  /** Granted; to be opened at the receiver. */
  TO_OPEN = 3,
  OPEN = 4,
  /** Over; an end or both are still to be told. */
  ENDING = 5,
}

export const enum Direction {
  /** esi -> han */
  DOWN = 0,
  /** han -> esi */
  UP = 1,
}

export const enum Owed {
  NOTHING = 0,
  /** To the opener: the receiver's credit. */
  CREDIT = 1,
  /** To the opener: the end, with RESULT. */
  OPENER_END = 2,
  /** To the receiver: the end. */
  RECEIVER_END = 4,
}

export const enum StreamEntry {
  STATE = 0,
  DIRECTION = 1,
  PROVIDER = 2,
  IS_ANSWER = 3,
  /** The opener's number, and ours. u16 each */
  THEIRS = 4,
  OURS = 6,
  /** From the header; then bytes relayed; then what the receiver said. u16 each */
  TOTAL = 8,
  PASSED = 10,
  TAKEN = 12,
  LIMIT = 14,
  EUI64 = 16,
  MESSAGE_ID = 24,
  EXPIRES = 28,
  /** Of the question to trust. u16 */
  GRANT = 32,
  /** `Owed` flags. */
  OWED = 34,
  /** A `StreamResult`. */
  RESULT = 35,
  LENGTH = 36,
}

export class StreamTable {
  readonly bytes = new Uint8Array(StreamLimit.ENTRIES * StreamEntry.LENGTH);
  private number = 0;

  state(index: number): StreamState {
    return this.bytes[index * StreamEntry.LENGTH + StreamEntry.STATE]!;
  }

  setState(index: number, state: StreamState): void {
    this.bytes[index * StreamEntry.LENGTH + StreamEntry.STATE] = state;
  }

  /** A number that no stream has had for a long time. */
  newNumber(): number {
    this.number = (this.number + 1) & (Stream.FIREWALL_NUMBERS - 1);
    return Stream.FIREWALL_NUMBERS | this.number;
  }

  opener(index: number): Party {
    return this.end(index, Direction.UP);
  }

  receiver(index: number): Party {
    return this.end(index, Direction.DOWN);
  }

  /** The stream that `party` opened under this number. */
  findOpened(party: Party, number: number): number {
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      if (this.state(index) === StreamState.FREE || this.opener(index) !== party) continue;
      const at = index * StreamEntry.LENGTH;
      if (readU16(this.bytes, at + StreamEntry.THEIRS) === number) return index;
    }
    return StreamLimit.NONE;
  }

  /** The stream that we opened at `party` under this number of ours. */
  findReceived(party: Party, number: number): number {
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      if (this.state(index) === StreamState.FREE || this.receiver(index) !== party) continue;
      const at = index * StreamEntry.LENGTH;
      if (readU16(this.bytes, at + StreamEntry.OURS) === number) return index;
    }
    return StreamLimit.NONE;
  }

  findFree(direction: Direction, provider: number): number {
    let free: number = StreamLimit.NONE;
    let count = 0;
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      const at = index * StreamEntry.LENGTH;
      if (this.state(index) === StreamState.FREE) free = index;
      else if (
        this.bytes[at + StreamEntry.DIRECTION] === direction &&
        this.bytes[at + StreamEntry.PROVIDER] === provider
      ) {
        count++;
      }
    }
    return count < StreamLimit.PER_PAIR ? free : StreamLimit.NONE;
  }

  /** `han` opens what goes up and receives what goes down. */
  private end(index: number, isHan: Direction): Party {
    const at = index * StreamEntry.LENGTH;
    if (this.bytes[at + StreamEntry.DIRECTION] === isHan) return Party.HAN;
    return esiOf(this.bytes[at + StreamEntry.PROVIDER]!);
  }
}
