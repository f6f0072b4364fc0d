// The consumer's word goes before the management party's.

import { describe, expect, it, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import {
  ConsumerAction,
  ConsumerAnswer,
  ConsumerResult,
  Standing,
} from "../../../firmware/ipc/consumer";
import { DeviceEvent, DeviceResult } from "../../../firmware/ipc/device";
import { JoinAnswer, JoinDecision, PermitJoin } from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { readU16 } from "../../../firmware/wire/little-endian";
import { eui64Of, installCode } from "../han/test-node";
import { AccessFixture, hex } from "./fixture";

const METER = 1;
const { OK, BUSY } = { OK: ConsumerResult.OK, BUSY: ConsumerResult.BUSY };

function hub(): AccessFixture {
  const fixture = new AccessFixture();
  fixture.networkAsk();
  return fixture;
}

function joined(): AccessFixture {
  const fixture = hub();
  expect(fixture.add(METER)).toBe(DeviceResult.OK);
  fixture.join(METER);
  fixture.stored(METER);
  return fixture;
}

function rule(fixture: AccessFixture, action: ConsumerAction, value: number, n?: number) {
  return fixture.consumer(action, value, n)?.[ConsumerAnswer.RESULT];
}

function decision(fixture: AccessFixture, n: number): number | undefined {
  return fixture.join(n)[0]?.[JoinAnswer.DECISION];
}

/** Seconds of each `PERMIT_JOIN` so far. */
function windows(fixture: AccessFixture): number[] {
  const all = fixture.toHan.filter((one) => one[0] === Operation.PERMIT_JOIN);
  return all.map((one) => readU16(one, PermitJoin.SECONDS));
}

describe("the admission of devices", () => {
  it("is the management party's until the consumer takes it back", () => {
    const fixture = hub();
    expect(fixture.add(METER)).toBe(DeviceResult.OK);
    expect(rule(fixture, ConsumerAction.DELEGATE, 0)).toBe(OK);
    expect(fixture.add(2)).toBe(DeviceResult.NOT_DELEGATED);
    expect(fixture.add(METER)).toBe(DeviceResult.NOT_DELEGATED);
    expect(fixture.remove(METER)).toBe(DeviceResult.NOT_DELEGATED);
    expect(decision(fixture, 2)).toBe(JoinDecision.NOT_REGISTERED);
    expect(rule(fixture, ConsumerAction.DELEGATE, 1)).toBe(OK);
    expect(fixture.add(2)).toBe(DeviceResult.OK);
  });

  it("stays taken back over a restart", () => {
    const fixture = hub();
    rule(fixture, ConsumerAction.DELEGATE, 0);
    fixture.restart();
    expect(fixture.add(METER)).toBe(DeviceResult.NOT_DELEGATED);
    rule(fixture, ConsumerAction.DELEGATE, 1);
    fixture.restart();
    expect(fixture.add(METER)).toBe(DeviceResult.OK);
  });

  it("is taken back at once, and given again when that lies in flash", () => {
    const fixture = hub();
    fixture.beginConsumer(ConsumerAction.DELEGATE, 0);
    expect(fixture.add(METER)).toBe(DeviceResult.NOT_DELEGATED);
    fixture.flash.fault = () => 1;
    expect(rule(fixture, ConsumerAction.DELEGATE, 1)).toBe(BUSY);
    fixture.flash.fault = () => 0;
    expect(fixture.add(METER)).toBe(DeviceResult.NOT_DELEGATED);
    expect(rule(fixture, ConsumerAction.DELEGATE, 1)).toBe(OK);
    expect(fixture.add(METER)).toBe(DeviceResult.OK);
  });

  it("leaves those in that are in", () => {
    const fixture = joined();
    rule(fixture, ConsumerAction.DELEGATE, 0);
    expect(fixture.stored(METER)).toEqual([]);
    expect(decision(fixture, METER)).toBe(JoinDecision.CLOSED);
  });

  test("each refusal of the management party is audited with its reason", () => {
    const fixture = joined();
    rule(fixture, ConsumerAction.DENY, 1, METER);
    fixture.audit.length = 0;
    expect(fixture.add(METER, installCode(9))).toBe(DeviceResult.DENIED);
    rule(fixture, ConsumerAction.DELEGATE, 0);
    expect(fixture.add(2)).toBe(DeviceResult.NOT_DELEGATED);
    const refusals = fixture.audit.filter(({ code }) => code === AuditCode.DEVICE_REFUSED);
    expect(refusals.map(({ detail, subject }) => [detail, subject])).toEqual([
      [DeviceResult.DENIED, hex(eui64Of(METER))],
      [DeviceResult.NOT_DELEGATED, hex(eui64Of(2))],
    ]);
  });
});

describe("the joining window", () => {
  it("closes at the consumer's word, and no registration opens it", () => {
    const fixture = hub();
    fixture.add(METER);
    expect(decision(fixture, METER)).toBe(JoinDecision.ACCEPTED);
    fixture.toHan.length = 0;
    expect(rule(fixture, ConsumerAction.WINDOW, 0)).toBe(OK);
    expect(fixture.add(2)).toBe(DeviceResult.OK);
    expect(windows(fixture)).toEqual([0]);
    expect(decision(fixture, METER)).toBe(JoinDecision.CLOSED);
    expect(decision(fixture, 2)).toBe(JoinDecision.CLOSED);
  });

  it("stays closed over a restart with a device awaited, and opens for minutes when he says", () => {
    const fixture = hub();
    fixture.add(METER);
    rule(fixture, ConsumerAction.WINDOW, 0);
    fixture.restart();
    fixture.networkAsk();
    expect(decision(fixture, METER)).toBe(JoinDecision.CLOSED);
    fixture.toHan.length = 0;
    expect(rule(fixture, ConsumerAction.WINDOW, 1)).toBe(OK);
    expect(windows(fixture)).toEqual([254]);
    expect(decision(fixture, METER)).toBe(JoinDecision.ACCEPTED);
    fixture.settle(3_600_000);
    expect(decision(fixture, METER)).toBe(JoinDecision.CLOSED);
  });
});

describe("a device that the consumer denies", () => {
  it("is sent away, refused with that reason, and comes back when he allows it", () => {
    const fixture = joined();
    fixture.toHan.length = 0;
    expect(rule(fixture, ConsumerAction.DENY, 1, METER)).toBe(OK);
    expect(fixture.toHan.map((one) => one[JoinAnswer.DECISION])).toEqual([
      JoinDecision.NOT_REGISTERED,
    ]);
    fixture.stored(METER, 0, 1);
    expect(fixture.events()).toContainEqual([DeviceEvent.LEFT, 0]);
    expect(decision(fixture, METER)).toBe(JoinDecision.DENIED);
    expect(fixture.events()).toContainEqual([DeviceEvent.REFUSED, JoinDecision.DENIED]);
    expect(rule(fixture, ConsumerAction.DENY, 0, METER)).toBe(OK);
    rule(fixture, ConsumerAction.WINDOW, 1);
    expect(decision(fixture, METER)).toBe(JoinDecision.ACCEPTED);
  });

  it("stays out whatever the management party does, over restarts too", () => {
    const fixture = joined();
    rule(fixture, ConsumerAction.DENY, 1, METER);
    for (let life = 0; life < 2; life++) {
      expect(fixture.add(METER)).toBe(DeviceResult.DENIED);
      expect(fixture.add(METER, installCode(9))).toBe(DeviceResult.DENIED);
      expect(fixture.remove(METER)).toBe(DeviceResult.DENIED);
      expect(decision(fixture, METER)).toBe(JoinDecision.DENIED);
      fixture.restart();
      fixture.networkAsk();
    }
  });

  it("is sent away again whenever `han` says that it is still in", () => {
    const fixture = joined();
    rule(fixture, ConsumerAction.DENY, 1, METER);
    const [answer] = fixture.stored(METER);
    expect(answer![JoinAnswer.DECISION]).toBe(JoinDecision.NOT_REGISTERED);
  });

  it("is out at once, and in again only when that lies in flash", () => {
    const fixture = joined();
    fixture.beginConsumer(ConsumerAction.DENY, 1, METER);
    expect(decision(fixture, METER)).toBe(JoinDecision.DENIED);
    fixture.flash.fault = () => 1;
    fixture.beginConsumer(ConsumerAction.DENY, 0, METER);
    fixture.settle(10_000);
    expect(fixture.toConsole.at(-1)![ConsumerAnswer.RESULT]).toBe(BUSY);
    fixture.flash.fault = () => 0;
    expect(decision(fixture, METER)).toBe(JoinDecision.DENIED);
  });

  it("is no reason to keep the window open", () => {
    const fixture = hub();
    fixture.add(METER);
    fixture.add(2);
    rule(fixture, ConsumerAction.DENY, 1, 2);
    fixture.toHan.length = 0;
    fixture.stored(METER);
    expect(windows(fixture)).toEqual([0]);
  });
});

describe("the list", () => {
  it("shows each device with kind, standing and paths, one a question", () => {
    const fixture = joined();
    fixture.add(2);
    fixture.add(3);
    rule(fixture, ConsumerAction.DENY, 1, 3);
    const seen = [];
    for (let next = 0; ; ) {
      const entry = fixture.consumer(ConsumerAction.LIST, next)!;
      if (entry[ConsumerAnswer.RESULT] === ConsumerResult.UNKNOWN_DEVICE) break;
      next = entry[ConsumerAnswer.INDEX]! + 1;
      seen.push([
        hex(entry.subarray(ConsumerAnswer.EUI64)),
        entry[ConsumerAnswer.KIND],
        entry[ConsumerAnswer.STANDING],
        entry[ConsumerAnswer.PATHS],
      ]);
    }
    expect(seen).toEqual([
      [hex(eui64Of(METER)), 1, Standing.JOINED, 1],
      [hex(eui64Of(2)), 1, Standing.REGISTERED, 0],
      [hex(eui64Of(3)), 1, Standing.DENIED, 0],
    ]);
  });

  it("shows no code and no key", () => {
    const fixture = joined();
    fixture.consumer(ConsumerAction.LIST, 0);
    const said = fixture.toConsole.map(hex).join(" ");
    expect(said).not.toContain(hex(installCode(METER)).slice(0, 8));
    expect(fixture.toConsole.every((one) => one.length === ConsumerAnswer.LENGTH)).toBe(true);
  });
});

describe("what the consumer says", () => {
  it.each([
    [4, 0],
    [0xff, 0],
    [ConsumerAction.DELEGATE, 2],
    [ConsumerAction.WINDOW, 0xff],
    [ConsumerAction.DENY, 2],
  ])("as action %i with value %i is refused", (action, value) => {
    const fixture = joined();
    fixture.audit.length = 0;
    expect(rule(fixture, action, value, METER)).toBe(ConsumerResult.BAD_ACTION);
    expect(fixture.audit).toEqual([]);
  });

  it("of a device that is not in the log is answered so", () => {
    expect(rule(hub(), ConsumerAction.DENY, 1, METER)).toBe(ConsumerResult.UNKNOWN_DEVICE);
  });

  it("is answered BUSY before the log is read, and while his last word is being written", () => {
    const fixture = hub();
    fixture.beginConsumer(ConsumerAction.DELEGATE, 0);
    fixture.beginConsumer(ConsumerAction.WINDOW, 0);
    fixture.settle();
    expect(fixture.toConsole.map((one) => one[ConsumerAnswer.RESULT])).toEqual([BUSY, OK]);
  });

  it("is audited, with what it concerns", () => {
    const fixture = joined();
    fixture.audit.length = 0;
    rule(fixture, ConsumerAction.DENY, 1, METER);
    rule(fixture, ConsumerAction.DELEGATE, 0);
    rule(fixture, ConsumerAction.WINDOW, 1);
    const code = AuditCode.CONSUMER_RULED;
    const nobody = "00".repeat(8);
    expect(fixture.audit).toEqual([
      { code, detail: ConsumerAction.DENY | (1 << 8), subject: hex(eui64Of(METER)) },
      { code, detail: ConsumerAction.DELEGATE, subject: nobody },
      { code: AuditCode.WINDOW_SET, detail: 254, subject: nobody },
      { code, detail: ConsumerAction.WINDOW | (1 << 8), subject: nobody },
    ]);
  });

  it("counts from `console` alone", () => {
    const fixture = joined();
    const message = new Uint8Array(16);
    message[0] = Operation.CONSUMER_ASK;
    message[1] = ConsumerAction.DELEGATE;
    for (const from of [Party.HAN, Party.FIREWALL]) fixture.say(from, message);
    expect(fixture.add(2)).toBe(DeviceResult.OK);
    expect(fixture.toConsole).toEqual([]);
  });
});
