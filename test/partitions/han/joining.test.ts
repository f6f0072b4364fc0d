// Network access control as a device meets it. IEEE 802.15.4 section 7.5.3.1; Zigbee 4.6.3.

import { describe, expect, it } from "vitest";
import { NodeState } from "../../../firmware/partitions/han/nodes";
import { Bench } from "./bench";
import { eui64Of, TestNode } from "./test-node";

describe("joining", () => {
  it("forms a network, admits a registered node, and stores it before anyone hears of it", () => {
    const bench = Bench.up();
    const node = new TestNode(bench, eui64Of(1), false);
    expect(bench.add(node.eui64, node.code)).toBe(0);
    expect(node.join()).toBe(true);
    expect(bench.joined).toEqual([0]);
    expect(bench.han.nodes.state(0)).toBe(NodeState.NETWORKED);
  });
});
