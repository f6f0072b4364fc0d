// The CoAP message inside OSCORE: its code, the options that our resources know, its payload.
// @source RFC 8613 section 5.3; RFC 7252 section 5.10

import { CoapCode, CoapOption, ContentFormat } from "../wire/coap";
import { Block, checkBlock } from "../wire/coap-block";
import { Observe } from "../wire/coap-observe";
import { checkOptions, isCritical, OptionReader, optionUint } from "../wire/coap-options";
import { readU16, writeU16 } from "../wire/little-endian";
import { SessionMemory } from "./session-memory";

export const enum InnerCheck {
  OK = 0,
  /** Not a CoAP message at all. */
  MALFORMED = 1,
  /** A critical option that we do not know, or one with a bad value: 4.02. */
  BAD_OPTION = 2,
}

/** Our longest path has three segments. */
const SEGMENTS_MAX = 4;

/** What is noted of a path segment. */
const enum Segment {
  START = 0,
  TEXT_LENGTH = 2,
  LENGTH = 4,
}

/** A view of one message in its buffer. It belongs to its user, and holds until the next `read`. */
export class InnerMessage {
  code = CoapCode.EMPTY as CoapCode;
  /** How many Uri-Path options; more than we look at is more than any resource has. */
  segments = 0;
  contentFormat = ContentFormat.NONE as number;
  accept = ContentFormat.NONE as number;
  block1 = Block.NONE as number;
  block2 = Block.NONE as number;
  /** 0: not given. */
  size1 = 0;
  observe = Observe.NONE as number;
  echo = 0;
  echoLength = 0;
  payload = 0;
  payloadLength = 0;
  private readonly options = new OptionReader();

  /** @param memory the session's */
  constructor(private readonly memory: Uint8Array) {}

  /** Looks at `bytes[start .. end)`, which was authentic. */
  read(bytes: Uint8Array, start: number, end: number): InnerCheck {
    this.clear();
    if (start >= end || !checkOptions(bytes, start + 1, end)) return InnerCheck.MALFORMED;
    this.code = bytes[start]! as CoapCode;
    const options = this.options;
    options.open(start + 1, end);
    let isGood = true;
    while (options.next(bytes)) isGood = this.take(bytes) && isGood;
    this.payload = options.payload;
    this.payloadLength = end - options.payload;
    return isGood ? InnerCheck.OK : InnerCheck.BAD_OPTION;
  }

  /** Whether path segment `index` is this ASCII text. */
  isSegment(bytes: Uint8Array, index: number, text: string): boolean {
    if (this.segmentLength(index) !== text.length) return false;
    const start = this.segmentStart(index);
    for (let i = 0; i < text.length; i++) {
      if (bytes[start + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /**
   * Reads path segment `index` as an EUI-64 of 16 hexadecimal digits, into radio order (least
   * significant byte first). False: it is none.
   */
  eui64(bytes: Uint8Array, index: number, eui64: Uint8Array, eui64Start: number): boolean {
    if (this.segmentLength(index) !== 16) return false;
    const start = this.segmentStart(index);
    for (let i = 0; i < 8; i++) {
      const high = hexValue(bytes[start + 2 * i]!);
      const low = hexValue(bytes[start + 2 * i + 1]!);
      if (high < 0 || low < 0) return false;
      eui64[eui64Start + 7 - i] = high * 16 + low;
    }
    return true;
  }

  /** -1: there is no such segment. */
  private segmentLength(index: number): number {
    if (index >= this.segments || index >= SEGMENTS_MAX) return -1;
    return readU16(this.memory, SessionMemory.PATH + index * Segment.LENGTH + Segment.TEXT_LENGTH);
  }

  private segmentStart(index: number): number {
    return readU16(this.memory, SessionMemory.PATH + index * Segment.LENGTH + Segment.START);
  }

  private clear(): void {
    this.segments = 0;
    this.contentFormat = this.accept = ContentFormat.NONE;
    this.block1 = this.block2 = Block.NONE;
    this.size1 = 0;
    this.observe = Observe.NONE;
    this.echoLength = 0;
    this.payloadLength = 0;
  }

  /** False: we must not act on a message with this option. */
  private take(bytes: Uint8Array): boolean {
    const { number, start, length } = this.options;
    const value = length <= 4 ? optionUint(bytes, start, length) : -1;
    switch (number as CoapOption) {
      case CoapOption.URI_PATH:
        if (this.segments < SEGMENTS_MAX) {
          const segment = SessionMemory.PATH + this.segments * Segment.LENGTH;
          writeU16(this.memory, segment + Segment.START, start);
          writeU16(this.memory, segment + Segment.TEXT_LENGTH, length);
        }
        this.segments++;
        return true;
      case CoapOption.BLOCK1:
        this.block1 = value;
        return checkBlock(value, length);
      case CoapOption.BLOCK2:
        this.block2 = value;
        return checkBlock(value, length);
      case CoapOption.ACCEPT:
        this.accept = value;
        return value >= 0;
      case CoapOption.ECHO:
        this.echo = start;
        this.echoLength = length <= SessionMemory.PEER_ECHO_MAX ? length : 0;
        return true;
      case CoapOption.URI_HOST:
      case CoapOption.URI_PORT:
      case CoapOption.URI_QUERY:
        return true;
      default:
        return this.takeElective(number, value);
    }
  }

  /** An elective option with a bad value is as good as absent. @source RFC 7252 section 5.4.3 */
  private takeElective(number: number, value: number): boolean {
    if (number === CoapOption.CONTENT_FORMAT) this.contentFormat = value;
    else if (number === CoapOption.SIZE1 && value > 0) this.size1 = value;
    else if (number === CoapOption.OBSERVE) this.observe = value;
    return !isCritical(number);
  }
}

function hexValue(digit: number): number {
  if (digit >= 0x30 && digit <= 0x39) return digit - 0x30;
  const letter = digit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
