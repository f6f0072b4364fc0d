// A hub that follows a script, for tests of the head-end: its end of one context, over a wire on
// which datagrams can be lost, kept and sent again.

import {
  type CoapBody,
  type CoapOption,
  decodeDatagram,
  encodeDatagram,
  OPTION,
  pathOptions,
} from "../../../host-sim/head-end/coap";
import { Heard, MessageLayer } from "../../../host-sim/head-end/message-layer";
import {
  type ContextKeys,
  OscoreContext,
  type RequestReference,
} from "../../../host-sim/head-end/oscore";
import { NO_CHANCE } from "./chance";

export const HUB = Uint8Array.from({ length: 18 }, (_, i) => i);
const NONE = Buffer.alloc(0);

export interface Given {
  readonly code: string;
  readonly options?: readonly CoapOption[];
  readonly payload?: Buffer;
}

/** Keys as the head-end has them. */
export function keysOf(number: number): ContextKeys {
  return {
    masterSecret: Buffer.alloc(16, number),
    masterSalt: Buffer.from("9e7ca92223786340", "hex"),
    idContext: undefined,
    senderId: Buffer.from([number, 1]),
    recipientId: Buffer.from([number, 2]),
  };
}

export class ScriptedHub {
  now = 0;
  /** Requests of the head-end, opened. */
  readonly asked: CoapBody[] = [];
  /** Datagrams of each side, in order. */
  readonly fromHub: Buffer[] = [];
  readonly toHub: Buffer[] = [];
  /** How the next requests are answered, in turn; then by 2.04. Undefined: not at all. */
  readonly script: (Given | undefined)[] = [];
  /** Our own Partial IV for the next response, as a notification has it. */
  ownIv = false;
  /** False: this datagram is lost. */
  passes: (toHub: boolean) => boolean = () => true;
  head: { receive(now: number, peer: Uint8Array, datagram: Uint8Array): void } | undefined;
  /** Where it speaks from. */
  address = HUB;
  context: OscoreContext;
  private readonly layer: MessageLayer;
  private reference: RequestReference | undefined;
  private observed: { token: Buffer; reference: RequestReference } | undefined;
  private messageId = 0x7000;
  private sequence = 0;

  /** @param keys as the head-end has them */
  constructor(keys: ContextKeys, firstSequence = 0) {
    this.sequence = firstSequence;
    this.context = new OscoreContext(
      { ...keys, senderId: keys.recipientId, recipientId: keys.senderId },
      () => this.sequence++,
    );
    this.layer = new MessageLayer(NO_CHANCE, (_peer, datagram) => this.send(datagram), {
      serve: (_now, _peer, outer) => this.serve(outer),
    });
  }

  /** A datagram of the head-end. */
  receive(datagram: Buffer): void {
    this.toHub.push(datagram);
    if (!this.passes(true)) return;
    const decoded = decodeDatagram(datagram)!;
    const isRequest = decoded.code.startsWith("0.") && decoded.code !== "0.00";
    this.layer.receive(this.now, this.address, datagram);
    if (isRequest && this.reference !== undefined) {
      this.observed = { token: decoded.token, reference: this.reference };
    }
  }

  /** Asks the head-end; the answers, "failed" for none, "plain CODE" outside OSCORE. */
  ask(method: string, path: string, given: Partial<Given> = {}): (CoapBody | string)[] {
    const options = [...pathOptions(path), ...(given.options ?? [])];
    const body = { code: method, options, payload: given.payload ?? NONE };
    const { outer, reference } = this.context.protectRequest(body);
    const answers: (CoapBody | string)[] = [];
    this.layer.request(this.now, this.address, this.layer.takeToken(), outer, {
      answered: (_now, answer) => {
        const opened = this.context.openResponse(answer, reference);
        answers.push(opened?.body ?? `plain ${answer.code}`);
        return Heard.LAST;
      },
      failed: () => answers.push("failed"),
    });
    return answers;
  }

  /** A notification of the last request, with this Partial IV of ours. */
  notify(sequence: number, payload: string | Buffer): void {
    const { token, reference } = this.observed!;
    const before = this.sequence;
    this.sequence = sequence;
    const outer = this.context.protectResponse(
      { code: "2.05", options: [OBSERVE], payload: Buffer.from(payload) },
      reference,
      true,
    );
    this.sequence = before;
    this.send(encodeDatagram({ ...outer, type: "NON", messageId: this.messageId++, token }));
  }

  /** A separate response to the last request, which got none. */
  receipt({ code, options = [], payload = NONE }: Given): void {
    const { token, reference } = this.observed!;
    const outer = this.context.protectResponse({ code, options, payload }, reference, false);
    this.send(encodeDatagram({ ...outer, type: "NON", messageId: this.messageId++, token }));
  }

  /** Sends octets as they are. */
  send(datagram: Buffer): void {
    this.fromHub.push(datagram);
    if (this.passes(false)) this.head?.receive(this.now, this.address, datagram);
  }

  tick(now: number): void {
    this.now = now;
    this.layer.tick(now);
  }

  private serve(outer: CoapBody): CoapBody | undefined {
    const opened = this.context.openRequest(outer);
    if (typeof opened === "string") return { code: "4.01", options: [], payload: NONE };
    this.reference = opened.reference;
    this.asked.push(opened.body);
    const given = this.script.length > 0 ? this.script.shift() : { code: "2.04" };
    if (given === undefined) return undefined;
    const { code, options = [], payload = NONE } = given;
    if (code.startsWith("plain ")) return { code: code.slice(6), options: [], payload };
    return this.context.protectResponse({ code, options, payload }, opened.reference, this.ownIv);
  }
}

/** The empty Observe of a notification. */
export const OBSERVE: CoapOption = { name: OPTION.observe, value: NONE };
