// The file of `--exchange`: a command and the response that the simulated meter gives, a line each.

import type { ExchangePair } from "../../host-sim/head-end/exchange-run";
import { textFile } from "../read-file";
import { UsageError } from "../usage-error";

const MESSAGE_MAX = 4_096;

/** @param knows whether the house has a device of this kind or EUI-64 */
export function exchangeFile(path: string, knows: (to: string) => boolean): ExchangePair[] {
  const pairs: ExchangePair[] = [];
  for (const [index, line] of textFile(path).split("\n").entries()) {
    if (line.trim() !== "") pairs.push(pairOf(line, `${path}, line ${index + 1}`, knows));
  }
  if (pairs.length === 0) throw new UsageError(`${path}: holds no exchange; write one a line`);
  return pairs;
}

function pairOf(line: string, where: string, knows: (to: string) => boolean): ExchangePair {
  const fields = fieldsOf(line, where);
  const { name, to } = fields;
  if (typeof name !== "string" || typeof to !== "string") {
    throw new UsageError(`${where}: needs "name", "to", "command" and "response"`);
  }
  if (!knows(to)) throw new UsageError(`${where}: the house has no device "${to}"`);
  const command = bytesOf(fields, "command", where);
  return { name, to, command, response: bytesOf(fields, "response", where) };
}

function fieldsOf(line: string, where: string): Record<string, unknown> {
  try {
    // Of nothing and of numbers no field is wanted: they fail with "needs".
    return Object(JSON.parse(line)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${where}: not JSON (${(error as Error).message})`);
  }
}

function bytesOf(fields: Record<string, unknown>, key: string, where: string): Buffer {
  const text = fields[key];
  if (typeof text !== "string" || !/^([0-9a-fA-F]{2})+$/.test(text)) {
    throw new UsageError(`${where}: "${key}" must be hexadecimal, two digits a byte`);
  }
  const bytes = Buffer.from(text, "hex");
  if (bytes.length > MESSAGE_MAX) {
    throw new UsageError(`${where}: "${key}" has ${bytes.length} bytes; 4,096 are the most`);
  }
  return bytes;
}
