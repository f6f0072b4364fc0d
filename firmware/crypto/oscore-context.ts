// An OSCORE security context: the keys and the common IV, derived from the provisioned secret.
// AES-CCM-16-64-128 and HKDF-SHA-256. @source RFC 8613 sections 3.2 and 5.2

import type { CryptoProvider } from "../../hal/crypto";
import { Cbor, Major, putByteString, putHead, putText } from "../wire/cbor";
import { Oscore, partialIvLength, putPartialIv } from "../wire/oscore-option";
import type { SessionRecordReader } from "../wire/session-record";
import { Hkdf, HkdfLimit } from "./hkdf";

export const enum OscoreKey {
  LENGTH = 16,
  NONCE_LENGTH = 13,
  /** COSE algorithm AES-CCM-16-64-128. @source RFC 9053 table 6 */
  ALGORITHM = 10,
  TAG_LENGTH = 8,
}

export class OscoreContext {
  readonly senderId = new Uint8Array(Oscore.ID_MAX);
  senderIdLength = 0;
  readonly recipientId = new Uint8Array(Oscore.ID_MAX);
  recipientIdLength = 0;
  readonly idContext = new Uint8Array(Oscore.CONTEXT_MAX);
  /** Negative: none. */
  idContextLength = -1;
  readonly senderKey = new Uint8Array(OscoreKey.LENGTH);
  readonly recipientKey = new Uint8Array(OscoreKey.LENGTH);
  readonly commonIv = new Uint8Array(OscoreKey.NONCE_LENGTH);

  /** Takes IDs and derives keys from a session record that was found good. */
  derive(crypto: CryptoProvider, record: SessionRecordReader, bytes: Uint8Array): void {
    this.senderIdLength = record.senderIdLength;
    this.recipientIdLength = record.recipientIdLength;
    this.idContextLength = record.idContextLength;
    copyId(bytes, record.senderId, this.senderId, this.senderIdLength);
    copyId(bytes, record.recipientId, this.recipientId, this.recipientIdLength);
    copyId(bytes, record.idContext, this.idContext, this.idContextLength);
    const hkdf = new Hkdf(crypto);
    hkdf.extract(bytes, record.salt, record.saltLength, bytes, record.secret, record.secretLength);
    this.expand(hkdf, this.senderId, this.senderIdLength, "Key", this.senderKey);
    this.expand(hkdf, this.recipientId, this.recipientIdLength, "Key", this.recipientKey);
    this.expand(hkdf, this.senderId, 0, "IV", this.commonIv);
    hkdf.clear();
  }

  /** Writes the nonce for a Partial IV of the endpoint `id`. @source RFC 8613 section 5.2 */
  nonce(id: Uint8Array, idLength: number, sequence: number, nonce: Uint8Array): void {
    nonce.fill(0);
    nonce[0] = idLength;
    for (let i = 0; i < idLength; i++) nonce[1 + Oscore.ID_MAX - idLength + i] = id[i]!;
    putPartialIv(nonce, OscoreKey.NONCE_LENGTH - partialIvLength(sequence), sequence);
    for (let i = 0; i < OscoreKey.NONCE_LENGTH; i++) nonce[i] = nonce[i]! ^ this.commonIv[i]!;
  }

  clear(): void {
    this.senderKey.fill(0);
    this.recipientKey.fill(0);
    this.commonIv.fill(0);
  }

  /** info = [id, id_context, alg_aead, type, L]. @source RFC 8613 section 3.2.1 */
  private expand(
    hkdf: Hkdf,
    id: Uint8Array,
    idLength: number,
    type: string,
    output: Uint8Array,
  ): void {
    const info = new Uint8Array(HkdfLimit.INFO_MAX);
    let at = putByteString(info, putHead(info, 0, Major.ARRAY, 5), id, 0, idLength);
    if (this.idContextLength < 0) info[at++] = Cbor.NULL;
    else at = putByteString(info, at, this.idContext, 0, this.idContextLength);
    at = putHead(info, at, Major.UNSIGNED, OscoreKey.ALGORITHM);
    at = putHead(info, putText(info, at, type), Major.UNSIGNED, output.length);
    hkdf.expand(info, at, output, 0, output.length);
  }
}

function copyId(bytes: Uint8Array, start: number, id: Uint8Array, length: number): void {
  for (let i = 0; i < length; i++) id[i] = bytes[start + i]!;
}
