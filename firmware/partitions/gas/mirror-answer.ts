// Answers questions to the mirror from RAM: from displays by `han`, from providers by `firewall`.

import { Sent } from "../../../hal/sent";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import type { Port } from "../../kernel/partition";
import { copyBytes } from "../../wire/little-endian";
import { Mirror, MirrorLimit, type Mirrors } from "./mirror";

export class MirrorAnswer {
  answered = 0;
  /** The asker had no room for the answer; it asks again. */
  dropped = 0;

  /** @param message room for what is sent; its content is of no use between calls */
  constructor(
    private readonly mirrors: Mirrors,
    private readonly message: Uint8Array,
  ) {}

  read(question: Uint8Array, asker: Port): void {
    const { message, mirrors } = this;
    message.fill(0);
    message[0] = Operation.MIRROR_VALUE;
    copyBytes(question, MirrorRead.REFERENCE, message, MirrorValue.REFERENCE, 2);
    copyBytes(question, MirrorRead.EUI64, message, MirrorValue.EUI64, 8);
    const meter = mirrors.find(question, MirrorRead.EUI64);
    message[MirrorValue.STATUS] = this.status(meter);
    if (message[MirrorValue.STATUS] === MirrorStatus.OK) {
      const at = mirrors.recordAt(meter);
      copyBytes(mirrors.bytes, at + Mirror.METER_TIME, message, MirrorValue.METER_TIME, 4);
      copyBytes(mirrors.bytes, at + Mirror.VALUE, message, MirrorValue.VALUE, 6);
      copyBytes(mirrors.bytes, at + Mirror.SYNCED_AT, message, MirrorValue.SYNCED_AT, 4);
    }
    if (asker.send(message, MirrorValue.LENGTH) === Sent.OK) this.answered++;
    else this.dropped++;
  }

  private status(meter: number): MirrorStatus {
    if (meter === MirrorLimit.NONE) return MirrorStatus.UNKNOWN_METER;
    return this.mirrors.hasValue(meter) ? MirrorStatus.OK : MirrorStatus.NO_VALUE;
  }
}
