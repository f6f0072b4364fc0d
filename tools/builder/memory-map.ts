// Where flash and RAM go, from the linker's map: who brought what, in bytes.

import type { SystemTable } from "../../firmware/kernel/table";
import type { Memories, Memory } from "./boards";

/** Bytes by what they serve, the largest first. */
export type Usage = Readonly<Record<string, number>>;

export interface MemoryUsage {
  readonly bytes: number;
  /** Undefined: nothing limits it. */
  readonly limit?: number;
  readonly parts: Usage;
}

/** How much of a place for code is used. */
export interface UsedPlace {
  readonly name: string;
  readonly bytes: number;
}

export type MemoryMap = Readonly<Record<string, MemoryUsage>>;

/** One input section as the linker placed it. */
interface Piece {
  readonly section: string;
  readonly address: number;
  readonly bytes: number;
  readonly object: string;
}

const CODE = /^\.(text|rodata|image|abi|segment|vectors|reset|srodata|data\.rel\.ro|init)/;
const DATA = /^\.(data|sdata|tdata)/;
const EMPTY = /^\.(bss|sbss|tbss)|^COMMON/;

/**
 * @param text what the linker wrote with `-Map`
 * @param memories where things may lie; undefined: a native program
 * @param segments what lies in the places for code
 */
export function memoryMap(
  text: string,
  memories: Memories | undefined,
  table: SystemTable,
  segments: readonly UsedPlace[] = [],
): MemoryMap {
  const pieces = piecesOf(text).flatMap((piece) => usedAndFree(piece, segments));
  const owner = (piece: Piece): string => ownerOf(piece, table);
  if (memories === undefined) {
    return {
      flash: usageOf(pieces.filter(isLoaded), owner),
      ram: usageOf(pieces.filter(isWritten), owner),
    };
  }
  const { flash, nor, ram } = memories;
  const initial = pieces.filter(({ section }) => DATA.test(section));
  const inside = pieces.filter((piece) => isIn(piece, flash)).concat(initial);
  const kept = reserved(text);
  return {
    flash: { ...usageOf(inside, owner), limit: flash.bytes },
    ...(nor && {
      nor: {
        ...usageOf(
          pieces.concat(kept).filter((piece) => isIn(piece, nor)),
          owner,
        ),
        limit: nor.bytes,
      },
    }),
    ram: {
      ...usageOf(
        pieces.concat(kept).filter((piece) => isIn(piece, ram)),
        owner,
      ),
      limit: ram.bytes,
    },
  };
}

/** Lines of two columns, for people. */
export function memoryText(map: MemoryMap): string[] {
  return Object.entries(map).flatMap(([name, { bytes, limit, parts }]) => {
    const of =
      limit === undefined ? "" : ` of ${kib(limit)}, ${percent(limit - bytes, limit)} free`;
    return [
      `${name}  ${kib(bytes)}${of}`,
      ...Object.entries(parts).map(([part, size]) => `  ${kib(size).padStart(9)}  ${part}`),
    ];
  });
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(0)} %`;
}

function isIn({ address }: Piece, { start, bytes }: Memory): boolean {
  return address >= start && address < start + bytes;
}

function isLoaded({ section }: Piece): boolean {
  return CODE.test(section) || DATA.test(section);
}

function isWritten({ section }: Piece): boolean {
  return DATA.test(section) || EMPTY.test(section);
}

/** The linker breaks a line behind a long section name. */
function piecesOf(text: string): Piece[] {
  const map = text.slice(text.indexOf("\nLinker script and memory map"));
  const line = /^ (\.\S+|COMMON)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$/gm;
  const pieces: Piece[] = [];
  for (const [, section, address, bytes, object] of map.matchAll(line)) {
    const piece = {
      section: section!,
      address: Number.parseInt(address!, 16),
      bytes: Number.parseInt(bytes!, 16),
      object: object!,
    };
    const counts = isLoaded(piece) || isWritten(piece);
    if (piece.bytes > 0 && counts) pieces.push(piece);
  }
  return pieces;
}

/** A place for code as two pieces: what is used of it, and what the partition may still grow by. */
function usedAndFree(piece: Piece, segments: readonly UsedPlace[]): Piece[] {
  const name = /^\.segment\.(.+)$/.exec(piece.section)?.[1];
  if (name === undefined) return [piece];
  const used = segments.find((one) => one.name === name)?.bytes ?? 0;
  const free = { ...piece, section: ".segment", address: piece.address + used };
  return [
    ...(used === 0 ? [] : [{ ...piece, bytes: used }]),
    ...(used === piece.bytes ? [] : [{ ...free, bytes: piece.bytes - used }]),
  ];
}

/** Output sections without an input: the stack, and what is only kept free. */
const RESERVED: Readonly<Record<string, string>> = {
  ".stack": "C stack",
  ".stores": "stores",
  ".staged": "staged image",
  ".previous": "previous image",
};

function reserved(text: string): Piece[] {
  return Object.entries(RESERVED).flatMap(([section, object]) => {
    const found = new RegExp(`^\\${section}\\s+0x([0-9a-f]+)\\s+0x([0-9a-f]+)`, "m").exec(text);
    if (found === null) return [];
    const [address, bytes] = [found[1]!, found[2]!].map((digits) => Number.parseInt(digits, 16));
    return [{ section, address: address!, bytes: bytes!, object }];
  });
}

function ownerOf({ object, section }: Piece, table: SystemTable): string {
  if (section in RESERVED) return object;
  if (section === ".segment") return "kept for code";
  if (section.startsWith(".segment.")) return `code of ${section.slice(".segment.".length)}`;
  if (section.endsWith(".table_stack")) return "stack of all machines";
  const heap = /heap_(\d+)$/.exec(section);
  if (heap !== null) return `heap of ${nameOf(table, Number(heap[1]))}`;
  if (/\.(slots|lengths)_\d+$/.test(section)) return "queues";
  if (/\.a\(|\.a$|\/crt\w*\.o$|\/libc/.test(object)) return "C library";
  const folder = /([^/]+)\/[^/]+\.o$/.exec(object)?.[1] ?? object;
  return /image\.s\.o$/.test(object) ? "image" : folder;
}

function nameOf(table: SystemTable, id: number): string {
  return table.partitions.find((row) => row.id === id)?.name ?? String(id);
}

/** What several use in turn lies at one address, and is counted once. */
function usageOf(pieces: readonly Piece[], owner: (piece: Piece) => string): MemoryUsage {
  const parts = new Map<string, number>();
  let end = 0;
  for (const piece of [...pieces].sort((a, b) => a.address - b.address || b.bytes - a.bytes)) {
    const name = owner(piece);
    const next = Math.max(end, piece.address + piece.bytes);
    parts.set(name, (parts.get(name) ?? 0) + next - Math.max(end, piece.address));
    end = next;
  }
  const sorted = [...parts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    bytes: sorted.reduce((sum, [, bytes]) => sum + bytes, 0),
    parts: Object.fromEntries(sorted),
  };
}
