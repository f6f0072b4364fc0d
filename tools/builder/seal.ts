// After the base has been linked: links each segment against it and puts it into its place in the
// program. The base's own bytes stay as they are, but for the hash over them.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CodePlace, sectionOf, symbolOf } from "./code-places";
import type { Image } from "./image";
import { digestOf, LinkedBase, segmentFile } from "./segment-file";

export interface PlacedSegment {
  readonly name: string;
  readonly partitions: readonly number[];
  readonly address: number;
  readonly bytes: number;
  /** Of its place: the table's budget. */
  readonly limit: number;
  /** SHA-256 of what follows the digest in its header. */
  readonly digest: string;
  /** Of the base that it is linked for. */
  readonly abi: string;
}

export interface Sealed {
  readonly abi: string;
  readonly segments: readonly PlacedSegment[];
}

/** What is linked into a program: its image, the places, the layout of what lies in them. */
export interface Unsealed {
  readonly image: Image;
  readonly places: readonly CodePlace[];
  readonly layout: string;
}

/**
 * Fills the places of a linked program. A segment larger than its place throws.
 * @param prefix in front of `nm` and `objcopy`
 * @param work takes one file a segment
 */
export function seal(
  program: string,
  { image, places, layout }: Unsealed,
  prefix: string,
  work: string,
): Sealed {
  const addresses = symbolsOf(program, prefix);
  const linked = join(work, "image.linked");
  const sections = ["-O", "binary", "--only-section=.image"];
  objcopy(prefix, [...sections, program, linked]);
  const base = new LinkedBase(image, addresses.get("image")!, readFileSync(linked), layout);
  const abi = join(work, "abi");
  writeFileSync(abi, base.abi);
  const updates = [`--update-section=.abi=${abi}`];
  const segments = image.segments.map((segment): PlacedSegment => {
    const place = places.find(({ name }) => name === segment.name)!;
    const address = addresses.get(symbolOf(place))!;
    const bytes = segmentFile(segment, address, base);
    refuseTooLarge(place, bytes.length);
    const path = join(work, `${segment.name}.segment`);
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(place.bytes - bytes.length, 0xff)]));
    updates.push(`--update-section=${sectionOf(place)}=${path}`);
    return {
      name: segment.name,
      partitions: place.partitions,
      address: Number(address),
      bytes: bytes.length,
      limit: place.bytes,
      digest: digestOf(bytes),
      abi: base.abi.toString("hex"),
    };
  });
  objcopy(prefix, [...updates, program]);
  return { abi: base.abi.toString("hex"), segments };
}

/** What it says of sections that overlap, as we mean them to, is heard only if it fails. */
function objcopy(prefix: string, given: readonly string[]): void {
  execFileSync(`${prefix}objcopy`, given, { stdio: "pipe" });
}

function refuseTooLarge({ name, bytes }: CodePlace, needed: number): void {
  if (needed <= bytes) return;
  throw new Error(`the code of ${name} has ${needed} bytes, its codeBytes allow ${bytes}`);
}

function symbolsOf(program: string, prefix: string): Map<string, bigint> {
  const lines = execFileSync(`${prefix}nm`, [program], { encoding: "utf8", maxBuffer: 1 << 24 });
  return new Map(
    [...lines.matchAll(/^([0-9a-f]+) \w (image|segment_place_\w+)$/gm)].map(([, address, name]) => [
      name!,
      BigInt(`0x${address}`),
    ]),
  );
}
