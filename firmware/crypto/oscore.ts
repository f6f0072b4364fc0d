// Protecting and unprotecting of CoAP messages with an OSCORE context. The plaintext (inner code,
// class E options, payload) becomes ciphertext and an 8-byte tag in place.
// @source RFC 8613 sections 5.3, 5.4 and 8

import type { CryptoProvider } from "../../hal/crypto";
import { Major, putByteString, putHead, putText } from "../wire/cbor";
import { Oscore, partialIvLength, putPartialIv } from "../wire/oscore-option";
import { type OscoreContext, OscoreKey } from "./oscore-context";

/** Enc_structure with the longest external_aad: 3 + 9 + 1 + 2 + 18 bytes. */
const AAD_MAX = 40;

export class OscoreCipher {
  private readonly nonce = new Uint8Array(OscoreKey.NONCE_LENGTH);
  private readonly external = new Uint8Array(AAD_MAX);
  private readonly aad = new Uint8Array(AAD_MAX);
  private readonly partialIv = new Uint8Array(Oscore.PARTIAL_IV_MAX);
  private aadLength = 0;

  constructor(
    private readonly crypto: CryptoProvider,
    private readonly context: OscoreContext,
  ) {}

  /** @param sequence a number of ours that was never used before */
  sealRequest(sequence: number, bytes: Uint8Array, start: number, length: number): void {
    this.ourNonce(sequence);
    this.ourRequest(sequence);
    this.seal(bytes, start, length);
  }

  /** @param length of the plaintext; the tag follows it. False: not authentic. */
  openRequest(sequence: number, bytes: Uint8Array, start: number, length: number): boolean {
    this.peersNonce(sequence);
    this.peersRequest(sequence);
    return this.open(bytes, start, length);
  }

  /**
   * @param requestSequence of the peer's request
   * @param sequence a new one of ours, or `NO_SEQUENCE`: the request's nonce, once only
   */
  sealResponse(
    requestSequence: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (sequence === Oscore.NO_SEQUENCE) this.peersNonce(requestSequence);
    else this.ourNonce(sequence);
    this.peersRequest(requestSequence);
    this.seal(bytes, start, length);
  }

  /** @param sequence the Partial IV of the response, or `NO_SEQUENCE` */
  openResponse(
    requestSequence: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    if (sequence === Oscore.NO_SEQUENCE) this.ourNonce(requestSequence);
    else this.peersNonce(sequence);
    this.ourRequest(requestSequence);
    return this.open(bytes, start, length);
  }

  private ourNonce(sequence: number): void {
    const context = this.context;
    context.nonce(context.senderId, context.senderIdLength, sequence, this.nonce);
  }

  private peersNonce(sequence: number): void {
    const context = this.context;
    context.nonce(context.recipientId, context.recipientIdLength, sequence, this.nonce);
  }

  private ourRequest(sequence: number): void {
    this.bind(this.context.senderId, this.context.senderIdLength, sequence);
  }

  private peersRequest(sequence: number): void {
    this.bind(this.context.recipientId, this.context.recipientIdLength, sequence);
  }

  /** What both directions authenticate: whose request, and which. @source RFC 8613 section 5.4 */
  private bind(kid: Uint8Array, kidLength: number, sequence: number): void {
    const external = this.external;
    const ivLength = partialIvLength(sequence);
    putPartialIv(this.partialIv, 0, sequence);
    // external_aad = [oscore_version, [alg_aead], request_kid, request_piv, options]
    let at = putHead(external, 0, Major.ARRAY, 5);
    at = putHead(external, at, Major.UNSIGNED, 1);
    at = putHead(external, at, Major.ARRAY, 1);
    at = putHead(external, at, Major.UNSIGNED, OscoreKey.ALGORITHM);
    at = putByteString(external, at, kid, 0, kidLength);
    at = putByteString(external, at, this.partialIv, 0, ivLength);
    at = putHead(external, at, Major.BYTES, 0);
    // Enc_structure = ["Encrypt0", h'', external_aad]
    let end = putText(this.aad, putHead(this.aad, 0, Major.ARRAY, 3), "Encrypt0");
    end = putHead(this.aad, end, Major.BYTES, 0);
    this.aadLength = putByteString(this.aad, end, external, 0, at);
  }

  private seal(bytes: Uint8Array, start: number, length: number): void {
    this.crypto.ccmSeal(
      this.context.senderKey,
      this.nonce,
      this.aad,
      0,
      this.aadLength,
      bytes,
      start,
      length,
      OscoreKey.TAG_LENGTH,
    );
  }

  private open(bytes: Uint8Array, start: number, length: number): boolean {
    return this.crypto.ccmOpen(
      this.context.recipientKey,
      this.nonce,
      this.aad,
      0,
      this.aadLength,
      bytes,
      start,
      length,
      OscoreKey.TAG_LENGTH,
    );
  }
}
