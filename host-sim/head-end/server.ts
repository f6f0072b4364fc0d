// A head-end as a process of its own: real UDP for the hub, a control line for `heddle send`.

import { createSocket, type Socket } from "node:dgram";
import { decodeAddress, encodeAddress } from "./address";
import { ControlLine } from "./control-line";
import { HeadEnd, type HeadEndContext, type HeadEndListener } from "./head-end";
import type { Chance } from "./message-layer";

/** How often overdue retransmissions are looked for. */
const TICK_MS = 100;

export class HeadEndServer {
  readonly headEnd: HeadEnd;
  private readonly socket: Socket = createSocket("udp4");
  private readonly control: ControlLine;
  private readonly startedAt = performance.now();
  private ticker: NodeJS.Timeout | undefined;

  /** @param utcMs the time that it tells the hub, Unix milliseconds */
  constructor(
    contexts: readonly HeadEndContext[],
    chance: Chance,
    utcMs: () => number,
    listener: HeadEndListener,
  ) {
    const send = (peer: Uint8Array, datagram: Buffer): void => {
      const { host, port } = decodeAddress(peer);
      // What cannot be sent is lost, as on any network: it is sent again.
      this.socket.send(datagram, port, host, () => undefined);
    };
    this.headEnd = new HeadEnd(contexts, chance, utcMs, send, {
      ...listener,
      message: (now, message) => {
        listener.message?.(now, message);
        this.control.message(message);
      },
      fate: (now, fate) => {
        listener.fate?.(now, fate);
        this.control.fate(fate);
      },
    });
    this.control = new ControlLine(this.headEnd, () => this.now);
  }

  /** Milliseconds since the start. */
  get now(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  get port(): number {
    return this.socket.address().port;
  }

  /**
   * Listens for the hub on UDP, and for control on TCP on the same port of 127.0.0.1. Rejects when
   * one of them is taken; nothing is open then.
   * @param port 0: any that is free
   */
  async listen(host: string, port: number): Promise<void> {
    try {
      await this.bind(host, port);
      await this.control.listen(this.port);
    } catch (error) {
      this.close();
      throw error;
    }
    // Errors after this are of single datagrams.
    this.socket.on("error", () => undefined);
    this.socket.on("message", (bytes, { address, port: from }) =>
      this.headEnd.receive(this.now, encodeAddress(address, from), bytes),
    );
    this.ticker = setInterval(() => this.headEnd.tick(this.now), TICK_MS);
  }

  close(): void {
    clearInterval(this.ticker);
    this.socket.close();
    this.control.close();
  }

  private bind(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once("error", reject);
      this.socket.bind(port, host, () => {
        this.socket.off("error", reject);
        resolve();
      });
    });
  }
}
