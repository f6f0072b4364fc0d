// A segment as it lies in flash: its words with addresses in the place of pointers, behind a header
// that says which base it was linked for and what its bytes are. Nothing of the base is linked
// again; what a segment may refer to is what the base's image holds and refers to itself.

import { createHash } from "node:crypto";
import type { Image, SegmentImage } from "./image";
import type { WordBytes } from "./image-maker";
import type { ImageWord } from "./image-words";
import { wordHash } from "./word-hash";

/** `struct segment` of hal/machine/segment.h, in bytes. */
const enum Header {
  LENGTH = 4,
  HASH = 8,
  /** The hash is over all from here on. */
  DIGEST = 12,
  /** And the digest over all from here on. */
  ABI = 44,
}

/** The base as the linker placed it. */
export class LinkedBase {
  private readonly places = new Map<string, bigint>();
  /** SHA-256 over all that a segment can refer to, and over how it is laid out. */
  readonly abi: Buffer;

  /**
   * @param bytes of the linked image; by them the engine's functions have addresses, the names
   * numbers
   * @param layout what the image maker says of the layout
   */
  constructor(
    readonly image: Image,
    readonly address: bigint,
    bytes: Buffer,
    layout: string,
  ) {
    image.base.words.forEach((one, place) => {
      const key = keyOf(one);
      if (key !== undefined) this.places.set(key, read(bytes, place * image.word, image.word));
    });
    this.abi = createHash("sha256")
      .update(`${address}\n${layout}`)
      .update(bytes.subarray(0, image.base.bytes))
      .digest();
  }

  /** Where the base has what this word points at; undefined: it does not have it. */
  addressOf(one: ImageWord): bigint | undefined {
    const key = keyOf(one);
    return key === undefined ? undefined : this.places.get(key);
  }
}

/** The segment for its address, sealed. */
export function segmentFile(
  { name, words }: SegmentImage,
  address: bigint,
  base: LinkedBase,
): Buffer {
  const { word } = base.image;
  const bytes = Buffer.alloc(words.length * word);
  words.forEach((one, place) => {
    write(bytes, place * word, word, valueIn(one, name, address, base));
  });
  bytes.writeUInt32LE(bytes.length, Header.LENGTH);
  base.abi.copy(bytes, Header.ABI);
  const digest = createHash("sha256").update(bytes.subarray(Header.ABI)).digest();
  digest.copy(bytes, Header.DIGEST);
  bytes.writeUInt32LE(wordHash(bytes.subarray(Header.DIGEST)), Header.HASH);
  return bytes;
}

/** The digest that a sealed segment carries. */
export function digestOf(segment: Buffer): string {
  return segment.subarray(Header.DIGEST, Header.ABI).toString("hex");
}

function valueIn(one: ImageWord, name: string, address: bigint, base: LinkedBase): bigint {
  switch (one.kind) {
    case "number":
      return one.value;
    case "own":
      return address + BigInt(one.offset);
    case "base":
      return base.address + BigInt(one.offset);
    default: {
      const found = base.addressOf(one);
      if (found === undefined) throw new Error(`${name} needs ${keyOf(one)}, which no base has`);
      return found;
    }
  }
}

/** What names the same thing in the base and in a segment. */
function keyOf(one: ImageWord): string | undefined {
  if (one.kind === "symbol") return one.name;
  if (one.kind === "string") return `"${Buffer.from(one.bytes).toString("latin1")}"`;
  return undefined;
}

function read(bytes: Buffer, at: number, word: WordBytes): bigint {
  return word === 4 ? BigInt(bytes.readUInt32LE(at)) : bytes.readBigUInt64LE(at);
}

function write(bytes: Buffer, at: number, word: WordBytes, value: bigint): void {
  if (word === 4) bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)), at);
  else bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at);
}
