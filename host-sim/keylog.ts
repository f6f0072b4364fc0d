// The keys of a house as tshark takes them, one `-o` argument a line: for looking into captures.
// @source Wireshark 4.0: uat zigbee_pc_keys (Zigbee), oscore_contexts (OSCORE)

import { writeFileSync } from "node:fs";
import type { SessionContext } from "./hub/manufacture";

export interface Keys {
  /** 16 bytes; absent as long as no hub has made one. */
  readonly networkKey: Uint8Array | undefined;
  /** For each device the one of its install code, and its own one once it has one. */
  readonly linkKeys: readonly { readonly name: string; readonly key: Uint8Array }[];
  readonly contexts: readonly SessionContext[];
}

const ALGORITHM = "AES-CCM-16-64-128 (CCM*)";

/** The lines, without line ends. */
export function keyLines(keys: Keys): string[] {
  const lines: string[] = [];
  if (keys.networkKey !== undefined) lines.push(zigbee(keys.networkKey, "network"));
  for (const { name, key } of keys.linkKeys) lines.push(zigbee(key, name));
  for (const context of keys.contexts) lines.push(...oscore(context));
  return lines;
}

export function writeKeys(path: string, keys: Keys): void {
  writeFileSync(
    path,
    keyLines(keys)
      .map((line) => `${line}\n`)
      .join(""),
    { mode: 0o600 },
  );
}

function zigbee(key: Uint8Array, label: string): string {
  const text = [...key].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  return `uat:zigbee_pc_keys:"${text}","Normal","${label}"`;
}

/** tshark finds a context by the ID of whoever sent the request: a line for each side. */
function oscore(context: SessionContext): string[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const { senderId, recipientId, masterSecret, masterSalt } = context;
  const secrets = [hex(masterSecret), hex(masterSalt), hex(context.idContext ?? new Uint8Array(0))];
  const line = (sender: Uint8Array, recipient: Uint8Array): string =>
    `uat:oscore_contexts:${[hex(sender), hex(recipient), ...secrets, ALGORITHM]
      .map((field) => `"${field}"`)
      .join(",")}`;
  return [line(senderId, recipientId), line(recipientId, senderId)];
}
