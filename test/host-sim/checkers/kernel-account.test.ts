import { afterEach, expect, test, vi } from "vitest";
import { CONSTRUCTORS } from "../../../firmware/constructors";
import { Operation } from "../../../firmware/ipc/operation";
import { Channel } from "../../../firmware/kernel/channel";
import { Counters } from "../../../firmware/kernel/counters";
import { createTrust } from "../../../firmware/partitions/trust/partition";
import { Finding } from "../../../host-sim/checkers/finding";
import { House } from "../../../host-sim/house/house";
import { readHouse } from "../../../host-sim/house/read-house";
import { meddle } from "./meddler";

afterEach(() => vi.restoreAllMocks());

function run(trust = createTrust): void {
  const house = new House({ seed: 1, constructors: { ...CONSTRUCTORS, trust } });
  house.runUntil(5);
  house.finish();
}

const oneByte = (operation: Operation): Uint8Array => Uint8Array.of(operation, 0, 0, 0);

test("a house without meddling passes", () => {
  expect(() => run()).not.toThrow();
});

test("a send that the table does not allow is found", () => {
  const trust = meddle(createTrust, 1000, (ports) => {
    ports["wan-application"]!.send(oneByte(Operation.EXCHANGE_REQUEST), 4);
  });
  expect(() => run(trust)).toThrow(
    /^kernel account: trust sent operation 49 to wan-application, which the table does not allow/,
  );
});

test("with the router's defence gone, what arrives undeclared is found all the same", () => {
  vi.spyOn(Channel.prototype, "carries").mockReturnValue(true);
  const trust = meddle(createTrust, 1000, (ports) => {
    ports["manage"]!.send(oneByte(Operation.DEVICE_EVENT), 4);
  });
  expect(() => run(trust)).toThrow(
    /^kernel account: trust reached manage with operation 35, which the table does not declare/,
  );
});

test("counters that do not say what happened are found", () => {
  const house = new House({ seed: 1 });
  house.runUntil(1);
  const { of } = Counters.prototype;
  vi.spyOn(Counters.prototype, "of").mockImplementation(function (this: Counters, party: number) {
    const counters = of.call(this, party);
    counters.received++;
    return counters;
  });
  house.runUntil(2);
  expect(() => house.finish()).toThrow(/^kernel account: \S+ has received \d+, and \d+ were seen/);
});

test("a partition that fails by itself is found, one that a fault was asked for is not", () => {
  const trust = meddle(createTrust, 1000, () => {
    throw new Error("lost its way");
  });
  expect(() => run(trust)).toThrow(Finding);
  expect(() => run(trust)).toThrow(/trust failed, an exception: lost its way \(at 1\.\d+ s\)$/);
  const fault = { kind: "partition-fault", partition: "han", fault: "memory", at: 1 };
  const house = new House({ seed: 1, config: readHouse({ faults: [fault] }) });
  house.runUntil(5);
  expect(() => house.finish()).not.toThrow();
  expect(house.hub.figures("han").restarts).toBe(1);
});

// Two seconds of faults: the first strikes when the partition is next called, the others while it
// is made anew, each time after a longer pause.
test("a start that fails is a restart too", () => {
  const faults = Array.from({ length: 100 }, (_, i) => {
    return { kind: "partition-fault", partition: "han", fault: "throw", at: 900 + i * 0.02 };
  });
  const house = new House({ seed: 4, config: readHouse({ faults }) });
  house.runUntil(910);
  expect(() => house.finish()).not.toThrow();
  expect(house.hub.figures("han").restarts).toBe(6);
});
