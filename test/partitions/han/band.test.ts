// Which band the network is in: what the co-processor serves, and how long it may be on air there.

import { describe, expect, it } from "vitest";
import { BANDS, type Band, bandOf } from "../../../firmware/partitions/han/band";
import { Memory } from "../../../firmware/partitions/han/memory";
import { Transmission } from "../../../firmware/partitions/han/radio-owner";
import { RadioSettings } from "../../../firmware/partitions/han/radio-setup";
import { TimeOnAir } from "../../../firmware/partitions/han/time-on-air";
import { SpinelProperty } from "../../../firmware/wire/spinel-property";
import { FakeCoprocessor } from "./fake-coprocessor";
import { Bench, blankFlash } from "./fixture";

const SUB_GHZ = Array.from({ length: 63 }, (_, i) => i);
const HOUR_MS = 3_600_000;
const PART_MS = 300_000;
const OCTETS = 111;
/** (14 + 111) x 80 microseconds. */
const FRAME_MS = 10;

function bandOfList(channels: readonly number[]): Band | undefined {
  const bytes = Uint8Array.from([99, ...channels, 99]);
  return bandOf(bytes, 1, 1 + channels.length);
}

describe("the band that a co-processor serves", () => {
  it("is told by its channels, also where it leaves some out", () => {
    expect(bandOfList(Array.from({ length: 16 }, (_, i) => 11 + i))).toBe(BANDS[0]);
    expect(bandOfList([11, 25])).toBe(BANDS[0]);
    expect(bandOfList(SUB_GHZ)).toBe(BANDS[1]);
    expect(bandOfList([0, 15])).toBe(BANDS[1]);
  });

  it("is none for no channels, and for channels that no band of ours has", () => {
    expect(bandOfList([])).toBeUndefined();
    expect(bandOfList([11, 63])).toBeUndefined();
    expect(bandOfList([255])).toBeUndefined();
  });
});

describe("a network at 868 MHz", () => {
  it("measures all its channels, and takes the quietest", () => {
    const radio = new FakeCoprocessor();
    radio.channels = SUB_GHZ;
    const measured = new Set<number>();
    radio.energy = (channel) => {
      measured.add(channel);
      return channel === 0 ? -101 : -90;
    };
    const bench = new Bench(blankFlash(), 1, radio);
    bench.run(30_000);
    expect(bench.han.isUp()).toBe(true);
    expect([...measured]).toEqual(SUB_GHZ);
    expect(bench.han.store.identity.channel).toBe(0);
    expect(radio.properties.get(SpinelProperty.PHY_CHAN)).toEqual(Uint8Array.from([0]));
  });

  it("is not opened with a co-processor that cannot be tuned to its channel", () => {
    const flash = blankFlash();
    const radio = new FakeCoprocessor();
    radio.channels = SUB_GHZ;
    radio.energy = (channel) => (channel === 40 ? -101 : -90);
    new Bench(flash, 1, radio).run(30_000);
    const other = new Bench(flash, 2);
    other.run(30_000);
    expect(other.han.store.identity.channel).toBe(40);
    expect(other.han.isUp()).toBe(false);
    expect(other.radio.properties.has(SpinelProperty.PHY_CHAN)).toBe(false);
    expect(other.radio.air).toEqual([]);
  });

  it("is not formed with a co-processor whose channels no band has", () => {
    const radio = new FakeCoprocessor();
    radio.channels = [200];
    const bench = new Bench(blankFlash(), 1, radio);
    bench.run(30_000);
    expect(bench.han.isUp()).toBe(false);
    expect(radio.air).toEqual([]);
  });
});

describe("time on air (annex D.12)", () => {
  function onAir(band: Band): TimeOnAir {
    const settings = new RadioSettings(new Uint8Array(8));
    settings.band = band;
    return new TimeOnAir(settings, new Memory());
  }

  it("is not limited at 2.4 GHz", () => {
    const time = onAir(BANDS[0]!);
    for (let i = 0; i < 100_000; i++) time.sent(0, OCTETS, Transmission.NO_ACK);
    expect(time.isAllowed(0, false)).toBe(true);
  });

  it("keeps what is left of the hour for frames that a node listens for, then keeps silent", () => {
    const time = onAir(BANDS[1]!);
    let ordinary = 0;
    let urgent = 0;
    while (time.isAllowed(0, true)) {
      time.sent(0, OCTETS, Transmission.OK);
      urgent++;
      if (time.isAllowed(0, false)) ordinary++;
    }
    expect(ordinary + 1).toBe(75_000 / FRAME_MS);
    expect(urgent).toBe(90_000 / FRAME_MS);
    expect(time.isAllowed(0, false)).toBe(false);
  });

  it("counts every try, acknowledgements too, and nothing where the channel was never free", () => {
    const time = onAir(BANDS[1]!);
    for (let i = 0; i < 1e6; i++) time.sent(0, OCTETS, Transmission.CHANNEL_BUSY);
    expect(time.isAllowed(0, false)).toBe(true);
    for (let i = 0; i < 75_000 / FRAME_MS / 4; i++) time.sent(0, OCTETS, Transmission.NO_ACK);
    expect(time.isAllowed(0, false)).toBe(false);
    for (let i = 0; time.isAllowed(0, true); i++) {
      // (14 + 3) x 80 microseconds each: 15 s hold 11,029 of them.
      expect(i).toBeLessThan(11_030);
      time.acknowledged(0);
    }
  });

  it("comes back as the hour moves on, five minutes at a time", () => {
    const time = onAir(BANDS[1]!);
    for (let i = 0; i < 4500; i++) time.sent(0, OCTETS, Transmission.OK);
    for (let i = 0; i < 4500; i++) time.sent(PART_MS, OCTETS, Transmission.OK);
    expect(time.isAllowed(HOUR_MS, true)).toBe(false);
    expect(time.isAllowed(HOUR_MS + PART_MS, false)).toBe(true);
    for (let i = 0; i < 4499; i++) time.sent(HOUR_MS + PART_MS, OCTETS, Transmission.OK);
    expect(time.isAllowed(HOUR_MS + PART_MS, true)).toBe(true);
    time.sent(HOUR_MS + PART_MS, OCTETS, Transmission.OK);
    expect(time.isAllowed(HOUR_MS + PART_MS, true)).toBe(false);
    expect(time.isAllowed(100 * HOUR_MS, false)).toBe(true);
  });
});
