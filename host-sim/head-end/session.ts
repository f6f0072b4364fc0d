// One OSCORE session of the head-end: requests one after the other with Echo and block-wise
// transfer inside the protection, and the serving of what the hub sends.
// @source RFC 8613, RFC 7959, RFC 7641, RFC 9175

import {
  type Block,
  blockOf,
  blockOption,
  type CoapBody,
  type CoapOption,
  numberOf,
  OPTION,
  optionOf,
  pathOf,
  pathOptions,
} from "./coap";
import type { Chance, MessageLayer } from "./message-layer";
import { type ContextKeys, OscoreContext, type RequestReference } from "./oscore";

/** What the hub takes in one block. */
const BLOCK_SIZE = 128;
/** The longest body that is put together: a message of 4,096 bytes, or a pack of readings. */
const BODY_MAX = 4_096;
const ECHO_LENGTH = 8;

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly payload?: Buffer;
  readonly contentFormat?: number;
}

export interface Response {
  readonly code: string;
  readonly payload: Buffer;
}

export type Answered = (now: number, response: Response | undefined) => void;

/** Serves one whole request of the hub. */
export type Serve = (now: number, path: string, query: string[], body: CoapBody) => Response;

interface Queued {
  readonly request: Request;
  readonly done: Answered;
}

interface Observation {
  readonly path: string;
  readonly token: string;
}

const METHODS = { GET: "0.01", POST: "0.02", PUT: "0.03", DELETE: "0.04" } as const;

export class Session {
  private readonly context: OscoreContext;
  private readonly queue: Queued[] = [];
  private busy = false;
  private echo: Buffer | undefined;
  private verified: boolean;
  private readonly challenge = Buffer.alloc(ECHO_LENGTH);
  private assembling: { path: string; parts: Buffer[]; length: number } | undefined;
  private observation: Observation | undefined;
  /** Where the hub last spoke from, inside the protection. */
  peer: Uint8Array | undefined;
  readonly counts = { forged: 0, replayed: 0, malformed: 0, challenged: 0, served: 0 };

  /**
   * @param fresh this process has seen every request of the context since it was made; otherwise
   *   the first one must prove its freshness by Echo (RFC 8613 appendix B.1.2)
   */
  constructor(
    readonly name: string,
    keys: ContextKeys,
    takeSequence: () => number,
    fresh: boolean,
    private readonly layer: MessageLayer,
    private readonly handler: Serve,
    chance: Chance,
  ) {
    chance.fill(this.challenge, 0, ECHO_LENGTH);
    this.context = new OscoreContext(keys, takeSequence);
    this.verified = fresh;
  }

  get recipientId(): Buffer {
    return this.context.keys.recipientId;
  }

  /** Sends a request when those before it have been answered; block-wise when it is long. */
  request(now: number, request: Request, done: Answered): void {
    this.queue.push({ request, done });
    this.next(now);
  }

  /** How many requests wait or are under way. */
  get pending(): number {
    return this.queue.length + (this.busy ? 1 : 0);
  }

  /** Observes a resource; each notification, the first answer included, goes to `notified`. */
  observe(now: number, path: string, notified: Answered): void {
    if (this.peer === undefined) return;
    if (this.observation !== undefined) this.layer.cancel(this.observation.token);
    this.register(now, path, notified);
  }

  private register(now: number, path: string, notified: Answered): void {
    const observe: CoapOption = { name: OPTION.observe, value: Buffer.alloc(0) };
    const options = [...pathOptions(path), observe, ...this.echoOption()];
    const body = { code: METHODS.GET, options, payload: Buffer.alloc(0) };
    const { outer, reference } = this.context.protectRequest(body);
    let newest = -1;
    const answered = (at: number, answer: CoapBody | undefined): void => {
      const opened = answer && this.context.openResponse(answer, reference);
      if (answer !== undefined && opened === undefined) return;
      if (opened !== undefined && this.takeEcho(opened)) {
        this.layer.cancel(token);
        this.register(at, path, notified);
        return;
      }
      // RFC 7641 section 3.4: a notification that is older than the newest is passed over.
      const order = answer && optionOf(answer, OPTION.observe);
      if (order !== undefined && numberOf(order) <= newest) return;
      if (order !== undefined) newest = numberOf(order);
      notified(at, opened && { code: opened.code, payload: opened.payload });
    };
    const token = this.layer.request(now, this.peer!, outer, { answered }, true);
    this.observation = { path, token };
  }

  /** A datagram whose kid is ours. Undefined: nothing is answered. */
  serve(now: number, peer: Uint8Array, outer: CoapBody): CoapBody | undefined {
    const opened = this.context.openRequest(outer);
    if (opened === "malformed") return this.plainError("4.02", this.counts.malformed++);
    if (opened === "forged") return this.plainError("4.00", this.counts.forged++);
    if (opened === "replayed") return this.plainError("4.01", this.counts.replayed++);
    const { body, reference } = opened;
    if (!this.verified) {
      const echo = optionOf(body, OPTION.echo);
      if (echo === undefined || !echo.equals(this.challenge)) return this.ask(reference);
      this.verified = true;
    }
    this.peer = Uint8Array.from(peer);
    this.counts.served++;
    return this.context.protectResponse(this.assemble(now, body), reference, false);
  }

  /** Answers with Echo; its own Partial IV, since the request may be a replay. */
  private ask(reference: RequestReference): CoapBody {
    this.counts.challenged++;
    const options = [{ name: OPTION.echo, value: this.challenge }];
    const body = { code: "4.01", options, payload: Buffer.alloc(0) };
    return this.context.protectResponse(body, reference, true);
  }

  private plainError(code: string, _count: number): CoapBody {
    return { code, options: [], payload: Buffer.alloc(0) };
  }

  /** RFC 7959 section 2.5: blocks of one body are put together in order. */
  private assemble(now: number, body: CoapBody): CoapBody {
    const block = blockOf(body, OPTION.block1);
    if (block === undefined) return this.answer(now, body, undefined);
    const path = pathOf(body);
    if (block.number === 0) this.assembling = { path, parts: [], length: 0 };
    const open = this.assembling;
    if (open === undefined || open.path !== path || open.length !== block.number * block.size) {
      this.assembling = undefined;
      return reply("4.08", [blockOption(OPTION.block1, block)]);
    }
    open.parts.push(body.payload);
    open.length += body.payload.length;
    if (open.length > BODY_MAX) return reply("4.13", [blockOption(OPTION.block1, block)]);
    if (block.more) return reply("2.31", [blockOption(OPTION.block1, block)]);
    this.assembling = undefined;
    return this.answer(now, { ...body, payload: Buffer.concat(open.parts) }, block);
  }

  private answer(now: number, body: CoapBody, block: Block | undefined): CoapBody {
    const query = body.options.filter(({ name }) => name === OPTION.query);
    const texts = query.map(({ value }) => value.toString());
    const { code, payload } = this.handler(now, pathOf(body), texts, body);
    const options = block === undefined ? [] : [blockOption(OPTION.block1, block)];
    return { code, options, payload };
  }

  private next(now: number): void {
    if (this.busy || this.peer === undefined) return;
    const queued = this.queue.shift();
    if (queued === undefined) return;
    this.busy = true;
    this.sendBlock(now, queued, 0, BLOCK_SIZE);
  }

  private sendBlock(now: number, queued: Queued, number: number, size: number): void {
    const { request } = queued;
    const whole = request.payload ?? Buffer.alloc(0);
    const long = whole.length > size || number > 0;
    const start = number * size;
    const more = start + size < whole.length;
    const options: CoapOption[] = [...pathOptions(request.path), ...this.echoOption()];
    if (request.contentFormat !== undefined) {
      options.push({ name: OPTION.contentFormat, value: Buffer.from([request.contentFormat]) });
    }
    if (long) options.push(blockOption(OPTION.block1, { number, more, size }));
    const payload = whole.subarray(start, start + size);
    const body = { code: METHODS[request.method], options, payload };
    const { outer, reference } = this.context.protectRequest(body);
    const answered = (at: number, answer: CoapBody | undefined): void =>
      this.answered(
        at,
        queued,
        number,
        size,
        answer && this.context.openResponse(answer, reference),
      );
    this.layer.request(now, this.peer!, outer, { answered });
  }

  private answered(
    now: number,
    queued: Queued,
    number: number,
    size: number,
    opened: CoapBody | undefined,
  ): void {
    if (opened !== undefined && this.takeEcho(opened)) {
      this.sendBlock(now, queued, number, size);
      return;
    }
    if (opened?.code === "2.31") {
      // The hub may ask for smaller blocks: what it has taken counts in the new size.
      const granted = Math.min(blockOf(opened, OPTION.block1)?.size ?? size, size);
      this.sendBlock(now, queued, ((number + 1) * size) / granted, granted);
      return;
    }
    this.busy = false;
    queued.done(now, opened && { code: opened.code, payload: opened.payload });
    this.next(now);
  }

  /** True: the hub asks for freshness, and the request is to be repeated with its Echo. */
  private takeEcho(opened: CoapBody): boolean {
    const echo = optionOf(opened, OPTION.echo);
    if (opened.code !== "4.01" || echo === undefined || this.echo?.equals(echo)) return false;
    this.echo = echo;
    return true;
  }

  private echoOption(): CoapOption[] {
    return this.echo === undefined ? [] : [{ name: OPTION.echo, value: this.echo }];
  }
}

function reply(code: string, options: CoapOption[]): CoapBody {
  return { code, options, payload: Buffer.alloc(0) };
}
