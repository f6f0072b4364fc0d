// Spinel's numbers and packed values as the simulated co-processor uses them, independent of the
// firmware's codec.
// @source OpenThread src/lib/spinel/spinel.h, src/ncp/ncp_base.cpp, src/ncp/ncp_base_radio.cpp

export const enum Command {
  NOOP = 0,
  RESET = 1,
  GET = 2,
  SET = 3,
  INSERT = 4,
  REMOVE = 5,
  IS = 6,
  INSERTED = 7,
  REMOVED = 8,
}

export const enum Property {
  LAST_STATUS = 0,
  PROTOCOL_VERSION = 1,
  NCP_VERSION = 2,
  INTERFACE_TYPE = 3,
  VENDOR_ID = 4,
  CAPS = 5,
  INTERFACE_COUNT = 6,
  HWADDR = 8,
  PHY_ENABLED = 0x20,
  PHY_CHAN = 0x21,
  PHY_CHAN_SUPPORTED = 0x22,
  PHY_FREQ = 0x23,
  PHY_CCA_THRESHOLD = 0x24,
  PHY_TX_POWER = 0x25,
  PHY_RSSI = 0x26,
  PHY_RX_SENSITIVITY = 0x27,
  MAC_SCAN_STATE = 0x30,
  MAC_SCAN_MASK = 0x31,
  MAC_SCAN_PERIOD = 0x32,
  MAC_LADDR = 0x34,
  MAC_SADDR = 0x35,
  MAC_PANID = 0x36,
  MAC_RAW_STREAM_ENABLED = 0x37,
  MAC_PROMISCUOUS_MODE = 0x38,
  MAC_ENERGY_SCAN_RESULT = 0x39,
  MAC_RX_ON_WHEN_IDLE = 0x3b,
  STREAM_RAW = 0x71,
  RCP_API_VERSION = 0xb0,
  RCP_MIN_HOST_API_VERSION = 0xb1,
  RCP_TIMESTAMP = 0x802,
  RADIO_CAPS = 0x120b,
  SRC_MATCH_ENABLED = 0x1303,
  SRC_MATCH_SHORT = 0x1304,
  SRC_MATCH_EXTENDED = 0x1305,
}

export const enum Status {
  OK = 0,
  FAILURE = 1,
  INVALID_ARGUMENT = 3,
  INVALID_STATE = 4,
  INVALID_COMMAND = 5,
  INVALID_INTERFACE = 6,
  PARSE_ERROR = 9,
  PROPERTY_NOT_FOUND = 13,
  NO_ACK = 17,
  CCA_FAILURE = 18,
  INVALID_COMMAND_FOR_PROPERTY = 21,
  RESET_POWER_ON = 112,
  RESET_EXTERNAL = 113,
  RESET_SOFTWARE = 114,
  RESET_CRASH = 116,
  RESET_WATCHDOG = 120,
}

/** COUNTERS, 2.4 GHz O-QPSK, CONFIG_RADIO, MAC_RAW, RCP_API_VERSION. */
export const CAPABILITIES = [5, 24, 34, 513, 64] as const;

/** Bits of RADIO_CAPS: ack time-out, energy scan, retries, CSMA backoff. */
export const RADIO_CAPS = 0x0f;

export const enum ReceivedFlag {
  ACKED_WITH_PENDING = 0x10,
}

export const TX_DONE_HEADER_UPDATED = 0;

/** Writes values one after the other into a frame. */
export class SpinelWriter {
  readonly bytes = new Uint8Array(512);
  length = 0;

  begin(transaction: number, command: Command, property: Property): this {
    this.length = 0;
    return this.u8(0x80 | transaction)
      .packed(command)
      .packed(property);
  }

  u8(value: number): this {
    this.bytes[this.length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value & 0xff).u8(value >> 8);
  }

  u32(value: number): this {
    return this.u16(value % 0x10000).u16(Math.floor(value / 0x10000) % 0x10000);
  }

  packed(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest >>= 7) this.u8((rest & 0x7f) | 0x80);
    return this.u8(rest);
  }

  data(bytes: Uint8Array, length: number): this {
    for (let i = 0; i < length; i++) this.u8(bytes[i]!);
    return this;
  }

  /** An EUI-64 in radio order goes most significant byte first. */
  eui64(bytes: Uint8Array): this {
    for (let i = 7; i >= 0; i--) this.u8(bytes[i]!);
    return this;
  }

  text(value: string): this {
    for (let i = 0; i < value.length; i++) this.u8(value.charCodeAt(i));
    return this.u8(0);
  }
}

/** Reads values one after the other; `good` turns false at the first that is not there. */
export class SpinelReader {
  good = true;
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;

  begin(bytes: Uint8Array, at: number, end: number): this {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.good = true;
    return this;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The last `octets` bytes again, whatever has been read of them. */
  taken(octets: number): Uint8Array {
    return this.bytes.slice(this.end - octets, this.end);
  }

  u8(): number {
    if (this.at >= this.end) {
      this.good = false;
      return 0;
    }
    return this.bytes[this.at++]!;
  }

  /** `fallback` when the value was left off. */
  u8Or(fallback: number): number {
    return this.left > 0 ? this.u8() : fallback;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  packed(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.good = false;
    return 0;
  }

  /** Copies `length` bytes. */
  data(length: number): Uint8Array {
    if (length > this.left) this.good = false;
    const taken = this.bytes.slice(this.at, Math.min(this.end, this.at + length));
    this.at += taken.length;
    return taken;
  }

  /** Eight bytes, given back in radio order. */
  eui64(): Uint8Array {
    return this.data(8).reverse();
  }
}
