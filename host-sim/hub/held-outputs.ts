// What leaves the hub while its processor is at work: it is decided when the simulator makes the
// call, and leaves when the call ends on the board. Clock and inputs are inside, and wait for
// nothing.

import type { Board, FlashChip } from "../../firmware/kernel/board";
import type { DatagramLink } from "../../hal/datagram";
import { FlashOperation } from "../../hal/flash";
import type { Radio } from "../../hal/radio";
import { Sent } from "../../hal/sent";

/** What tells whether there will be room, as the device itself would. */
export interface Room {
  /** Of the line to the radio, behind so many bytes. */
  radio(length: number, ahead: number): boolean;
  /** Of a flash region. */
  flash(region: number): boolean;
}

export class HeldOutputs {
  /** Set before the first output; false: everything passes at once. */
  isHolding = false;
  private readonly waiting: (() => void)[] = [];
  private readonly regions = new Set<number>();
  private radioBytes = 0;

  constructor(private readonly room: Room) {}

  /** The same board with its outputs held. */
  around(board: Board): Board {
    const devices: Record<string, unknown> = { ...board.devices };
    devices.radio = this.radio(devices.radio as Radio);
    for (const name of ["management-link", "application-link"]) {
      devices[name] = this.link(devices[name] as DatagramLink);
    }
    return { ...board, devices, flash: this.flash(board.flash) };
  }

  /** Lets everything go, in its order. */
  release(): void {
    const leaving = this.waiting.splice(0);
    this.forget();
    for (const leave of leaving) leave();
  }

  /** Power was lost: nothing of it ever leaves. */
  forget(): void {
    this.waiting.length = 0;
    this.regions.clear();
    this.radioBytes = 0;
  }

  private radio(radio: Radio): Radio {
    return {
      send: (frame, length) => {
        if (!this.isHolding) return radio.send(frame, length);
        if (!this.room.radio(length, this.radioBytes)) return Sent.FULL;
        this.radioBytes += length;
        const copy = frame.slice(0, length);
        return this.hold(() => radio.send(copy, length));
      },
      reset: () => {
        if (this.isHolding) this.hold(() => radio.reset());
        else radio.reset();
      },
    };
  }

  private link(link: DatagramLink): DatagramLink {
    return {
      peer: link.peer,
      send: (datagram, length) => {
        if (!this.isHolding) return link.send(datagram, length);
        const copy = datagram.slice(0, length);
        return this.hold(() => link.send(copy, length));
      },
    };
  }

  private flash(chip: FlashChip): FlashChip {
    return {
      submit: (region, operation, offset, bytes, start, length) => {
        if (!this.isHolding) return chip.submit(region, operation, offset, bytes, start, length);
        if (this.regions.has(region) || !this.room.flash(region)) return Sent.FULL;
        this.regions.add(region);
        const isWrite = operation === FlashOperation.WRITE;
        const copy = isWrite ? bytes.slice(start, start + length) : bytes;
        return this.hold(() => chip.submit(region, operation, offset, copy, 0, length));
      },
    };
  }

  private hold(leave: () => unknown): Sent {
    this.waiting.push(leave);
    return Sent.OK;
  }
}
