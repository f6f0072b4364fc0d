// The table of grants: what each provider may do with each device, and until when.

import { Right } from "../../ipc/grant";
import { Provider } from "../../ipc/party";
import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum GrantLimit {
  // Two providers with 32 devices each, and as many that have expired and were not taken back.
  GRANTS = 128,
}

/** A grant in flash; the journal's key is its place in the table and 1. */
export const enum GrantRecord {
  PROVIDER = 0,
  RIGHTS = 1,
  EXPIRES = 2,
  EUI64 = 6,
  LENGTH = 14,
}

const enum Place {
  EUI64_LENGTH = 8,
  /** No provider has this number: the place is free. */
  FREE = 0xff,
}

/** All rights that there are; other bits mean nothing and are never granted. */
export const RIGHTS_KNOWN = Right.READ | Right.MESSAGE;

/** What stands for "the hub does not know the time". */
export const TIME_UNKNOWN = 0;

export class Grants {
  private readonly providers = new Uint8Array(GrantLimit.GRANTS).fill(Place.FREE);
  private readonly rights = new Uint8Array(GrantLimit.GRANTS);
  private readonly expires = new Uint32Array(GrantLimit.GRANTS);
  private readonly devices = new Uint8Array(GrantLimit.GRANTS * Place.EUI64_LENGTH);

  /** From flash; what no longer makes sense grants nothing. */
  restore(place: number, bytes: Uint8Array, start: number, length: number): void {
    const provider = bytes[start + GrantRecord.PROVIDER]!;
    if (length !== GrantRecord.LENGTH) return;
    if (place >= GrantLimit.GRANTS || provider >= Provider.COUNT) return;
    this.reserve(place, provider, bytes, start + GrantRecord.EUI64);
    const expires = readU32(bytes, start + GrantRecord.EXPIRES);
    this.set(place, bytes[start + GrantRecord.RIGHTS]! & RIGHTS_KNOWN, expires);
  }

  /**
   * Whether the provider holds every one of `rights` for the device at `utcSeconds`.
   * Asking for no right at all, or for an unknown one, is refused.
   */
  allows(
    provider: number,
    rights: number,
    bytes: Uint8Array,
    eui64: number,
    utcSeconds: number,
  ): boolean {
    if (rights === 0) return false;
    const place = this.find(provider, bytes, eui64);
    if (place < 0 || (this.rights[place]! & rights) !== rights) return false;
    return !this.isExpired(place, utcSeconds);
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

  /** Gives the place to a pair that holds no right yet. */
  reserve(place: number, provider: number, bytes: Uint8Array, eui64: number): void {
    this.providers[place] = provider;
    copyBytes(bytes, eui64, this.devices, place * Place.EUI64_LENGTH, Place.EUI64_LENGTH);
    this.set(place, 0, 0);
  }

  set(place: number, rights: number, expires: number): void {
    this.rights[place] = rights;
    this.expires[place] = expires;
  }

  /** Takes away what the new grant will not have. */
  narrow(place: number, rights: number, expires: number): void {
    const now = this.expires[place]!;
    const sooner = now === 0 || (expires !== 0 && expires < now) ? expires : now;
    this.set(place, this.rights[place]! & rights, sooner);
  }

  free(place: number): void {
    this.providers[place] = Place.FREE;
    this.set(place, 0, 0);
  }

  /** The pair of a place with these rights, as it goes into flash. */
  write(place: number, rights: number, expires: number, record: Uint8Array): void {
    record[GrantRecord.PROVIDER] = this.providers[place]!;
    record[GrantRecord.RIGHTS] = rights;
    writeU32(record, GrantRecord.EXPIRES, expires);
    const at = place * Place.EUI64_LENGTH;
    copyBytes(this.devices, at, record, GrantRecord.EUI64, Place.EUI64_LENGTH);
  }

  private isExpired(place: number, utcSeconds: number): boolean {
    const expires = this.expires[place]!;
    return expires !== 0 && (utcSeconds === TIME_UNKNOWN || utcSeconds >= expires);
  }
}
