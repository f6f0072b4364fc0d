// A head-end as a process of its own: real UDP for the hub, and a control line (JSON, one document
// a line, TCP on loopback) by which `heddle send` hands it messages.

import { createSocket, type Socket } from "node:dgram";
import { type Socket as Connection, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { decodeAddress, encodeAddress } from "./address";
import { HeadEnd, type HeadEndContext, type HeadEndListener } from "./head-end";
import type { Chance } from "./message-layer";

/** What a client writes to the control line. */
export interface ControlRequest {
  readonly to: string;
  /** Hexadecimal. */
  readonly payload: string;
  /** The provider that sends it; the first one of the file when left out. */
  readonly context?: string;
}

/** What it reads back, one or more. */
export type ControlReply =
  | { readonly event: "accepted"; readonly messageId: number }
  | { readonly event: "answer"; readonly messageId: number; readonly payload: string }
  | { readonly event: "fate"; readonly messageId: number; readonly result: number }
  | { readonly event: "refused"; readonly code: string; readonly why: string };

const REASONS: Readonly<Record<string, string>> = {
  "4.00": "the hub calls the request malformed",
  "4.01": "the hub does not accept this context",
  "4.03": "the provider holds no grant for this device",
  "4.04": "the hub does not know this device",
  "4.13": "a message has at most 4,096 bytes",
  "5.03": "the device's queue is full; try again later",
};

/** How often overdue retransmissions are looked for. */
const TICK_MS = 100;

export class HeadEndServer {
  readonly headEnd: HeadEnd;
  private readonly socket: Socket = createSocket("udp4");
  private readonly control: Server;
  private readonly waiting = new Map<string, Connection>();
  private readonly startedAt = performance.now();
  private ticker: NodeJS.Timeout | undefined;

  constructor(contexts: readonly HeadEndContext[], chance: Chance, listener: HeadEndListener) {
    this.headEnd = new HeadEnd(
      contexts,
      chance,
      () => Date.now(),
      (peer, datagram) => {
        const { host, port } = decodeAddress(peer);
        this.socket.send(datagram, port, host);
      },
      {
        ...listener,
        message: (now, message) => {
          listener.message?.(now, message);
          const { context, messageId, bytes } = message;
          if (messageId === undefined) return;
          const payload = bytes.toString("hex");
          this.tell(context, messageId, { event: "answer", messageId, payload }, true);
        },
        fate: (now, fate) => {
          listener.fate?.(now, fate);
          const { context, messageId, result } = fate;
          // 1: delivered; the answer is still to come. The others end the story.
          this.tell(context, messageId, { event: "fate", messageId, result }, result !== 1);
        },
      },
    );
    this.control = createServer((connection) => this.serve(connection));
  }

  get now(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  /**
   * Listens for the hub on UDP and for control on TCP, the same host and port; rejects when taken.
   */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once("error", reject);
      this.socket.bind(port, host, () => {
        this.socket.off("error", reject);
        resolve();
      });
    });
    this.socket.on("message", (bytes, { address, port: from }) =>
      this.headEnd.receive(this.now, encodeAddress(address, from), bytes),
    );
    await new Promise<void>((resolve, reject) => {
      this.control.once("error", reject);
      this.control.listen(this.socket.address().port, "127.0.0.1", resolve);
    });
    this.ticker = setInterval(() => this.headEnd.tick(this.now), TICK_MS);
  }

  get port(): number {
    return this.socket.address().port;
  }

  close(): void {
    clearInterval(this.ticker);
    this.socket.close();
    this.control.close();
    for (const connection of this.waiting.values()) connection.destroy();
  }

  private serve(connection: Connection): void {
    connection.on("error", () => connection.destroy());
    createInterface({ input: connection }).on("line", (line) => {
      const request = parseRequest(line);
      if (typeof request === "string") {
        this.reply(connection, { event: "refused", code: "", why: request }, true);
        return;
      }
      const context = request.context ?? this.firstProvider();
      if (!this.headEnd.contexts.some(({ name }) => name === context)) {
        const why = `there is no context named ${context}`;
        this.reply(connection, { event: "refused", code: "", why }, true);
        return;
      }
      const payload = Buffer.from(request.payload, "hex");
      this.headEnd.sendMessage(this.now, context, request.to, payload, (_now, response) => {
        const messageId = response && HeadEnd.messageIdOf(response);
        if (response?.code === "2.01" && messageId !== undefined) {
          this.waiting.set(`${context}/${messageId}`, connection);
          this.reply(connection, { event: "accepted", messageId }, false);
          return;
        }
        const code = response?.code ?? "";
        const why = REASONS[code] ?? "the hub did not answer";
        this.reply(connection, { event: "refused", code, why }, true);
      });
    });
  }

  private tell(context: string, messageId: number, reply: ControlReply, last: boolean): void {
    const connection = this.waiting.get(`${context}/${messageId}`);
    if (connection === undefined) return;
    this.reply(connection, reply, last);
    if (last) this.waiting.delete(`${context}/${messageId}`);
  }

  private reply(connection: Connection, reply: ControlReply, last: boolean): void {
    if (!connection.writable) return;
    connection.write(`${JSON.stringify(reply)}\n`);
    if (last) connection.end();
  }

  private firstProvider(): string {
    return this.headEnd.contexts.find(({ kind }) => kind === "provider")?.name ?? "";
  }
}

/** A sentence when the line is no request. */
function parseRequest(line: string): ControlRequest | string {
  let request: Partial<ControlRequest>;
  try {
    request = JSON.parse(line) as Partial<ControlRequest>;
  } catch {
    return "a control line must be JSON";
  }
  if (!/^[0-9a-f]{16}$/.test(request.to ?? "")) return "`to` must be 16 hexadecimal digits";
  if (!/^([0-9a-f]{2})+$/.test(request.payload ?? "")) return "`payload` must be hexadecimal";
  return request as ControlRequest;
}
