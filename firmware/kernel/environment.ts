// What one life of a partition is given. Everything in it is frozen, and stops working with that
// life.

import { Sent } from "../../hal/sent";
import type { Board } from "./board";
import type { Instance } from "./instance";
import type { Port, Surroundings } from "./partition";
import { openRegion } from "./region-gate";
import type { Router } from "./router";
import type { SystemTable } from "./table";

/** The environment before its types: names as the table has them. */
export interface OpenEnvironment extends Surroundings {
  readonly ports: Readonly<Record<string, Port>>;
  readonly devices: Readonly<Record<string, unknown>>;
  readonly regions: Readonly<Record<string, unknown>>;
}

/** The running kernel's time. */
export interface Turn {
  now: number;
}

export class Environments {
  constructor(
    private readonly table: SystemTable,
    private readonly board: Board,
    private readonly router: Router,
    private readonly turn: Turn,
  ) {}

  /** For the life that `instance` begins now. */
  make(instance: Instance): OpenEnvironment {
    const life = instance.life;
    const alive = (): boolean => instance.life === life && instance.reachable;
    return Object.freeze({
      crypto: this.board.crypto,
      entropy: this.board.entropy,
      clock: this.board.clock,
      startedAt: this.turn.now,
      ports: this.ports(instance, alive),
      devices: this.devices(instance),
      regions: this.regions(instance, alive),
    });
  }

  /**
   * A port to every partition, itself too: the types show only the declared ones, and the router
   * refuses, counts and reports whatever else is sent.
   */
  private ports(instance: Instance, alive: () => boolean): Readonly<Record<string, Port>> {
    const { router, turn } = this;
    const from = instance.id;
    const ports: Record<string, Port> = {};
    for (const { id, name } of this.table.partitions) {
      ports[name] = Object.freeze({
        send: (message: Uint8Array, length: number): Sent =>
          alive() ? router.send(turn.now, from, id, message, length) : Sent.REFUSED,
      });
    }
    return Object.freeze(ports);
  }

  private devices(instance: Instance): Readonly<Record<string, unknown>> {
    const devices: Record<string, unknown> = {};
    for (const row of this.table.devices) {
      if (row.owner === instance.row.name) devices[row.name] = this.board.devices[row.name];
    }
    return Object.freeze(devices);
  }

  private regions(instance: Instance, alive: () => boolean): Readonly<Record<string, unknown>> {
    const regions: Record<string, unknown> = {};
    for (const gate of instance.regions) regions[gate.row.name] = openRegion(gate, alive);
    return Object.freeze(regions);
  }
}
