// Protecting and unprotecting of CoAP messages with an OSCORE context. The plaintext (inner code,
// class E options, payload) becomes ciphertext and an 8-byte tag in place.
// @source RFC 8613 sections 5.3, 5.4 and 8

import { Major, putHead, putText } from "../wire/cbor";
import { Oscore, partialIvLength, putPartialIv } from "../wire/oscore-option";
import { type Endpoint, type OscoreContext, OscoreKey, OscoreMemory } from "./oscore-context";

/** Bytes of the external_aad besides the request's kid and Partial IV. */
const EXTERNAL_LENGTH = 7;

export class OscoreCipher {
  constructor(private readonly context: OscoreContext) {}

  /** @param sequence a number of ours that was never used before */
  sealRequest(sequence: number, bytes: Uint8Array, start: number, length: number): void {
    this.context.makeNonce(OscoreMemory.SENDER_ID, sequence);
    this.seal(this.bind(OscoreMemory.SENDER_ID, sequence), bytes, start, length);
  }

  /** @param length of the plaintext; the tag follows it. False: not authentic. */
  openRequest(sequence: number, bytes: Uint8Array, start: number, length: number): boolean {
    this.context.makeNonce(OscoreMemory.RECIPIENT_ID, sequence);
    return this.open(this.bind(OscoreMemory.RECIPIENT_ID, sequence), bytes, start, length);
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
    if (sequence === Oscore.NO_SEQUENCE) {
      this.context.makeNonce(OscoreMemory.RECIPIENT_ID, requestSequence);
    } else this.context.makeNonce(OscoreMemory.SENDER_ID, sequence);
    this.seal(this.bind(OscoreMemory.RECIPIENT_ID, requestSequence), bytes, start, length);
  }

  /** @param sequence the Partial IV of the response, or `NO_SEQUENCE` */
  openResponse(
    requestSequence: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    if (sequence === Oscore.NO_SEQUENCE) {
      this.context.makeNonce(OscoreMemory.SENDER_ID, requestSequence);
    } else this.context.makeNonce(OscoreMemory.RECIPIENT_ID, sequence);
    return this.open(this.bind(OscoreMemory.SENDER_ID, requestSequence), bytes, start, length);
  }

  /**
   * What both directions authenticate: whose request, and which. Answers the length of
   * Enc_structure = ["Encrypt0", h'', external_aad], where
   * external_aad = [oscore_version, [alg_aead], request_kid, request_piv, options].
   * @source RFC 8613 section 5.4
   */
  private bind(requester: Endpoint, sequence: number): number {
    const { context } = this;
    const { memory } = context;
    const aad = context.start + OscoreMemory.AAD;
    const kidLength = memory[context.start + requester]!;
    const ivLength = partialIvLength(sequence);
    let at = putText(memory, putHead(memory, aad, Major.ARRAY, 3), "Encrypt0");
    at = putHead(memory, at, Major.BYTES, 0);
    at = putHead(memory, at, Major.BYTES, EXTERNAL_LENGTH + kidLength + ivLength);
    at = putHead(memory, at, Major.ARRAY, 5);
    at = putHead(memory, at, Major.UNSIGNED, 1);
    at = putHead(memory, at, Major.ARRAY, 1);
    at = putHead(memory, at, Major.UNSIGNED, OscoreKey.ALGORITHM);
    at = context.putId(memory, putHead(memory, at, Major.BYTES, kidLength), requester);
    at = putPartialIv(memory, putHead(memory, at, Major.BYTES, ivLength), sequence);
    return putHead(memory, at, Major.BYTES, 0) - aad;
  }

  private seal(aadLength: number, bytes: Uint8Array, start: number, length: number): void {
    const { context } = this;
    context.crypto.ccmSeal(
      context.senderKey,
      context.nonce,
      context.memory,
      context.start + OscoreMemory.AAD,
      aadLength,
      bytes,
      start,
      length,
      OscoreKey.TAG_LENGTH,
    );
  }

  private open(aadLength: number, bytes: Uint8Array, start: number, length: number): boolean {
    const { context } = this;
    return context.crypto.ccmOpen(
      context.recipientKey,
      context.nonce,
      context.memory,
      context.start + OscoreMemory.AAD,
      aadLength,
      bytes,
      start,
      length,
      OscoreKey.TAG_LENGTH,
    );
  }
}
