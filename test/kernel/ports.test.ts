// What a partition reaches past its types, and past its death.

import { expect, test } from "vitest";
import { Kernel } from "../../firmware/kernel/kernel";
import type { Partition, Port } from "../../firmware/kernel/partition";
import { type Environment, SYSTEM } from "../../firmware/system";
import { Sent } from "../../hal/sent";
import { bareBoard } from "./bare-board";

const IDLE: Partition = {
  receive: () => {},
  tick: () => {},
  dueAt: () => Number.POSITIVE_INFINITY,
  peerRestarted: () => {},
};

test("a cast past the types is refused by the router", () => {
  let answer = Sent.OK;
  const kernel = new Kernel(
    SYSTEM,
    {
      audit: () => IDLE,
      "wan-application": () => IDLE,
      gas: (environment: Environment<"gas">) => {
        const ports = environment.ports as unknown as Record<string, Port>;
        answer = ports["wan-application"]!.send(Uint8Array.of(49), 1);
        return IDLE;
      },
    },
    bareBoard(),
  );
  kernel.start(0);
  kernel.run(0);
  expect(answer).toBe(Sent.REFUSED);
  expect(kernel.countersOf("gas").refused).toBe(1);
});

test("an environment cannot be widened, and its ports cannot be exchanged", () => {
  const tries: (() => void)[] = [];
  const kernel = new Kernel(
    SYSTEM,
    {
      gas: (environment: Environment<"gas">) => {
        const open = environment as unknown as Record<string, Record<string, unknown>>;
        for (const part of ["ports", "devices", "regions"]) {
          tries.push(() => {
            open[part]!.more = 1;
          });
        }
        tries.push(() => Object.assign(environment.ports.firewall, { send: undefined }));
        return IDLE;
      },
    },
    bareBoard(),
  );
  kernel.start(0);
  kernel.run(0);
  expect(tries).toHaveLength(4);
  for (const attempt of tries) expect(attempt).toThrow(TypeError);
});

test("what only looks like bytes, and could change between two looks, is refused", () => {
  let looks = 0;
  const mask = new Proxy(new Uint8Array(4), {
    get: (target, key) => (key === "0" ? 8 + looks++ : Reflect.get(target, key, target)),
  });
  let answer = Sent.OK;
  const kernel = new Kernel(
    SYSTEM,
    {
      han: () => IDLE,
      gas: (environment: Environment<"gas">) => {
        answer = environment.ports.han.send(mask, 4);
        return IDLE;
      },
    },
    bareBoard(),
  );
  kernel.start(0);
  kernel.run(0);
  expect(answer).toBe(Sent.REFUSED);
});

test("the ports of a dead instance work no more", () => {
  const lives: Environment<"gas">[] = [];
  const kernel = new Kernel(
    SYSTEM,
    {
      han: () => IDLE,
      gas: (environment: Environment<"gas">) => {
        lives.push(environment);
        return {
          ...IDLE,
          dueAt: () => (lives.length === 1 ? 5 : Number.POSITIVE_INFINITY),
          tick: () => {
            throw new Error("ends");
          },
        };
      },
    },
    bareBoard(),
  );
  kernel.start(0);
  kernel.run(0);
  while (kernel.run(5));
  while (kernel.run(60));
  const [first, second] = lives;
  expect(first!.ports.han.send(Uint8Array.of(9), 1)).toBe(Sent.REFUSED);
  expect(first!.regions.mirror.erase(0)).toBe(Sent.REFUSED);
  expect(second!.ports.han.send(Uint8Array.of(9), 1)).toBe(Sent.OK);
});
