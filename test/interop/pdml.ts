// Wireshark's full account of a capture: every field with its place in the packet.

import { readCapture, tshark } from "./tshark";

export interface PdmlField {
  readonly protocol: string;
  readonly name: string;
  /** What a person reads: name and value. */
  readonly showname: string;
  readonly show: string;
  readonly at: number;
  readonly length: number;
  /** The bytes, hexadecimal; of a field of some bits, the bytes they are taken from. */
  readonly bytes: string;
  readonly isBits: boolean;
  readonly isHidden: boolean;
}

const TAG = /<(packet|proto|field)\b([^>]*)>|<\/(proto)>/g;
const ATTRIBUTE = /(\w+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** The fields of each packet, in the order in which Wireshark tells them. */
export function tsharkPdml(capture: Buffer, options: readonly string[]): PdmlField[][] {
  return packetsOf(readCapture(capture, options, ["-T", "pdml"]));
}

function packetsOf(text: string): PdmlField[][] {
  const packets: PdmlField[][] = [];
  let protocol = "";
  for (const [, tag, attributes] of text.matchAll(TAG)) {
    if (tag === "packet") packets.push([]);
    if (tag !== "proto" && tag !== "field") continue;
    const field = fieldOf(attributes!, protocol);
    if (tag === "proto") protocol = field.name;
    packets.at(-1)!.push({ ...field, protocol });
  }
  return packets;
}

function fieldOf(text: string, protocol: string): PdmlField {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(ATTRIBUTE)) found[name!] = plain(value!);
  return {
    protocol,
    name: found["name"] ?? "",
    showname: found["showname"] ?? found["show"] ?? "",
    show: found["show"] ?? "",
    at: Number(found["pos"] ?? -1),
    length: Number(found["size"] ?? 0),
    bytes: found["unmaskedvalue"] ?? found["value"] ?? "",
    isBits: found["unmaskedvalue"] !== undefined,
    isHidden: found["hide"] === "yes",
  };
}

function plain(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|(\w+));/g, (_all, code, name) =>
    code === undefined ? (ENTITIES[name] ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** What Wireshark calls the values of its fields: by field, number and name. */
export function tsharkValues(): Map<string, Map<number, string>> {
  const text = tshark(["-G", "values"]);
  const values = new Map<string, Map<number, string>>();
  for (const line of text.split("\n")) {
    const [kind, field, number, name] = line.split("\t");
    if (kind !== "V" || !field!.startsWith("zbee_zcl")) continue;
    const known = values.get(field!) ?? new Map<number, string>();
    values.set(field!, known.set(Number(number), name!));
  }
  return values;
}
