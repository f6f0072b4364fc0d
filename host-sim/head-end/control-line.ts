// The control line of a head-end that is a process: JSON, one document a line, over TCP on
// loopback. By it `heddle send` hands the head-end a message, and learns what became of it.

import { type Socket as Connection, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { HeadEnd, type ReceivedFate, type ReceivedMessage } from "./head-end";

/** What a client writes: one request a connection. */
export interface ControlRequest {
  /** EUI-64 of the device, 16 hexadecimal digits. */
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
  "5.03": "the device's queue is full or the hub is busy; try again later",
};

const MESSAGE_MAX = 4_096;
/** A request of the longest message is shorter. */
const LINE_MAX = 16_384;
/** People at keyboards; a script that opens more waits for none. */
const CONNECTIONS_MAX = 64;
/** Answers and fates that nobody waits for yet: over a real network they may overtake receipts. */
const EARLY_MAX = 32;
/** Delivered: the answer is still to come. The others end the story. */
const DELIVERED = 1;

export class ControlLine {
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  /** By context and message ID. */
  private readonly waiting = new Map<string, Connection>();
  private readonly early: { readonly key: string; readonly reply: ControlReply }[] = [];

  constructor(
    private readonly headEnd: HeadEnd,
    private readonly now: () => number,
  ) {
    this.server = createServer((connection) => this.open(connection));
    this.server.maxConnections = CONNECTIONS_MAX;
  }

  /** Rejects when the port is taken. */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", () => {
        this.server.off("error", reject);
        resolve();
      });
    });
  }

  close(): void {
    this.server.close();
    for (const connection of this.connections) connection.destroy();
  }

  message({ context, messageId, bytes }: ReceivedMessage): void {
    if (messageId === undefined) return;
    this.tell(context, { event: "answer", messageId, payload: bytes.toString("hex") });
  }

  fate({ context, messageId, result }: ReceivedFate): void {
    this.tell(context, { event: "fate", messageId, result });
  }

  private open(connection: Connection): void {
    this.connections.add(connection);
    connection.on("error", () => connection.destroy());
    connection.on("close", () => {
      this.connections.delete(connection);
      for (const [key, one] of this.waiting) if (one === connection) this.waiting.delete(key);
    });
    connection.on("data", () => {
      if (connection.bytesRead > LINE_MAX) connection.destroy();
    });
    createInterface({ input: connection }).once("line", (line) => this.serve(connection, line));
  }

  private serve(connection: Connection, line: string): void {
    const request = this.read(line);
    if (typeof request === "string") {
      reply(connection, { event: "refused", code: "", why: request });
      return;
    }
    const { to, context } = request;
    const payload = Buffer.from(request.payload, "hex");
    this.headEnd.sendMessage(this.now(), context, to, payload, (_now, response) => {
      const messageId = response && HeadEnd.messageIdOf(response);
      if (response?.code === "2.01" && messageId !== undefined) {
        this.accepted(connection, context, messageId);
        return;
      }
      const code = response?.code ?? "";
      const why = response === undefined ? "the hub did not answer" : REASONS[code];
      reply(connection, { event: "refused", code, why: why ?? "the hub refused it" });
    });
  }

  private accepted(connection: Connection, context: string, messageId: number): void {
    const key = `${context}/${messageId}`;
    if (!connection.destroyed) this.waiting.set(key, connection);
    reply(connection, { event: "accepted", messageId });
    for (const one of this.early.filter((two) => two.key === key)) {
      this.early.splice(this.early.indexOf(one), 1);
      this.tell(context, one.reply as Story);
    }
  }

  private tell(context: string, story: Story): void {
    const key = `${context}/${story.messageId}`;
    const connection = this.waiting.get(key);
    if (connection === undefined) {
      if (this.early.length >= EARLY_MAX) this.early.shift();
      this.early.push({ key, reply: story });
      return;
    }
    reply(connection, story);
    if (isLast(story)) this.waiting.delete(key);
  }

  /** A sentence when the line is no request that can be served. */
  private read(line: string): Required<ControlRequest> | string {
    const { contexts } = this.headEnd;
    const providers = contexts.filter(({ kind }) => kind === "provider").map(({ name }) => name);
    const request = parseRequest(line);
    if (typeof request === "string") return request;
    const context = request.context ?? providers[0] ?? "";
    if (!providers.includes(context)) {
      return `there is no provider named "${context}", but ${providers.join(" and ")}`;
    }
    if (!this.headEnd.isRegistered(context)) {
      return "no hub has spoken to this head-end yet; start one, or wait for its next reading";
    }
    return { ...request, context };
  }
}

type Story = Extract<ControlReply, { event: "answer" | "fate" }>;

function isLast(reply: ControlReply): boolean {
  if (reply.event === "accepted") return false;
  return reply.event !== "fate" || reply.result !== DELIVERED;
}

function reply(connection: Connection, one: ControlReply): void {
  if (!connection.writable) return;
  connection.write(`${JSON.stringify(one)}\n`);
  if (isLast(one)) connection.end();
}

function parseRequest(line: string): ControlRequest | string {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return "a control line must be JSON";
  }
  if (typeof document !== "object" || document === null) return "a control line must be an object";
  const { to, payload, context } = document as Record<string, unknown>;
  if (typeof to !== "string" || !/^[0-9a-f]{16}$/.test(to)) {
    return '"to" must be 16 hexadecimal digits';
  }
  if (typeof payload !== "string" || !/^([0-9a-f]{2})+$/.test(payload)) {
    return '"payload" must be hexadecimal, two digits a byte';
  }
  if (payload.length > MESSAGE_MAX * 2) return REASONS["4.13"]!;
  if (context !== undefined && typeof context !== "string") return '"context" must be a name';
  return { to, payload, ...(context !== undefined && { context }) };
}
