// The frame check sequence: CRC-16 of ITU-T V.41, least significant bit first.
// @source IEEE 802.15.4-2006 clause 7.2.1.9

const POLYNOMIAL = 0x8408;

const TABLE = new Uint16Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
  return crc;
});

/** One more byte into a CRC register of this polynomial. */
export function crcStep(crc: number, byte: number): number {
  return (crc >> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
}

/** The FCS of a frame; sent low byte first. */
export function frameCheck(bytes: Uint8Array, length: number): number {
  let crc = 0;
  for (let i = 0; i < length; i++) crc = crcStep(crc, bytes[i]!);
  return crc;
}
