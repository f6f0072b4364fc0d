// A partition that works as it should and, at one moment, does something that it must not.

import type { Partition, Port } from "../../../firmware/kernel/partition";

type Ports = Readonly<Record<string, Port>>;

/**
 * Wraps a constructor: at the first call from `atMs` on, `act` gets the partition's own ports, all
 * that the kernel gives at run time, whatever the types say.
 */
export function meddle<E extends { readonly ports: object; readonly startedAt: number }>(
  make: (environment: E) => Partition,
  atMs: number,
  act: (ports: Ports) => void,
): (environment: E) => Partition {
  return (environment) => {
    const inner = make(environment);
    let due = atMs;
    const perhaps = (now: number): void => {
      if (now < due) return;
      due = Number.POSITIVE_INFINITY;
      act(environment.ports as Ports);
    };
    return {
      receive: (now, from, buffer, length) => {
        inner.receive(now, from, buffer, length);
        perhaps(now);
      },
      tick: (now) => {
        if (inner.dueAt() <= now) inner.tick(now);
        perhaps(now);
      },
      dueAt: () => Math.min(inner.dueAt(), due),
      peerRestarted: (now, peer) => inner.peerRestarted(now, peer),
    };
  };
}
