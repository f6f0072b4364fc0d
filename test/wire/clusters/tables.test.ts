// Every number of the clusters against a source that nobody here wrote.

import { describe, expect, it } from "vitest";
import { CLUSTERS } from "../../../firmware/wire/clusters/catalogue";
import { layoutOf, Rule } from "../../../firmware/wire/clusters/layout";
import {
  Access,
  type AttributeRow,
  attributesOf,
  type ClusterTable,
} from "../../../firmware/wire/clusters/table";
import { ZclLength, zclTypeLength } from "../../../firmware/wire/zcl-type";
import facts from "../../vectors/zcl-clusters.json";
import {
  ATTRIBUTES_ELSEWHERE,
  COMMANDS_ELSEWHERE,
  LAYOUTS_ELSEWHERE,
  LEFT_OUT,
  sameName,
} from "./other-sources";

interface Fact {
  readonly side: string;
  readonly id: number;
  readonly name: string;
}

describe("the catalogue of clusters", () => {
  it("has each once, in order", () => {
    const ids = CLUSTERS.map((table) => table.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids).toEqual(facts.clusters.map((cluster) => cluster.id));
  });
});

describe.each(CLUSTERS)("the table of the $name cluster", (table) => {
  const fact = facts.clusters.find((cluster) => cluster.id === table.id)!;

  it.each(["server", "client"])("has all attributes of the %s, as they are elsewhere", (side) => {
    const rows = attributesOf(side === "server" ? table.attributes : table.clientAttributes);
    const known = fact.attributes.map(attributeOf).filter((one) => one.side === side);
    const isElsewhere = (row: AttributeRow) => ATTRIBUTES_ELSEWHERE.has(key(table, side, row[0]));
    const isLeftOut = (one: Fact) => LEFT_OUT.has(key(table, side, one.id));
    expect(rows.filter((row) => !isElsewhere(row)).map(shapeOf)).toEqual(
      known
        .filter((one) => !isLeftOut(one))
        .map(({ id, type, isWritable, name }) => ({ id, type, isWritable, name: sameName(name) })),
    );
  });

  it("lists every attribute once, in order, of a type that there is", () => {
    for (const rows of [table.attributes, table.clientAttributes].map(attributesOf)) {
      const ids = rows.map((row) => row[0]);
      expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
      for (const row of rows) expect(zclTypeLength(row[2])).not.toBe(ZclLength.NONE);
      for (const row of rows) expect(row[3] & Access.READ).toBe(Access.READ);
    }
  });

  it.each(["received", "generated"] as const)("has all commands %s with their fields", (way) => {
    const side = way === "received" ? "client" : "server";
    const ours = table[way].map(([id, name, text]) => ({ id, name: sameName(name), text }));
    const theirs = fact.commands
      .map(commandOf)
      .filter((one) => one.side === side && !LEFT_OUT.has(key(table, `${side} command`, one.id)));
    const elsewhere = ours.filter((one) => COMMANDS_ELSEWHERE.has(key(table, side, one.id)));
    expect(ours.map(({ id, name }) => [id, name])).toEqual(
      [...theirs.map(({ id, name }) => [id, sameName(name)]), ...elsewhere.map(idAndName)].sort(
        (a, b) => Number(a[0]) - Number(b[0]),
      ),
    );
    for (const { id, fields } of theirs) {
      const { text } = ours.find((one) => one.id === id)!;
      const other = LAYOUTS_ELSEWHERE.get(key(table, side, id));
      const known = wordsOf(fields);
      const differing = wordsOf(text).filter((word) => !known.includes(word));
      expect(differing, text).toEqual(wordsOf(other?.fields.join(" ") ?? ""));
      if (other === undefined) expect(wordsOf(text)).toEqual(known);
    }
  });

  it("has layouts whose groups have a field that is always there", () => {
    for (const [, , text] of [...table.received, ...table.generated]) {
      const { types, rules } = layoutOf(text);
      types.forEach((type, i) => {
        if (type === "group") expect(rules[(i + 1) * Rule.LENGTH + Rule.WHEN]).toBe(0);
      });
    }
  });
});

function key(table: ClusterTable, side: string, id: number): string {
  return `${table.name} ${side} ${id.toString(16)}`;
}

function idAndName({ id, name }: { id: number; name: string }): [number, string] {
  return [id, name];
}

function attributeOf(line: string): Fact & { type: number; isWritable: boolean } {
  const [side, id, type, access, ...name] = line.split(" ");
  return {
    side: side!,
    id: Number.parseInt(id!, 16),
    type: Number.parseInt(type!, 16),
    isWritable: access === "w",
    name: name.join(" "),
  };
}

function commandOf(line: string): Fact & { fields: string } {
  const [side, id, name, ...fields] = line.split(" ");
  return { side: side!, id: Number.parseInt(id!, 16), name: name!, fields: fields.join(" ") };
}

function shapeOf([id, name, type, access]: AttributeRow): object {
  return { id, type, isWritable: (access & Access.WRITE) !== 0, name: sameName(name) };
}

/** The fields of a layout without guards and counts, which the other source does not have. */
function wordsOf(text: string): string[] {
  const plain = text.replace(/\?(?:\w+[&=>]\w+)?/g, "").replace(/\*(?:\w+(?:&\w+)?)?/g, "*");
  return plain === ""
    ? []
    : plain
        .toLowerCase()
        .replace(/:bytes/g, ":u8*")
        .split(" ");
}
