// Which device records are to be written or erased, and why: one under way for each device, wishes
// kept until the journal takes them. A failed change of state is written again; registrations and
// removals are told to have failed, and asked for again by whoever wants them.

import { check } from "../../kernel/partition";
import type { CredentialStore } from "./credential-store";
import { DeviceLimit } from "./device-log";

/** Why a record is written. A greater one covers a smaller one that waits. */
export const enum Write {
  NONE = 0,
  COUNTER = 1,
  /** One path more, or one of several less. */
  PATH = 2,
  LEFT = 3,
  JOINED = 4,
  ADD = 5,
  DENY = 6,
  REMOVE = 7,
}

export class Writes {
  failures = 0;
  private readonly wanted = new Uint8Array(DeviceLimit.MAX);
  private readonly flying = new Uint8Array(DeviceLimit.MAX);

  constructor(private readonly store: CredentialStore) {}

  isBusy(device: number): boolean {
    return this.wanted[device] !== Write.NONE || this.flying[device] !== Write.NONE;
  }

  want(device: number, write: Write): void {
    if (write > this.wanted[device]!) this.wanted[device] = write;
  }

  /** What has just been written, or not. */
  done(device: number, ok: boolean): Write {
    const write = this.flying[device]! as Write;
    check(write !== Write.NONE, "nothing was being written");
    this.flying[device] = Write.NONE;
    if (ok) return write;
    this.failures++;
    if (write < Write.ADD) this.want(device, write);
    return write;
  }

  /** Hands the journal what it takes. False: something still waits. */
  pump(): boolean {
    let isDone = true;
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      const write = this.wanted[device]!;
      if (write === Write.NONE || this.flying[device] !== Write.NONE) continue;
      const taken =
        write === Write.REMOVE ? this.store.eraseDevice(device) : this.store.saveDevice(device);
      if (taken) {
        this.flying[device] = write;
        this.wanted[device] = Write.NONE;
      } else isDone = false;
    }
    return isDone;
  }
}
