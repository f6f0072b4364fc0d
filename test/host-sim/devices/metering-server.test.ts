// The Metering cluster of a meter and its half-hours (Smart Energy annex D.3.2).

import { describe, expect, test } from "vitest";
import {
  MeteringAttribute,
  MeteringClientCommand,
  MeteringDeviceType,
  ProfileStatus,
  UnitOfMeasure,
} from "../../../host-sim/devices/clusters";
import { HalfHourRecorder } from "../../../host-sim/devices/half-hour-recorder";
import { MeterClock, ZCL_EPOCH_S } from "../../../host-sim/devices/meter-clock";
import { MeterTruth } from "../../../host-sim/devices/meter-truth";
import { MeteringServer } from "../../../host-sim/devices/metering-server";
import { OctetReader, OctetWriter } from "../../../host-sim/devices/zigbee/octets";
import {
  decodeReadResponse,
  encodeRead,
  encodeReport,
  serveGlobal,
} from "../../../host-sim/devices/zigbee/zcl-attributes";
import { ZclCommand, ZclStatus, ZclType } from "../../../host-sim/devices/zigbee/zcl-frame";
import { World } from "../../../host-sim/world";

const END = 1_767_225_600;
const FROM = { short: 0, endpoint: 1 };

interface Answer {
  readonly end: number;
  readonly status: number;
  readonly values: number[];
}

function server(): {
  metering: MeteringServer;
  ask: (end: number, periods: number, channel?: number) => Answer;
} {
  let payload: Buffer = Buffer.alloc(0);
  const metering = new MeteringServer({
    unit: UnitOfMeasure.KILOWATT_HOURS,
    type: MeteringDeviceType.ELECTRIC,
    respond: (_to, _command, answer) => {
      payload = answer;
    },
  });
  const ask = (end: number, periods: number, channel = 0): Answer => {
    const zclEnd = end === 0 ? 0 : end - ZCL_EPOCH_S;
    metering.command(
      FROM,
      frame(
        MeteringClientCommand.GET_PROFILE,
        true,
        new OctetWriter(6).u8(channel).u32(zclEnd).u8(periods).done(),
      ),
    );
    const read = new OctetReader(payload);
    const answerEnd = read.u32() + ZCL_EPOCH_S;
    const status = read.u8();
    expect(read.u8()).toBe(2);
    const values = Array.from({ length: read.u8() }, () => read.u24());
    expect(read.left).toBe(0);
    return { end: answerEnd, status, values };
  };
  return { metering, ask };
}

function frame(command: number, clusterSpecific: boolean, payload: Buffer) {
  return {
    clusterSpecific,
    manufacturer: undefined,
    fromServer: false,
    noDefaultResponse: true,
    sequence: 1,
    command,
    payload,
  };
}

describe("GetProfile", () => {
  test("gives the newest interval first, up to 24 of them", () => {
    const { metering, ask } = server();
    for (let i = 0; i < 40; i++) metering.addHalfHour(END + i * 1800, i);
    expect(ask(END + 10 * 1800, 3)).toEqual({ end: END + 18_000, status: 0, values: [10, 9, 8] });
    expect(ask(0, 2).values).toEqual([39, 38]);
    expect(ask(END + 39 * 1800, 24).values.length).toBe(24);
    // An end within a half-hour means the one that ended before.
    expect(ask(END + 10 * 1800 + 77, 1)).toEqual({ end: END + 18_000, status: 0, values: [10] });
  });

  test("says what it cannot give", () => {
    const { metering, ask } = server();
    expect(ask(END, 1).status).toBe(ProfileStatus.NO_INTERVALS);
    metering.addHalfHour(END, 5);
    expect(ask(END - 1800, 1).status).toBe(ProfileStatus.NO_INTERVALS);
    expect(ask(END, 25).status).toBe(ProfileStatus.TOO_MANY_PERIODS);
    expect(ask(END, 1, 1).status).toBe(ProfileStatus.CHANNEL_NOT_SUPPORTED);
    expect(ask(END, 1, 9).status).toBe(ProfileStatus.UNDEFINED_CHANNEL);
    expect(ask(END, 24).values).toEqual([5]);
  });
});

describe("attributes", () => {
  test("carry the register, the meter's own time and how to read them", () => {
    const { metering } = server();
    metering.snapshot = { time: END, value: 0x123456789a, demand: -250 };
    const ids = [
      MeteringAttribute.CURRENT_SUMMATION_DELIVERED,
      MeteringAttribute.READING_SNAPSHOT_TIME,
      MeteringAttribute.INSTANTANEOUS_DEMAND,
      MeteringAttribute.DIVISOR,
      0x7777,
    ];
    const answer = serveGlobal(
      metering,
      FROM,
      frame(ZclCommand.READ_ATTRIBUTES, false, encodeRead(ids)),
    );
    if (typeof answer === "number") throw new Error(`status ${answer}`);
    expect([...decodeReadResponse(answer.payload)]).toEqual([
      [0x0000, 0x123456789a],
      [0x0007, END - ZCL_EPOCH_S],
      [0x0400, -250],
      [0x0302, 1000],
    ]);
    expect(encodeReport(metering, [0x0000]).toString("hex")).toBe("0000259a7856341200");
  });

  test("cannot be written, and those that do not change cannot be reported", () => {
    const { metering } = server();
    const write = new OctetWriter(8).u16(0x0302).u8(ZclType.U24).u24(1).done();
    const written = serveGlobal(metering, FROM, frame(ZclCommand.WRITE_ATTRIBUTES, false, write));
    expect(written).toMatchObject({ payload: Buffer.from([ZclStatus.READ_ONLY, 0x02, 0x03]) });
    const configure = new OctetWriter(16)
      .u8(0)
      .u16(0x0302)
      .u8(ZclType.U24)
      .u16(10)
      .u16(10)
      .u24(0)
      .done();
    const configured = serveGlobal(
      metering,
      FROM,
      frame(ZclCommand.CONFIGURE_REPORTING, false, configure),
    );
    expect(configured).toMatchObject({
      payload: Buffer.from([ZclStatus.UNREPORTABLE_ATTRIBUTE, 0, 0x02, 0x03]),
    });
  });

  test("in a command cut short are malformed", () => {
    const { metering } = server();
    const cut = frame(ZclCommand.READ_ATTRIBUTES, false, Buffer.from([0]));
    expect(serveGlobal(metering, FROM, cut)).toBe(ZclStatus.MALFORMED_COMMAND);
  });
});

describe("half-hours", () => {
  function recorded(errorS: number, setAtS?: number) {
    const world = new World(1);
    const truth = new MeterTruth();
    const { metering } = server();
    const clock = new MeterClock({ epochS: END, errorS, driftPpm: 20 });
    const register = (): number => Math.floor(world.now / 1e6);
    const recorder = new HalfHourRecorder(world, 1n, clock, register, metering, truth);
    if (setAtS !== undefined) {
      world.at(setAtS * 1e6, () => {
        clock.set(world.now, END + setAtS);
        recorder.clockChanged();
      });
    }
    world.runUntil(5 * 1800e6);
    return truth.halfHours;
  }

  test("end at half-hours of the meter's clock and leave nothing out", () => {
    const halves = recorded(3);
    expect(halves.map((half) => half.end)).toEqual([1, 2, 3, 4, 5].map((n) => END + n * 1800));
    const sum = halves.reduce((total, half) => total + half.value, 0);
    expect(sum).toBeGreaterThan(5 * 1800 - 5);
  });

  test("stay whole when the clock is set, forward or back", () => {
    for (const errorS of [-4, 4]) {
      for (const setAtS of [100, 1798, 1803]) {
        const halves = recorded(errorS, setAtS);
        const ends = halves.map((half) => half.end);
        expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
        expect(ends.filter((end) => end > END)).toEqual(
          expect.arrayContaining([1, 2, 3, 4].map((n) => END + n * 1800)),
        );
        const sum = halves.reduce((total, half) => total + half.value, 0);
        expect(sum).toBeGreaterThan(5 * 1800 - 1810);
      }
    }
  });
});

test("a clock that is set within two seconds keeps its time; otherwise it takes the new one", () => {
  const clock = new MeterClock({ epochS: END, errorS: 1, driftPpm: 0 });
  expect(clock.set(10e6, END + 10)).toBe(0);
  expect(clock.seconds(10e6)).toBe(END + 11);
  expect(clock.set(10e6, END + 20)).toBeCloseTo(9);
  expect(clock.seconds(15e6)).toBe(END + 25);
  expect(clock.isSet).toBe(true);
});
