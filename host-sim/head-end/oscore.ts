// OSCORE as the head-end speaks it: over node:crypto, sharing nothing with the hub.
// @source RFC 8613; AES-CCM-16-64-128 and HKDF-SHA-256, the algorithms that must be there

import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { encode } from "cbor-x";
import { type CoapBody, type CoapOption, decodeBody, encodeBody, OPTION, optionOf } from "./coap";

const AES_CCM_16_64_128 = 10;
const TAG_LENGTH = 8;
const NONCE_LENGTH = 13;
const WINDOW = 32;
/** RFC 8613 section 7.2.1: the Partial IV has at most 5 bytes. */
const SEQUENCE_MAX = 2 ** 40 - 1;

export interface ContextKeys {
  readonly masterSecret: Buffer;
  readonly masterSalt: Buffer;
  readonly idContext: Buffer | undefined;
  readonly senderId: Buffer;
  readonly recipientId: Buffer;
}

/** What a response needs to know of its request. */
export interface RequestReference {
  readonly kid: Buffer;
  readonly partialIv: Buffer;
}

export type Opened =
  | { readonly body: CoapBody; readonly reference: RequestReference; readonly sequence: number }
  | "malformed"
  | "forged"
  | "replayed";

export interface OpenedResponse {
  readonly body: CoapBody;
  /** Its own Partial IV, which orders notifications; undefined: it has the request's. */
  readonly sequence: number | undefined;
}

export interface OscoreOption {
  readonly partialIv: Buffer | undefined;
  readonly kid: Buffer | undefined;
  readonly idContext: Buffer | undefined;
}

/** One security context, the head-end's end of it. */
export class OscoreContext {
  private readonly senderKey: Buffer;
  private readonly recipientKey: Buffer;
  private readonly commonIv: Buffer;
  private newest = -1;
  private seen = 0n;

  /** @param takeSequence gives the next sender sequence number, one that was never used */
  constructor(
    readonly keys: ContextKeys,
    private readonly takeSequence: () => number,
  ) {
    this.senderKey = derive(keys, keys.senderId, "Key", 16);
    this.recipientKey = derive(keys, keys.recipientId, "Key", 16);
    this.commonIv = derive(keys, Buffer.alloc(0), "IV", NONCE_LENGTH);
  }

  protectRequest(body: CoapBody): { outer: CoapBody; reference: RequestReference } {
    const partialIv = encodePartialIv(this.nextSequence());
    const reference = { kid: this.keys.senderId, partialIv };
    const nonce = this.nonce(this.keys.senderId, partialIv);
    const payload = this.seal(body, nonce, reference);
    const { idContext, senderId } = this.keys;
    const option = encodeOption({ partialIv, kid: senderId, idContext });
    const observe = optionOf(body, OPTION.observe);
    const options = outerOptions(option, observe);
    return { outer: { code: observe ? "0.05" : "0.02", options, payload }, reference };
  }

  protectResponse(body: CoapBody, reference: RequestReference, ownIv: boolean): CoapBody {
    const partialIv = ownIv ? encodePartialIv(this.nextSequence()) : undefined;
    const nonce =
      partialIv === undefined
        ? this.nonce(reference.kid, reference.partialIv)
        : this.nonce(this.keys.senderId, partialIv);
    const payload = this.seal(body, nonce, reference);
    const option = encodeOption({ partialIv, kid: undefined, idContext: undefined });
    return { code: "2.04", options: outerOptions(option, undefined), payload };
  }

  /** Opens a request, and marks its number as seen. */
  openRequest(outer: CoapBody): Opened {
    const option = decodeOption(optionOf(outer, OPTION.oscore));
    if (option?.partialIv === undefined || option.kid === undefined) return "malformed";
    if (!option.kid.equals(this.keys.recipientId)) return "malformed";
    const reference = { kid: option.kid, partialIv: option.partialIv };
    const nonce = this.nonce(option.kid, option.partialIv);
    const body = this.open(outer.payload, nonce, reference);
    if (body === undefined) return "forged";
    const sequence = decodePartialIv(option.partialIv);
    if (!this.accept(sequence)) return "replayed";
    return { body, reference, sequence };
  }

  /** Undefined: it is no authentic response to this request. */
  openResponse(outer: CoapBody, reference: RequestReference): OpenedResponse | undefined {
    const option = decodeOption(optionOf(outer, OPTION.oscore));
    if (option === undefined) return undefined;
    const { partialIv } = option;
    const nonce =
      partialIv === undefined
        ? this.nonce(reference.kid, reference.partialIv)
        : this.nonce(this.keys.recipientId, partialIv);
    const body = this.open(outer.payload, nonce, reference);
    return body && { body, sequence: partialIv && decodePartialIv(partialIv) };
  }

  /**
   * A request that Echo proved to be fresh is the lower limit of the window: those before it may
   * have been seen in an earlier life (RFC 8613 appendix B.1.2).
   */
  startWindowAt(sequence: number): void {
    this.newest = sequence;
    this.seen = 2n ** BigInt(WINDOW) - 1n;
  }

  /** The recipient ID that a request names, to find its context. */
  static kidOf(outer: CoapBody): Buffer | undefined {
    return decodeOption(optionOf(outer, OPTION.oscore))?.kid;
  }

  /** RFC 8613 section 7.4: numbers behind the window, and those seen in it, are replays. */
  private accept(sequence: number): boolean {
    if (sequence > this.newest) {
      const shift = this.newest < 0 ? 0 : sequence - this.newest;
      this.seen = shift >= WINDOW ? 0n : (this.seen << BigInt(shift)) & (2n ** BigInt(WINDOW) - 1n);
      this.newest = sequence;
      this.seen |= 1n;
      return true;
    }
    const age = this.newest - sequence;
    if (age >= WINDOW) return false;
    const bit = 1n << BigInt(age);
    if ((this.seen & bit) !== 0n) return false;
    this.seen |= bit;
    return true;
  }

  private nextSequence(): number {
    const sequence = this.takeSequence();
    if (sequence > SEQUENCE_MAX)
      throw new Error("the sender sequence numbers of a context ran out");
    return sequence;
  }

  /** RFC 8613 section 5.2. */
  private nonce(id: Buffer, partialIv: Buffer): Buffer {
    const nonce = Buffer.alloc(NONCE_LENGTH);
    nonce[0] = id.length;
    id.copy(nonce, NONCE_LENGTH - 5 - id.length);
    partialIv.copy(nonce, NONCE_LENGTH - partialIv.length);
    for (let i = 0; i < NONCE_LENGTH; i++) nonce[i]! ^= this.commonIv[i]!;
    return nonce;
  }

  private seal(body: CoapBody, nonce: Buffer, reference: RequestReference): Buffer {
    const plaintext = encodeBody(body);
    const cipher = createCipheriv("aes-128-ccm", this.senderKey, nonce, {
      authTagLength: TAG_LENGTH,
    });
    cipher.setAAD(additionalData(reference), { plaintextLength: plaintext.length });
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([ciphertext, cipher.getAuthTag()]);
  }

  private open(sealed: Buffer, nonce: Buffer, reference: RequestReference): CoapBody | undefined {
    const length = sealed.length - TAG_LENGTH;
    if (length < 1) return undefined;
    const decipher = createDecipheriv("aes-128-ccm", this.recipientKey, nonce, {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAuthTag(sealed.subarray(length));
    decipher.setAAD(additionalData(reference), { plaintextLength: length });
    const plaintext = decipher.update(sealed.subarray(0, length));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return decodeBody(plaintext);
  }
}

/** RFC 8613 section 3.2.1. */
function derive(keys: ContextKeys, id: Buffer, type: string, length: number): Buffer {
  const info = encode([id, keys.idContext ?? null, AES_CCM_16_64_128, type, length]);
  return Buffer.from(hkdfSync("sha256", keys.masterSecret, keys.masterSalt, info, length));
}

/** RFC 8613 section 5.4. */
function additionalData({ kid, partialIv }: RequestReference): Buffer {
  const external = encode([1, [AES_CCM_16_64_128], kid, partialIv, Buffer.alloc(0)]);
  return encode(["Encrypt0", Buffer.alloc(0), external]);
}

function outerOptions(oscore: Buffer, observe: Buffer | undefined): CoapOption[] {
  const options: CoapOption[] = [{ name: OPTION.oscore, value: oscore }];
  if (observe !== undefined) options.push({ name: OPTION.observe, value: observe });
  return options;
}

function encodePartialIv(sequence: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(sequence, 0, 6);
  let start = 0;
  while (start < 5 && bytes[start] === 0) start++;
  return bytes.subarray(start);
}

function decodePartialIv(partialIv: Buffer): number {
  return partialIv.readUIntBE(0, partialIv.length);
}

/** RFC 8613 section 6.1. */
export function encodeOption({ partialIv, kid, idContext }: OscoreOption): Buffer {
  if (partialIv === undefined && kid === undefined && idContext === undefined) {
    return Buffer.alloc(0);
  }
  const context = idContext === undefined ? [] : [Buffer.from([idContext.length]), idContext];
  const flags =
    (partialIv?.length ?? 0) | (kid === undefined ? 0 : 8) | (idContext === undefined ? 0 : 16);
  const parts = [Buffer.from([flags]), partialIv ?? Buffer.alloc(0), ...context];
  return Buffer.concat([...parts, kid ?? Buffer.alloc(0)]);
}

/** Undefined: no option, or a malformed one. */
export function decodeOption(value: Buffer | undefined): OscoreOption | undefined {
  if (value === undefined) return undefined;
  if (value.length === 0) return { partialIv: undefined, kid: undefined, idContext: undefined };
  const flags = value[0]!;
  // Without any flag the option must be empty.
  if (flags === 0) return undefined;
  const ivLength = flags & 7;
  if (ivLength > 5 || (flags & 0xe0) !== 0 || value.length < 1 + ivLength) return undefined;
  let at = 1 + ivLength;
  const partialIv = ivLength === 0 ? undefined : value.subarray(1, at);
  let idContext: Buffer | undefined;
  if ((flags & 16) !== 0) {
    const length = value[at];
    if (length === undefined || at + 1 + length > value.length) return undefined;
    idContext = value.subarray(at + 1, at + 1 + length);
    at += 1 + length;
  }
  if ((flags & 8) !== 0) return { partialIv, kid: value.subarray(at), idContext };
  return at === value.length ? { partialIv, kid: undefined, idContext } : undefined;
}
