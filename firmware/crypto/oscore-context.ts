// An OSCORE security context: the keys and the common IV, derived from the provisioned secret.
// AES-CCM-16-64-128 and HKDF-SHA-256. @source RFC 8613 sections 3.2 and 5.2

import type { CryptoProvider } from "../../hal/crypto";
import { Cbor, Major, putByteString, putHead, putText } from "../wire/cbor";
import { copyBytes, equalBytes } from "../wire/little-endian";
import { Oscore, partialIvLength, putPartialIv, putRequestOption } from "../wire/oscore-option";
import type { SessionRecordReader } from "../wire/session-record";
import { Hkdf } from "./hkdf";

export const enum OscoreKey {
  LENGTH = 16,
  NONCE_LENGTH = 13,
  /** COSE algorithm AES-CCM-16-64-128. @source RFC 9053 table 6 */
  ALGORITHM = 10,
  TAG_LENGTH = 8,
}

/** Where things lie in the memory of a context. An ID: its length, then its bytes. */
export const enum OscoreMemory {
  SENDER_KEY = 0,
  RECIPIENT_KEY = 16,
  /** Of the message under way. */
  NONCE = 32,
  COMMON_IV = 45,
  SENDER_ID = 58,
  RECIPIENT_ID = 66,
  /** Its length is `NO_CONTEXT` when there is none. */
  ID_CONTEXT = 74,
  /** Additional data of the message under way, at most 40 bytes; the info of a derivation. */
  AAD = 83,
  LENGTH = 123,

  NO_CONTEXT = 0xff,
}

/** One of the two endpoints, by the place of its ID. */
export type Endpoint = OscoreMemory.SENDER_ID | OscoreMemory.RECIPIENT_ID;

export class OscoreContext {
  /** Of the exact lengths that the board's verbs take. */
  readonly senderKey: Uint8Array;
  readonly recipientKey: Uint8Array;
  readonly nonce: Uint8Array;

  /** @param start of `OscoreMemory.LENGTH` bytes in `memory` that are the context's own */
  constructor(
    readonly crypto: CryptoProvider,
    readonly memory = new Uint8Array(OscoreMemory.LENGTH),
    readonly start = 0,
  ) {
    this.senderKey = view(memory, start + OscoreMemory.SENDER_KEY, OscoreKey.LENGTH);
    this.recipientKey = view(memory, start + OscoreMemory.RECIPIENT_KEY, OscoreKey.LENGTH);
    this.nonce = view(memory, start + OscoreMemory.NONCE, OscoreKey.NONCE_LENGTH);
  }

  /**
   * Takes IDs and derives keys from a session record that was found good.
   * @param scratch `HkdfLimit.SCRATCH_LENGTH` bytes, wiped in the end
   */
  derive(record: SessionRecordReader, bytes: Uint8Array, scratch: Uint8Array): void {
    this.takeId(OscoreMemory.SENDER_ID, bytes, record.senderId, record.senderIdLength);
    this.takeId(OscoreMemory.RECIPIENT_ID, bytes, record.recipientId, record.recipientIdLength);
    this.takeId(OscoreMemory.ID_CONTEXT, bytes, record.idContext, record.idContextLength);
    const { memory, start } = this;
    const hkdf = new Hkdf(this.crypto, scratch);
    hkdf.extract(bytes, record.salt, record.saltLength, bytes, record.secret, record.secretLength);
    let length = this.putInfo(OscoreMemory.SENDER_ID, "Key", OscoreKey.LENGTH);
    const info = start + OscoreMemory.AAD;
    hkdf.expand(memory, info, length, this.senderKey, 0, OscoreKey.LENGTH);
    length = this.putInfo(OscoreMemory.RECIPIENT_ID, "Key", OscoreKey.LENGTH);
    hkdf.expand(memory, info, length, this.recipientKey, 0, OscoreKey.LENGTH);
    length = this.putInfo(-1, "IV", OscoreKey.NONCE_LENGTH);
    const iv = start + OscoreMemory.COMMON_IV;
    hkdf.expand(memory, info, length, memory, iv, OscoreKey.NONCE_LENGTH);
    hkdf.clear();
  }

  /** Makes the nonce for a Partial IV of an endpoint. @source RFC 8613 section 5.2 */
  makeNonce(endpoint: Endpoint, sequence: number): void {
    const { memory, nonce } = this;
    const id = this.start + endpoint;
    const idLength = memory[id]!;
    nonce.fill(0);
    nonce[0] = idLength;
    copyBytes(memory, id + 1, nonce, 1 + Oscore.ID_MAX - idLength, idLength);
    putPartialIv(nonce, OscoreKey.NONCE_LENGTH - partialIvLength(sequence), sequence);
    const iv = this.start + OscoreMemory.COMMON_IV;
    for (let i = 0; i < OscoreKey.NONCE_LENGTH; i++) nonce[i] = nonce[i]! ^ memory[iv + i]!;
  }

  /** Writes an endpoint's ID; answers its end. */
  putId(bytes: Uint8Array, at: number, endpoint: Endpoint): number {
    const id = this.start + endpoint;
    const length = this.memory[id]!;
    copyBytes(this.memory, id + 1, bytes, at, length);
    return at + length;
  }

  /** Writes the OSCORE option of a request of ours; answers its end. */
  putOption(bytes: Uint8Array, at: number, sequence: number): number {
    const { memory } = this;
    const kid = this.start + OscoreMemory.SENDER_ID;
    const context = this.start + OscoreMemory.ID_CONTEXT;
    const length = this.contextLength();
    return putRequestOption(
      bytes,
      at,
      sequence,
      memory,
      kid + 1,
      memory[kid]!,
      context + 1,
      length,
    );
  }

  /** Whether this is our ID context; no other one, and not none. */
  isContext(bytes: Uint8Array, start: number, length: number): boolean {
    const own = this.start + OscoreMemory.ID_CONTEXT;
    return (
      length === this.contextLength() && equalBytes(bytes, start, this.memory, own + 1, length)
    );
  }

  clear(): void {
    this.memory.fill(0, this.start, this.start + OscoreMemory.LENGTH);
  }

  private takeId(place: OscoreMemory, bytes: Uint8Array, from: number, length: number): void {
    const id = this.start + place;
    this.memory[id] = length < 0 ? OscoreMemory.NO_CONTEXT : length;
    copyBytes(bytes, from, this.memory, id + 1, length);
  }

  /** Negative: there is none. */
  private contextLength(): number {
    const length = this.memory[this.start + OscoreMemory.ID_CONTEXT]!;
    return length === OscoreMemory.NO_CONTEXT ? -1 : length;
  }

  /**
   * info = [id, id_context, alg_aead, type, L]; answers its length. @source RFC 8613 section 3.2.1
   * @param id negative: the empty one
   */
  private putInfo(id: Endpoint | -1, type: string, length: number): number {
    const { memory, start } = this;
    const info = start + OscoreMemory.AAD;
    const contextLength = this.contextLength();
    let at = putHead(memory, info, Major.ARRAY, 5);
    if (id < 0) at = putHead(memory, at, Major.BYTES, 0);
    else at = putByteString(memory, at, memory, start + id + 1, memory[start + id]!);
    if (contextLength < 0) memory[at++] = Cbor.NULL;
    else {
      const context = start + OscoreMemory.ID_CONTEXT + 1;
      at = putByteString(memory, at, memory, context, contextLength);
    }
    at = putHead(memory, at, Major.UNSIGNED, OscoreKey.ALGORITHM);
    return putHead(memory, putText(memory, at, type), Major.UNSIGNED, length) - info;
  }
}

function view(memory: Uint8Array, start: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, memory.byteOffset + start, length);
}
