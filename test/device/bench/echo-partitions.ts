// Partitions that use everything a board gives: echo-machine.c has the same in C.

import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Constructors } from "../../../firmware/kernel/board";
import type { Partition } from "../../../firmware/kernel/partition";
import type { Environment } from "../../../firmware/system";
import { Flash } from "../../../hal/flash";

const PERIOD_MS = 100;
const UTC_START_MS = 1_767_225_600_000;

const NOTHING: Partition = {
  receive: () => {},
  tick: () => {},
  dueAt: () => Number.POSITIVE_INFINITY,
  peerRestarted: () => {},
};

export const ECHO: Constructors = {
  han: (environment) => ticking(environment.startedAt, hanTurn(environment)),
  manage: (environment) => ticking(environment.startedAt, manageTurn(environment)),
  trust: () => {
    let messages = 0;
    return {
      ...NOTHING,
      receive: (_now, from) => {
        if (from === Party.MANAGE && ++messages === 3) throw new Error("the third message");
      },
    };
  },
};

function ticking(startedAt: number, turn: (now: number) => void): Partition {
  let due = startedAt + PERIOD_MS;
  return {
    ...NOTHING,
    tick: (now) => {
      due = now + PERIOD_MS;
      turn(now);
    },
    dueAt: () => due,
  };
}

function hanTurn({ devices, entropy, regions }: Environment<"han">): () => void {
  const bytes = new Uint8Array(8);
  let turns = 0;
  devices.radio.reset();
  return () => {
    turns++;
    entropy.fill(bytes, 0, 8);
    // An earlier life has written there.
    if (turns === 1) regions.network.erase(0);
    else regions.network.write((turns * 8) % Flash.SECTOR_LENGTH, bytes, 0, 8);
    devices.radio.send(bytes, 8);
  };
}

function manageTurn({ clock, devices, ports }: Environment<"manage">): (now: number) => void {
  const message = new Uint8Array(10);
  const view = new DataView(message.buffer);
  let turns = 0;
  return (now) => {
    if (++turns === 2) devices["wall-clock"].set(UTC_START_MS + now, 2);
    message[0] = Operation.GRANT_SET;
    view.setFloat64(1, clock.utcMs(), true);
    message[9] = (clock.quality() << 4) | Number(devices.power.mainsPresent());
    ports.trust.send(message, 10);
    // Nothing declares this one: it is refused and reported.
    (ports as unknown as { han: typeof ports.trust }).han.send(message, 10);
  };
}
