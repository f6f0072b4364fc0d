// The energy companies' side of the WAN: one management party and the providers, each with its own
// OSCORE context. Sans-I/O: datagrams, milliseconds and chance are handed in.
// The resources are described in docs/wan.md.

import { Decoder, Encoder } from "cbor-x";
import { type CoapBody, OPTION, optionOf } from "./coap";
import { type Chance, MessageLayer, type Send } from "./message-layer";
import { type ContextKeys, OscoreContext } from "./oscore";
import type { Answered, Request, Response } from "./request-queue";
import { decodeSenml, type SenmlRecord, shiftDecimal } from "./senml";
import { Session } from "./session";

export interface HeadEndContext {
  readonly name: string;
  readonly kind: "management" | "provider";
  /** IDs as the head-end has them: its sender ID is the hub's recipient ID. */
  readonly keys: ContextKeys;
  /** The next sender sequence number; never one that was used before. */
  readonly takeSequence: () => number;
  /** No earlier process served this context. */
  readonly fresh: boolean;
}

/** A register, or an interval's consumption, of one meter. */
export interface ReceivedReading {
  readonly context: string;
  readonly eui64: string;
  readonly quantity: string;
  /** Watt-hours, watts, or cubic decimetres. */
  readonly value: number;
  /** Unix seconds by the meter's clock. */
  readonly time: number;
}

export interface ReceivedMessage {
  readonly context: string;
  readonly eui64: string;
  /** The command that it answers; undefined: unasked for. */
  readonly messageId: number | undefined;
  readonly bytes: Buffer;
}

export interface ReceivedAlert {
  readonly code: number;
  readonly time: number;
  readonly eui64: string;
  readonly detail: number;
}

export interface ReceivedFate {
  readonly context: string;
  readonly messageId: number;
  readonly result: number;
}

/** What a head-end tells its owner; each is called once for each thing received. */
export interface HeadEndListener {
  registered?(now: number, context: string, boots: number, version: string): void;
  reading?(now: number, reading: ReceivedReading): void;
  message?(now: number, message: ReceivedMessage): void;
  alert?(now: number, alert: ReceivedAlert): void;
  fate?(now: number, fate: ReceivedFate): void;
  mirror?(now: number, context: string, reading: ReceivedReading | undefined, code: string): void;
}

const CBOR = 60;
const OCTETS = 42;
const decoder = new Decoder({ mapsAsObjects: false, useRecords: false });
const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });

const CHANGED = { code: "2.04", payload: Buffer.alloc(0) };
const BAD_REQUEST = { code: "4.00", payload: Buffer.alloc(0) };
const NOT_FOUND = { code: "4.04", payload: Buffer.alloc(0) };
const METHOD_NOT_ALLOWED = { code: "4.05", payload: Buffer.alloc(0) };

const POST = "0.02";
/** Meters' clocks count to 2136 (ZCL UTCTime), which no later time can come from. */
const UNIX_SECONDS_MAX = 946_684_800 + 0xffffffff;

type Resource = (now: number, context: string, query: string[], body: CoapBody) => Response;

/** A hub that is busy is asked for a block again so often. */
const BLOCK_TRIES = 8;

export class HeadEnd {
  private readonly layer: MessageLayer;
  private readonly sessions: Session[];
  readonly counts = { unprotected: 0, unknownContext: 0, refused: 0 };

  constructor(
    readonly contexts: readonly HeadEndContext[],
    chance: Chance,
    private readonly utcMs: () => number,
    send: Send,
    private readonly listener: HeadEndListener,
  ) {
    this.layer = new MessageLayer(chance, send, {
      serve: (now, peer, outer) => this.serve(now, peer, outer),
    });
    this.sessions = contexts.map(
      ({ name, kind, keys, takeSequence, fresh }) =>
        new Session(
          name,
          keys,
          takeSequence,
          fresh,
          this.layer,
          (now, path, query, body) => this.resource(now, name, kind, path, query, body),
          chance,
        ),
    );
  }

  receive(now: number, peer: Uint8Array, datagram: Uint8Array): void {
    this.layer.receive(now, peer, datagram);
  }

  tick(now: number): void {
    this.layer.tick(now);
  }

  dueAt(): number {
    return this.layer.dueAt();
  }

  /** True once the hub has registered in this context: before, requests wait. */
  isRegistered(context: string): boolean {
    return this.session(context).hub !== undefined;
  }

  /** How many requests to the hub wait or are under way. */
  get pending(): number {
    return this.sessions.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Puts a device into the hub's log with its install code (CRC included). */
  addDevice(now: number, eui64: string, kind: number, code: Buffer, done: Answered): void {
    this.put(now, `devices/${eui64}`, [kind, code], done);
  }

  /** Opens the window in which nodes may join for 1 to 254 seconds, or shuts it: 0. */
  setWindow(now: number, seconds: number, done: Answered): void {
    const WINDOW = 0;
    this.put(now, "network", [WINDOW, seconds], done);
  }

  /** Reads the sealed backup of the network, a block after the other. Undefined: it failed. */
  readBackup(now: number, done: (now: number, backup: Buffer | undefined) => void): void {
    this.readBlocks(now, { path: "backup", blocks: [], tries: 0 }, done);
  }

  /** Reads how well the hub hears each device. Undefined: it failed. */
  readCoverage(now: number, done: (now: number, coverage: Buffer | undefined) => void): void {
    this.readBlocks(now, { path: "coverage", blocks: [], tries: 0 }, done);
  }

  removeDevice(now: number, eui64: string, done: Answered): void {
    this.management().request(now, { method: "DELETE", path: `devices/${eui64}` }, done);
  }

  /**
   * @param relationship one of `RELATIONSHIPS` of commissioning.ts
   * @param expires Unix seconds; undefined: never
   */
  grant(
    now: number,
    provider: string,
    eui64: string,
    relationship: number,
    done: Answered,
    expires?: number,
  ): void {
    const values = expires === undefined ? [relationship] : [relationship, expires];
    this.put(now, `grants/${provider}/${eui64}`, values, done);
  }

  revoke(now: number, provider: string, eui64: string, done: Answered): void {
    const path = `grants/${provider}/${eui64}`;
    this.management().request(now, { method: "DELETE", path }, done);
  }

  /** Sends a message to a device; `done` gets the message ID with 2.01. */
  sendMessage(now: number, context: string, eui64: string, payload: Buffer, done: Answered): void {
    const path = `devices/${eui64}/messages`;
    const request: Request = { method: "POST", path, payload, contentFormat: OCTETS };
    this.session(context).request(now, request, done);
  }

  /** Any other request, as it is: for tests and for people who try things. */
  request(now: number, context: string, request: Request, done: Answered): void {
    this.session(context).request(now, request, done);
  }

  /** Observes the mirror of a gas meter; the listener's `mirror` gets each value. */
  observeMirror(now: number, context: string, eui64: string): void {
    const path = `devices/${eui64}/mirror`;
    this.session(context).request(now, { method: "GET", path, observe: true }, (at, response) => {
      const records = response && decodeSenml(response.payload);
      const reading = records?.map((record) => readingOf(context, record)).find(Boolean);
      this.listener.mirror?.(at, context, reading, response?.code ?? "");
    });
  }

  session(context: string): Session {
    const session = this.sessions.find(({ name }) => name === context);
    if (session === undefined) throw new Error(`head-end: there is no context named ${context}`);
    return session;
  }

  /** The message ID that the hub gave with 2.01. */
  static messageIdOf(response: Response): number | undefined {
    return wholeAt(decodeMap(response.payload), 0);
  }

  /** PUTs a CBOR map whose keys count from 0. */
  private put(now: number, path: string, values: readonly unknown[], done: Answered): void {
    const payload = Buffer.from(encoder.encode(new Map(values.entries())));
    this.management().request(now, { method: "PUT", path, payload, contentFormat: CBOR }, done);
  }

  private readBlocks(
    now: number,
    progress: { path: string; blocks: Buffer[]; tries: number },
    done: (now: number, whole: Buffer | undefined) => void,
  ): void {
    const { path, blocks } = progress;
    const block = blocks.length;
    this.management().request(now, { method: "GET", path, block }, (at, response) => {
      if (response?.code === "2.05") {
        blocks.push(response.payload);
        progress.tries = 0;
        if (response.more !== true) return done(at, Buffer.concat(blocks));
      } else if (++progress.tries > BLOCK_TRIES) return done(at, undefined);
      // The hub forgot the blocks before, as after a reboot: from the beginning.
      else if (response?.code === "4.08") blocks.length = 0;
      else if (response?.code.startsWith("4.")) return done(at, undefined);
      this.readBlocks(at, progress, done);
    });
  }

  private management(): Session {
    const management = this.contexts.find(({ kind }) => kind === "management");
    if (management === undefined) throw new Error("head-end: there is no management context");
    return this.session(management.name);
  }

  private serve(now: number, peer: Uint8Array, outer: CoapBody): CoapBody | undefined {
    const none = Buffer.alloc(0);
    if (optionOf(outer, OPTION.oscore) === undefined) {
      this.counts.unprotected++;
      return { code: "4.01", options: [], payload: none };
    }
    const kid = OscoreContext.kidOf(outer);
    const session = this.sessions.find(({ recipientId }) => kid?.equals(recipientId));
    if (session === undefined) {
      this.counts.unknownContext++;
      return { code: "4.01", options: [], payload: none };
    }
    return session.serve(now, peer, outer);
  }

  private resource(
    now: number,
    context: string,
    kind: HeadEndContext["kind"],
    path: string,
    query: string[],
    body: CoapBody,
  ): Response {
    const resource = kind === "management" ? this.managements(path) : this.providers(path);
    const response =
      resource === undefined
        ? NOT_FOUND
        : body.code === POST
          ? resource(now, context, query, body)
          : METHOD_NOT_ALLOWED;
    if (!response.code.startsWith("2.")) this.counts.refused++;
    return response;
  }

  private managements(path: string): Resource | undefined {
    if (path === "register") return (...request) => this.register(...request);
    if (path === "alerts") return (...request) => this.alert(...request);
    return undefined;
  }

  private providers(path: string): Resource | undefined {
    if (path === "register") return (...request) => this.register(...request);
    if (path === "readings") return (...request) => this.readings(...request);
    if (path === "fates") return (...request) => this.fate(...request);
    const eui64 = /^messages\/([0-9a-f]{16})$/.exec(path)?.[1];
    return eui64 === undefined ? undefined : (...request) => this.message(eui64, ...request);
  }

  private register(now: number, context: string, _query: string[], body: CoapBody): Response {
    const map = decodeMap(body.payload);
    const boots = wholeAt(map, 1);
    const version = map?.get(2);
    if (boots === undefined || typeof version !== "string") return BAD_REQUEST;
    this.listener.registered?.(now, context, boots, version);
    const payload = Buffer.from(encoder.encode(new Map([[0, BigInt(Math.round(this.utcMs()))]])));
    return { code: "2.04", payload };
  }

  private alert(now: number, _context: string, _query: string[], body: CoapBody): Response {
    const map = decodeMap(body.payload);
    const [code, time, detail] = [wholeAt(map, 0), wholeAt(map, 1), wholeAt(map, 3)];
    const eui64 = map?.get(2);
    if (code === undefined || time === undefined || detail === undefined) return BAD_REQUEST;
    if (!(eui64 instanceof Uint8Array) || eui64.length !== 8) return BAD_REQUEST;
    const name = Buffer.from(eui64).toString("hex");
    this.listener.alert?.(now, { code, time, eui64: name, detail });
    return CHANGED;
  }

  private readings(now: number, context: string, _query: string[], body: CoapBody): Response {
    const records = decodeSenml(body.payload);
    if (records === undefined) return BAD_REQUEST;
    const readings = records.map((record) => readingOf(context, record));
    if (readings.includes(undefined)) return BAD_REQUEST;
    for (const reading of readings) this.listener.reading?.(now, reading!);
    return CHANGED;
  }

  private fate(now: number, context: string, _query: string[], body: CoapBody): Response {
    const map = decodeMap(body.payload);
    const [messageId, result] = [wholeAt(map, 0), wholeAt(map, 1)];
    if (messageId === undefined || result === undefined) return BAD_REQUEST;
    this.listener.fate?.(now, { context, messageId, result });
    return CHANGED;
  }

  private message(
    eui64: string,
    now: number,
    context: string,
    query: string[],
    body: CoapBody,
  ): Response {
    const [id, ...more] = query.map((text) => /^id=(\d{1,10})$/.exec(text)?.[1]);
    const isBad = more.length > 0 || (query.length > 0 && id === undefined);
    if (isBad || body.payload.length === 0) return BAD_REQUEST;
    const messageId = id === undefined ? undefined : Number(id);
    this.listener.message?.(now, { context, eui64, messageId, bytes: body.payload });
    return CHANGED;
  }
}

/** Units and names as docs/wan.md has them. */
function readingOf(context: string, record: SenmlRecord): ReceivedReading | undefined {
  const name = /^urn:dev:mac:([0-9a-f]{16})_([a-z-]+)$/.exec(record.name);
  if (name === null) return undefined;
  const time = record.time;
  if (time < 0 || time > UNIX_SECONDS_MAX) return undefined;
  // Cubic metres to cubic decimetres.
  const value = record.unit === "m3" ? shiftDecimal(record.value, 3) : record.value;
  return { context, eui64: name[1]!, quantity: name[2]!, value, time };
}

function decodeMap(bytes: Uint8Array): Map<number, unknown> | undefined {
  try {
    const map: unknown = decoder.decode(bytes);
    return map instanceof Map ? map : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number that is not negative. */
function wholeAt(map: Map<number, unknown> | undefined, key: number): number | undefined {
  const value = map?.get(key);
  const number = typeof value === "bigint" ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined;
}
