// Bytes as hexadecimal text, for vectors and failures.

export function hex(text: string): Uint8Array {
  const plain = text.replace(/[\s:]/g, "");
  if (plain.length % 2 !== 0 || /[^0-9a-fA-F]/.test(plain)) throw new Error(`not hex: ${text}`);
  return Uint8Array.from(plain.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Array.from(bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
