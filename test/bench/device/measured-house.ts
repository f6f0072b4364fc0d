// A house whose hub runs on a counting board: devices join, the electricity meter fills its frames
// up, every partition dies once, and the power goes and comes back.

import { CONSTRUCTORS } from "../../../firmware/constructors";
import { Transceiver } from "../../../host-sim/air/transceiver";
import { DeviceKernel } from "../../../host-sim/device/device-kernel";
import { ElectricityMeter } from "../../../host-sim/devices/electricity-meter";
import { House } from "../../../host-sim/house/house";
import { DEFAULT_HOUSE, type HouseConfig } from "../../../host-sim/house/house-config";
import { type CountedEvent, readEvent } from "./counted";
import type { CountingBoard } from "./counting-board";

const SEED = 7;

/** Seconds of the simulated world. */
const enum At {
  FULL_FRAMES = 60,
  FIRST_DEATH = 130,
  BETWEEN_DEATHS = 10,
  POWER_CUT = 270,
  POWER_BACK = 271,
  END = 290,
}

const SELDOM_CALLED = ["gas", "manage", "wan-management"];

const BEACON_REQUESTS_US = 20_000;
/** A beacon request: command frame, broadcast; the sequence number is its third byte. */
const BEACON_REQUEST = [0x03, 0x08, 0x00, 0xff, 0xff, 0xff, 0xff, 0x07];
/** Attributes of tariffs, which the hub does not want: 48 bits each. ZCL 07-5123, annex D.3. */
const ATTRIBUTE = { first: 0x0100, type: 0x25, length: 9 };
/** A report's payload with which the frame has its 127 bytes, check sequence and all. */
const FULL_PAYLOAD = 72;

export interface MeasuredHouse {
  /** Until the power went. */
  readonly first: readonly CountedEvent[];
  /** From then on. */
  readonly second: readonly CountedEvent[];
  /** How many of `second` there were when a beacon was on air again. */
  readonly beaconAfter: number;
  readonly acknowledged: number;
  readonly missed: number;
}

export function measureHouse({ board, firmware }: CountingBoard, program: string): MeasuredHouse {
  const lives: CountedEvent[][] = [];
  let beaconAfter = -1;
  const house: House = new House({
    seed: SEED,
    config: CONFIG,
    makeKernel: (around, observer) => {
      const events: CountedEvent[] = [];
      lives.push(events);
      return new DeviceKernel(firmware.table, around, observer, board.command(program), (frame) =>
        events.push(readEvent(frame, house.world.now / 1000)),
      );
    },
  });
  const meter = house.devices.map(({ device }) => device).find(isElectricityMeter)!;
  house.world.at(At.FULL_FRAMES * 1e6, () => fillFrames(meter));
  house.world.at(At.POWER_BACK * 1e6, () => askForBeacons(house));
  house.air.observe(({ sender, bytes }) => {
    const isBeacon = sender === house.hub.coprocessor.transceiver && (bytes[0]! & 7) === 0;
    if (isBeacon && lives.length === 2 && beaconAfter < 0) beaconAfter = lives[1]!.length;
  });
  try {
    house.runUntil(At.END);
    house.finish();
  } finally {
    house.close();
    house.hub.end();
  }
  const { acknowledged, missed } = meter.reports;
  return { first: lives[0]!, second: lives[1]!, beaconAfter, acknowledged, missed };
}

const CONFIG: HouseConfig = {
  ...DEFAULT_HOUSE,
  faults: [
    ...deaths().map((partition, i) => ({
      kind: "partition-fault" as const,
      at: At.FIRST_DEATH + i * At.BETWEEN_DEATHS,
      partition,
      fault: "throw" as const,
    })),
    {
      kind: "power-cut",
      at: At.POWER_CUT,
      target: "hub",
      forSeconds: At.POWER_BACK - At.POWER_CUT,
    },
  ],
};

/**
 * An injected fault strikes in a partition's next call. Those that nobody calls for minutes come
 * first: it strikes when they are told of the next one's death.
 */
function deaths(): string[] {
  const others = Object.keys(CONSTRUCTORS).filter((name) => !SELDOM_CALLED.includes(name));
  return [...SELDOM_CALLED, ...others];
}

function isElectricityMeter(device: unknown): device is ElectricityMeter {
  return device instanceof ElectricityMeter;
}

function fillFrames(meter: ElectricityMeter): void {
  const { reports } = meter;
  const report = reports.report.bind(reports);
  reports.report = (reading, payload, peer, done) => {
    const parts = [payload];
    let left = FULL_PAYLOAD - payload.length;
    for (let id = ATTRIBUTE.first; left >= ATTRIBUTE.length; id += 2) {
      const record = Buffer.alloc(ATTRIBUTE.length, 1);
      record.writeUInt16LE(id, 0);
      record[2] = ATTRIBUTE.type;
      parts.push(record);
      left -= ATTRIBUTE.length;
    }
    report(reading, Buffer.concat(parts), peer, done);
  };
}

function askForBeacons(house: House): void {
  const { channel } = house.devices[0]!.device.radio;
  const probe = new Transceiver(house.air, "probe", { x: 1, y: 1 });
  probe.configure({ channel, rxOn: true });
  const frame = Uint8Array.from(BEACON_REQUEST);
  const ask = (): void => {
    frame[2]!++;
    if (!probe.busy) probe.transmit(frame, frame.length, { csma: false }, () => {});
    house.world.schedule(BEACON_REQUESTS_US, ask);
  };
  ask();
}
