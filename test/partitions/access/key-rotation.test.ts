// The network key changes on order and on schedule, each step in flash before it is told.
// Zigbee 05-3474-22 section 4.6.3.4.

import { describe, expect, it } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { DeviceResult, NetworkAction, NetworkRule } from "../../../firmware/ipc/device";
import {
  JoinAnswer,
  JoinKind,
  KeyMove,
  KeyMoved,
  KeyUse,
  NetworkSet,
} from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { AccessFixture, hex } from "./fixture";
import { TrustNode, told } from "./trust-node";

const METER = 1;

interface SetKey {
  readonly use: number;
  readonly sequence: number;
  readonly key: string;
}

function keysOf(messages: readonly Uint8Array[]): SetKey[] {
  return messages
    .filter((one) => one[0] === Operation.NETWORK_SET)
    .map((one) => ({
      use: one[NetworkSet.USE]!,
      sequence: one[NetworkSet.KEY_SEQUENCE]!,
      key: hex(one.subarray(NetworkSet.KEY, NetworkSet.KEY + 16)),
    }));
}

/** What `han` is told of the keys while this happens. */
function during(fixture: AccessFixture, deed: () => void): SetKey[] {
  const before = fixture.toHan.length;
  deed();
  return keysOf(fixture.toHan.slice(before));
}

function rule(fixture: AccessFixture, action: number, seconds = 0): number {
  const message = new Uint8Array(NetworkRule.LENGTH);
  message[0] = Operation.NETWORK_RULE;
  message[NetworkRule.ACTION] = action;
  message[NetworkRule.SECONDS] = seconds & 0xff;
  message[NetworkRule.SECONDS + 1] = seconds >> 8;
  const before = fixture.toFirewall.length;
  fixture.say(Party.FIREWALL, message);
  const results = fixture.toFirewall.slice(before);
  return results.find((one) => one[0] === Operation.DEVICE_RESULT)?.[1] ?? -1;
}

function moved(fixture: AccessFixture, move: KeyMove, sequence: number): SetKey[] {
  const message = new Uint8Array(KeyMoved.LENGTH);
  message[0] = Operation.KEY_MOVED;
  message[KeyMoved.MOVE] = move;
  message[KeyMoved.KEY_SEQUENCE] = sequence;
  return during(fixture, () => fixture.say(Party.HAN, message));
}

function started(): { fixture: AccessFixture; first: SetKey } {
  const fixture = new AccessFixture();
  const [first] = during(fixture, () => fixture.networkAsk());
  fixture.add(METER);
  fixture.join(METER);
  fixture.stored(METER);
  fixture.audit.length = 0;
  return { fixture, first: first! };
}

const change = (fixture: AccessFixture) => rule(fixture, NetworkAction.CHANGE_KEY);

describe("a change of the network key", () => {
  it("makes another one, with the next number, and tells of it", () => {
    const { fixture, first } = started();
    const told = during(fixture, () => expect(change(fixture)).toBe(DeviceResult.OK));
    expect(told.map(({ use, sequence }) => [use, sequence])).toEqual([
      [KeyUse.ACTIVE, 0],
      [KeyUse.NEXT, 1],
    ]);
    expect(told[0]!.key).toBe(first.key);
    expect(told[1]!.key).not.toBe(first.key);
    expect(fixture.audit.map(({ code, detail }) => [code, detail])).toEqual([
      [AuditCode.NETWORK_KEY_CHANGED, KeyUse.NEXT | (1 << 8)],
    ]);
  });

  it("is one at a time", () => {
    const { fixture } = started();
    expect(change(fixture)).toBe(DeviceResult.OK);
    expect(change(fixture)).toBe(DeviceResult.BUSY);
  });

  it("has the next key become active when it is spread, and the old one forgotten after", () => {
    const { fixture, first } = started();
    change(fixture);
    const switched = moved(fixture, KeyMove.SPREAD, 1);
    expect(switched.map(({ use, sequence }) => [use, sequence])).toEqual([
      [KeyUse.ACTIVE, 1],
      [KeyUse.OLD, 0],
    ]);
    expect(switched[1]!.key).toBe(first.key);
    // Said again, it is answered again.
    expect(moved(fixture, KeyMove.SPREAD, 1)).toEqual(switched);
    const dropped = moved(fixture, KeyMove.DROPPED, 0);
    expect(dropped.map(({ use, sequence }) => [use, sequence])).toEqual([[KeyUse.ACTIVE, 1]]);
    expect(change(fixture)).toBe(DeviceResult.OK);
  });

  it("is not moved by news of another key", () => {
    const { fixture } = started();
    change(fixture);
    expect(moved(fixture, KeyMove.SPREAD, 7).map(({ use }) => use)).toEqual([
      KeyUse.ACTIVE,
      KeyUse.NEXT,
    ]);
    expect(moved(fixture, KeyMove.DROPPED, 1)).toEqual([]);
  });

  it("goes on where it was after a restart, in each of its phases", () => {
    const { fixture } = started();
    const expected = [[KeyUse.NEXT], [KeyUse.OLD], []];
    const deeds = [
      () => change(fixture),
      () => moved(fixture, KeyMove.SPREAD, 1),
      () => moved(fixture, KeyMove.DROPPED, 0),
    ];
    for (const [i, deed] of deeds.entries()) {
      deed();
      const before = during(fixture, () => fixture.networkAsk());
      fixture.restart();
      const after = during(fixture, () => fixture.networkAsk());
      expect(after).toEqual(before);
      expect(after.slice(1).map(({ use }) => use)).toEqual(expected[i]);
    }
  });

  it("gives a node the next key under its own link key, and a newcomer the active one", () => {
    const { fixture, first } = started();
    const node = new TrustNode(fixture, METER);
    const key = node.exchange();
    const told1 = during(fixture, () => change(fixture))[1]!;
    const before = fixture.toHan.length;
    fixture.join(METER, 0, JoinKind.KEY_UPDATE);
    const [frame] = told(fixture.toHan.slice(before));
    const transport = node.networkKeyIn(frame, key);
    expect([transport?.sequence, hex(transport!.key)]).toEqual([1, told1.key]);
    expect(node.networkKeyIn(frame, node.installKey)).toBeUndefined();

    const newcomer = new TrustNode(fixture, 2);
    fixture.add(2);
    const [answer] = fixture.join(2);
    const end = JoinAnswer.APS_FRAME + answer![JoinAnswer.APS_LENGTH]!;
    const wrapped = Buffer.from(answer!.subarray(JoinAnswer.APS_FRAME, end));
    expect(hex(newcomer.networkKeyIn(wrapped, newcomer.installKey)!.key)).toBe(first.key);
  });

  it("gives no key to a node that nobody registered", () => {
    const { fixture } = started();
    change(fixture);
    const before = fixture.toHan.length;
    fixture.join(9, 0, JoinKind.KEY_UPDATE);
    expect(told(fixture.toHan.slice(before))).toEqual([]);
  });

  it("comes by itself two weeks after the last one, by the civil clock and over restarts", () => {
    const DAY_MS = 86_400_000;
    const { fixture } = started();
    const begun: number[] = [];
    for (let day = 0; day < 40; day++) {
      fixture.utcMs = 1_767_225_600_000 + day * DAY_MS;
      fixture.restart();
      fixture.networkAsk();
      const keys = during(fixture, () => fixture.settle(2 * 3_600_000));
      const next = keys.find(({ use }) => use === KeyUse.NEXT);
      if (next === undefined) continue;
      begun.push(day);
      moved(fixture, KeyMove.SPREAD, next.sequence);
      moved(fixture, KeyMove.DROPPED, next.sequence - 1);
    }
    // The clock was unknown when the first key was made: its age counts from the first day.
    expect(begun).toEqual([14, 28]);
  });
});

describe("the joining window", () => {
  it("is opened for at most 254 seconds, and shut with 0", () => {
    const { fixture } = started();
    fixture.settle(300_000);
    const asked = () => fixture.join(METER)[0]![JoinAnswer.DECISION];
    const [ACCEPTED, CLOSED] = [0, 3];
    expect(asked()).toBe(CLOSED);
    expect(rule(fixture, NetworkAction.WINDOW, 255)).toBe(DeviceResult.BAD_CODE);
    expect(asked()).toBe(CLOSED);
    expect(rule(fixture, NetworkAction.WINDOW, 254)).toBe(DeviceResult.OK);
    expect(asked()).toBe(ACCEPTED);
    expect(rule(fixture, NetworkAction.WINDOW, 0)).toBe(DeviceResult.OK);
    expect(asked()).toBe(CLOSED);
    expect(rule(fixture, NetworkAction.WINDOW, 1)).toBe(DeviceResult.OK);
    expect(asked()).toBe(ACCEPTED);
    fixture.settle(1001);
    expect(asked()).toBe(CLOSED);
  });

  it("takes no other rule", () => {
    const { fixture } = started();
    expect(rule(fixture, NetworkAction.COUNT)).toBe(DeviceResult.BAD_CODE);
  });
});

describe("a stranger who asks in a device's name", () => {
  it("does not use up its attempts, however often and whatever he asks", () => {
    const { fixture } = started();
    const [ACCEPTED] = [0];
    fixture.add(2);
    for (let i = 0; i < 100; i++) fixture.join(2, 0, JoinKind.UNSECURED_REJOIN);
    for (let i = 0; i < 100; i++) fixture.join(2);
    expect(fixture.join(2)[0]![JoinAnswer.DECISION]).toBe(ACCEPTED);
  });
});
