// Link keys of the devices' own: asked for, sent, shown and confirmed, whatever goes wrong between,
// and everything else refused with its reason. Zigbee 05-3474-22 sections 4.4.5 to 4.4.8.

import { describe, expect, it } from "vitest";
import { AuditCode, KeyRefusal } from "../../../firmware/ipc/audit";
import { DeviceResult } from "../../../firmware/ipc/device";
import { JoinAnswer } from "../../../firmware/ipc/join";
import { ApsCommand, KeyType } from "../../../host-sim/devices/zigbee/aps-frame";
import { KeyIdentifier, linkKeyOf, withCrc } from "../../../host-sim/devices/zigbee/security";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { AccessFixture } from "./fixture";
import { TrustNode } from "./trust-node";

const METER = 1;
const OTHER = 2;
const REGION_BYTES = 32_768;

function joined(memory?: FlashMemory): { fixture: AccessFixture; node: TrustNode } {
  const fixture = new AccessFixture(memory);
  fixture.networkAsk();
  for (const n of [METER, OTHER]) {
    fixture.add(n);
    fixture.join(n);
    fixture.stored(n);
  }
  fixture.settle(60_000);
  fixture.audit.length = 0;
  return { fixture, node: new TrustNode(fixture, METER) };
}

function refusals(fixture: AccessFixture): number[] {
  return fixture.audit
    .filter(({ code }) => code === AuditCode.KEY_REFUSED)
    .map(({ detail }) => detail);
}

const REQUEST = Buffer.from([ApsCommand.REQUEST_KEY, KeyType.TRUST_CENTRE_LINK]);

describe("a device that asks for a link key of its own", () => {
  it("gets one under its install code's, and has it confirmed under the new one", () => {
    const { fixture, node } = joined();
    const key = node.exchange();
    expect(key).not.toEqual(node.installKey);
    expect(fixture.audit.map(({ code }) => code)).toEqual([AuditCode.LINK_KEY_PROVEN]);
    const other = new TrustNode(fixture, OTHER);
    expect(other.exchange()).not.toEqual(key);
  });

  it("gets the same one again when it asks again, until it has shown that it has it", () => {
    const { node } = joined();
    const keys = [1, 2, 3].map(() =>
      node.linkKeyIn(node.request(node.installKey)[0], node.installKey),
    );
    expect(keys[0]).toBeDefined();
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
  });

  it("has it confirmed again when the confirmation was lost", () => {
    const { node } = joined();
    const key = node.exchange();
    expect(node.isConfirmed(node.verify(key)[0], key)).toBe(true);
  });

  it("is answered under its new key from then on, and nothing opens with the old one", () => {
    const { fixture, node } = joined();
    const key = node.exchange();
    expect(node.request(node.installKey, 1000)).toEqual([]);
    expect(node.verify(node.installKey)).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.NOT_AUTHENTIC, KeyRefusal.WRONG_HASH]);
    const [again] = node.request(key);
    expect(node.linkKeyIn(again, node.installKey)).toBeUndefined();
    expect(node.linkKeyIn(again, key)).toEqual(key);
  });

  it("has the key of its install code confirmed when it keeps that", () => {
    const { node } = joined();
    expect(node.isConfirmed(node.verify(node.installKey)[0], node.installKey)).toBe(true);
  });
});

describe("an install code", () => {
  it.each([6, 8, 12, 16])("of %i bytes and its CRC lets a device in", (length) => {
    const fixture = new AccessFixture();
    fixture.networkAsk();
    const code = withCrc(Buffer.from(Array.from({ length }, (_, i) => 17 * i + length)));
    expect(fixture.add(METER, code)).toBe(DeviceResult.OK);
    const [answer] = fixture.join(METER);
    const end = JoinAnswer.APS_FRAME + answer![JoinAnswer.APS_LENGTH]!;
    const wrapped = Buffer.from(answer!.subarray(JoinAnswer.APS_FRAME, end));
    const node = new TrustNode(fixture, METER);
    expect(node.networkKeyIn(wrapped, linkKeyOf(code))?.sequence).toBe(0);
    code[length]! ^= 1;
    expect(fixture.add(METER, code)).toBe(DeviceResult.BAD_CODE);
  });
});

describe("a restart of the hub", () => {
  it("between asking and showing leaves the key that was sent good", () => {
    const { fixture, node } = joined();
    const key = node.linkKeyIn(node.request(node.installKey)[0], node.installKey)!;
    fixture.restart();
    fixture.networkAsk();
    expect(node.isConfirmed(node.verify(key)[0], key)).toBe(true);
  });

  it("after showing leaves the old key dead, and no counter counts twice", () => {
    const { fixture, node } = joined();
    const key = node.exchange();
    expect(node.request(key, 5)).toHaveLength(1);
    fixture.restart();
    fixture.networkAsk();
    expect(node.request(node.installKey, 2000)).toEqual([]);
    expect(node.request(key, 5)).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.NOT_AUTHENTIC, KeyRefusal.REPLAY]);
    expect(node.request(key, 6)).toHaveLength(1);
  });

  it("at any write of the exchange leaves one of both keys good", () => {
    for (let cut = 0; cut < 12; cut++) {
      const memory = new FlashMemory(REGION_BYTES);
      const { fixture, node } = joined(memory);
      const before = memory.bytes.slice();
      const transported = node.linkKeyIn(node.request(node.installKey)[0], node.installKey)!;
      if (cut % 2 === 0) node.verify(transported);
      const after = memory.bytes.slice();
      // The bytes that were written come to flash in order; the cut is somewhere among them.
      const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
      const last = Math.floor((changed.length * cut) / 12);
      memory.bytes.set(before);
      for (const at of changed.slice(0, last)) memory.bytes[at] = after[at]!;
      fixture.restart();
      fixture.networkAsk();
      const isNew = node.isConfirmed(node.verify(transported)[0], transported);
      if (isNew) continue;
      const again = node.linkKeyIn(node.request(node.installKey, 3000)[0], node.installKey);
      expect(again).toBeDefined();
    }
  });
});

describe("refused, with its reason in the audit log, is", () => {
  it("a request in clear", () => {
    const { fixture, node } = joined();
    expect(node.say(Buffer.concat([Buffer.from([1, 7]), REQUEST]))).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.UNSECURED]);
  });

  it("a counter that was used", () => {
    const { fixture, node } = joined();
    expect(node.request(node.installKey, 9)).toHaveLength(1);
    for (const counter of [9, 3, 0xffffffff]) {
      expect(node.request(node.installKey, counter)).toEqual([]);
    }
    expect(refusals(fixture)).toEqual([KeyRefusal.REPLAY]);
  });

  it("a frame under another device's key, another of the derived keys, or another's name", () => {
    const { fixture, node } = joined();
    const other = new TrustNode(fixture, OTHER);
    const { installKey } = node;
    expect(node.request(other.installKey)).toEqual([]);
    expect(node.request(Buffer.from("ZigBeeAlliance09", "latin1"))).toEqual([]);
    expect(node.say(node.sealed(REQUEST, installKey, 50, KeyIdentifier.KEY_LOAD))).toEqual([]);
    const named = node.sealed(REQUEST, installKey, 51, KeyIdentifier.DATA, other.eui64);
    expect(node.say(named)).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.NOT_AUTHENTIC]);
    expect(node.request(installKey)).toHaveLength(1);
  });

  it("a hash of another key, or of another device", () => {
    const { fixture, node } = joined();
    const key = node.exchange();
    expect(node.verify(Buffer.alloc(16, 1))).toEqual([]);
    expect(node.verify(key, new TrustNode(fixture, OTHER).eui64)).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.WRONG_HASH]);
  });

  it("a key that a trust centre does not give: the network's, or one with a partner", () => {
    const { fixture, node } = joined();
    expect(node.request(node.installKey, 1, KeyType.STANDARD_NETWORK)).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.KEY_TYPE]);
  });

  it("a device that is not registered, or was removed", () => {
    const { fixture, node } = joined();
    const stranger = new TrustNode(fixture, 9);
    expect(stranger.request(stranger.installKey)).toEqual([]);
    fixture.remove(METER);
    expect(node.request(node.installKey)).toEqual([]);
    expect(refusals(fixture)).toEqual([KeyRefusal.NOT_REGISTERED, KeyRefusal.NOT_REGISTERED]);
  });

  it("what is no command, too long, or cut short", () => {
    const { fixture, node } = joined();
    const whole = node.sealed(REQUEST, node.installKey);
    expect(node.say(Buffer.alloc(0))).toEqual([]);
    expect(node.say(Buffer.from([0x40, 1, 2, 3, 4, 5, 6, 7]))).toEqual([]);
    expect(node.say(whole, 49)).toEqual([]);
    for (let length = 0; length < whole.length; length++) {
      fixture.settle(60_000);
      expect(node.say(whole.subarray(0, length))).toEqual([]);
    }
    expect(node.say(whole)).toHaveLength(1);
  });

  it("more than twelve a minute, and the next minute it is heard again", () => {
    const { fixture, node } = joined();
    const answered = Array.from({ length: 20 }, () => node.request(node.installKey).length);
    expect(answered.reduce((sum, one) => sum + one, 0)).toBe(12);
    expect(refusals(fixture)).toEqual([KeyRefusal.RATE]);
    fixture.settle(60_000);
    expect(node.request(node.installKey)).toHaveLength(1);
  });
});

describe("a device that begins anew", () => {
  it("after it has left is let in under its install code's key again", () => {
    const { fixture, node } = joined();
    node.exchange();
    fixture.stored(METER, 0, 1);
    fixture.add(METER);
    node.counter = 0;
    expect(node.exchange()).not.toEqual(node.installKey);
  });

  it("without a word is not, until it is registered again", () => {
    const { node, fixture } = joined();
    const key = node.exchange();
    expect(node.request(node.installKey, 7)).toEqual([]);
    fixture.add(METER);
    // Nothing has changed for a device that goes on as it was.
    expect(node.request(key)).toHaveLength(1);
    const [transport] = node.request(node.installKey, 8);
    expect(node.linkKeyIn(transport, node.installKey)).not.toEqual(key);
    expect(node.request(key, 3000)).toEqual([]);
  });
});
