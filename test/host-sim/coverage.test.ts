// Pass or fail, and the advice, from the pages that the hub answers.

import { expect, test } from "vitest";
import { Link, PageSize } from "../../firmware/ipc/page";
import {
  type CheckedDevice,
  checkCoverage,
  decodeCoverage,
  wayOf,
} from "../../host-sim/coverage/coverage";

interface Given {
  readonly id: number;
  readonly rssi?: number;
  readonly cost?: number;
  readonly relays?: number;
  readonly age?: number;
  readonly hop?: number;
  readonly parent?: number;
}

/** Pages of links; short addresses are the last digits of EUI-64s. */
function pagesOf(links: readonly Given[]): Buffer {
  const pages = Buffer.alloc(PageSize.COVERAGE * PageSize.PAGE);
  for (const [i, { id, rssi, cost, relays, age, hop, parent }] of links.entries()) {
    const page = Math.floor(i / Link.A_PAGE) * PageSize.PAGE + PageSize.HEAD;
    const link = pages.subarray(page + (i % Link.A_PAGE) * Link.LENGTH);
    link.writeUInt32LE(id, Link.EUI64);
    link[Link.FLAGS] = rssi === undefined ? 0 : 2;
    link.writeInt8(rssi ?? 0, Link.RSSI);
    link[Link.COST_THERE] = cost ?? 0;
    link[Link.RELAYS] = relays ?? 0;
    link.writeUInt16LE(age ?? 0xffff, Link.AGE);
    link.writeUInt16LE(id, Link.SHORT);
    link.writeUInt16LE(hop ?? id, Link.HOP);
    link.writeUInt16LE(parent ?? 0xffff, Link.PARENT);
  }
  return pages;
}

function checked(links: readonly Given[], id: number): CheckedDevice {
  const eui64 = id.toString(16).padStart(16, "0");
  return checkCoverage([{ eui64, kind: "meter" }], decodeCoverage(pagesOf(links)))[0]!;
}

test.each<[string, Given[], RegExp]>([
  ["passes what is heard well", [{ id: 1, rssi: -60, age: 5 }], /^$/],
  ["fails what is not in the network", [{ id: 2, rssi: -60, age: 5 }], /^not in the network/],
  ["fails what was not heard lately", [{ id: 1, rssi: -60, age: 901 }], /^not heard any more/],
  ["fails what is too weak", [{ id: 1, rssi: -87, age: 5 }], /^too weak: move it or the hub/],
  ["fails who hardly hears us", [{ id: 1, rssi: -60, age: 5, cost: 6 }], /^it hardly hears/],
  ["passes a repeater around that says little", [{ id: 1, rssi: -60, cost: 1 }], /^$/],
  [
    "passes a repeater that carries what is heard",
    [{ id: 1 }, { id: 2, age: 5, relays: 2, hop: 3, parent: 1 }, { id: 3, rssi: -60 }],
    /^$/,
  ],
  [
    "fails what comes over a repeater that is too weak",
    [
      { id: 1, age: 5, relays: 1, hop: 3, parent: 3 },
      { id: 3, rssi: -90, age: 5 },
    ],
    /^too weak: move the repeater 0000000000000003/,
  ],
  ["reads more than a page", [...Array(31).keys()].map((i) => ({ id: i + 1, age: 1 })), /^$/],
])("the coverage check %s", (_, links, expected) => {
  expect(checked(links, 1).advice).toMatch(expected);
  const last = links.at(-1)!.id;
  if (links.length > 3) expect(checked(links, last).advice).toBe("");
});

test.each<[string, Given[], string]>([
  ["direct", [{ id: 1 }], "direct"],
  ["over one repeater", [{ id: 1, relays: 1, hop: 3 }, { id: 3 }], "1 hop via 0000000000000003"],
  ["over two", [{ id: 1, relays: 2, hop: 3 }, { id: 3 }], "2 hops via 0000000000000003"],
  [
    "one that is found when there is something to send",
    [{ id: 1, relays: 1, hop: 0xffff }],
    "over a repeater, not looked for",
  ],
])("the way to a device is %s", (_, links, expected) => {
  expect(wayOf(checked(links, 1))).toBe(expected);
});
