// Small maps with the keys 0, 1, 2 ..: how the hub's own resources take and give their fields.

import { Cbor, Major } from "./cbor";
import { CborCheck, checkCbor } from "./cbor-check";
import { CborReader } from "./cbor-reader";

/** Our largest map has four keys. */
const FIELDS_MAX = 4;

/**
 * The fields of one such map. It belongs to its user, who refuses further keys in a command: what
 * we do not understand we do not half obey.
 */
export class CborFields {
  private readonly majors = new Uint8Array(FIELDS_MAX);
  private readonly values = new Float64Array(FIELDS_MAX);
  private readonly starts = new Uint16Array(FIELDS_MAX);
  private readonly reader = new CborReader();

  /** False: no deterministic map of at most four such keys. */
  read(bytes: Uint8Array, start: number, length: number): boolean {
    this.majors.fill(Major.SIMPLE);
    this.values.fill(Cbor.NULL);
    if (checkCbor(bytes, start, length) !== CborCheck.OK) return false;
    this.reader.open(start);
    if (this.reader.read(bytes) !== Major.MAP || this.reader.argument > FIELDS_MAX) return false;
    const count = this.reader.argument;
    for (let i = 0; i < count; i++) {
      const isNumber = this.reader.read(bytes) === Major.UNSIGNED;
      const key = this.reader.argument;
      if (!isNumber || key >= FIELDS_MAX) return false;
      const value = this.reader.at;
      this.majors[key] = this.reader.read(bytes);
      this.values[key] = this.reader.argument;
      this.starts[key] = this.reader.start;
      this.reader.open(value);
      this.reader.skip(bytes);
    }
    return true;
  }

  has(key: number): boolean {
    return this.values[key] !== Cbor.NULL || this.majors[key] !== Major.SIMPLE;
  }

  /** Whether every key is less than `count`. */
  hasOnly(count: number): boolean {
    for (let key = count; key < FIELDS_MAX; key++) if (this.has(key)) return false;
    return true;
  }

  isUnsigned(key: number): boolean {
    return this.majors[key] === Major.UNSIGNED;
  }

  isBytes(key: number): boolean {
    return this.majors[key] === Major.BYTES;
  }

  /** The number, or a byte string's length. */
  value(key: number): number {
    return this.values[key]!;
  }

  /** A byte string's first byte. */
  start(key: number): number {
    return this.starts[key]!;
  }
}
