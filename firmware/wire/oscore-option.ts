// The value of the OSCORE option: flags, Partial IV, kid context, kid. @source RFC 8613 section 6.1

/** The first byte. */
const enum Flag {
  /** Length of the Partial IV in bits 2..0. */
  PARTIAL_IV_LENGTH = 0x07,
  HAS_KID = 0x08,
  HAS_CONTEXT = 0x10,
  /** Reserved, and the extension of the flags, which no standard uses yet. */
  RESERVED = 0xe0,
}

export const enum Oscore {
  PARTIAL_IV_MAX = 5,
  /** Nonce length less 6, with a nonce of 13. @source RFC 8613 section 3.3 */
  ID_MAX = 7,
  /** Our bound; the RFC has none. */
  CONTEXT_MAX = 8,
  /** Flags 1, Partial IV 5, kid context 1 + 8, kid 7. */
  OPTION_MAX = 22,
  /** No Partial IV. */
  NO_SEQUENCE = -1,
  /** The greatest sender sequence number. @source RFC 8613 section 7.2.1 */
  SEQUENCE_MAX = 0xffffffffff,
}

/** What an OSCORE option says; it belongs to its user. */
export class OscoreOption {
  /** The Partial IV as a number, `NO_SEQUENCE` when absent. */
  sequence = Oscore.NO_SEQUENCE as number;
  hasKid = false;
  kidStart = 0;
  kidLength = 0;
  hasContext = false;
  contextStart = 0;
  contextLength = 0;

  /**
   * Reads `bytes[start .. start + length)`. False: it cannot be decoded; a request with it is
   * answered with 4.02, a response dropped.
   */
  read(bytes: Uint8Array, start: number, length: number): boolean {
    this.sequence = Oscore.NO_SEQUENCE;
    this.hasKid = this.hasContext = false;
    this.kidLength = this.contextLength = 0;
    if (length === 0) return true;
    const flags = bytes[start]!;
    const ivLength = flags & Flag.PARTIAL_IV_LENGTH;
    // All flags zero is written as an empty value.
    if (flags === 0 || (flags & Flag.RESERVED) !== 0) return false;
    if (ivLength > Oscore.PARTIAL_IV_MAX || 1 + ivLength > length) return false;
    let at = start + 1;
    if (ivLength > 0) {
      // Leading zeros are left out, except for the number zero itself.
      if (ivLength > 1 && bytes[at] === 0) return false;
      this.sequence = 0;
      for (let i = 0; i < ivLength; i++) this.sequence = this.sequence * 256 + bytes[at++]!;
    }
    const end = start + length;
    if ((flags & Flag.HAS_CONTEXT) !== 0) {
      if (at >= end) return false;
      this.hasContext = true;
      this.contextLength = bytes[at++]!;
      this.contextStart = at;
      at += this.contextLength;
      if (at > end) return false;
    }
    this.kidStart = at;
    this.hasKid = (flags & Flag.HAS_KID) !== 0;
    if (!this.hasKid) return at === end;
    this.kidLength = end - at;
    return true;
  }
}

/** Bytes of a Partial IV: 1 for zero, no leading zeros. */
export function partialIvLength(sequence: number): number {
  let length = 1;
  for (let rest = sequence; rest >= 256; rest = Math.floor(rest / 256)) length++;
  return length;
}

export function putPartialIv(bytes: Uint8Array, at: number, sequence: number): number {
  const length = partialIvLength(sequence);
  let rest = sequence;
  for (let i = length - 1; i >= 0; i--) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + length;
}

/** The option of a response: empty, or a Partial IV alone. Answers its end. */
export function putResponseOption(bytes: Uint8Array, at: number, sequence: number): number {
  if (sequence < 0) return at;
  bytes[at] = partialIvLength(sequence);
  return putPartialIv(bytes, at + 1, sequence);
}

/**
 * The option of a request; answers its end. `kid` and `context` are places in `ids`.
 * @param contextLength negative: no kid context
 */
export function putRequestOption(
  bytes: Uint8Array,
  start: number,
  sequence: number,
  ids: Uint8Array,
  kid: number,
  kidLength: number,
  context: number,
  contextLength: number,
): number {
  bytes[start] =
    partialIvLength(sequence) | Flag.HAS_KID | (contextLength >= 0 ? Flag.HAS_CONTEXT : 0);
  let at = putPartialIv(bytes, start + 1, sequence);
  if (contextLength >= 0) {
    bytes[at++] = contextLength;
    for (let i = 0; i < contextLength; i++) bytes[at++] = ids[context + i]!;
  }
  for (let i = 0; i < kidLength; i++) bytes[at++] = ids[kid + i]!;
  return at;
}
