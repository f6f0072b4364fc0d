// The shape of a cluster's table: what it has, in numbers, for codec, server, client, tests and
// documents.

import type { ZclType } from "../zcl-type";

export const enum Access {
  READ = 1,
  WRITE = 2,
  REPORT = 4,
}

/**
 * An attribute, or a family of them: a name with `{1-15/16}` stands for 15 attributes whose
 * numbers are 16 apart (1, when no distance is given), one with `{Delivered,Received}` for two in
 * turn; with several braces each member of the first has all of the others. `Access` bits.
 */
export type AttributeRow = readonly [id: number, name: string, type: ZclType, access: number];

/** A command and the layout of its payload; see `layout.ts`. */
export type CommandRow = readonly [id: number, name: string, layout: string];

export interface ClusterTable {
  readonly id: number;
  readonly name: string;
  /** Where it is written. */
  readonly source: string;
  /** Attributes of the server. */
  readonly attributes: readonly AttributeRow[];
  /** Attributes of the client, which its server reads. */
  readonly clientAttributes: readonly AttributeRow[];
  /** Commands from client to server. */
  readonly received: readonly CommandRow[];
  /** Commands from server to client. */
  readonly generated: readonly CommandRow[];
}

const BRACES = /\{([^}]*)\}/;

/** Every attribute of the rows, families with each of their members, in order. */
export function attributesOf(rows: readonly AttributeRow[]): AttributeRow[] {
  return rows.flatMap(membersOf).sort((a, b) => a[0] - b[0]);
}

function membersOf(row: AttributeRow): AttributeRow[] {
  const [id, name, type, access] = row;
  const braces = BRACES.exec(name);
  if (braces === null) return [row];
  const range = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(braces[1]!);
  const words = range === null ? braces[1]!.split(",") : numbers(range[1]!, range[2]!);
  const step = Number(range?.[3] ?? 1);
  return words.flatMap((word, i) =>
    membersOf([id + i * step, name.replace(braces[0], word), type, access]),
  );
}

function numbers(from: string, to: string): string[] {
  const words: string[] = [];
  for (let one = Number(from); one <= Number(to); one++) words.push(String(one));
  return words;
}
