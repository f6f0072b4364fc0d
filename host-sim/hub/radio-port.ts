// The hub's end of the line to its radio co-processor: whole Spinel frames for the firmware, HDLC-
// lite on the wire, as a device has them in C beside its UART.

import { HdlcDecoder, hdlcMaxLength, putHdlc } from "../../firmware/wire/hdlc";
import { Parsed } from "../../firmware/wire/parsed";
import { Spinel } from "../../firmware/wire/spinel";
import type { Radio } from "../../hal/radio";
import { Sent } from "../../hal/sent";
import type { SerialLine } from "../radio/serial-line";

/** Bytes that the transmit buffer of a UART driver holds. */
const BACKLOG_MAX = 2048;

export class RadioPort implements Radio {
  readonly counts = { framesIn: 0, framesOut: 0, damaged: 0 };
  private readonly decoder = new HdlcDecoder(Spinel.FRAME_MAX);
  private readonly encoded = new Uint8Array(hdlcMaxLength(Spinel.FRAME_MAX));

  /**
   * @param line towards the co-processor; what comes from it goes to `take`
   * @param received gets each whole frame, valid until it returns
   */
  constructor(
    private readonly line: SerialLine,
    private readonly resetLine: () => void,
    private readonly received: (frame: Uint8Array, length: number) => void,
  ) {}

  /** Whether a frame of this length has room, behind `ahead` bytes that are still to be sent. */
  hasRoom(length: number, ahead = 0): boolean {
    return length <= Spinel.FRAME_MAX && this.line.backlog + ahead + length <= BACKLOG_MAX;
  }

  send(frame: Uint8Array, length: number): Sent {
    if (!this.hasRoom(length)) return Sent.FULL;
    this.counts.framesOut++;
    this.line.write(this.encoded, putHdlc(this.encoded, 0, frame, 0, length));
    return Sent.OK;
  }

  reset(): void {
    this.resetLine();
  }

  take(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length; i++) {
      const parsed = this.decoder.push(bytes[i]!);
      if (parsed === Parsed.UNSUPPORTED) continue;
      if (parsed === Parsed.OK) {
        this.counts.framesIn++;
        this.received(this.decoder.frame, this.decoder.length);
      } else this.counts.damaged++;
    }
  }

  /** Power was lost: a frame under way is gone. */
  forget(): void {
    this.decoder.reset();
    this.line.clear();
  }
}
