// The table of grants: how each provider stands to each device, and until when.

import { Relationship, rightsOf } from "../../ipc/grant";
import { Provider } from "../../ipc/party";
import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum GrantLimit {
  // Two providers with 32 devices each, and a few of devices that are gone. One that is over makes
  // room for another by itself.
  GRANTS = 80,
  // On a page of a backup.
  A_PAGE = 5,
}

/** A grant in flash; the journal's key is its place in the table and 1. */
export const enum GrantRecord {
  PROVIDER = 0,
  RELATIONSHIP = 1,
  EXPIRES = 2,
  EUI64 = 6,
  LENGTH = 14,
}

const enum Place {
  EUI64_LENGTH = 8,
  /** No provider has this number: the place is free. */
  FREE = 0xff,
}

/** In the byte of a relationship, RAM alone: its end has been audited. */
const END_TOLD = 0x80;

/** What stands for "the hub does not know the time". */
export const TIME_UNKNOWN = 0;

export class Grants {
  /** A record for each place. */
  private readonly records = new Uint8Array(GrantLimit.GRANTS * GrantRecord.LENGTH).fill(
    Place.FREE,
  );

  /** From flash; what no longer makes sense grants nothing. */
  restore(place: number, bytes: Uint8Array, start: number, length: number): void {
    const provider = bytes[start + GrantRecord.PROVIDER]!;
    if (length !== GrantRecord.LENGTH) return;
    const relationship = bytes[start + GrantRecord.RELATIONSHIP]!;
    if (place >= GrantLimit.GRANTS || provider >= Provider.COUNT) return;
    if (relationship >= Relationship.COUNT) return;
    this.reserve(place, provider, bytes, start + GrantRecord.EUI64);
    const expires = readU32(bytes, start + GrantRecord.EXPIRES);
    this.set(place, relationship, expires);
  }

  /** As flash has it; of a free place, no provider. */
  copyRecord(place: number, bytes: Uint8Array, at: number): void {
    copyBytes(this.records, place * GrantRecord.LENGTH, bytes, at, GrantRecord.LENGTH);
    if (bytes[at + GrantRecord.PROVIDER] === Place.FREE) return;
    bytes[at + GrantRecord.RELATIONSHIP] = this.held(place);
  }

  /**
   * Whether the pair of a place, -1 for none, holds every one of `rights` at `utcSeconds`.
   * Asking for no right at all, or for an unknown one, is refused.
   */
  allows(place: number, rights: number, utcSeconds: number): boolean {
    if (rights === 0) return false;
    return (rightsOf(this.at(place, utcSeconds)) & rights) === rights;
  }

  /** How the pair of a place, -1 for none, stands at `utcSeconds`. */
  at(place: number, utcSeconds: number): Relationship {
    if (place < 0 || this.isExpired(place, utcSeconds)) return Relationship.UNAUTHORIZED;
    return this.held(place);
  }

  /** How they stand until it ends, whether it has ended or not. */
  held(place: number): Relationship {
    return this.records[place * GrantRecord.LENGTH + GrantRecord.RELATIONSHIP]! & ~END_TOLD;
  }

  /** Whether a relationship is over and nobody was told; true once for each end. */
  takeEnd(place: number, utcSeconds: number): boolean {
    if (place < 0 || utcSeconds === TIME_UNKNOWN || !this.isExpired(place, utcSeconds))
      return false;
    const at = place * GrantRecord.LENGTH + GrantRecord.RELATIONSHIP;
    const isNews = (this.records[at]! & END_TOLD) === 0;
    this.records[at]! |= END_TOLD;
    return isNews;
  }

  /** The place of that pair, -1: there is none. */
  find(provider: number, bytes: Uint8Array, eui64: number): number {
    const { records } = this;
    // The first byte of an EUI-64 in radio order is the one in which devices differ most.
    const first = bytes[eui64]!;
    for (let place = 0; place < GrantLimit.GRANTS; place++) {
      const at = place * GrantRecord.LENGTH;
      if (records[at + GrantRecord.EUI64] !== first) continue;
      if (records[at + GrantRecord.PROVIDER] !== provider) continue;
      if (equalBytes(records, at + GrantRecord.EUI64, bytes, eui64, Place.EUI64_LENGTH))
        return place;
    }
    return -1;
  }

  /** A place for another pair: a free one, or one whose grant is over. -1: none. */
  findRoom(utcSeconds: number): number {
    let room = -1;
    for (let place = 0; place < GrantLimit.GRANTS; place++) {
      const isFree = this.records[place * GrantRecord.LENGTH + GrantRecord.PROVIDER] === Place.FREE;
      if (isFree) return place;
      if (room < 0 && utcSeconds !== TIME_UNKNOWN && this.isExpired(place, utcSeconds))
        room = place;
    }
    return room;
  }

  /** Gives the place to a pair that is Unauthorized yet. */
  reserve(place: number, provider: number, bytes: Uint8Array, eui64: number): void {
    const at = place * GrantRecord.LENGTH;
    this.records[at + GrantRecord.PROVIDER] = provider;
    copyBytes(bytes, eui64, this.records, at + GrantRecord.EUI64, Place.EUI64_LENGTH);
    this.set(place, 0, 0);
  }

  set(place: number, relationship: Relationship, expires: number): void {
    const at = place * GrantRecord.LENGTH;
    this.records[at + GrantRecord.RELATIONSHIP] = relationship;
    writeU32(this.records, at + GrantRecord.EXPIRES, expires);
  }

  /** Takes away what the new grant will not have. */
  narrow(place: number, relationship: Relationship, expires: number): void {
    const now = this.expires(place);
    const sooner = now === 0 || (expires !== 0 && expires < now) ? expires : now;
    this.set(place, Math.min(this.held(place), relationship), sooner);
  }

  free(place: number): void {
    this.records[place * GrantRecord.LENGTH + GrantRecord.PROVIDER] = Place.FREE;
    this.set(place, 0, 0);
  }

  /** The pair of a place with this relationship, as it goes into flash. */
  write(place: number, relationship: Relationship, expires: number, record: Uint8Array): void {
    copyBytes(this.records, place * GrantRecord.LENGTH, record, 0, GrantRecord.LENGTH);
    record[GrantRecord.RELATIONSHIP] = relationship;
    writeU32(record, GrantRecord.EXPIRES, expires);
  }

  private isExpired(place: number, utcSeconds: number): boolean {
    const expires = this.expires(place);
    return expires !== 0 && (utcSeconds === TIME_UNKNOWN || utcSeconds >= expires);
  }

  private expires(place: number): number {
    return readU32(this.records, place * GrantRecord.LENGTH + GrantRecord.EXPIRES);
  }
}
