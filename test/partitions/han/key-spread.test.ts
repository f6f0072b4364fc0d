// A new network key on its way to all nodes, the switch, and the end of the old one; what is passed
// between a node and the trust centre. Zigbee 05-3474-22 sections 4.3.1, 4.4.3, 4.4.6, 4.6.3.4.

import { describe, expect, it } from "vitest";
import { NetworkAction, NetworkRule } from "../../../firmware/ipc/device";
import { KeyUse, NodeTell } from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { decodeAps, decodeTransportKey, openAps } from "../../../host-sim/devices/zigbee/aps-frame";
import { decodeMac, MacType } from "../../../host-sim/devices/zigbee/mac-frame";
import { decodeNwk, NwkType, openNwk } from "../../../host-sim/devices/zigbee/nwk-frame";
import { keyTransportKey, linkKeyOf } from "../../../host-sim/devices/zigbee/security";
import { HUB_EUI64 } from "./fake-coprocessor";
import { Bench, type Flash } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

const HUB = Buffer.from(HUB_EUI64).readBigUInt64LE();
const DATA = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x00]);
const HOUR_MS = 3_600_000;

interface HeardAps {
  readonly to: number;
  readonly keySequence: number;
  readonly aps: Buffer;
}

/** A hub with a node that listens, one that sleeps, and everything that it says under its keys. */
class House {
  readonly bench: Bench;
  readonly mains: TestNode;
  readonly sleeper: TestNode;
  readonly heard: HeardAps[] = [];

  constructor(flash?: Flash) {
    this.bench = Bench.up(flash);
    this.mains = new TestNode(this.bench, eui64Of(1), false, 0x11);
    this.sleeper = new TestNode(this.bench, eui64Of(2), true, 0x22);
    for (const node of [this.mains, this.sleeper]) {
      this.bench.add(node.eui64, node.code);
      if (!node.join()) throw new Error("it did not join");
    }
    const before = this.bench.radio.heard;
    this.bench.radio.heard = (psdu) => {
      before(psdu);
      this.hear(Buffer.from(psdu));
    };
    this.bench.run(1000);
  }

  get keys() {
    return this.bench.han.nwk.keys;
  }

  change(): void {
    const message = new Uint8Array(NetworkRule.LENGTH);
    message[0] = Operation.NETWORK_RULE;
    message[NetworkRule.ACTION] = NetworkAction.CHANGE_KEY;
    this.bench.access.receive(this.bench.now, Party.FIREWALL, message, message.length);
    this.bench.run(1);
  }

  /** The network key in what came for the node, by its link key. */
  keyFor(node: TestNode): { readonly sequence: number; readonly under: number } | undefined {
    const key = keyTransportKey(linkKeyOf(Buffer.from(node.code)));
    for (const { to, aps, keySequence } of this.heard) {
      const frame = decodeAps(aps);
      const plain = to === node.short ? openAps(frame, key, HUB) : undefined;
      if (plain === undefined) continue;
      const { sequence, key: networkKey } = decodeTransportKey(plain);
      node.key = Uint8Array.from(networkKey);
      return { sequence, under: keySequence };
    }
    return undefined;
  }

  /** The node speaks, and a sleeping one asks for what waits. */
  speak(node: TestNode): void {
    this.bench.hear(node.secured(DATA));
    for (let i = 0; i < 3; i++) {
      this.bench.run(100);
      if (node.sleeps) node.poll();
    }
    this.bench.run(100);
  }

  /** Commands to all: the numbers of the keys to switch to, and under which key that was said. */
  switches(): number[][] {
    const SWITCH_KEY = 9;
    return this.heard
      .filter(({ to, aps }) => to >= 0xfff8 && aps[2] === SWITCH_KEY)
      .map(({ aps, keySequence }) => [aps[3]!, keySequence]);
  }

  private hear(psdu: Buffer): void {
    const mac = decodeMac(psdu);
    if (mac.type !== MacType.DATA) return;
    const nwk = decodeNwk(mac.payload);
    if (nwk.secured === undefined || nwk.type !== NwkType.DATA) return;
    const slot = this.keys.find(nwk.secured.keySequence);
    const plain = slot < 0 ? undefined : openNwk(nwk, Buffer.from(this.keys.key(slot)));
    if (plain === undefined) throw new Error("the hub said what nobody can open");
    const { keySequence } = nwk.secured;
    this.heard.push({ to: nwk.destination, keySequence, aps: plain });
  }
}

describe("a new network key", () => {
  it("goes to a node that listens at once, under its own key and the active network key", () => {
    const house = new House();
    house.change();
    house.bench.run(3000);
    expect(house.keyFor(house.mains)).toEqual({ sequence: 1, under: 0 });
    expect(house.keys.use).toBe(KeyUse.NEXT);
  });

  it("goes to a sleeper when it has spoken, and not before", () => {
    const house = new House();
    house.change();
    house.bench.run(60_000);
    house.sleeper.poll();
    house.bench.run(100);
    expect(house.keyFor(house.sleeper)).toBeUndefined();
    house.speak(house.sleeper);
    expect(house.keyFor(house.sleeper)).toEqual({ sequence: 1, under: 0 });
  });

  it("becomes active when all have it; everybody is told under the old one", () => {
    const house = new House();
    house.change();
    house.bench.run(60_000);
    expect(house.switches()).toEqual([]);
    house.speak(house.sleeper);
    house.bench.run(60_000);
    expect([...new Set(house.switches().map(String))]).toEqual(["1,0"]);
    expect(house.keys.sequence(house.keys.activeSlot())).toBe(1);
    house.heard.length = 0;
    const node = house.bench.han.nodes.findEui64(house.mains.eui64, 0);
    house.bench.han.send(house.bench.now, node, DATA, DATA.length, 0);
    house.bench.run(100);
    expect(house.heard.map(({ keySequence }) => keySequence)).toEqual([1]);
  });

  it("waits two hours for a sleeper, and the old one a day for it to come", () => {
    const house = new House();
    house.change();
    house.bench.run(1.9 * HOUR_MS);
    expect(house.switches()).toEqual([]);
    house.bench.run(0.2 * HOUR_MS);
    expect(house.switches()).not.toEqual([]);
    house.bench.run(20 * HOUR_MS);
    house.bench.up.length = 0;
    house.speak(house.sleeper);
    expect(house.bench.up).toHaveLength(1);
    expect(house.keyFor(house.sleeper)).toEqual({ sequence: 1, under: 0 });
    house.keyFor(house.mains);
    for (const node of [house.mains, house.sleeper]) node.keySequence = 1;
    for (const node of [house.mains, house.sleeper]) house.speak(node);
    house.bench.run(60_000);
    expect(house.bench.up).toHaveLength(3);
    expect(house.keys.use).toBe(KeyUse.ACTIVE);
    expect(house.keys.find(0)).toBe(-1);
  });

  it("leaves behind who does not come for a day after that", () => {
    const house = new House();
    house.change();
    house.bench.run(27 * HOUR_MS);
    expect(house.keys.use).toBe(KeyUse.ACTIVE);
    house.bench.up.length = 0;
    const { otherKey } = house.bench.han.nwk.counts;
    house.speak(house.sleeper);
    expect(house.bench.up).toEqual([]);
    expect(house.bench.han.nwk.counts.otherKey).toBe(otherKey + 1);
  });

  it("goes again to a node that had it and still speaks under the old one", () => {
    const house = new House();
    house.change();
    house.bench.run(5000);
    house.speak(house.sleeper);
    house.bench.run(60_000);
    expect(house.switches()).not.toEqual([]);
    house.heard.length = 0;
    for (let i = 0; i < 12; i++) house.speak(house.mains);
    house.bench.run(5000);
    expect(house.keyFor(house.mains)).toEqual({ sequence: 1, under: 0 });
  });

  it("is spread on after a restart of han, and of access", () => {
    for (const restart of ["restartHan", "restartAccess"] as const) {
      const house = new House();
      house.change();
      house.bench[restart]();
      house.bench.run(10_000);
      // What is stored of its counter lies up to eight ahead.
      house.sleeper.counter += 8;
      house.speak(house.sleeper);
      house.bench.run(60_000);
      expect(house.keyFor(house.mains)).toBeDefined();
      expect(house.keyFor(house.sleeper)).toBeDefined();
      expect(house.keys.sequence(house.keys.activeSlot())).toBe(1);
    }
  });
});

describe("a node under the new key", () => {
  function switched(): House {
    const house = new House();
    house.change();
    house.bench.run(5000);
    house.speak(house.sleeper);
    house.bench.run(60_000);
    house.keyFor(house.mains);
    house.bench.up.length = 0;
    return house;
  }

  it("may begin its counter anew, once, and nothing under the old key counts any more", () => {
    const house = switched();
    const { bench, mains } = house;
    mains.keySequence = 1;
    mains.counter = 0;
    const first = mains.secured(DATA);
    bench.hear(first);
    expect(bench.up).toHaveLength(1);
    const again = first.slice();
    again[2] = 0x77;
    bench.hear(again);
    bench.hear(mains.secured(DATA, 0, 0, 0));
    expect(bench.up).toHaveLength(1);
    const late = house.sleeper.key!;
    mains.key = late;
    mains.keySequence = 0;
    mains.counter = 50_000;
    bench.hear(mains.secured(DATA));
    expect(bench.up).toHaveLength(1);
    expect(bench.han.nwk.counts.replayed).toBe(3);
  });

  it("is not replayed after a restart of the hub", () => {
    const house = switched();
    const { bench, mains } = house;
    mains.keySequence = 1;
    mains.counter = 0;
    const frames = Array.from({ length: 20 }, () => mains.secured(DATA));
    for (const frame of frames) bench.hear(frame);
    bench.run(1000);
    bench.restartHan();
    bench.run(3000);
    bench.up.length = 0;
    for (const frame of frames) {
      const again = frame.slice();
      again[2]! ^= 0x80;
      bench.hear(again);
    }
    expect(bench.up).toEqual([]);
    // The counters ahead of what was stored are passed over, eight at most.
    mains.counter += 8;
    bench.hear(mains.secured(DATA));
    expect(bench.up).toHaveLength(1);
  });
});

describe("between a node and the trust centre", () => {
  const COMMAND = Uint8Array.from([0x21, 7, 0x20, 1, 0, 0, 0, ...eui64Of(1), 1, 2, 3, 4, 5, 6]);

  it("a secured command is passed on as it came, and reaches nobody above", () => {
    const house = new House();
    house.bench.up.length = 0;
    const seen: Uint8Array[] = [];
    const { push } = house.bench.toAccess;
    house.bench.toAccess.push = (...all) => {
      seen.push(...all);
      return push.apply(house.bench.toAccess, all);
    };
    house.bench.hear(house.mains.secured(COMMAND));
    expect(house.bench.up).toEqual([]);
    const said = seen.find((one) => one[0] === Operation.NODE_SAID)!;
    expect([...said.subarray(8, 16)]).toEqual([...house.mains.eui64]);
    expect([...said.subarray(16, 16 + said[1]!)]).toEqual([...COMMAND]);
  });

  it("one that is too long is dropped", () => {
    const house = new House();
    const { dropped } = house.bench.han.spread;
    house.bench.hear(house.mains.secured(Uint8Array.from([...COMMAND, ...new Uint8Array(40)])));
    expect(house.bench.han.spread.dropped).toBe(dropped + 1);
  });

  it("a word for nobody, or of another length than it says, is dropped", () => {
    const house = new House();
    const { bench } = house;
    const word = (n: number, length: number) => {
      const message = new Uint8Array(NodeTell.APS_FRAME + 20);
      message[0] = Operation.NODE_TELL;
      message[NodeTell.APS_LENGTH] = length;
      message.set(eui64Of(n), NodeTell.EUI64);
      bench.han.accessSaid(bench.now, message, message.length);
      bench.run(50);
    };
    house.heard.length = 0;
    const { dropped } = bench.han.spread;
    word(9, 20);
    for (const length of [0, 19, 21, 67, 255]) word(1, length);
    expect(bench.han.spread.dropped).toBe(dropped + 6);
    expect(house.heard).toEqual([]);
    word(1, 20);
    expect(house.heard).toHaveLength(1);
  });
});
