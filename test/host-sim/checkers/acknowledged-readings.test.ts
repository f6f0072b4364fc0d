import { expect, test } from "vitest";
import { CONSTRUCTORS } from "../../../firmware/constructors";
import { Operation } from "../../../firmware/ipc/operation";
import { Reading, ReadingStored, Stored } from "../../../firmware/ipc/reading";
import type { Partition } from "../../../firmware/kernel/partition";
import { createEsiSupplier } from "../../../firmware/partitions/esi/partition";
import type { Environment } from "../../../firmware/system";
import { House } from "../../../host-sim/house/house";

const FROM_MS = 100_000;
const TO_MS = 120_000;

/** It says of some readings that they are stored, and has not stored them. */
function forgetful(environment: Environment<"esi-supplier">): Partition {
  const inner = createEsiSupplier(environment);
  const answer = new Uint8Array(ReadingStored.LENGTH);
  return {
    receive: (now, from, buffer, length) => {
      if (buffer[0] !== Operation.READING || now < FROM_MS || now > TO_MS) {
        inner.receive(now, from, buffer, length);
        return;
      }
      answer.set(buffer.subarray(0, ReadingStored.LENGTH));
      answer[0] = Operation.READING_STORED;
      answer[ReadingStored.CODE] = Stored.OK;
      answer[ReadingStored.COMMODITY] = buffer[Reading.COMMODITY]!;
      environment.ports.firewall.send(answer, answer.length);
    },
    tick: (now) => inner.tick(now),
    dueAt: () => inner.dueAt(),
    peerRestarted: (now, peer) => inner.peerRestarted(now, peer),
  };
}

test("readings that are kept pass", () => {
  const house = new House({ seed: 1 });
  house.runUntil(900);
  house.finish();
  expect(house.ledger.counts()).toMatchObject({ lost: 0, missed: 0 });
  expect(house.ledger.counts().delivered).toBeGreaterThan(80);
});

test("readings that were acknowledged without being stored are found as lost", () => {
  const constructors = { ...CONSTRUCTORS, "esi-supplier": forgetful };
  const house = new House({ seed: 1, constructors });
  house.runUntil(900);
  expect(house.ledger.counts().lost).toBe(2);
  expect(() => house.finish()).toThrow(
    /^acknowledged readings: 2 acknowledged readings were lost: 70b3d52b60000001 at \d+: \d+; /,
  );
});
