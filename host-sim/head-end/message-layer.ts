// CoAP's message layer towards any number of peers: retransmission, de-duplication, tokens.
// Sans-I/O: datagrams and milliseconds are handed in.
// @source RFC 7252 section 4

import { type CoapBody, type CoapDatagram, decodeDatagram, encodeDatagram } from "./coap";

const TOKEN_LENGTH = 4;
const ACK_TIMEOUT_MS = 2_000;
const RANDOM_FACTOR = 1.5;
const RETRANSMIT_MAX = 4;
/** EXCHANGE_LIFETIME: how long a message ID stays taken. */
const EXCHANGE_LIFETIME_MS = 247_000;
/** A separate response may take as long as the hub needs to store a message. */
const RESPONSE_TIMEOUT_MS = 120_000;
/** Remembered requests of one peer: its NSTART times the lifetime would be far less. */
const REMEMBERED_MAX = 256;
/** Peers whose requests are remembered: a flood of made-up addresses pushes out its own. */
const PEERS_MAX = 256;

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

/** What a response was to the one who asked. */
export const enum Heard {
  /** Not authentic: as if it had not come. */
  NOTHING = 0,
  /** The request is over. */
  LAST = 1,
  /** An observation: more may come. */
  ONE_OF_MANY = 2,
}

export interface ResponseHandler {
  answered(now: number, outer: CoapBody): Heard;
  /** None will come: time ran out, or the peer reset the request. */
  failed(now: number): void;
}

interface Outstanding {
  readonly peer: Uint8Array;
  readonly peerName: string;
  readonly messageId: number;
  readonly tokenName: string;
  readonly datagram: Buffer;
  readonly handler: ResponseHandler;
  /** How often it was sent. */
  sent: number;
  timeoutMs: number;
  due: number;
  /** By an ACK or a response: it is not sent again, and another request may go. */
  acknowledged: boolean;
}

interface Remembered {
  readonly at: number;
  readonly reply: Buffer | undefined;
}

export class MessageLayer {
  /** In the order in which they were asked for. */
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

  /** A name for one request, hexadecimal, that no other has. */
  takeToken(): string {
    const token = Buffer.alloc(TOKEN_LENGTH);
    token.writeUInt32BE(this.nextToken++ % 2 ** 32);
    return token.toString("hex");
  }

  /** Sends a confirmable request, when those before it to the same peer are acknowledged. */
  request(
    now: number,
    peer: Uint8Array,
    tokenName: string,
    body: CoapBody,
    handler: ResponseHandler,
  ): void {
    const messageId = this.takeMessageId();
    const token = Buffer.from(tokenName, "hex");
    this.byToken.set(tokenName, {
      peer,
      peerName: nameOf(peer),
      messageId,
      tokenName,
      datagram: encodeDatagram({ ...body, type: "CON", messageId, token }),
      handler,
      sent: 0,
      timeoutMs: Math.round(ACK_TIMEOUT_MS * (1 + this.random.float() * (RANDOM_FACTOR - 1))),
      due: Number.POSITIVE_INFINITY,
      acknowledged: false,
    });
    this.sendNext(now, nameOf(peer));
  }

  /** Forgets a request or an observation: what still comes of it is answered with RST. */
  cancel(now: number, token: string): void {
    const open = this.byToken.get(token);
    if (open !== undefined) this.end(now, open);
  }

  receive(now: number, peer: Uint8Array, bytes: Uint8Array): void {
    const datagram = decodeDatagram(bytes);
    if (datagram === undefined) {
      this.counts.malformed++;
      return;
    }
    const { type, code } = datagram;
    const isReply = type === "ACK" || type === "RST";
    if (isReply) this.settle(now, peer, datagram);
    if (type === "RST") return;
    if (/^[245]\./.test(code)) this.respond(now, peer, datagram);
    else if (code.startsWith("0.") && code !== "0.00" && !isReply) this.serve(now, peer, datagram);
    else if (type === "CON") {
      // A ping, or a class that is reserved (RFC 7252 section 4.3).
      this.empty(peer, datagram.messageId, "RST");
    }
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

  /** NSTART is 1 (RFC 7252 section 4.7): one request to a peer waits for its acknowledgement. */
  private sendNext(now: number, peerName: string): void {
    for (const open of this.byToken.values()) {
      if (open.peerName !== peerName || open.acknowledged) continue;
      if (open.sent === 0) this.transmit(now, open);
      return;
    }
  }

  private transmit(now: number, open: Outstanding): void {
    if (open.sent > 0) {
      open.timeoutMs *= 2;
      this.counts.retransmissions++;
    }
    open.sent++;
    open.due = now + open.timeoutMs;
    this.send(open.peer, open.datagram);
  }

  private overdue(now: number, open: Outstanding): void {
    if (!open.acknowledged && open.sent <= RETRANSMIT_MAX) {
      this.transmit(now, open);
      return;
    }
    this.counts.timeouts++;
    this.end(now, open);
    open.handler.failed(now);
  }

  private end(now: number, open: Outstanding): void {
    this.byToken.delete(open.tokenName);
    this.sendNext(now, open.peerName);
  }

  /** An ACK or a RST, for the request whose message ID it bears. */
  private settle(now: number, peer: Uint8Array, datagram: CoapDatagram): void {
    const name = nameOf(peer);
    for (const open of this.byToken.values()) {
      if (open.messageId !== datagram.messageId || open.peerName !== name || open.sent === 0) {
        continue;
      }
      if (datagram.type === "RST") {
        this.end(now, open);
        open.handler.failed(now);
      } else if (!open.acknowledged) {
        open.acknowledged = true;
        open.due = now + RESPONSE_TIMEOUT_MS;
        this.sendNext(now, name);
      }
      return;
    }
  }

  private respond(now: number, peer: Uint8Array, datagram: CoapDatagram): void {
    const open = this.byToken.get(datagram.token.toString("hex"));
    const known = open !== undefined && open.peerName === nameOf(peer);
    if (datagram.type === "CON" && this.isRepeated(now, peer, datagram.messageId, known)) return;
    if (!known) {
      this.counts.unexpected++;
      return;
    }
    const heard = open.handler.answered(now, datagram);
    if (heard === Heard.NOTHING || this.byToken.get(open.tokenName) !== open) return;
    open.acknowledged = true;
    open.due = Number.POSITIVE_INFINITY;
    if (heard === Heard.LAST) this.end(now, open);
    else this.sendNext(now, open.peerName);
  }

  /** Acknowledges a separate response. True: it was taken before, and our ACK was lost. */
  private isRepeated(now: number, peer: Uint8Array, messageId: number, known: boolean): boolean {
    const name = `${nameOf(peer)}/${messageId}`;
    const repeated = this.taken.has(name);
    this.empty(peer, messageId, known || repeated ? "ACK" : "RST");
    if (repeated) this.counts.duplicates++;
    else if (known) this.taken.set(name, now);
    return repeated;
  }

  private serve(now: number, peer: Uint8Array, datagram: CoapDatagram): void {
    const requests = this.requestsOf(nameOf(peer));
    const before = requests.get(datagram.messageId);
    if (before !== undefined && now - before.at <= EXCHANGE_LIFETIME_MS) {
      this.counts.duplicates++;
      if (before.reply !== undefined) this.send(peer, before.reply);
      return;
    }
    const body = this.handler.serve(now, peer, datagram);
    const reply = body === undefined ? undefined : this.reply(datagram, body);
    requests.delete(datagram.messageId);
    if (requests.size >= REMEMBERED_MAX) requests.delete(requests.keys().next().value as number);
    requests.set(datagram.messageId, { at: now, reply });
    if (reply !== undefined) this.send(peer, reply);
  }

  private requestsOf(peerName: string): Map<number, Remembered> {
    const known = this.remembered.get(peerName);
    if (known !== undefined) return known;
    if (this.remembered.size >= PEERS_MAX) {
      this.remembered.delete(this.remembered.keys().next().value as string);
    }
    const requests = new Map<number, Remembered>();
    this.remembered.set(peerName, requests);
    return requests;
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
