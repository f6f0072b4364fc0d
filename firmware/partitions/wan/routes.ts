// Which session a request belongs to: the OSCORE kid that its owner bound.

import { WanBind } from "../../ipc/exchange";
import { copyBytes, equalBytes } from "../../wire/little-endian";
import { Oscore } from "../../wire/oscore-option";
import { WanMemory } from "./memory";

/** Bytes of an entry: the kid's length and the kid. */
const ENTRY = 1 + Oscore.ID_MAX;
const UNBOUND = 0xff;

export class Routes {
  /** @param memory the instance's */
  constructor(
    private readonly memory: Uint8Array,
    private readonly owners: number,
  ) {
    for (let owner = 0; owner < owners; owner++) this.unbind(owner);
  }

  /** Takes `WAN_BIND`. False: no such kid can be, or another owner has it. */
  bind(owner: number, message: Uint8Array, length: number): boolean {
    const kidLength = message[WanBind.KID_LENGTH]!;
    if (kidLength > Oscore.ID_MAX || length !== WanBind.KID + kidLength) return false;
    const holder = this.find(message, WanBind.KID, kidLength);
    if (holder >= 0 && holder !== owner) return false;
    this.memory[routeAt(owner)] = kidLength;
    copyBytes(message, WanBind.KID, this.memory, routeAt(owner) + 1, kidLength);
    return true;
  }

  unbind(owner: number): void {
    this.memory[routeAt(owner)] = UNBOUND;
  }

  /** The owner's index, -1: nobody. */
  find(bytes: Uint8Array, kid: number, kidLength: number): number {
    for (let owner = 0; owner < this.owners; owner++) {
      const at = routeAt(owner);
      if (this.memory[at] !== kidLength) continue;
      if (equalBytes(this.memory, at + 1, bytes, kid, kidLength)) return owner;
    }
    return -1;
  }
}

function routeAt(owner: number): number {
  return WanMemory.ROUTES + owner * ENTRY;
}
