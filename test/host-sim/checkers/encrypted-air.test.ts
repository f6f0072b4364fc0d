import { afterEach, expect, test, vi } from "vitest";
import { NwkLayer } from "../../../firmware/partitions/han/nwk-layer";
import { Transceiver } from "../../../host-sim/air/transceiver";
import { Display } from "../../../host-sim/devices/display";
import { House } from "../../../host-sim/house/house";

afterEach(() => vi.restoreAllMocks());

/** What the test needs of the layer's inside: sending in clear what should be secured. */
interface Open {
  readonly nodes: { short(node: number): number };
  sendKey: NwkLayer["sendKey"];
  sendSecured(
    now: number,
    node: number,
    type: number,
    isExtended: boolean,
    payload: Uint8Array,
    length: number,
    tag: number,
  ): boolean;
}

function joined(house: House): boolean {
  return house.devices.every(({ device }) => device.joinedAtUs !== undefined);
}

test("a house whose frames are secured passes, and its nodes join", () => {
  const house = new House({ seed: 1 });
  house.runUntil(60);
  house.finish();
  expect(joined(house)).toBe(true);
  expect(house.encryptedAir.frames).toBeGreaterThan(20);
});

test("without NWK security in the hub the first frame to a Networked node is found", () => {
  const layer = NwkLayer.prototype as unknown as Open;
  vi.spyOn(layer, "sendSecured").mockImplementation(function (
    this: Open,
    now,
    node,
    _type,
    _isExtended,
    payload,
    length,
    tag,
  ) {
    return this.sendKey(now, this.nodes.short(node), false, payload, 0, length, tag);
  });
  const house = new House({ seed: 1 });
  expect(() => house.runUntil(60)).toThrow(
    /^encrypted air: hub sent a frame in clear, from or to 0x[0-9a-f]{4}, which is Networked/,
  );
});

test("a key that no key protects is found, whoever sends it", () => {
  const house = new House({ seed: 1 });
  const stranger = new Transceiver(house.air, "stranger", { x: 1, y: 1 });
  stranger.configure({ channel: 20, rxOn: true });
  const frame = Buffer.concat([
    Buffer.from("418801341200000000", "hex"),
    Buffer.from("08000000000001e1", "hex"),
    Buffer.from("010005", "hex"),
    Buffer.alloc(33, 7),
  ]);
  house.world.at(1e6, () => stranger.transmit(frame, frame.length, {}, () => {}));
  expect(() => house.runUntil(2)).toThrow("stranger sent a key that no key protects");
});

test("a device that speaks in clear after it has joined is found", () => {
  const house = new House({ seed: 1 });
  house.runUntil(60);
  const display = house.devices.find(({ device }) => device instanceof Display)!.device;
  const short = display.node.memory.network!.short;
  const nwk = Buffer.from("0800000000001e01", "hex");
  nwk.writeUInt16LE(short, 4);
  const mac = Buffer.from("618801000000000000", "hex");
  mac.writeUInt16LE(house.han.panId!, 3);
  mac.writeUInt16LE(short, 7);
  const frame = Buffer.concat([mac, nwk, Buffer.alloc(8)]);
  display.radio.transmit(frame, frame.length, {}, () => {});
  expect(() => house.runUntil(61)).toThrow(
    /^encrypted air: in-home-display [0-9a-f]{16} sent a frame in clear/,
  );
});
