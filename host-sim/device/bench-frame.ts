// Frames of the bench link between the simulator and a board: hal/bench/frame.h is the other end.
// Length of the body (2 bytes), kind (1), body; numbers little-endian, times IEEE 754 doubles.

export const enum BenchKind {
  START = 1,
  RUN = 2,
  DELIVER = 3,
  INJECT = 4,
  RELEASE = 5,
  FIGURES = 6,
  IMAGE = 7,

  RESULT = 16,
  BYTES = 17,

  DEVICE = 32,
  FLASH = 33,
  ENTROPY = 34,

  DELIVERED = 48,
  REFUSED = 49,
  FAULTED = 50,
  RESTARTED = 51,
  HELD = 52,
  PANIC = 53,
  READY = 54,
  TESTED = 56,
  COUNTED = 55,

  DONE = 64,
  FIGURED = 65,
  IMAGED = 66,
}

export const enum BenchFrame {
  HEADER_LENGTH = 3,
  BODY_MAX = 1600,
  /** A bench and a board of different versions do not fit together. */
  VERSION = 4,
}

/** Of `START`: the board tells of every message that is delivered. */
export const BENCH_FLAG_TRACE = 1;
/** And counts the instructions of each call, which an emulator must do for it. */
export const BENCH_FLAG_COUNT = 2;

/** A frame that is put together, header and all. */
export class OutgoingFrame {
  readonly bytes = new Uint8Array(BenchFrame.HEADER_LENGTH + BenchFrame.BODY_MAX);
  length = 0;
  private readonly view = new DataView(this.bytes.buffer);

  begin(kind: BenchKind): this {
    this.bytes[2] = kind;
    this.length = BenchFrame.HEADER_LENGTH;
    return this.close();
  }

  put8(value: number): this {
    this.bytes[this.length++] = value;
    return this.close();
  }

  putDouble(value: number): this {
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
    return this.close();
  }

  putBytes(bytes: Uint8Array, length: number): this {
    this.bytes.set(bytes.subarray(0, length), this.length);
    this.length += length;
    return this.close();
  }

  private close(): this {
    this.view.setUint16(0, this.length - BenchFrame.HEADER_LENGTH, true);
    return this;
  }
}

/** A frame that came, valid until the next one is read. */
export class IncomingFrame {
  kind = 0;
  length = 0;
  readonly body = new Uint8Array(BenchFrame.BODY_MAX);
  private readonly view = new DataView(this.body.buffer);

  get8(at: number): number {
    return this.body[at]!;
  }

  get16(at: number): number {
    return this.view.getUint16(at, true);
  }

  get32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** A whole number of 8 bytes, as far as a double holds it. */
  getWhole(at: number): number {
    return this.get32(at) + this.get32(at + 4) * 2 ** 32;
  }

  getDouble(at: number): number {
    return this.view.getFloat64(at, true);
  }

  text(from: number): string {
    return new TextDecoder().decode(this.body.subarray(from, this.length));
  }
}
