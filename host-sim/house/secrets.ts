// Secrets of a simulated house, made from its seed: what manufacture and the energy companies know.

import { createCipheriv } from "node:crypto";
import type { SharedContext } from "../head-end/oscore-file";
import type { Random } from "../random";

const SECRET_LENGTH = 16;
const SALT_LENGTH = 8;

/** Unrelated contexts for management and for each provider; IDs as the hub has them. */
export function makeContexts(random: Random): SharedContext[] {
  const names = ["management", "supplier", "operator"] as const;
  return names.map((name, i) => {
    const chance = random.fork(`context ${name}`);
    const masterSecret = Buffer.alloc(SECRET_LENGTH);
    const masterSalt = Buffer.alloc(SALT_LENGTH);
    chance.fill(masterSecret, 0, SECRET_LENGTH);
    chance.fill(masterSalt, 0, SALT_LENGTH);
    return {
      name,
      kind: name === "management" ? "management" : "provider",
      masterSecret,
      masterSalt,
      idContext: undefined,
      senderId: Buffer.from([2 * i + 1]),
      recipientId: Buffer.from([2 * i + 2]),
    };
  });
}

/** What the owner of a hub keeps safe, to open backups of its network. */
export function makeRecoveryKey(random: Random): Uint8Array {
  const key = new Uint8Array(SECRET_LENGTH);
  random.fork("recovery key").fill(key, 0, SECRET_LENGTH);
  return key;
}

/**
 * The link key of an install code with its CRC: AES-MMO, written here apart from the firmware's.
 * @source Zigbee Base Device Behavior 10.1.1; Zigbee specification annex B.6
 */
export function linkKeyOf(installCode: Uint8Array): Uint8Array {
  const bits = installCode.length * 8;
  // A one bit, zeros, and the length in bits in the last two bytes of a whole block.
  const blocks = Math.ceil((installCode.length + 3) / 16);
  const padded = Buffer.alloc(blocks * 16);
  padded.set(installCode);
  padded[installCode.length] = 0x80;
  padded.writeUInt16BE(bits, padded.length - 2);
  let hash: Buffer = Buffer.alloc(16);
  for (let at = 0; at < padded.length; at += 16) {
    const block = padded.subarray(at, at + 16);
    const cipher = createCipheriv("aes-128-ecb", hash, null).setAutoPadding(false);
    const encrypted = cipher.update(block);
    hash = Buffer.from(encrypted.map((byte, i) => byte ^ block[i]!));
  }
  return hash;
}
