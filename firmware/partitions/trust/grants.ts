// The table of grants: how each provider stands to each device, and until when.

import { Relationship, rightsOf } from "../../ipc/grant";
import { Provider } from "../../ipc/party";
import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum GrantLimit {
  // Two providers with 32 devices each, and as many that have expired and were not taken back.
  GRANTS = 128,
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
  private readonly providers = new Uint8Array(GrantLimit.GRANTS).fill(Place.FREE);
  private readonly relationships = new Uint8Array(GrantLimit.GRANTS);
  private readonly expires = new Uint32Array(GrantLimit.GRANTS);
  private readonly devices = new Uint8Array(GrantLimit.GRANTS * Place.EUI64_LENGTH);

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
    return this.relationships[place]! & ~END_TOLD;
  }

  /** Whether a relationship is over and nobody was told; true once for each end. */
  takeEnd(place: number, utcSeconds: number): boolean {
    if (place < 0 || utcSeconds === TIME_UNKNOWN || !this.isExpired(place, utcSeconds))
      return false;
    const isNews = (this.relationships[place]! & END_TOLD) === 0;
    this.relationships[place]! |= END_TOLD;
    return isNews;
  }

  /** The place of that pair, -1: there is none. */
  find(provider: number, bytes: Uint8Array, eui64: number): number {
    for (let place = 0; place < GrantLimit.GRANTS; place++) {
      if (this.providers[place] !== provider) continue;
      const at = place * Place.EUI64_LENGTH;
      if (equalBytes(this.devices, at, bytes, eui64, Place.EUI64_LENGTH)) return place;
    }
    return -1;
  }

  /** A place for another pair: a free one, or one whose grant is over. -1: none. */
  findRoom(utcSeconds: number): number {
    const free = this.providers.indexOf(Place.FREE);
    if (free >= 0 || utcSeconds === TIME_UNKNOWN) return free;
    for (let place = 0; place < GrantLimit.GRANTS; place++) {
      if (this.isExpired(place, utcSeconds)) return place;
    }
    return -1;
  }

  /** Gives the place to a pair that is Unauthorized yet. */
  reserve(place: number, provider: number, bytes: Uint8Array, eui64: number): void {
    this.providers[place] = provider;
    copyBytes(bytes, eui64, this.devices, place * Place.EUI64_LENGTH, Place.EUI64_LENGTH);
    this.set(place, 0, 0);
  }

  set(place: number, relationship: Relationship, expires: number): void {
    this.relationships[place] = relationship;
    this.expires[place] = expires;
  }

  /** Takes away what the new grant will not have. */
  narrow(place: number, relationship: Relationship, expires: number): void {
    const now = this.expires[place]!;
    const sooner = now === 0 || (expires !== 0 && expires < now) ? expires : now;
    this.set(place, Math.min(this.held(place), relationship), sooner);
  }

  free(place: number): void {
    this.providers[place] = Place.FREE;
    this.set(place, 0, 0);
  }

  /** The pair of a place with this relationship, as it goes into flash. */
  write(place: number, relationship: Relationship, expires: number, record: Uint8Array): void {
    record[GrantRecord.PROVIDER] = this.providers[place]!;
    record[GrantRecord.RELATIONSHIP] = relationship;
    writeU32(record, GrantRecord.EXPIRES, expires);
    const at = place * Place.EUI64_LENGTH;
    copyBytes(this.devices, at, record, GrantRecord.EUI64, Place.EUI64_LENGTH);
  }

  private isExpired(place: number, utcSeconds: number): boolean {
    const expires = this.expires[place]!;
    return expires !== 0 && (utcSeconds === TIME_UNKNOWN || utcSeconds >= expires);
  }
}
