// Every number of the clusters against a source that nobody here wrote.

import { describe, expect, it } from "vitest";
import { BASIC } from "../../../firmware/wire/clusters/basic";
import { METERING } from "../../../firmware/wire/clusters/metering";
import { Access, type ClusterTable } from "../../../firmware/wire/clusters/table";
import { TIME } from "../../../firmware/wire/clusters/time";
import { TUNNELLING } from "../../../firmware/wire/clusters/tunnelling";
import { ZclLength, zclTypeLength } from "../../../firmware/wire/zcl-type";
import facts from "../../vectors/zcl-clusters.json";

const TABLES: readonly ClusterTable[] = [BASIC, TIME, METERING, TUNNELLING];

/** Where the two name one thing differently. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  hardwareversion: "hwversion",
  transferdataclienttoserver: "transferdata",
  transferdataservertoclient: "transferdata",
  transferdataerrorclienttoserver: "transferdataerror",
  transferdataerrorservertoclient: "transferdataerror",
  acktransferdataclienttoserver: "acktransferdata",
  acktransferdataservertoclient: "acktransferdata",
  readydataclienttoserver: "readydata",
  readydataservertoclient: "readydata",
};

describe.each(TABLES)("the table of the $name cluster", (table) => {
  const fact = facts.clusters.find((cluster) => cluster.id === table.id)!;

  it.each(table.attributes)("has $name with the right number, type and access", (row) => {
    const known = fact.attributes.find((attribute) => attribute.id === row.id);
    expect(known, `attribute ${row.id}`).toBeDefined();
    expect(plain(row.name)).toBe(plain(known!.name));
    expect(row.type).toBe(known!.type);
    expect((row.access & Access.WRITE) !== 0).toBe(known!.writable);
    expect(zclTypeLength(row.type)).not.toBe(ZclLength.NONE);
  });

  it("lists every attribute once, in order", () => {
    const ids = table.attributes.map((row) => row.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it.each(["received", "generated"] as const)("has all commands %s", (direction) => {
    const ours = table[direction].map((row) => [row.id, plain(row.name)]);
    const theirs = fact[direction].map((row) => [row.id, plain(row.name)]);
    expect(ours.sort(byNumber)).toEqual(theirs.sort(byNumber));
  });
});

function plain(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return OTHER_NAMES[letters] ?? letters;
}

function byNumber(a: (string | number)[], b: (string | number)[]): number {
  return Number(a[0]) - Number(b[0]);
}
