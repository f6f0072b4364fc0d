// Network access servers on several physical paths: one decision, one state for each device.

import { describe, expect, it, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { ConsumerAction, ConsumerAnswer } from "../../../firmware/ipc/consumer";
import { DeviceEvent, DeviceResult } from "../../../firmware/ipc/device";
import { JoinAnswer, JoinDecision, JoinPath } from "../../../firmware/ipc/join";
import { JoinStanding } from "../../../firmware/ipc/join-standing";
import { eui64Of } from "../han/test-node";
import { AccessFixture, hex } from "./fixture";

const { ZIGBEE, POWERLINE, METER_LINK } = {
  ZIGBEE: JoinPath.ZIGBEE,
  POWERLINE: JoinPath.POWERLINE,
  METER_LINK: JoinPath.METER_LINK,
};
const METER = 1;
const KIND = 1;

function registered(): AccessFixture {
  const fixture = new AccessFixture();
  fixture.networkAsk();
  expect(fixture.add(METER)).toBe(DeviceResult.OK);
  fixture.audit.length = 0;
  return fixture;
}

function paths(fixture: AccessFixture): number {
  return fixture.consumer(ConsumerAction.LIST, 0)![ConsumerAnswer.PATHS]!;
}

describe("a device that was registered once", () => {
  test.each([ZIGBEE, POWERLINE, METER_LINK])(
    "is accepted by path %i, and told by which",
    (path) => {
      const [answer] = registered().join(METER, path);
      expect(answer![JoinAnswer.DECISION]).toBe(JoinDecision.ACCEPTED);
      expect(answer![JoinAnswer.PATH]).toBe(path);
    },
  );

  it("gets the Zigbee network's key, wrapped, on the Zigbee path alone", () => {
    const fixture = registered();
    expect(fixture.join(METER, ZIGBEE)[0]![JoinAnswer.APS_LENGTH]).toBeGreaterThan(16);
    for (const path of [POWERLINE, METER_LINK]) {
      const [answer] = fixture.join(METER, path);
      expect(answer![JoinAnswer.APS_LENGTH]).toBe(0);
      expect(answer!.length).toBe(JoinAnswer.APS_FRAME);
    }
  });

  it("joins by one path and then by another, and is one device all the time", () => {
    const fixture = registered();
    fixture.stored(METER, POWERLINE);
    fixture.stored(METER, ZIGBEE);
    fixture.stored(METER, ZIGBEE);
    expect(fixture.events()).toEqual([[DeviceEvent.JOINED, 0]]);
    expect(paths(fixture)).toBe((1 << ZIGBEE) | (1 << POWERLINE));
    fixture.restart();
    expect(paths(fixture)).toBe((1 << ZIGBEE) | (1 << POWERLINE));
  });

  it("has not joined, and has not left, while it only may have the key", () => {
    const fixture = registered();
    expect(fixture.stored(METER, ZIGBEE, JoinStanding.KEYED)).toEqual([]);
    expect(fixture.events()).toEqual([]);
    fixture.stored(METER, ZIGBEE, JoinStanding.IN);
    fixture.stored(METER, ZIGBEE, JoinStanding.KEYED);
    expect(fixture.events()).toEqual([[DeviceEvent.JOINED, 0]]);
    expect(paths(fixture)).toBe(1 << ZIGBEE);
  });

  it("is to be forgotten when it may have the key, and nobody registered it", () => {
    const fixture = registered();
    const [answer] = fixture.stored(2, ZIGBEE, JoinStanding.KEYED);
    expect(answer![JoinAnswer.DECISION]).toBe(JoinDecision.NOT_REGISTERED);
    expect(fixture.stored(2, ZIGBEE, JoinStanding.GONE)).toEqual([]);
  });

  it("is answered on the path that asked, also when its record was being written", () => {
    const fixture = registered();
    // Another device that is awaited keeps the window open.
    fixture.add(2);
    for (const path of [METER_LINK, ZIGBEE]) {
      fixture.beginStored(METER, POWERLINE, path === ZIGBEE ? 1 : 0);
      const [answer] = fixture.join(METER, path);
      expect(answer![JoinAnswer.DECISION]).toBe(JoinDecision.ACCEPTED);
      expect(answer![JoinAnswer.PATH]).toBe(path);
    }
  });

  it("has left when it has left by every path, not before", () => {
    const fixture = registered();
    fixture.stored(METER, POWERLINE);
    fixture.stored(METER, ZIGBEE);
    fixture.stored(METER, ZIGBEE, 1);
    expect(fixture.events()).toEqual([[DeviceEvent.JOINED, 0]]);
    expect(paths(fixture)).toBe(1 << POWERLINE);
    fixture.stored(METER, POWERLINE, 1);
    expect(fixture.events()).toEqual([
      [DeviceEvent.JOINED, 0],
      [DeviceEvent.LEFT, 0],
    ]);
    expect(paths(fixture)).toBe(0);
  });

  it("has each path audited with its EUI-64", () => {
    const fixture = registered();
    fixture.stored(METER, POWERLINE);
    fixture.stored(METER, ZIGBEE);
    const line = { code: AuditCode.JOIN_ACCEPTED, subject: hex(eui64Of(METER)) };
    expect(fixture.audit).toEqual([
      { ...line, detail: KIND | (0b10 << 8) },
      { code: AuditCode.WINDOW_SET, detail: 0, subject: "00".repeat(8) },
      { ...line, detail: KIND | (0b11 << 8) },
    ]);
  });

  it("is sent away on each of its paths when it is removed", () => {
    const fixture = registered();
    fixture.stored(METER, POWERLINE);
    const before = fixture.toHan.length;
    expect(fixture.remove(METER)).toBe(DeviceResult.OK);
    const away = fixture.toHan.slice(before).map((one) => one[JoinAnswer.PATH]);
    expect(away).toEqual([ZIGBEE, POWERLINE]);
  });
});

test("a refusal on any path says its path, to the asker and to the audit log", () => {
  const fixture = registered();
  for (const path of [ZIGBEE, POWERLINE]) {
    const [answer] = fixture.join(40 + path, path);
    expect(answer![JoinAnswer.DECISION]).toBe(JoinDecision.NOT_REGISTERED);
    expect(answer![JoinAnswer.PATH]).toBe(path);
  }
  expect(fixture.audit.map(({ code, detail }) => [code, detail])).toEqual([
    [AuditCode.JOIN_REFUSED, JoinDecision.NOT_REGISTERED],
    [AuditCode.JOIN_REFUSED, JoinDecision.NOT_REGISTERED | (POWERLINE << 8)],
  ]);
});

test("the rate of a device counts over all its paths", () => {
  const fixture = registered();
  const decisions = [];
  for (let i = 0; i < 14; i++) decisions.push(fixture.join(50, i % 3)[0]![JoinAnswer.DECISION]);
  expect(decisions.slice(12)).toEqual([JoinDecision.RATE, JoinDecision.RATE]);
});

test("a path that does not exist is a defect of the asker, and costs access nothing", () => {
  const fixture = registered();
  expect(() => fixture.join(METER, JoinPath.COUNT)).not.toThrow();
  expect(() => fixture.stored(METER, JoinPath.COUNT)).not.toThrow();
});
