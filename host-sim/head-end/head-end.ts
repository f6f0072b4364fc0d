// The energy companies' side of the WAN: one management party and the providers, each with its own
// OSCORE context. Sans-I/O: datagrams, milliseconds and chance are handed in.
// The resources are described in docs/wan.md.

import { Decoder, Encoder } from "cbor-x";
import { type CoapBody, OPTION, optionOf } from "./coap";
import { type Chance, MessageLayer, type Send } from "./message-layer";
import { type ContextKeys, OscoreContext } from "./oscore";
import { decodeSenml, type SenmlRecord } from "./senml";
import { type Answered, type Response, Session } from "./session";

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
          (now, path, query, body) =>
            kind === "management"
              ? this.manage(now, name, path, body)
              : this.provide(now, name, path, query, body),
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
    return this.session(context).peer !== undefined;
  }

  /** Puts a device into the hub's log with its install code (CRC included). */
  addDevice(now: number, eui64: string, kind: number, code: Buffer, done: Answered): void {
    const payload = Buffer.from(
      encoder.encode(
        new Map<number, unknown>([
          [0, kind],
          [1, code],
        ]),
      ),
    );
    const path = `devices/${eui64}`;
    this.management().request(now, { method: "PUT", path, payload, contentFormat: CBOR }, done);
  }

  removeDevice(now: number, eui64: string, done: Answered): void {
    this.management().request(now, { method: "DELETE", path: `devices/${eui64}` }, done);
  }

  /** @param rights bits of `Right`; 0 takes the grant back */
  grant(now: number, provider: string, eui64: string, rights: number, done: Answered): void {
    const path = `grants/${provider}/${eui64}`;
    const payload = Buffer.from(encoder.encode(new Map([[0, rights]])));
    this.management().request(now, { method: "PUT", path, payload, contentFormat: CBOR }, done);
  }

  /** Sends a message to a device; `done` gets the message ID with 2.01. */
  sendMessage(now: number, context: string, eui64: string, payload: Buffer, done: Answered): void {
    const path = `devices/${eui64}/messages`;
    this.session(context).request(
      now,
      { method: "POST", path, payload, contentFormat: OCTETS },
      done,
    );
  }

  /** Any other request, as it is: for tests and for people who try things. */
  request(now: number, context: string, method: "GET" | "DELETE", path: string, done: Answered) {
    this.session(context).request(now, { method, path }, done);
  }

  /** Observes the mirror of a gas meter; the listener's `mirror` gets each value. */
  observeMirror(now: number, context: string, eui64: string): void {
    this.session(context).observe(now, `devices/${eui64}/mirror`, (at, response) => {
      const records = response && decodeSenml(response.payload);
      const reading = records?.map((record) => readingOf(context, record)).find(Boolean);
      this.listener.mirror?.(at, context, reading, response?.code ?? "0.00");
    });
  }

  session(context: string): Session {
    const session = this.sessions.find(({ name }) => name === context);
    if (session === undefined) throw new Error(`head-end: there is no context named ${context}`);
    return session;
  }

  /** The message ID that the hub gave with 2.01. */
  static messageIdOf(response: Response): number | undefined {
    return numberAt(decodeMap(response.payload), 0);
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

  private manage(now: number, context: string, path: string, body: CoapBody): Response {
    if (body.code !== "0.02") return this.refuse(NOT_FOUND);
    if (path === "register") return this.register(now, context, body);
    if (path !== "alerts") return this.refuse(NOT_FOUND);
    const map = decodeMap(body.payload);
    const [code, time, detail] = [numberAt(map, 0), numberAt(map, 1), numberAt(map, 3)];
    const eui64 = map?.get(2);
    if (code === undefined || time === undefined || !(eui64 instanceof Uint8Array)) {
      return this.refuse(BAD_REQUEST);
    }
    const name = Buffer.from(eui64).toString("hex");
    this.listener.alert?.(now, { code, time, eui64: name, detail: detail ?? 0 });
    return CHANGED;
  }

  private provide(
    now: number,
    context: string,
    path: string,
    query: string[],
    body: CoapBody,
  ): Response {
    if (body.code !== "0.02") return this.refuse(NOT_FOUND);
    if (path === "register") return this.register(now, context, body);
    if (path === "readings") return this.readings(now, context, body);
    if (path === "fates") return this.fate(now, context, body);
    const device = /^messages\/([0-9a-f]{16})$/.exec(path);
    if (device === null) return this.refuse(NOT_FOUND);
    const id = query.map((text) => /^id=(\d+)$/.exec(text)?.[1]).find(Boolean);
    const messageId = id === undefined ? undefined : Number(id);
    const message = { context, eui64: device[1]!, messageId, bytes: body.payload };
    this.listener.message?.(now, message);
    return CHANGED;
  }

  private register(now: number, context: string, body: CoapBody): Response {
    const map = decodeMap(body.payload);
    const boots = numberAt(map, 1);
    if (boots === undefined) return this.refuse(BAD_REQUEST);
    this.listener.registered?.(now, context, boots, String(map?.get(2) ?? ""));
    const payload = Buffer.from(encoder.encode(new Map([[0, BigInt(Math.round(this.utcMs()))]])));
    return { code: "2.04", payload };
  }

  private readings(now: number, context: string, body: CoapBody): Response {
    const records = decodeSenml(body.payload);
    if (records === undefined) return this.refuse(BAD_REQUEST);
    const readings = records.map((record) => readingOf(context, record));
    if (readings.some((reading) => reading === undefined)) return this.refuse(BAD_REQUEST);
    for (const reading of readings) this.listener.reading?.(now, reading!);
    return CHANGED;
  }

  private fate(now: number, context: string, body: CoapBody): Response {
    const map = decodeMap(body.payload);
    const [messageId, result] = [numberAt(map, 0), numberAt(map, 1)];
    if (messageId === undefined || result === undefined) return this.refuse(BAD_REQUEST);
    this.listener.fate?.(now, { context, messageId, result });
    return CHANGED;
  }

  private refuse(response: Response): Response {
    this.counts.refused++;
    return response;
  }
}

/** Units and names as docs/wan.md has them. */
function readingOf(context: string, record: SenmlRecord): ReceivedReading | undefined {
  const name = /^urn:dev:mac:([0-9a-f]{16})_([a-z-]+)$/.exec(record.name);
  if (name === null) return undefined;
  const { mantissa, exponent } = record.value;
  // Cubic metres to cubic decimetres: three places, in whole numbers.
  const places = record.unit === "m3" ? exponent + 3 : exponent;
  const value = places >= 0 ? mantissa * 10 ** places : mantissa / 10 ** -places;
  return { context, eui64: name[1]!, quantity: name[2]!, value, time: record.time };
}

function decodeMap(bytes: Uint8Array): Map<number, unknown> | undefined {
  try {
    const map: unknown = decoder.decode(bytes);
    return map instanceof Map ? map : undefined;
  } catch {
    return undefined;
  }
}

function numberAt(map: Map<number, unknown> | undefined, key: number): number | undefined {
  const value = map?.get(key);
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : undefined;
}
