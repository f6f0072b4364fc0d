// What a session asks of the hub: one request after the other, with Echo, block-wise transfer and
// observation inside the protection.
// @source RFC 8613 sections 4.1.3.5 and 8.4, RFC 7959, RFC 7641, RFC 9175

import {
  blockOf,
  blockOption,
  type CoapBody,
  type CoapOption,
  numberOption,
  OPTION,
  optionOf,
  pathOptions,
} from "./coap";
import { Heard, type MessageLayer } from "./message-layer";
import type { OpenedResponse, OscoreContext } from "./oscore";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly payload?: Buffer;
  readonly contentFormat?: number;
  /** The block of a long answer that is asked for, from 0. */
  readonly block?: number;
  /** `done` gets each notification, the first answer included. */
  readonly observe?: true;
}

export interface Response {
  readonly code: string;
  readonly payload: Buffer;
  /** Of a long answer: another block follows. */
  readonly more?: boolean;
}

/** Undefined: the hub did not answer. */
export type Answered = (now: number, response: Response | undefined) => void;

interface Progress {
  readonly request: Request;
  readonly done: Answered;
  /** Bytes of the body that the hub has taken. */
  offset: number;
  /** Bytes in a full block. */
  size: number;
  echo: Buffer | undefined;
  challenges: number;
  restarts: number;
  /** The highest Partial IV of a notification. */
  newest: number;
}

interface UnderWay {
  readonly token: string;
  readonly progress: Progress;
}

/** What the hub takes in one block. */
const BLOCK_SIZE = 128;
/** A hub that asks for freshness over and over is as good as one that refuses. */
const CHALLENGES_MAX = 2;
/** A hub that forgot the blocks before, as after a reboot, gets them again so often. */
const RESTARTS_MAX = 2;
const METHODS = { GET: "0.01", POST: "0.02", PUT: "0.03", DELETE: "0.04" } as const;

export class RequestQueue {
  private readonly queue: Progress[] = [];
  /** By path. */
  private readonly observations = new Map<string, UnderWay>();
  private current: UnderWay | undefined;
  private peer: Uint8Array | undefined;

  constructor(
    private readonly context: OscoreContext,
    private readonly layer: MessageLayer,
  ) {}

  /** Sends a request when those before it have been answered; block-wise when it is long. */
  add(now: number, request: Request, done: Answered): void {
    this.queue.push({
      request,
      done,
      offset: 0,
      size: BLOCK_SIZE,
      echo: undefined,
      challenges: 0,
      restarts: 0,
      newest: -1,
    });
    this.next(now);
  }

  /** How many requests wait or are under way. */
  get pending(): number {
    return this.queue.length + (this.current === undefined ? 0 : 1);
  }

  /** Where the hub speaks from, inside the protection. Until it is known, requests wait. */
  get hub(): Uint8Array | undefined {
    return this.peer;
  }

  /** A hub that speaks from elsewhere cannot answer there: what was under way ends. */
  hubSpoke(now: number, peer: Uint8Array): void {
    const moved = this.peer !== undefined && !Buffer.from(peer).equals(this.peer);
    this.peer = Uint8Array.from(peer);
    if (moved) this.abandon(now);
    this.next(now);
  }

  private abandon(now: number): void {
    const { current } = this;
    const open = new Set([...this.observations.values(), ...(current ? [current] : [])]);
    for (const { token, progress } of open) {
      this.layer.cancel(now, token);
      this.end(now, progress, undefined);
    }
  }

  private next(now: number): void {
    if (this.current !== undefined || this.peer === undefined) return;
    const progress = this.queue.shift();
    if (progress === undefined) return;
    const { path, observe } = progress.request;
    const before = this.observations.get(path);
    if (observe && before !== undefined) this.layer.cancel(now, before.token);
    this.send(now, progress);
  }

  private send(now: number, progress: Progress): void {
    const { outer, reference } = this.context.protectRequest(bodyOf(progress));
    const token = this.layer.takeToken();
    this.current = { token, progress };
    if (progress.request.observe) this.observations.set(progress.request.path, this.current);
    this.layer.request(now, this.peer!, token, outer, {
      answered: (at, answer) => {
        const opened = this.context.openResponse(answer, reference);
        if (opened !== undefined) return this.answered(at, progress, opened);
        if (optionOf(answer, OPTION.oscore) !== undefined) return Heard.NOTHING;
        // An error outside OSCORE proves nothing, except that this exchange is over.
        this.end(at, progress, undefined);
        return Heard.LAST;
      },
      failed: (at) => this.end(at, progress, undefined),
    });
  }

  private answered(now: number, progress: Progress, opened: OpenedResponse): Heard {
    const { body } = opened;
    if (progress.request.observe && optionOf(body, OPTION.observe) !== undefined) {
      return this.notified(now, progress, opened);
    }
    if (isToBeRepeated(progress, body)) this.send(now, progress);
    else this.end(now, progress, body);
    return Heard.LAST;
  }

  /** The Partial IV orders notifications: one that another has overtaken is passed over. */
  private notified(now: number, progress: Progress, { body, sequence }: OpenedResponse): Heard {
    const order = sequence ?? 0;
    if (order <= progress.newest) return Heard.NOTHING;
    progress.newest = order;
    this.tell(now, progress, body);
    return Heard.ONE_OF_MANY;
  }

  /** The last that comes of a request, or of an observation. */
  private end(now: number, progress: Progress, body: CoapBody | undefined): void {
    const { path } = progress.request;
    if (this.observations.get(path)?.progress === progress) this.observations.delete(path);
    this.tell(now, progress, body);
  }

  /** After its first answer an observation holds up nobody. */
  private tell(now: number, progress: Progress, body: CoapBody | undefined): void {
    const isFirst = this.current?.progress === progress;
    if (isFirst) this.current = undefined;
    const more = body !== undefined && blockOf(body, OPTION.block2)?.more === true;
    progress.done(now, body && { code: body.code, payload: body.payload, more });
    if (isFirst) this.next(now);
  }
}

function bodyOf({ request, offset, size, echo }: Progress): CoapBody {
  const whole = request.payload ?? Buffer.alloc(0);
  const options: CoapOption[] = pathOptions(request.path);
  if (request.observe) options.push({ name: OPTION.observe, value: Buffer.alloc(0) });
  if (request.contentFormat !== undefined) {
    options.push(numberOption(OPTION.contentFormat, request.contentFormat));
  }
  if (request.block !== undefined) {
    options.push(blockOption(OPTION.block2, { number: request.block, more: false, size }));
  }
  if (whole.length > size) {
    const more = offset + size < whole.length;
    options.push(blockOption(OPTION.block1, { number: offset / size, more, size }));
    // The hub decides on the whole length, before it takes the first block.
    if (offset === 0) options.push(numberOption(OPTION.size1, whole.length));
  }
  if (echo !== undefined) options.push({ name: OPTION.echo, value: echo });
  const payload = whole.subarray(offset, offset + size);
  return { code: METHODS[request.method], options, payload };
}

/** True: the next block, or the same request in another way, is to be sent. */
function isToBeRepeated(progress: Progress, body: CoapBody): boolean {
  const { code } = body;
  const { offset, size, request } = progress;
  const whole = request.payload?.length ?? 0;
  const echo = optionOf(body, OPTION.echo);
  progress.echo = undefined;
  if (code === "4.01" && echo !== undefined) {
    progress.echo = echo;
    return ++progress.challenges <= CHALLENGES_MAX;
  }
  const granted = blockOf(body, OPTION.block1)?.size ?? size;
  if (code === "2.31") {
    // What was taken is a whole number of blocks in any smaller size.
    progress.offset = offset + size;
    progress.size = Math.min(granted, size);
    return progress.offset < whole;
  }
  if (code === "4.13" && offset === 0 && granted < size) {
    progress.size = granted;
    return true;
  }
  if (code === "4.08" && offset > 0) {
    progress.offset = 0;
    return ++progress.restarts <= RESTARTS_MAX;
  }
  return false;
}
