import { expect, test } from "vitest";
import { Air, type Transmission } from "../../../host-sim/air/air";
import { airtimeUs, BAND_868, bandNamed, NO_CHANNEL } from "../../../host-sim/air/phy";
import { TimeOnAir } from "../../../host-sim/air/time-on-air";
import { Transceiver, TxStatus } from "../../../host-sim/air/transceiver";
import { World } from "../../../host-sim/world";

const PART_US = 300_000_000;
const HOUR_US = 12 * PART_US;

function stations(distance: number, phy = BAND_868) {
  const world = new World(3);
  const air = new Air(world, { phy });
  const sent: Transmission[] = [];
  air.observe((one) => sent.push(one));
  const make = (short: number, x: number) => {
    const radio = new Transceiver(air, `s${short}`, { x, y: 0 });
    const eui64 = new Uint8Array(8).fill(short);
    radio.configure({ panId: 0x1a62, short, eui64, channel: phy.lastChannel - 36, rxOn: true });
    return radio;
  };
  return { world, sent, a: make(1, 0), b: make(2, distance) };
}

/** A data frame from 1 to 2 that asks to be acknowledged. */
function frame(octets: number): Uint8Array {
  const bytes = new Uint8Array(octets);
  bytes.set([0x61, 0x88, 7, 0x62, 0x1a, 2, 0, 1, 0]);
  return bytes;
}

test("a frame of 127 octets with its FCS takes 11.12 ms: 139 octets at 100 kb/s", () => {
  expect(airtimeUs(BAND_868, 125)).toBe(11_120);
});

test("listen before talk: free for 5 ms, up to 5 ms more by half milliseconds (D.11)", () => {
  const { world, sent, a, b } = stations(10);
  const heard: number[] = [];
  b.onFrame = (_bytes, length) => heard.push(length);
  let outcome = -1;
  a.transmit(frame(40), 40, {}, (status) => {
    outcome = status;
  });
  world.runUntil(1_000_000);
  const [first, ack] = sent;
  const waited = first!.startUs - BAND_868.ccaUs - BAND_868.turnaroundUs;
  expect(waited % 500).toBe(0);
  expect(waited).toBeLessThanOrEqual(5000);
  expect(ack!.startUs - first!.endUs).toBe(450);
  expect(heard).toEqual([40]);
  expect(outcome).toBe(TxStatus.OK);
});

test("it reaches where 2.4 GHz does not", () => {
  const reaches = (name: string) => {
    const { world, a } = stations(150, bandNamed(name));
    let outcome = -1;
    a.transmit(frame(40), 40, {}, (status) => {
      outcome = status;
    });
    world.runUntil(10_000_000);
    return outcome;
  };
  expect(reaches("2450")).toBe(TxStatus.NO_ACK);
  expect(reaches("868")).toBe(TxStatus.OK);
});

test("channel 0 exists there, and is not the silence of a radio that is off", () => {
  const { a } = stations(10);
  a.configure({ channel: 0, rxOn: true });
  expect(a.hears).toBe(0);
  a.configure({ rxOn: false });
  expect(a.hears).toBe(NO_CHANNEL);
});

test("a radio that was on air for 90 s in an hour sends no more, until the hour is over", () => {
  const { world, sent, a } = stations(10);
  const outcomes: number[] = [];
  const again = (status: TxStatus) => {
    outcomes.push(status);
    if (world.now < 2 * HOUR_US) a.transmit(frame(125), 125, {}, again);
  };
  a.transmit(frame(125), 125, {}, again);
  world.runUntil(2 * HOUR_US);
  const own = sent.filter(({ sender }) => sender === a);
  for (let start = 0; start <= HOUR_US; start += PART_US) {
    const inHour = own.filter(({ startUs }) => startUs >= start && startUs < start + HOUR_US);
    const onAirUs = inHour.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
    expect(onAirUs).toBeLessThanOrEqual(BAND_868.onAirPerHourUs + airtimeUs(BAND_868, 125));
  }
  expect(outcomes).toContain(TxStatus.OK);
  expect(outcomes).toContain(TxStatus.CHANNEL_ACCESS);
  expect(own.at(-1)!.startUs).toBeGreaterThan(HOUR_US);
});

test("time on air is forgotten an hour after it, and never sooner", () => {
  const time = new TimeOnAir(1000);
  time.add(0, 1000);
  expect(time.isAllowed(HOUR_US - 1)).toBe(false);
  expect(time.isAllowed(HOUR_US + PART_US)).toBe(true);
  expect(time.totalUs).toBe(1000);
  time.add(100 * HOUR_US, 100 * HOUR_US + 999);
  expect(time.isAllowed(100 * HOUR_US)).toBe(true);
});

test("a name that no band has is our own mistake", () => {
  expect(() => bandNamed("433")).toThrow("no band 433");
});
