// Empties the outbox towards the head-end, oldest first: readings in batches, a device's answer
// block by block, fates. An entry leaves flash only when the head-end has said that it has it.
// @source RFC 7959 section 2.5

import { Operation } from "../../ipc/operation";
import { StreamEnd, StreamOpen } from "../../ipc/stream";
import type { ClientTask } from "../../session/client";
import type { InnerMessage } from "../../session/inner-message";
import type { Session } from "../../session/session";
import type { Ring } from "../../storage/ring";
import { Major, putHead } from "../../wire/cbor";
import { CoapCode, CoapOption, ContentFormat } from "../../wire/coap";
import { Block, blockMore, blockValue } from "../../wire/coap-block";
import { copyBytes, readU32 } from "../../wire/little-endian";
import { Batch } from "./batch";
import { EsiMemory } from "./memory";

const enum Limit {
  /** A batch waits this long for more: a reading is sent well before it is 30 s old. */
  LINGER_MS = 15_000,
  /** The head-end said no: it is asked again, for readings for ever. */
  REFUSED_MS = 30_000,
  /** An answer or a fate that was refused this often is dropped, and counted. */
  REFUSALS_MAX = 5,
  RETRY_MS = 50,
  /** An entry is given up that could not be read for so long, when the ring has passed it too. */
  UNREADABLE_MS = 1000,
  UNREADABLE_TRIES = 100,
  /** A whole `READING`, or the header of something else. */
  ENTRY = 32,
  /** 128-byte blocks. */
  SZX = 3,
}

const enum State {
  /** Nothing is loaded. */
  EMPTY = 0,
  /** The ring was asked for the next entry, or for a block of it. */
  LOADING = 1,
  /** A batch with room left. */
  FILLING = 2,
  /** A request can be made of what is loaded. */
  LOADED = 3,
  ASKED = 4,
  CONSUMING = 5,
}

export class Sender implements ClientTask {
  delivered = 0;
  dropped = 0;
  private state = State.EMPTY;
  /** What the first loaded entry is: the operation in its first byte. */
  private kind = Operation.READING as Operation;
  private readonly batch: Batch;
  private due = Number.POSITIVE_INFINITY;
  private retryAt = Number.POSITIVE_INFINITY;
  private lingerUntil = 0;
  private refusals = 0;
  /** Reads running that failed. */
  private unreadables = 0;
  /** Of a device's answer: bytes in all, sent, in the loaded block. */
  private total = 0;
  private sentBytes = 0;
  private blockLength = 0;
  private szx = Limit.SZX as number;
  private hasHeader = false;

  constructor(
    private readonly ring: Ring,
    private readonly session: Session,
  ) {
    this.batch = new Batch(session.memory);
  }

  /** There may be something new in the ring. */
  wake(now: number): void {
    if (this.state === State.EMPTY && this.ring.count() > 0) {
      this.batch.clear();
      this.hasHeader = false;
      this.load(now);
    } else if (this.state === State.FILLING && this.ring.count() > this.batch.count) {
      this.load(now);
    }
  }

  /** The ring's answer to a read. */
  piece(
    now: number,
    ok: boolean,
    total: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (this.state !== State.LOADING) return;
    if (!ok) {
      this.unread(now);
      return;
    }
    this.unreadables = 0;
    if (this.hasHeader) this.blockLoaded(now, length);
    else if (bytes[start] === Operation.READING) this.readingLoaded(now, bytes, start);
    else if (this.batch.count > 0) this.loaded(now);
    else this.headerLoaded(now, total, bytes, start, length);
  }

  consumed(now: number, ok: boolean): void {
    if (this.state !== State.CONSUMING) return;
    if (!ok) {
      this.retryAt = now + Limit.UNREADABLE_MS;
      return;
    }
    this.state = State.EMPTY;
    this.refusals = 0;
    this.wake(now);
  }

  dueAt(): number {
    return this.due;
  }

  start(now: number): void {
    if (this.state === State.FILLING) this.loaded(now);
    const { client, composer } = this.session;
    if (!client.begin(now, CoapCode.POST)) return;
    if (this.kind === Operation.READING) {
      composer.options.putText(composer.bytes, CoapOption.URI_PATH, "readings");
      composer.contentFormat(ContentFormat.SENML_CBOR);
      client.endOptions();
      this.send(now, this.putBody(this.batch.close()));
    } else if (this.kind === Operation.STREAM_OPEN) this.sendBlock(now);
    else this.sendFate(now);
  }

  answered(now: number, answer: InnerMessage): void {
    if (answer.code === CoapCode.CHANGED) {
      this.delivered += Math.max(1, this.batch.count);
      this.consume(now);
    } else if (answer.code === CoapCode.CONTINUE && this.isBlockTaken(answer)) {
      this.sentBytes += this.blockLength;
      this.szx = Math.min(this.szx, answer.block1 & 7);
      this.load(now);
    } else this.notTaken(now);
  }

  failed(now: number): void {
    this.again(now, now);
  }

  tick(now: number): void {
    if (now < this.retryAt) return;
    this.retryAt = Number.POSITIVE_INFINITY;
    if (this.state === State.CONSUMING) this.consume(now);
    else if (this.state === State.LOADING) this.load(now);
  }

  retryDueAt(): number {
    return this.retryAt;
  }

  private load(now: number): void {
    this.state = State.LOADING;
    this.due = Number.POSITIVE_INFINITY;
    const isAsked = this.hasHeader
      ? this.ring.read(0, StreamOpen.LENGTH + this.sentBytes, 16 << this.szx, 0, EsiMemory.BATCH)
      : this.ring.read(this.batch.count, 0, Limit.ENTRY, 0, EsiMemory.ENTRY);
    if (!isAsked) this.retryAt = now + Limit.RETRY_MS;
  }

  private readingLoaded(now: number, bytes: Uint8Array, start: number): void {
    if (!this.batch.add(bytes, start)) {
      this.loaded(now);
      return;
    }
    this.kind = Operation.READING;
    if (this.batch.count === 1) this.lingerUntil = now + Limit.LINGER_MS;
    if (this.ring.count() > this.batch.count) this.load(now);
    else {
      this.state = State.FILLING;
      this.due = this.lingerUntil;
    }
  }

  private headerLoaded(
    now: number,
    total: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.kind = bytes[start]! as Operation;
    const isStream = this.kind === Operation.STREAM_OPEN && length >= StreamOpen.LENGTH;
    if (!isStream && this.kind !== Operation.STREAM_END) {
      this.unreadable(now);
      return;
    }
    if (!isStream) {
      this.loaded(now);
      return;
    }
    this.hasHeader = true;
    this.total = total - StreamOpen.LENGTH;
    this.sentBytes = 0;
    this.szx = Limit.SZX;
    this.load(now);
  }

  private blockLoaded(now: number, length: number): void {
    this.blockLength = length;
    this.loaded(now);
  }

  private loaded(now: number): void {
    this.state = State.LOADED;
    this.due = now;
  }

  /** `POST messages/{eui64}?id=N`, a block of it. */
  private sendBlock(now: number): void {
    const { client, composer } = this.session;
    const { bytes, options } = composer;
    options.putText(bytes, CoapOption.URI_PATH, "messages");
    options.putEui64(bytes, CoapOption.URI_PATH, bytes, EsiMemory.ENTRY + StreamOpen.EUI64);
    composer.contentFormat(ContentFormat.OCTET_STREAM);
    if (bytes[EsiMemory.ENTRY + StreamOpen.IS_ANSWER] === 1) {
      const id = readU32(bytes, EsiMemory.ENTRY + StreamOpen.MESSAGE_ID);
      options.putText(bytes, CoapOption.URI_QUERY, `id=${id}`);
    }
    const isMore = this.sentBytes + this.blockLength < this.total;
    if (isMore || this.sentBytes > 0) {
      const number = this.sentBytes >> (4 + this.szx);
      options.putUint(bytes, CoapOption.BLOCK1, blockValue(number, isMore, this.szx));
    }
    if (isMore && this.sentBytes === 0) options.putUint(bytes, CoapOption.SIZE1, this.total);
    client.endOptions();
    this.send(now, this.putBody(this.blockLength));
  }

  private sendFate(now: number): void {
    const { client, composer } = this.session;
    const { bytes, options } = composer;
    options.putText(bytes, CoapOption.URI_PATH, "fates");
    composer.contentFormat(ContentFormat.CBOR);
    client.endOptions();
    let at = putHead(bytes, composer.payload(), Major.MAP, 2);
    at = putHead(bytes, at, Major.UNSIGNED, 0);
    at = putHead(bytes, at, Major.UNSIGNED, readU32(bytes, EsiMemory.ENTRY + StreamEnd.MESSAGE_ID));
    at = putHead(bytes, at, Major.UNSIGNED, 1);
    const result = bytes[EsiMemory.ENTRY + StreamEnd.RESULT]!;
    this.send(now, putHead(bytes, at, Major.UNSIGNED, result));
  }

  private putBody(length: number): number {
    const { composer } = this.session;
    const at = composer.payload();
    copyBytes(composer.bytes, EsiMemory.BATCH, composer.bytes, at, length);
    return at + length;
  }

  private send(now: number, payloadEnd: number): void {
    this.state = State.ASKED;
    this.due = Number.POSITIVE_INFINITY;
    this.session.client.send(now, this, payloadEnd);
  }

  private isBlockTaken(answer: InnerMessage): boolean {
    return (
      this.hasHeader &&
      answer.block1 !== Block.NONE &&
      blockMore(answer.block1) &&
      this.sentBytes + this.blockLength < this.total
    );
  }

  private notTaken(now: number): void {
    this.refusals++;
    if (this.kind !== Operation.READING && this.refusals >= Limit.REFUSALS_MAX) {
      this.dropped++;
      this.consume(now);
    } else this.again(now, now + Limit.REFUSED_MS);
  }

  /** The same again; a device's answer from its first block. */
  private again(now: number, due: number): void {
    if (this.hasHeader && this.sentBytes > 0) {
      this.sentBytes = 0;
      this.szx = Limit.SZX;
      this.load(now);
    } else {
      this.state = State.LOADED;
      this.due = due;
    }
  }

  /** Perhaps the chip only fails for a while: what lies there was acknowledged to a meter. */
  private unread(now: number): void {
    if (this.unreadables < Limit.UNREADABLE_TRIES) {
      this.unreadables++;
      this.retryAt = now + Limit.UNREADABLE_MS;
      return;
    }
    this.unreadables = 0;
    this.unreadable(now);
  }

  private unreadable(now: number): void {
    // What is in the batch already goes first; the bad entry is met again after it.
    if (this.batch.count > 0 && !this.hasHeader) {
      this.loaded(now);
      return;
    }
    this.dropped++;
    this.consume(now);
  }

  private consume(now: number): void {
    this.state = State.CONSUMING;
    this.due = Number.POSITIVE_INFINITY;
    if (!this.ring.consume(Math.max(1, this.batch.count), 0)) this.retryAt = now + Limit.RETRY_MS;
  }
}
