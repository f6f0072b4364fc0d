// The devices of a board on the bench: its questions, by party and verb as hal/kernel/board.h has
// them, put to what the simulated hub has.

import type { SystemTable } from "../../firmware/kernel/table";
import type { WallClock } from "../../hal/clock";
import type { Power } from "../../hal/power";
import { Sent } from "../../hal/sent";
import type { Tamper } from "../../hal/tamper";
import type { IncomingFrame } from "./bench-frame";

const enum DeviceVerb {
  SEND = 0,
  RESET = 1,
  SET = 2,
  READ = 3,
}

/** What a `DEVICE` frame holds. */
const enum Question {
  PARTY = 0,
  VERB = 1,
  BYTES = 2,
}

interface Line {
  send(bytes: Uint8Array, length: number): Sent;
  reset?(): void;
}

export class BoardDevices {
  private readonly byParty = new Map<number, unknown>();
  private readonly bytes = new Uint8Array(2048);

  constructor(table: SystemTable, devices: Readonly<Record<string, unknown>>) {
    for (const { name, party } of table.devices) this.byParty.set(party, devices[name]);
  }

  /** What the device answers; `REFUSED` when this hub has none. */
  call(frame: IncomingFrame): number {
    const device = this.byParty.get(frame.get8(Question.PARTY));
    if (device === undefined) return Sent.REFUSED;
    switch (frame.get8(Question.VERB) as DeviceVerb) {
      case DeviceVerb.SEND:
        return this.send(device as Line, frame);
      case DeviceVerb.RESET:
        (device as Line).reset?.();
        return Sent.OK;
      case DeviceVerb.SET:
        (device as WallClock).set(frame.getWhole(Question.BYTES), frame.get8(Question.BYTES + 8));
        return Sent.OK;
      case DeviceVerb.READ:
        return read(device as Power | Tamper);
    }
  }

  private send(line: Line, frame: IncomingFrame): Sent {
    const length = frame.length - Question.BYTES;
    this.bytes.set(frame.body.subarray(Question.BYTES, frame.length));
    return line.send(this.bytes, length);
  }
}

function read(device: Power | Tamper): number {
  return "inputs" in device ? device.inputs() : Number(device.mainsPresent());
}
