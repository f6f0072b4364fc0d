// One OSCORE session of the head-end: it serves what the hub sends, and asks the hub.
// @source RFC 8613 section 8.2 and appendix B.1.2, RFC 9175

import { BlockAssembly } from "./block-assembly";
import { blockOption, type CoapBody, OPTION, optionOf, pathOf } from "./coap";
import type { Chance, MessageLayer } from "./message-layer";
import { type ContextKeys, OscoreContext, type RequestReference } from "./oscore";
import { type Answered, type Request, RequestQueue, type Response } from "./request-queue";

const ECHO_LENGTH = 8;

/** Serves one whole request of the hub. */
export type Serve = (now: number, path: string, query: string[], body: CoapBody) => Response;

export class Session {
  private readonly context: OscoreContext;
  private readonly requests: RequestQueue;
  private readonly assembly = new BlockAssembly();
  private readonly challenge = Buffer.alloc(ECHO_LENGTH);
  private verified: boolean;
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
    layer: MessageLayer,
    private readonly handler: Serve,
    chance: Chance,
  ) {
    chance.fill(this.challenge, 0, ECHO_LENGTH);
    this.context = new OscoreContext(keys, takeSequence);
    this.requests = new RequestQueue(this.context, layer);
    this.verified = fresh;
  }

  get recipientId(): Buffer {
    return this.context.keys.recipientId;
  }

  /** Where the hub last spoke from, inside the protection; undefined: it has not spoken yet. */
  get hub(): Uint8Array | undefined {
    return this.requests.hub;
  }

  /** How many requests wait or are under way. */
  get pending(): number {
    return this.requests.pending;
  }

  /** Sends a request when those before it have been answered, and the hub has spoken. */
  request(now: number, request: Request, done: Answered): void {
    this.requests.add(now, request, done);
  }

  /** A datagram whose kid is ours. Undefined: nothing is answered. */
  serve(now: number, peer: Uint8Array, outer: CoapBody): CoapBody | undefined {
    const opened = this.context.openRequest(outer);
    if (typeof opened === "string") {
      this.counts[opened]++;
      return { code: PLAIN_ERRORS[opened], options: [], payload: Buffer.alloc(0) };
    }
    const { body, reference, sequence } = opened;
    if (!this.verified) {
      const echo = optionOf(body, OPTION.echo);
      if (echo === undefined || !echo.equals(this.challenge)) return this.ask(reference);
      this.verified = true;
      this.context.startWindowAt(sequence);
    }
    this.counts.served++;
    // First, since what is served may ask the hub something.
    this.requests.hubSpoke(now, peer);
    return this.context.protectResponse(this.answer(now, body), reference, false);
  }

  /** Answers with Echo; its own Partial IV, since the request may be a replay. */
  private ask(reference: RequestReference): CoapBody {
    this.counts.challenged++;
    const options = [{ name: OPTION.echo, value: this.challenge }];
    const body = { code: "4.01", options, payload: Buffer.alloc(0) };
    return this.context.protectResponse(body, reference, true);
  }

  private answer(now: number, body: CoapBody): CoapBody {
    const assembled = this.assembly.add(body);
    if ("reply" in assembled) return assembled.reply;
    const { whole, block } = assembled;
    const query = whole.options.filter(({ name }) => name === OPTION.query);
    const texts = query.map(({ value }) => value.toString());
    const { code, payload } = this.handler(now, pathOf(whole), texts, whole);
    const options = block === undefined ? [] : [blockOption(OPTION.block1, block)];
    return { code, options, payload };
  }
}

/** RFC 8613 section 8.2. */
const PLAIN_ERRORS = { malformed: "4.02", forged: "4.00", replayed: "4.01" } as const;
