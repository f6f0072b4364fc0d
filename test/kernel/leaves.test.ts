// Leaf services serve both sides: nothing that one caller says reaches another one's reply.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Party } from "../../firmware/ipc/party";
import type { Partition } from "../../firmware/kernel/partition";
import { createTrust } from "../../firmware/partitions/trust/partition";
import type { Environment } from "../../firmware/system";
import { judge, PROGRAMS } from "./leaf-program";
import { grantCheck, grantSet, LeafWorld } from "./leaf-world";

const DEVICE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

test("both callers get their replies", () => {
  const world = new LeafWorld();
  world.step({ who: "manage", to: "trust", message: grantSet(0, 1, DEVICE, 0x1234, 0) });
  world.step({ who: "firewall", to: "trust", message: grantCheck(0, 1, DEVICE, 0x5678) });
  world.step({ who: "firewall", to: "trust", message: grantCheck(1, 1, DEVICE, 0x5679) });
  expect(world.replies.get(Party.MANAGE)![0]).toMatch(/^200: 4 2b003412/);
  expect(world.replies.get(Party.FIREWALL)![0]).toMatch(/^400: 4 29017856/);
  expect(world.replies.get(Party.FIREWALL)![1]).toMatch(/^600: 4 29007956/);
});

test("the known programs", () => {
  for (const program of PROGRAMS) judge(program);
});

test("any program of two callers", () => {
  const step = fc.uint8Array({ minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 24 }), (steps) => {
      judge(Uint8Array.from(steps.flatMap((one) => [...one])));
    }),
    { numRuns: 60 },
  );
});

test("the judge sees a leaf that lets a byte of one caller slip into another's reply", () => {
  const leaky = () => new LeafWorld(leakyTrust);
  expect(() => judge(PROGRAMS[0]!, leaky)).toThrow(`replies to ${Party.FIREWALL} differ`);
  // The firewall asks, then manage names a provider that does not exist.
  const program = Uint8Array.of(1, 0, 1, 0, 51, 0, 0, 2, 1, 0, 5, 0);
  expect(() => judge(program, leaky)).toThrow(`replies to ${Party.MANAGE} differ`);
});

/** Its answers' last byte tells of the last message, whoever sent that. */
function leakyTrust(environment: Environment<"trust">): Partition {
  let last = 0;
  const leak = (name: "firewall" | "manage") => ({
    send: (message: Uint8Array, length: number) => {
      const changed = message.slice(0, length);
      changed[length - 1]! ^= last;
      return environment.ports[name].send(changed, length);
    },
  });
  const ports = { ...environment.ports, firewall: leak("firewall"), manage: leak("manage") };
  const trust = createTrust({ ...environment, ports });
  return {
    receive: (now, from, buffer, length) => {
      trust.receive(now, from, buffer, length);
      if (from < Party.KERNEL) last = buffer[2]!;
    },
    tick: (now) => trust.tick(now),
    dueAt: () => trust.dueAt(),
    peerRestarted: (now, peer) => trust.peerRestarted(now, peer),
  };
}
