// Which session a request belongs to: the OSCORE kid that its owner bound.

import { WanBind } from "../../ipc/exchange";
import { Oscore } from "../../wire/oscore-option";

/** Bytes of an entry: the kid's length and the kid. */
const ENTRY = 1 + Oscore.ID_MAX;
const UNBOUND = 0xff;

export class Routes {
  private readonly kids: Uint8Array;

  constructor(private readonly owners: number) {
    this.kids = new Uint8Array(owners * ENTRY).fill(UNBOUND);
  }

  /** Takes `WAN_BIND`. False: no such kid can be, or another owner has it. */
  bind(owner: number, message: Uint8Array, length: number): boolean {
    const kidLength = message[WanBind.KID_LENGTH]!;
    if (kidLength > Oscore.ID_MAX || length !== WanBind.KID + kidLength) return false;
    const holder = this.find(message, WanBind.KID, kidLength);
    if (holder >= 0 && holder !== owner) return false;
    this.kids[owner * ENTRY] = kidLength;
    for (let i = 0; i < kidLength; i++) {
      this.kids[owner * ENTRY + 1 + i] = message[WanBind.KID + i]!;
    }
    return true;
  }

  unbind(owner: number): void {
    this.kids[owner * ENTRY] = UNBOUND;
  }

  /** The owner's index, -1: nobody. */
  find(bytes: Uint8Array, kid: number, kidLength: number): number {
    for (let owner = 0; owner < this.owners; owner++) {
      if (this.kids[owner * ENTRY] !== kidLength) continue;
      let same = 0;
      while (same < kidLength && this.kids[owner * ENTRY + 1 + same] === bytes[kid + same]) same++;
      if (same === kidLength) return owner;
    }
    return -1;
  }
}
