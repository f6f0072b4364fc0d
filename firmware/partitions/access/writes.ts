// Which device records are to be written or erased, and why: one under way for each device, wishes
// kept until the journal takes them. A failed change of state is written again; registrations and
// removals are told to have failed, and asked for again by whoever wants them.

import { check } from "../../kernel/partition";
import type { CredentialStore } from "./credential-store";
import { Aside, DeviceLimit, type DeviceLog } from "./device-log";

/** Why a record is written. A greater one covers a smaller one that waits. */
export const enum Write {
  NONE = 0,
  COUNTER = 1,
  /** One path more, or one of several less. */
  PATH = 2,
  /** Its link key, or a counter under it. */
  KEYS = 3,
  LEFT = 4,
  JOINED = 5,
  ADD = 6,
  DENY = 7,
  REMOVE = 8,
}

export class Writes {
  failures = 0;

  constructor(
    private readonly store: CredentialStore,
    private readonly log: DeviceLog,
  ) {}

  isBusy(device: number): boolean {
    const { bytes } = this.log;
    const at = this.log.aside(device);
    return bytes[at + Aside.WANTED] !== Write.NONE || bytes[at + Aside.FLYING] !== Write.NONE;
  }

  want(device: number, write: Write): void {
    const { bytes } = this.log;
    const at = this.log.aside(device) + Aside.WANTED;
    if (write > bytes[at]!) bytes[at] = write;
  }

  /** What has just been written, or not. */
  done(device: number, ok: boolean): Write {
    const at = this.log.aside(device) + Aside.FLYING;
    const write = this.log.bytes[at]! as Write;
    check(write !== Write.NONE, "nothing was being written");
    this.log.bytes[at] = Write.NONE;
    if (ok) return write;
    this.failures++;
    if (write < Write.ADD) this.want(device, write);
    return write;
  }

  /** Hands the journal what it takes. False: something still waits. */
  pump(): boolean {
    const { bytes } = this.log;
    let isDone = true;
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      const at = this.log.aside(device);
      const write = bytes[at + Aside.WANTED]!;
      if (write === Write.NONE || bytes[at + Aside.FLYING] !== Write.NONE) continue;
      const taken =
        write === Write.REMOVE ? this.store.eraseDevice(device) : this.store.saveDevice(device);
      if (taken) {
        bytes[at + Aside.FLYING] = write;
        bytes[at + Aside.WANTED] = Write.NONE;
      } else isDone = false;
    }
    return isDone;
  }
}
