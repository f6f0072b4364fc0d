// What the device profile says of the network itself. Zigbee 05-3474-22 sections 2.4.3.1.12,
// 2.4.4.2.22, 2.4.3.3.9.

import { describe, expect, it } from "vitest";
import { Parsed } from "../../firmware/wire/parsed";
import { checkZdoNetwork, ZdoNetworkCluster } from "../../firmware/wire/zdo-network";
import { apsOf } from "../fuzz/aps.fuzz";
import { toHex } from "../hex";
import { zdoNetworkSamples } from "./sample-zdo-zcl";

/** The payloads of the samples, each with its cluster. */
const messages = zdoNetworkSamples().map(({ name, bytes }) => {
  const aps = apsOf(bytes);
  return { name, cluster: aps[2]! | (aps[3]! << 8), payload: aps.slice(8) };
});

describe("messages about the network", () => {
  it.each(messages.slice(0, 2))("$name is taken, and refused cut anywhere", (message) => {
    const { cluster, payload } = message;
    expect(checkZdoNetwork(cluster, payload, 0, payload.length)).toBe(Parsed.OK);
    for (let length = 0; length < payload.length; length++) {
      expect(checkZdoNetwork(cluster, payload, 0, length)).toBe(Parsed.TRUNCATED);
    }
  });

  it("an order to change the channel names it, and is taken from nobody", () => {
    const { cluster, payload } = messages[2]!;
    expect(toHex(payload)).toBe("0c00001000fe03");
    expect(cluster).toBe(ZdoNetworkCluster.MANAGEMENT_NETWORK_UPDATE);
    expect(checkZdoNetwork(cluster, payload, 0, payload.length)).toBe(Parsed.UNSUPPORTED);
  });
});
