// The head-end's end of one session, for tests: coap-packet outside, the session's context with
// its ends exchanged inside. It answers what it is told to, and can replay and forge.

import { decode, Encoder } from "cbor-x";
import { generate, type ParsedPacket, parse } from "coap-packet";
import { HkdfLimit } from "../../firmware/crypto/hkdf";
import { OscoreCipher } from "../../firmware/crypto/oscore";
import { OscoreContext } from "../../firmware/crypto/oscore-context";
import type { Party } from "../../firmware/ipc/party";
import { OptionWriter } from "../../firmware/wire/coap-options";
import { OscoreOption, putResponseOption } from "../../firmware/wire/oscore-option";
import { putSessionRecord, SessionRecordReader } from "../../firmware/wire/session-record";
import { nodeCrypto } from "../../hal/node/crypto";
import { type Bench, PEER, type SessionKeys } from "./bench";

const provider = nodeCrypto();
const encoder = new Encoder({ useRecords: false, variableMapSize: true, mapsAsObjects: false });

export interface Inner {
  readonly code: string;
  readonly options: ParsedPacket["options"];
  readonly payload: Buffer;
}

export interface Given {
  readonly name: Parameters<typeof generate>[0]["options"] extends (infer O)[] | undefined
    ? O extends { name: infer N }
      ? N
      : never
    : never;
  readonly value: Buffer;
}

/** What came back for a request of ours. */
export interface Outcome {
  readonly outer: ParsedPacket;
  /** Undefined: an error outside OSCORE. */
  readonly inner: Inner | undefined;
  readonly hasPartialIv: boolean;
}

export interface Asked {
  readonly token: string;
  readonly datagram: Buffer;
  readonly outcomes: Outcome[];
}

const OPTION_NUMBERS: Record<string, number> = {
  Observe: 6,
  "Uri-Path": 11,
  "Content-Format": 12,
  "Uri-Query": 15,
  Accept: 17,
  Block2: 23,
  Block1: 27,
  Size1: 60,
  Echo: 252,
};

export class Peer {
  /** Requests of the hub that opened, in order. */
  readonly requests: Inner[] = [];
  /** All datagrams of the hub on this link. */
  readonly seen: ParsedPacket[] = [];
  /** Sequence numbers that the hub's requests and notifications carried. */
  readonly sequences: number[] = [];
  utcMs = 1_800_000_000_000;
  /** How a request of the hub is answered; undefined: not at all. */
  answer: (request: Inner) => { code: string; options?: Given[]; payload?: Buffer } | undefined = (
    request,
  ) => this.usual(request);
  /** False: this datagram is lost. */
  passes: (toHub: boolean) => boolean = () => true;
  /** Acknowledge what the hub sends confirmably. */
  acknowledges = true;
  sequence = 0;
  messageId: number;
  private readonly asked = new Map<string, Asked & { sequence: number }>();
  private readonly cipher: OscoreCipher;
  private readonly context = new OscoreContext(provider);

  private token: number;

  constructor(
    private readonly bench: Bench,
    private readonly link: Party,
    private readonly wan: Party,
    private readonly keys: SessionKeys,
  ) {
    // Two peers on one link share an address: their tokens and message ids must differ.
    this.messageId = keys.recipientId[0]! << 8;
    this.token = keys.recipientId[0]! << 8;
    const bytes = new Uint8Array(100);
    const { senderId, recipientId, idContext, salt, secret } = keys;
    const length = putSessionRecord(bytes, 0, recipientId, senderId, idContext, salt, secret);
    const record = new SessionRecordReader();
    if (!record.read(bytes, 0, length)) throw new Error("a bad context");
    this.context.derive(record, bytes, new Uint8Array(HkdfLimit.SCRATCH_LENGTH));
    this.cipher = new OscoreCipher(this.context);
  }

  get path(): string[] {
    return this.requests.map((request) => pathOf(request));
  }

  /** Whether a datagram is of this session: by its kid, or by the token of a request of ours. */
  owns(datagram: Uint8Array): boolean {
    const packet = parse(Buffer.from(datagram.subarray(PEER.length)));
    if (!packet.code.startsWith("0.")) return this.asked.has(packet.token.toString("hex"));
    const value = packet.options.find((one) => one.name === "OSCORE")?.value;
    const option = new OscoreOption();
    if (value === undefined || !option.read(value, 0, value.length)) return false;
    const kid = value.subarray(option.kidStart, option.kidStart + option.kidLength);
    return kid.equals(this.keys.senderId);
  }

  /** A datagram of the hub. */
  receive(datagram: Uint8Array): void {
    if (!this.passes(false)) return;
    const packet = parse(Buffer.from(datagram.subarray(PEER.length)));
    this.seen.push(packet);
    const isEmpty = packet.code === "0.00";
    if (isEmpty) return;
    if (packet.code.startsWith("0.")) this.serve(packet);
    else this.outcome(packet);
  }

  /** Sends a protected request. */
  ask(
    code: number,
    path: string,
    options: { [name: string]: number | Buffer } = {},
    payload: Uint8Array = Buffer.alloc(0),
    confirmable = true,
  ): Asked {
    const inner: { number: number; value: Buffer }[] = path
      .split("/")
      .map((segment) => ({ number: 11, value: Buffer.from(segment) }));
    for (const [name, value] of Object.entries(options)) {
      inner.push({ number: OPTION_NUMBERS[name]!, value: optionBytes(value) });
    }
    inner.sort((a, b) => a.number - b.number);
    const bytes = new Uint8Array(1400);
    const writer = new OptionWriter();
    bytes[0] = code;
    writer.open(1);
    for (const one of inner) writer.put(bytes, one.number, one.value, 0, one.value.length);
    if (payload.length > 0) writer.marker(bytes);
    bytes.set(payload, writer.at);
    const observe = options["Observe"];
    return this.askRaw(bytes, writer.at + payload.length, observe, confirmable);
  }

  /** Protects any plaintext whatever and sends it as a request. */
  askRaw(
    bytes: Uint8Array,
    length: number,
    observe?: number | Buffer,
    confirmable = true,
    code = "POST",
  ): Asked {
    const sequence = this.sequence++;
    const option = Buffer.alloc(30);
    const end = this.context.putOption(option, 0, sequence);
    const sealed = new Uint8Array(length + 8);
    sealed.set(bytes.subarray(0, length));
    this.cipher.sealRequest(sequence, sealed, 0, length);
    const token = Buffer.from([this.token >> 8, this.token++ & 255]);
    const outer: Given[] = [{ name: "OSCORE", value: option.subarray(0, end) }];
    if (observe !== undefined) outer.unshift({ name: "Observe", value: optionBytes(observe) });
    const datagram = generate({
      code: observe === undefined ? code : "FETCH",
      confirmable,
      messageId: this.messageId++ & 0xffff,
      token,
      options: outer,
      payload: Buffer.from(sealed),
    });
    const asked = { token: token.toString("hex"), datagram, outcomes: [], sequence };
    this.asked.set(asked.token, asked);
    this.send(datagram);
    return asked;
  }

  send(datagram: Uint8Array): void {
    if (this.passes(true)) this.bench.datagram(this.link, this.wan, datagram);
  }

  /** Answers a notification or any other confirmable message with a RST. */
  reset(packet: ParsedPacket): void {
    this.send(generate({ code: "0.00", messageId: packet.messageId, reset: true }));
  }

  private usual(request: Inner): { code: string; payload?: Buffer } {
    if (pathOf(request) !== "register") return { code: "2.04" };
    // cbor-x writes a Number of this size as a float.
    return { code: "2.04", payload: encoder.encode(new Map([[0, BigInt(this.utcMs)]])) };
  }

  private serve(packet: ParsedPacket): void {
    const value = packet.options.find((one) => one.name === "OSCORE")?.value;
    const option = new OscoreOption();
    if (value === undefined || !option.read(value, 0, value.length)) throw new Error("no OSCORE");
    const bytes = new Uint8Array(packet.payload);
    const length = bytes.length - 8;
    if (!this.cipher.openRequest(option.sequence, bytes, 0, length)) return;
    this.sequences.push(option.sequence);
    const inner = innerOf(bytes, length);
    this.requests.push(inner);
    const answer = this.answer(inner);
    if (answer !== undefined) this.respond(packet, option.sequence, answer);
  }

  respond(
    packet: ParsedPacket,
    sequence: number,
    answer: { code: string; options?: Given[]; payload?: Buffer },
    separate = false,
  ): void {
    const plain = generate({
      code: answer.code,
      ...(answer.options === undefined ? {} : { options: answer.options }),
      ...(answer.payload === undefined ? {} : { payload: answer.payload }),
      messageId: 0,
      token: Buffer.alloc(0),
    });
    // Code, then options and payload: the header without its other three bytes.
    const length = plain.length - 3;
    const sealed = new Uint8Array(length + 8);
    sealed[0] = plain[1]!;
    sealed.set(plain.subarray(4), 1);
    this.cipher.sealResponse(sequence, -1, sealed, 0, length);
    const option = Buffer.alloc(8);
    const end = putResponseOption(option, 0, -1);
    this.send(
      generate({
        code: "2.04",
        ack: !separate,
        confirmable: separate,
        messageId: separate ? this.messageId++ & 0xffff : packet.messageId,
        token: packet.token,
        options: [{ name: "OSCORE", value: option.subarray(0, end) }],
        payload: Buffer.from(sealed),
      }),
    );
  }

  private outcome(packet: ParsedPacket): void {
    const asked = this.asked.get(packet.token.toString("hex"));
    if (asked === undefined) throw new Error("an answer that nobody asked for");
    const value = packet.options.find((one) => one.name === "OSCORE")?.value;
    let inner: Inner | undefined;
    const option = new OscoreOption();
    if (value !== undefined) {
      if (!option.read(value, 0, value.length)) throw new Error("a bad OSCORE option");
      const bytes = new Uint8Array(packet.payload);
      const length = bytes.length - 8;
      if (!this.cipher.openResponse(asked.sequence, option.sequence, bytes, 0, length)) {
        throw new Error("an answer that does not open");
      }
      if (option.sequence >= 0) this.sequences.push(option.sequence);
      inner = innerOf(bytes, length);
    }
    asked.outcomes.push({ outer: packet, inner, hasPartialIv: option.sequence >= 0 });
    if (packet.confirmable && this.acknowledges) {
      this.send(generate({ code: "0.00", messageId: packet.messageId, ack: true }));
    }
  }
}

/** Reads inner code, options and payload with coap-packet, behind a header of its own. */
function innerOf(bytes: Uint8Array, length: number): Inner {
  const packet = Buffer.concat([
    Buffer.from([0x40, bytes[0]!, 0, 0]),
    Buffer.from(bytes.subarray(1, length)),
  ]);
  const { code, options, payload } = parse(packet);
  return { code, options, payload };
}

export function pathOf(inner: Inner): string {
  const segments = inner.options.filter((one) => one.name === "Uri-Path");
  return segments.map((one) => one.value.toString()).join("/");
}

export function optionOf(inner: Inner, name: string | number): Buffer | undefined {
  return inner.options.find((one) => String(one.name) === String(name))?.value;
}

export function uintOf(inner: Inner, name: string | number): number | undefined {
  const value = optionOf(inner, name);
  return value === undefined ? undefined : [...value].reduce((sum, byte) => sum * 256 + byte, 0);
}

export function cborOf(inner: Inner): unknown {
  return decode(inner.payload);
}

export function optionBytes(value: number | Buffer): Buffer {
  if (typeof value !== "number") return value;
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from(bytes);
}
