// The consumer in his house: a test stands in the place of `console`, on the kernel's channels.

import { expect, test } from "vitest";
import { CONSTRUCTORS } from "../../../firmware/constructors";
import {
  ConsumerAction,
  ConsumerAnswer,
  ConsumerAsk,
  ConsumerResult,
  Standing,
} from "../../../firmware/ipc/consumer";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Partition } from "../../../firmware/kernel/partition";
import type { Environment } from "../../../firmware/system";
import { writeU16 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { House } from "../../../host-sim/house/house";
import { DEFAULT_HOUSE } from "../../../host-sim/house/house-config";

const DISPLAY = DEFAULT_HOUSE.devices[2]!.eui64;
const STRANGER = "70b3d52b600000aa";
const CODE = Buffer.from("83fed3407a939723a5c639b26916d505c3b5", "hex");

interface Saying {
  readonly at: number;
  readonly message: Uint8Array;
}

function saying(seconds: number, action: number, value: number, eui64 = "00".repeat(8)): Saying {
  const message = new Uint8Array(ConsumerAsk.LENGTH);
  message[0] = Operation.CONSUMER_ASK;
  message[ConsumerAsk.ACTION] = action;
  message[ConsumerAsk.VALUE] = value;
  writeU16(message, ConsumerAsk.REFERENCE, seconds);
  message.set(Buffer.from(eui64, "hex").reverse(), ConsumerAsk.EUI64);
  return { at: seconds * 1000, message };
}

/** `console`, saying what a test has planned, and keeping what it hears. */
class Console implements Partition {
  constructor(
    private readonly environment: Environment<"console">,
    private readonly plan: Saying[],
    private readonly heard: Uint8Array[],
  ) {}

  receive(_now: number, from: number, buffer: Uint8Array, length: number): void {
    expect(from).toBe(Party.ACCESS);
    this.heard.push(buffer.slice(0, length));
  }

  tick(now: number): void {
    const next = this.plan[0];
    if (next === undefined || now < next.at) return;
    const { access } = this.environment.ports;
    expect(access.send(next.message, next.message.length)).toBe(Sent.OK);
    this.plan.shift();
  }

  dueAt(): number {
    return this.plan[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  peerRestarted(): void {}
}

function houseWith(plan: Saying[]): { house: House; heard: Uint8Array[] } {
  const heard: Uint8Array[] = [];
  const console = (environment: Environment<"console">) => new Console(environment, plan, heard);
  return { house: new House({ seed: 7, constructors: { ...CONSTRUCTORS, console } }), heard };
}

/** The management party asks for a device; the code of the hub's answer. */
function admit(house: House, eui64: string): string {
  let code = "";
  const headEnd = house.headEnd!;
  headEnd.headEnd.addDevice(headEnd.now, eui64, 1, CODE, (_now, response) => {
    code = response?.code ?? "none";
  });
  headEnd.plan();
  house.runUntil(house.world.now / 1e6 + 20);
  return code;
}

test("a management party that the consumer no longer lets admits nobody, and hears why", () => {
  const { house, heard } = houseWith([
    saying(100, ConsumerAction.DELEGATE, 0),
    saying(200, ConsumerAction.DELEGATE, 1),
  ]);
  house.runUntil(110);
  expect(admit(house, STRANGER)).toBe("4.03");
  house.runUntil(210);
  expect(admit(house, STRANGER)).toBe("2.04");
  house.finish();
  expect(heard.map((one) => one[ConsumerAnswer.RESULT])).toEqual([0, 0]);
  const { nodes } = house.report(0).han;
  expect(nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
});

test("a display that the consumer denies is out, the meters' readings go on, and he sees it", () => {
  const { house, heard } = houseWith([
    saying(100, ConsumerAction.DENY, 1, DISPLAY),
    saying(400, ConsumerAction.LIST, 0),
    saying(401, ConsumerAction.LIST, 1),
    saying(402, ConsumerAction.LIST, 2),
    saying(403, ConsumerAction.LIST, 3),
  ]);
  house.runUntil(90);
  const before = house.report(0).readings.delivered;
  house.runUntil(500);
  house.finish();
  const report = house.report(0);
  expect(report.han.nodes[2]!.state).not.toBe("networked");
  expect(report.readings).toMatchObject({ lost: 0 });
  expect(report.readings.delivered).toBeGreaterThan(before + 30);
  expect(heard[0]![ConsumerAnswer.RESULT]).toBe(ConsumerResult.OK);
  const listed = heard
    .slice(1)
    .map((one) => [one[ConsumerAnswer.RESULT], one[ConsumerAnswer.STANDING]]);
  expect(listed).toEqual([
    [ConsumerResult.OK, Standing.JOINED],
    [ConsumerResult.OK, Standing.JOINED],
    [ConsumerResult.OK, Standing.DENIED],
    [ConsumerResult.UNKNOWN_DEVICE, 0],
  ]);
});
