// Values of the options Block1 and Block2. @source RFC 7959 section 2.2

export const enum Block {
  MORE = 8,
  /** Size exponent 7 is reserved. */
  SZX_RESERVED = 7,
  /** Three bytes at most. */
  VALUE_LENGTH_MAX = 3,
  NUMBER_MAX = 0xfffff,
  /** No block option. */
  NONE = -1,
}

/** Bytes of a block. */
export function blockSize(value: number): number {
  return 16 << (value & 7);
}

export function blockNumber(value: number): number {
  return value >> 4;
}

/** Of the block's first byte within the body. */
export function blockOffset(value: number): number {
  return (value >> 4) * blockSize(value);
}

export function blockMore(value: number): boolean {
  return (value & Block.MORE) !== 0;
}

export function blockValue(number: number, more: boolean, szx: number): number {
  return (number << 4) | (more ? Block.MORE : 0) | szx;
}

/** A good value: at most three bytes and no reserved size. */
export function checkBlock(value: number, length: number): boolean {
  return length <= Block.VALUE_LENGTH_MAX && (value & 7) !== Block.SZX_RESERVED;
}
