// One local port of the hub towards its head-end.

import { Datagram, type DatagramLink } from "../../hal/datagram";
import { Sent } from "../../hal/sent";
import type { Wan, WanHost } from "../wan";

export class DatagramPort implements DatagramLink, WanHost {
  readonly counts = { in: 0, out: 0, dropped: 0 };

  /** @param received gets each datagram: 18 bytes of source address, then the payload */
  constructor(
    private readonly wan: Wan,
    readonly address: Uint8Array,
    readonly peer: Uint8Array,
    private readonly received: (datagram: Uint8Array, length: number) => void,
  ) {
    wan.attach(address, this);
  }

  send(datagram: Uint8Array, length: number): Sent {
    if (length > Datagram.MAX_LENGTH || length <= Datagram.ADDRESS_LENGTH) {
      this.counts.dropped++;
      return Sent.OK;
    }
    this.counts.out++;
    this.wan.send(this.address, datagram, length);
    return Sent.OK;
  }

  datagram(bytes: Uint8Array, length: number): void {
    if (length > Datagram.MAX_LENGTH) {
      this.counts.dropped++;
      return;
    }
    this.counts.in++;
    this.received(bytes, length);
  }
}
