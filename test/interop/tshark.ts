// Wireshark's command line: writes a capture, has it read, gives back the fields that were asked
// for.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const enum LinkType {
  IEEE802154_NO_FCS = 230,
}

/** Whether tshark is installed; says so once when it is not. */
export function hasTshark(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("tshark is not installed: what it would judge is skipped\n");
    return false;
  }
}

/** One classic pcap file of these packets, a millisecond apart. */
export function pcap(linkType: number, packets: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(linkType, 20);
  const parts: Uint8Array[] = [head];
  packets.forEach((packet, i) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000, 0);
    record.writeUInt32LE(i * 1000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    parts.push(record, packet);
  });
  return Buffer.concat(parts);
}

/** Reads a capture; one row a packet, each field's values joined by ",". */
export function tsharkFields(
  capture: Buffer,
  options: readonly string[],
  fields: readonly string[],
): Record<string, string>[] {
  const args = ["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"];
  for (const field of fields) args.push("-e", field);
  const rows = readCapture(capture, options, args).split("\n").slice(0, -1);
  return rows.map((row) => {
    const values = row.split("\t");
    return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? ""]));
  });
}

/** What tshark prints of a capture. @param options preferences */
export function readCapture(
  capture: Buffer,
  options: readonly string[],
  args: readonly string[],
): string {
  const directory = mkdtempSync(join(tmpdir(), "heddle-tshark-"));
  try {
    const file = join(directory, "capture.pcap");
    writeFileSync(file, capture);
    return tshark(["-r", file, ...args, ...options.flatMap((option) => ["-o", option])]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What tshark prints. */
export function tshark(args: readonly string[]): string {
  return execFileSync("tshark", args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** tshark's spelling of a Zigbee key in its key table. */
export function zigbeeKeyOption(key: Uint8Array, label: string): string {
  const text = Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join(":");
  return `uat:zigbee_pc_keys:"${text}","Normal","${label}"`;
}
