// A session of the head-end and a hub that follows a script, wired together.

import {
  blockOption,
  type CoapBody,
  type CoapOption,
  decodeDatagram,
  OPTION,
} from "../../../host-sim/head-end/coap";
import { MessageLayer } from "../../../host-sim/head-end/message-layer";
import type { Response } from "../../../host-sim/head-end/request-queue";
import { Session } from "../../../host-sim/head-end/session";
import { NO_CHANCE } from "./chance";
import { HUB, keysOf, ScriptedHub } from "./scripted-hub";

export const POST = "0.02";
export const OTHER_PORT = Uint8Array.from(HUB, (byte) => byte + 1);
const KEYS = keysOf(1);

export class SessionBench {
  readonly session: Session;
  /** Whole requests that reached the head-end's resources. */
  readonly served: { path: string; query: string[]; body: CoapBody }[] = [];
  readonly responses: (Response | undefined)[] = [];
  /** Where requests went. */
  readonly sentTo: Uint8Array[] = [];

  /** @param fresh whether this life of the head-end is its first */
  constructor(
    readonly hub = new ScriptedHub(KEYS),
    fresh = true,
  ) {
    let sequence = 0;
    const layer = new MessageLayer(NO_CHANCE, (peer, datagram) => this.toHub(peer, datagram), {
      serve: (now, peer, outer) => this.session.serve(now, peer, outer),
    });
    this.session = new Session(
      "supplier",
      KEYS,
      () => sequence++,
      fresh,
      layer,
      (_now, path, query, body) => this.serve(path, query, body),
      NO_CHANCE,
    );
    hub.head = {
      receive: (now, peer, datagram) => {
        layer.receive(now, peer, datagram);
        layer.tick(now);
      },
    };
  }

  /** The hub speaks, so that requests can go to it. */
  hello(): void {
    this.hub.ask(POST, "register");
  }

  send(payload: Buffer, path = "devices/x/messages"): void {
    const request = { method: "POST" as const, path, payload, contentFormat: 42 };
    this.session.request(this.hub.now, request, this.done);
  }

  observe(path = "mirror"): void {
    this.session.request(this.hub.now, { method: "GET", path, observe: true }, this.done);
  }

  get codes(): (string | undefined)[] {
    return this.responses.map((response) => response?.code);
  }

  private readonly done = (_now: number, response: Response | undefined): void => {
    this.responses.push(response);
  };

  private serve(path: string, query: string[], body: CoapBody): Response {
    this.served.push({ path, query, body });
    if (path === "ask me") this.send(bytesOf(3));
    return { code: "2.04", payload: Buffer.from(`${this.served.length}`) };
  }

  private toHub(peer: Uint8Array, datagram: Buffer): void {
    if (decodeDatagram(datagram)!.type === "CON") this.sentTo.push(peer);
    this.hub.receive(datagram);
  }
}

export function anotherHub(firstSequence: number): ScriptedHub {
  return new ScriptedHub(KEYS, firstSequence);
}

export function bytesOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => i & 0xff));
}

export function block(number: number, more: boolean, size: number): CoapOption {
  return blockOption(OPTION.block1, { number, more, size });
}

/** Codes of what a hub got for its requests. */
export function codesOf(answers: readonly (CoapBody | string)[]): string[] {
  return answers.map((answer) => (typeof answer === "string" ? answer : answer.code));
}
