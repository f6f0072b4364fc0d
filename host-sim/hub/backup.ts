// A backup of a hub's network, outside of the hub: the keys that it is sealed under, and its pages
// opened or made. docs/backup.md has the format.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { Decoder, encode } from "cbor-x";
import { SealedPage, SealingKey } from "../../firmware/crypto/sealed-page";
import { Book, PageSize } from "../../firmware/ipc/page";
import { CredentialKey } from "../../firmware/partitions/access/credential-store";
import { NetworkKey } from "../../firmware/partitions/han/network-store";
import { GrantKey } from "../../firmware/partitions/trust/grant-store";
import { GrantLimit, GrantRecord } from "../../firmware/partitions/trust/grants";
import type { RegionName } from "../../firmware/system";
import { type Chip, type Records, readRecords, writeRecords } from "./region-records";

/** Sentences for a person. */
export class BackupError extends Error {}

export const BACKUP_LENGTH = PageSize.BACKUP * PageSize.PAGE;

const VERSION = 1;
const CIPHER = "aes-128-ccm";
const DEVICES = 32;
const decoder = new Decoder();

/** A partition that seals pages: its region, and the first record of each of its pages. */
interface Owner {
  readonly book: Book;
  readonly region: RegionName;
  readonly sealing: number;
  readonly keys: readonly number[];
}

/** A record for each device or node. */
const range = (first: number): number[] => Array.from({ length: DEVICES }, (_, i) => first + i);

const OWNERS: readonly Owner[] = [
  {
    book: Book.CREDENTIALS,
    region: "credentials",
    sealing: CredentialKey.SEALING,
    keys: [CredentialKey.NETWORK, CredentialKey.CONSUMER, ...range(CredentialKey.DEVICE)],
  },
  {
    book: Book.NETWORK,
    region: "network",
    sealing: NetworkKey.SEALING,
    keys: [
      NetworkKey.IDENTITY,
      NetworkKey.COUNTER,
      ...range(NetworkKey.NODE),
      ...range(NetworkKey.KNOWLEDGE),
    ],
  },
  {
    book: Book.GRANTS,
    region: "grants",
    sealing: GrantKey.SEALING,
    keys: Array.from({ length: PageSize.GRANTS }, (_, i) => GrantKey.FIRST + i * GrantLimit.A_PAGE),
  },
];

export interface Backup {
  /** Unix seconds at which it was begun. */
  readonly seconds: number;
  /** By region. */
  readonly records: ReadonlyMap<RegionName, Records>;
}

/** Of one owner: what another owner seals it can neither open nor make. */
function sealingKey(recoveryKey: Uint8Array, { region }: Owner): Buffer {
  const mac = createHmac("sha256", recoveryKey).update(`heddle backup ${region}`);
  return mac.digest().subarray(0, SealingKey.LENGTH);
}

/** Gives each owner of keys the key that it seals its pages under: at manufacture. */
export function provisionSealing(chip: Chip, recoveryKey: Uint8Array): void {
  for (const owner of OWNERS) {
    writeRecords(chip, owner.region, [[owner.sealing, sealingKey(recoveryKey, owner)]]);
  }
}

/** Seals what lies in the flash of a hub that does not run. */
export function makeBackup(chip: Chip, recoveryKey: Uint8Array, seconds: number): Buffer {
  const series = Buffer.alloc(SealedPage.SERIES_LENGTH);
  series.writeUInt32LE(Math.floor(seconds));
  randomBytes(4).copy(series, 4);
  const pages = OWNERS.flatMap((owner) => {
    const records = readRecords(chip, owner.region);
    const key = sealingKey(recoveryKey, owner);
    return owner.keys.map((place, number) =>
      sealed(key, headOf(owner.book, number, series), place, valueAt(owner, records, place)),
    );
  });
  return Buffer.concat(pages);
}

/** @throws BackupError */
export function openBackup(bytes: Buffer, recoveryKey: Uint8Array): Backup {
  checkLength(bytes);
  const series = bytes.subarray(SealedPage.SERIES, SealedPage.NONCE);
  let at = 0;
  const records = OWNERS.map((owner): [RegionName, Records] => {
    const key = sealingKey(recoveryKey, owner);
    const found: Records = new Map();
    for (let number = 0; number < owner.keys.length; number++) {
      const page = bytes.subarray(at, at + PageSize.PAGE);
      checkHead(page, owner.book, number, series);
      const record = opened(key, page);
      if (record !== undefined) take(owner, found, ...record);
      at += PageSize.PAGE;
    }
    return [owner.region, found];
  });
  return { seconds: series.readUInt32LE(), records: new Map(records) };
}

/** The value of a page: a record, or of grants five of them. */
function valueAt({ book }: Owner, records: Records, place: number): Buffer | undefined {
  if (book !== Book.GRANTS) return records.get(place);
  const none = Buffer.alloc(GrantRecord.LENGTH, 0xff);
  const five = Array.from({ length: GrantLimit.A_PAGE }, (_, i) => records.get(place + i) ?? none);
  return Buffer.concat(five);
}

function take({ book }: Owner, found: Records, place: number, value: Buffer): void {
  if (book !== Book.GRANTS) {
    found.set(place, value);
    return;
  }
  for (let i = 0; i < GrantLimit.A_PAGE; i++) {
    const record = value.subarray(i * GrantRecord.LENGTH, (i + 1) * GrantRecord.LENGTH);
    if (record[GrantRecord.PROVIDER] !== 0xff) found.set(place + i, record);
  }
}

function checkLength(bytes: Buffer): void {
  if (bytes.length < 3 || bytes[0] !== 0x58 || bytes[1] !== PageSize.PAGE - PageSize.HEAD) {
    throw new BackupError("is no backup of a hub");
  }
  const version = bytes[SealedPage.VERSION];
  if (version !== VERSION) {
    throw new BackupError(`is a backup of version ${version}; this is for version ${VERSION}`);
  }
  if (bytes.length === BACKUP_LENGTH) return;
  const pages = Math.floor(bytes.length / PageSize.PAGE);
  if (bytes.length > BACKUP_LENGTH) throw new BackupError("goes on behind its end");
  throw new BackupError(`is cut short: ${pages} of ${PageSize.BACKUP} pages are whole`);
}

function headOf(book: Book, number: number, series: Buffer): Buffer {
  const head = Buffer.alloc(SealedPage.SEALED);
  head[0] = 0x58;
  head[1] = PageSize.PAGE - PageSize.HEAD;
  head[SealedPage.VERSION] = VERSION;
  head[SealedPage.BOOK] = book;
  head.writeUInt16LE(number, SealedPage.NUMBER);
  series.copy(head, SealedPage.SERIES);
  return head;
}

function checkHead(page: Buffer, book: Book, number: number, series: Buffer): void {
  const expected = headOf(book, number, series).subarray(0, SealedPage.NONCE);
  if (page.subarray(0, SealedPage.NONCE).equals(expected)) return;
  throw new BackupError("was put together from several backups, or was damaged");
}

function sealed(key: Buffer, head: Buffer, place: number, value: Buffer | undefined): Buffer {
  const plain = Buffer.alloc(SealedPage.PLAIN_LENGTH);
  // A deterministic array of key and value. @source RFC 8949 section 4.2.1
  encode(value === undefined ? [0, Buffer.alloc(0)] : [place, value]).copy(plain);
  const nonce = randomBytes(SealedPage.NONCE_LENGTH);
  nonce.copy(head, SealedPage.NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: SealedPage.TAG_LENGTH });
  cipher.setAAD(head, { plaintextLength: plain.length });
  const text = cipher.update(plain);
  cipher.final();
  return Buffer.concat([head, text, cipher.getAuthTag()]);
}

function opened(key: Buffer, page: Buffer): [number, Buffer] | undefined {
  const head = page.subarray(0, SealedPage.SEALED);
  const end = SealedPage.SEALED + SealedPage.PLAIN_LENGTH;
  const nonce = head.subarray(SealedPage.NONCE);
  const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: SealedPage.TAG_LENGTH });
  cipher.setAAD(head, { plaintextLength: SealedPage.PLAIN_LENGTH });
  cipher.setAuthTag(page.subarray(end));
  try {
    const plain = cipher.update(page.subarray(SealedPage.SEALED, end));
    cipher.final();
    return decode(plain);
  } catch {
    throw new BackupError("was sealed under another recovery key, or was damaged");
  }
}

/** Undefined: the place is empty. Behind the array, which was authentic, there are zeros. */
function decode(plain: Buffer): [number, Buffer] | undefined {
  let record: [number, Buffer] | undefined;
  decoder.decodeMultiple(plain, (first) => {
    const [place, value] = first as [number, Buffer];
    if (place !== 0) record = [place, Buffer.from(value)];
    return false;
  });
  return record;
}
