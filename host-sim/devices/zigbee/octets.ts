// Reading and writing of little-endian octets, for the simulated devices alone: their codec shares
// nothing with the hub's, so that each judges the other.

/** A frame that ends too early or says what it must not; the layer that reads it drops it. */
export class MalformedFrame extends Error {}

export class OctetReader {
  at = 0;

  constructor(readonly octets: Buffer) {}

  get left(): number {
    return this.octets.length - this.at;
  }

  u8(): number {
    return this.octets[this.take(1)]!;
  }

  u16(): number {
    return this.octets.readUInt16LE(this.take(2));
  }

  i24(): number {
    return this.octets.readIntLE(this.take(3), 3);
  }

  u24(): number {
    return this.octets.readUIntLE(this.take(3), 3);
  }

  u32(): number {
    return this.octets.readUInt32LE(this.take(4));
  }

  u48(): number {
    return this.octets.readUIntLE(this.take(6), 6);
  }

  u64(): bigint {
    return this.octets.readBigUInt64LE(this.take(8));
  }

  /** A view, not a copy. */
  slice(length: number): Buffer {
    const at = this.take(length);
    return this.octets.subarray(at, at + length);
  }

  rest(): Buffer {
    return this.slice(this.left);
  }

  private take(length: number): number {
    const at = this.at;
    if (at + length > this.octets.length) throw new MalformedFrame("too short");
    this.at = at + length;
    return at;
  }
}

export class OctetWriter {
  private readonly octets: Buffer;
  private used = 0;

  constructor(most: number) {
    this.octets = Buffer.allocUnsafe(most);
  }

  get length(): number {
    return this.used;
  }

  u8(value: number): this {
    this.octets[this.used++] = value;
    return this;
  }

  u16(value: number): this {
    this.used = this.octets.writeUInt16LE(value, this.used);
    return this;
  }

  u24(value: number): this {
    this.used = this.octets.writeUIntLE(value, this.used, 3);
    return this;
  }

  u32(value: number): this {
    this.used = this.octets.writeUInt32LE(value, this.used);
    return this;
  }

  u64(value: bigint): this {
    this.used = this.octets.writeBigUInt64LE(value, this.used);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.octets.set(value, this.used);
    this.used += value.length;
    return this;
  }

  /** What was written, as a view. */
  done(): Buffer {
    return this.octets.subarray(0, this.used);
  }
}
