// docs/clusters.md out of the clusters' tables.

import { CLUSTERS } from "../../firmware/wire/clusters/catalogue";
import {
  Access,
  type AttributeRow,
  attributesOf,
  type ClusterTable,
  type CommandRow,
} from "../../firmware/wire/clusters/table";
import { ZclType } from "../../firmware/wire/zcl-type";

const HEAD = `# Clusters

\`node tools/run.mjs tools/clusters/write.ts\` wrote this from the tables in
\`firmware/wire/clusters\`, which the codec, the tests and this page share. A table says what a
cluster has, and not that the hub serves it: that is in \`firmware/partitions/han/README.md\`.

A name with \`{1-15/16}\` stands for 15 attributes whose numbers are 16 apart (1, when no distance
is given), one with \`{Delivered,Received}\` for two in turn. Access: r read, w write, p report.

A field is \`name:type\`. \`?\` behind it: only if anything is left; \`?field&mask\`, \`?field=value\`,
\`?field>value\`: only if that field has one of these bits, this value, or a greater one. \`*field\`: as
many as that field says, \`*field&mask\`: as those bits of it say, \`*\`: until the end. Parentheses
hold several fields that are repeated together.
`;

/** The names of the types that attributes have, as the fields of commands call them. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [ZclType.BOOLEAN, "bool"],
  [ZclType.BITMAP8, "map8"],
  [ZclType.BITMAP16, "map16"],
  [ZclType.BITMAP24, "map24"],
  [ZclType.BITMAP32, "map32"],
  [ZclType.BITMAP48, "map48"],
  [ZclType.BITMAP64, "map64"],
  [ZclType.UINT8, "u8"],
  [ZclType.UINT16, "u16"],
  [ZclType.UINT24, "u24"],
  [ZclType.UINT32, "u32"],
  [ZclType.UINT48, "u48"],
  [ZclType.UINT64, "u64"],
  [ZclType.INT8, "i8"],
  [ZclType.INT16, "i16"],
  [ZclType.INT24, "i24"],
  [ZclType.INT32, "i32"],
  [ZclType.INT48, "i48"],
  [ZclType.ENUM8, "enum8"],
  [ZclType.ENUM16, "enum16"],
  [ZclType.OCTET_STRING, "octets"],
  [ZclType.CHARACTER_STRING, "text"],
  [ZclType.LONG_OCTET_STRING, "long octets"],
  [ZclType.DATE, "date"],
  [ZclType.UTC_TIME, "utc"],
  [ZclType.EUI64, "eui64"],
]);

export function clusterDocument(): string {
  return [HEAD, summary(), ...CLUSTERS.map(clusterChapter)].join("\n");
}

function summary(): string {
  const lines = CLUSTERS.map((table) => {
    const attributes = attributesOf([...table.attributes, ...table.clientAttributes]).length;
    const commands = [table.received.length, table.generated.length].join(" | ");
    return `| ${hex(table.id, 4)} | ${table.name} | ${attributes} | ${commands} |`;
  });
  return [
    "| cluster | name | attributes | commands to the server | from the server |",
    "|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

function clusterChapter(table: ClusterTable): string {
  return [
    `## ${hex(table.id, 4)} ${table.name}\n`,
    `Source: ${table.source}.\n`,
    attributeList("Attributes of the server", table.attributes),
    attributeList("Attributes of the client", table.clientAttributes),
    commandList("Commands from client to server", table.received),
    commandList("Commands from server to client", table.generated),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function attributeList(title: string, rows: readonly AttributeRow[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(
    ([id, name, type, access]) =>
      `| ${hex(id, 4)} | ${name} | ${typeName(type)} | ${accessName(access)} |`,
  );
  return [`### ${title}\n`, "| | name | type | access |", "|---|---|---|---|", ...lines, ""].join(
    "\n",
  );
}

function commandList(title: string, rows: readonly CommandRow[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(([id, name, layout]) => {
    const fields = layout === "" ? "" : `\`${layout}\``;
    return `| ${hex(id, 2)} | ${name} | ${fields} |`;
  });
  return [`### ${title}\n`, "| | name | fields |", "|---|---|---|", ...lines, ""].join("\n");
}

function typeName(type: number): string {
  const name = TYPES.get(type);
  if (name === undefined) throw new Error(`type ${hex(type, 2)} has no name`);
  return name;
}

function accessName(access: number): string {
  const bits: [number, string][] = [
    [Access.READ, "r"],
    [Access.WRITE, "w"],
    [Access.REPORT, "p"],
  ];
  return bits.map(([bit, letter]) => ((access & bit) === 0 ? "" : letter)).join("");
}

function hex(number: number, digits: number): string {
  return `0x${number.toString(16).padStart(digits, "0")}`;
}
