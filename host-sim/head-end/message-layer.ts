// CoAP's message layer towards any number of peers: retransmission, de-duplication, tokens.
// Sans-I/O: datagrams and milliseconds are handed in.
// @source RFC 7252 section 4

import { type CoapBody, type CoapDatagram, decodeDatagram, encodeDatagram } from "./coap";

const ACK_TIMEOUT_MS = 2_000;
const RANDOM_FACTOR = 1.5;
const RETRANSMIT_MAX = 4;
/** EXCHANGE_LIFETIME: how long a message ID stays taken. */
const EXCHANGE_LIFETIME_MS = 247_000;
/** A separate response may take as long as the hub needs to store a message. */
const RESPONSE_TIMEOUT_MS = 120_000;
/** Remembered requests of one peer: its NSTART times the lifetime would be far less. */
const REMEMBERED_MAX = 256;

/** The seeded chance that it draws jitter and first identifiers from. */
export interface Chance {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** From 0 up to, not including, 1. */
  float(): number;
  fill(bytes: Uint8Array, start: number, length: number): void;
}

export type Send = (peer: Uint8Array, datagram: Buffer) => void;

export interface RequestHandler {
  /** Answers a request; undefined: no answer at all. */
  serve(now: number, peer: Uint8Array, outer: CoapBody): CoapBody | undefined;
}

export interface ResponseHandler {
  /** A response, or each notification of an observation; undefined: none will come. */
  answered(now: number, outer: CoapBody | undefined): void;
}

interface Outstanding {
  readonly peer: Uint8Array;
  readonly peerName: string;
  readonly messageId: number;
  readonly tokenName: string;
  readonly datagram: Buffer;
  readonly handler: ResponseHandler;
  readonly observing: boolean;
  tries: number;
  timeoutMs: number;
  due: number;
  acknowledged: boolean;
}

interface Remembered {
  readonly at: number;
  readonly reply: Buffer | undefined;
}

export class MessageLayer {
  private readonly byToken = new Map<string, Outstanding>();
  private readonly remembered = new Map<string, Map<number, Remembered>>();
  /** Message IDs of responses that were taken: a repetition means that our ACK was lost. */
  private readonly taken = new Map<string, number>();
  private nextMessageId: number;
  private nextToken: number;
  readonly counts = { malformed: 0, duplicates: 0, retransmissions: 0, timeouts: 0, unexpected: 0 };

  constructor(
    private readonly random: Chance,
    private readonly send: Send,
    private readonly handler: RequestHandler,
  ) {
    this.nextMessageId = random.below(0x10000);
    this.nextToken = random.below(0x1000000);
  }

  /** Sends a confirmable request. An observing one stays open until `cancel`. */
  request(
    now: number,
    peer: Uint8Array,
    body: CoapBody,
    handler: ResponseHandler,
    observing = false,
  ): string {
    const messageId = this.takeMessageId();
    const token = Buffer.alloc(4);
    token.writeUInt32BE(this.nextToken++ % 0x100000000);
    const tokenName = token.toString("hex");
    const datagram = encodeDatagram({ ...body, type: "CON", messageId, token });
    const timeoutMs = Math.round(ACK_TIMEOUT_MS * (1 + this.random.float() * (RANDOM_FACTOR - 1)));
    this.byToken.set(tokenName, {
      peer,
      peerName: nameOf(peer),
      messageId,
      tokenName,
      datagram,
      handler,
      observing,
      tries: 0,
      timeoutMs,
      due: now + timeoutMs,
      acknowledged: false,
    });
    this.send(peer, datagram);
    return tokenName;
  }

  cancel(token: string): void {
    this.byToken.delete(token);
  }

  receive(now: number, peer: Uint8Array, bytes: Uint8Array): void {
    const datagram = decodeDatagram(bytes);
    if (datagram === undefined) {
      this.counts.malformed++;
      return;
    }
    if (datagram.type === "ACK" || datagram.type === "RST") this.settle(now, peer, datagram);
    if (datagram.type === "RST" || datagram.code === "0.00") return;
    if (datagram.code.startsWith("0.")) this.serve(now, peer, datagram);
    else this.respond(now, peer, datagram);
  }

  tick(now: number): void {
    for (const open of [...this.byToken.values()]) if (open.due <= now) this.overdue(now, open);
    for (const [peer, requests] of this.remembered) {
      for (const [id, { at }] of requests) {
        if (now - at <= EXCHANGE_LIFETIME_MS) break;
        requests.delete(id);
      }
      if (requests.size === 0) this.remembered.delete(peer);
    }
    for (const [name, at] of this.taken) {
      if (now - at <= EXCHANGE_LIFETIME_MS) break;
      this.taken.delete(name);
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const open of this.byToken.values()) due = Math.min(due, open.due);
    return due;
  }

  private overdue(now: number, open: Outstanding): void {
    if (open.acknowledged || open.tries >= RETRANSMIT_MAX) {
      this.counts.timeouts++;
      this.byToken.delete(open.tokenName);
      open.handler.answered(now, undefined);
      return;
    }
    open.tries++;
    open.timeoutMs *= 2;
    open.due = now + open.timeoutMs;
    this.counts.retransmissions++;
    this.send(open.peer, open.datagram);
  }

  private settle(now: number, peer: Uint8Array, datagram: CoapDatagram): void {
    const name = nameOf(peer);
    for (const open of this.byToken.values()) {
      if (open.messageId !== datagram.messageId || open.peerName !== name) continue;
      open.acknowledged = true;
      open.due = open.observing ? Number.POSITIVE_INFINITY : now + RESPONSE_TIMEOUT_MS;
      if (datagram.type === "RST") {
        this.byToken.delete(open.tokenName);
        open.handler.answered(now, undefined);
      }
      return;
    }
  }

  private respond(now: number, peer: Uint8Array, datagram: CoapDatagram): void {
    const open = this.byToken.get(datagram.token.toString("hex"));
    const known = open !== undefined && open.peerName === nameOf(peer);
    const name = `${nameOf(peer)}/${datagram.messageId}`;
    const repeated = this.taken.has(name);
    if (datagram.type === "CON") {
      this.empty(peer, datagram.messageId, known || repeated ? "ACK" : "RST");
      if (known) this.taken.set(name, now);
    }
    if (repeated) {
      this.counts.duplicates++;
      return;
    }
    if (!known) {
      this.counts.unexpected++;
      return;
    }
    open.acknowledged = true;
    open.due = Number.POSITIVE_INFINITY;
    if (!open.observing) this.byToken.delete(open.tokenName);
    open.handler.answered(now, datagram);
  }

  private serve(now: number, peer: Uint8Array, datagram: CoapDatagram): void {
    const name = nameOf(peer);
    const requests = this.remembered.get(name) ?? new Map<number, Remembered>();
    this.remembered.set(name, requests);
    const before = requests.get(datagram.messageId);
    if (before !== undefined && now - before.at <= EXCHANGE_LIFETIME_MS) {
      this.counts.duplicates++;
      if (before.reply !== undefined) this.send(peer, before.reply);
      return;
    }
    const body = this.handler.serve(now, peer, datagram);
    const reply = body === undefined ? undefined : this.reply(datagram, body);
    if (requests.size >= REMEMBERED_MAX) requests.delete(requests.keys().next().value as number);
    requests.set(datagram.messageId, { at: now, reply });
    if (reply !== undefined) this.send(peer, reply);
  }

  private reply(request: CoapDatagram, body: CoapBody): Buffer {
    const confirmable = request.type === "CON";
    const messageId = confirmable ? request.messageId : this.takeMessageId();
    const type = confirmable ? "ACK" : "NON";
    return encodeDatagram({ ...body, type, messageId, token: request.token });
  }

  private empty(peer: Uint8Array, messageId: number, type: "ACK" | "RST"): void {
    const none = Buffer.alloc(0);
    const datagram = { type, code: "0.00", messageId, token: none, options: [], payload: none };
    this.send(peer, encodeDatagram(datagram));
  }

  private takeMessageId(): number {
    const id = this.nextMessageId;
    this.nextMessageId = (id + 1) % 0x10000;
    return id;
  }
}

function nameOf(peer: Uint8Array): string {
  return Buffer.from(peer).toString("hex");
}
