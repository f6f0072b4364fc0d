// Where the code of partitions lies: for each program a place in flash of the size that the table
// plans for it, whether it is written yet or not. So a segment is replaced without moving another.

import type { SystemTable } from "../../firmware/kernel/table";
import type { BoardBuild } from "./boards";
import type { WordBytes } from "./image-maker";
import { type Entry, segmentsOf } from "./modules";

/** What a place is called: also a part of names of sections and symbols. */
export interface CodePlace {
  readonly name: string;
  /** The `Party` numbers of all that run it. */
  readonly partitions: readonly number[];
  readonly bytes: number;
  /** Inside the chip, where the board has a choice. */
  readonly hot: boolean;
}

/** `IMAGE_PARTITIONS` of hal/machine/image.h. */
const PARTITIONS = 32;

/** The places for the partitions of a table. Budgets are stated for 32-bit slots and pointers. */
export function codePlaces(
  table: SystemTable,
  entries: readonly Entry[],
  { word, hot }: Pick<BoardBuild, "word" | "hot">,
): CodePlace[] {
  const written = [...segmentsOf(entries)].map(([name, own]) => ({
    name,
    ids: own.map(({ id }) => id),
  }));
  const planned = table.partitions
    .filter(({ id }) => entries.every((entry) => entry.id !== id))
    .map(({ name, id }) => ({ name, ids: [id as number] }));
  return [...written, ...planned].map(({ name, ids }) => {
    const rows = table.partitions.filter(({ id }) => ids.includes(id));
    return {
      name,
      partitions: ids,
      bytes: Math.max(...rows.map(({ codeBytes }) => codeBytes)) * (word / 4),
      hot: hot.includes(name),
    };
  });
}

/** Places of one size each, for programs without a table that plans any. */
export function equalPlaces(entries: readonly Entry[], bytes: number): CodePlace[] {
  return [...segmentsOf(entries)].map(([name, own]) => ({
    name,
    partitions: own.map(({ id }) => id),
    bytes,
    hot: true,
  }));
}

export function sectionOf({ name }: CodePlace): string {
  return `.segment.${name}`;
}

export function symbolOf({ name }: CodePlace): string {
  return `segment_place_${name.replaceAll("-", "_")}`;
}

/** An assembler file with the empty places, the table of them, and room for the base's hash. */
export function placesSource(places: readonly CodePlace[], word: WordBytes): string {
  const pointer = word === 4 ? ".long" : ".quad";
  const rows = Array.from({ length: PARTITIONS }, (_, id) => {
    const place = places.find(({ partitions }) => partitions.includes(id));
    const row = [`\t${pointer} ${place === undefined ? 0 : symbolOf(place)}`];
    row.push(`\t.long ${place?.bytes ?? 0}`);
    return word === 4 ? row : [...row, "\t.long 0"];
  });
  return [
    '\t.section .abi, "a"',
    "\t.global image_abi",
    "image_abi:",
    "\t.fill 32, 1, 0",
    ...places.flatMap((place) => [
      `\t.section ${sectionOf(place)}, "a"`,
      "\t.balign 16",
      `\t.global ${symbolOf(place)}`,
      `${symbolOf(place)}:`,
      `\t.fill ${place.bytes}, 1, 255`,
    ]),
    '\t.section .rodata.segment_places, "a"',
    `\t.balign ${word}`,
    "\t.global segment_places",
    "segment_places:",
    ...rows.flat(),
    '\t.section .note.GNU-stack, "", %progbits',
    "",
  ].join("\n");
}

/** Output sections for the places, each of its own, to be included by a board's linker script. */
export function placesScript(places: readonly CodePlace[]): string {
  const section = (place: CodePlace) =>
    `\t${sectionOf(place)} : { *(${sectionOf(place)}) } > ${place.hot ? "hot_code" : "cold_code"}`;
  return ["SECTIONS", "{", ...places.map(section), "}", ""].join("\n");
}
