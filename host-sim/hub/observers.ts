// Everyone who watches a hub's kernel and flash: trace, checkers, report, live view.

import { Party } from "../../firmware/ipc/party";
import type { FaultKind } from "../../firmware/kernel/fault";
import type { Observer } from "../../firmware/kernel/observer";
import { TraceKind } from "../trace";
import type { World } from "../world";

/** All times are the world's microseconds. What is not of interest is left out. */
export interface HubObserver {
  /** `from` and `to` are `Party` numbers; `bytes` is valid until return. */
  message?(timeUs: number, from: number, to: number, bytes: Uint8Array, length: number): void;
  refused?(timeUs: number, from: number, to: number, operation: number): void;
  faulted?(timeUs: number, party: number, kind: FaultKind, what: string): void;
  restarted?(timeUs: number, party: number): void;
  held?(timeUs: number, party: number): void;
  /** A write into a flash region, before it takes effect. */
  written?(timeUs: number, region: number, offset: number, bytes: Uint8Array): void;
  /** The board has power again and its kernel starts. */
  booted?(timeUs: number): void;
}

const NOTHING = new Uint8Array(0);

/** Hands everything on to all observers, and writes the trace. */
export class HubObservers implements Observer {
  private readonly list: HubObserver[] = [];

  constructor(private readonly world: World) {}

  add(observer: HubObserver): void {
    this.list.push(observer);
  }

  delivered(_now: number, from: number, to: number, bytes: Uint8Array, length: number): void {
    const time = this.world.now;
    // Flash completions follow from the operations, which are in the trace already.
    if (from !== Party.FLASH) {
      this.world.trace.record(TraceKind.KERNEL, time, from, to, bytes, 0, length);
    }
    for (const one of this.list) one.message?.(time, from, to, bytes, length);
  }

  refused(_now: number, from: number, to: number, operation: number): void {
    const time = this.world.now;
    this.world.trace.record(TraceKind.KERNEL, time, from, 0x100 + to, NOTHING, 0, 0);
    for (const one of this.list) one.refused?.(time, from, to, operation);
  }

  faulted(_now: number, party: number, kind: FaultKind, what: string): void {
    const time = this.world.now;
    this.world.trace.record(TraceKind.FAULT, time, party, kind, NOTHING, 0, 0);
    for (const one of this.list) one.faulted?.(time, party, kind, what);
  }

  restarted(_now: number, party: number): void {
    for (const one of this.list) one.restarted?.(this.world.now, party);
  }

  held(_now: number, party: number): void {
    for (const one of this.list) one.held?.(this.world.now, party);
  }

  written(region: number, offset: number, bytes: Uint8Array): void {
    const time = this.world.now;
    this.world.trace.record(TraceKind.FLASH, time, region, offset >> 8, bytes, 0, bytes.length);
    for (const one of this.list) one.written?.(time, region, offset, bytes);
  }

  erased(region: number, offset: number): void {
    this.world.trace.record(TraceKind.FLASH, this.world.now, region, offset >> 8, NOTHING, 0, 0);
  }

  booted(): void {
    this.world.trace.record(TraceKind.FAULT, this.world.now, 0, 0, NOTHING, 0, 0);
    for (const one of this.list) one.booted?.(this.world.now);
  }
}
