// CRC-16/X-25: reflected polynomial 0x8408, start 0xffff, complemented. It guards HDLC frames and
// Zigbee install codes, low byte first.
// @source RFC 1662 appendix C.2; Zigbee Base Device Behavior 10.1.1

export const enum Crc16 {
  START = 0xffff,
  COMPLEMENT = START,
  LENGTH = 2,
}

/** Takes one more byte into `crc`. */
export function crc16Step(crc: number, byte: number): number {
  let rest = crc ^ byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >> 1) ^ 0x8408 : rest >> 1;
  return rest;
}

/** The finished check sequence of `bytes[start .. start + length)`. */
export function crc16(bytes: Uint8Array, start: number, length: number): number {
  let crc: number = Crc16.START;
  for (let i = 0; i < length; i++) crc = crc16Step(crc, bytes[start + i]!);
  return crc ^ Crc16.COMPLEMENT;
}
