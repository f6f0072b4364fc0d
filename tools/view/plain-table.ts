// Tables without lines, two blanks between their columns.

import type Table from "cli-table3";

export const PLAIN_TABLE = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "  ",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
};

export function linesOf(table: Table.Table): string[] {
  return table.length === 0 ? [] : table.toString().split("\n");
}
