// The real network behind the simulated WAN: what the hub sends to its head-end leaves as UDP, one
// socket for each of the hub's ports, and what comes back goes to that port.

import { createSocket, type Socket } from "node:dgram";
import { HEAD_END, type House, HUB_APPLICATION, HUB_MANAGEMENT } from "../../host-sim/house/house";
import { ADDRESS_LENGTH } from "../../host-sim/wan";
import type { Endpoint } from "../argument";

export class WanBridge {
  private readonly sockets = new Map<string, Socket>();

  constructor(house: House, head: Endpoint) {
    for (const port of [HUB_MANAGEMENT, HUB_APPLICATION]) {
      const socket = createSocket("udp4");
      // Nobody listening there shows as an error of a later send; the hub just gets no answer.
      socket.on("error", () => undefined);
      socket.on("message", (payload) => {
        const datagram = new Uint8Array(ADDRESS_LENGTH + payload.length);
        datagram.set(port);
        datagram.set(payload, ADDRESS_LENGTH);
        house.wan.send(HEAD_END, datagram, datagram.length);
      });
      socket.connect(head.port, head.host);
      this.sockets.set(nameOf(port), socket);
    }
    house.wan.attach(HEAD_END, {
      datagram: (bytes, length) => {
        const socket = this.sockets.get(nameOf(bytes.subarray(0, ADDRESS_LENGTH)));
        // The first datagrams may come before the socket is connected: lost, as on any network.
        socket?.send(bytes.slice(ADDRESS_LENGTH, length), () => undefined);
      },
    });
  }

  close(): void {
    for (const socket of this.sockets.values()) socket.close();
  }
}

function nameOf(address: Uint8Array): string {
  return Buffer.from(address).toString("hex");
}
