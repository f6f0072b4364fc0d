// The hash of 32-bit words that a board looks at before it uses a segment:
// `hal/machine/word-hash.c`.

/** Of bytes that are whole words, least significant byte first. */
export function wordHash(bytes: Buffer): number {
  let hash = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ bytes.readInt32LE(at), 0x9e3779b9);
  }
  return hash >>> 0;
}
