// `POST register`: at the start, hourly, and after trouble. The head-end learns our address from
// it, and answers with the time.

import { check } from "../kernel/partition";
import { Major, putHead, putText } from "../wire/cbor";
import { CborFields } from "../wire/cbor-fields";
import { CoapCode, CoapOption, ContentFormat } from "../wire/coap";
import type { ClientTask } from "./client";
import type { InnerMessage } from "./inner-message";
import type { Session } from "./session";

const enum Register {
  PERIOD_MS = 3_600_000,
  /** After an answer that was no success. */
  REFUSED_MS = 60_000,
}

const VERSION = "0.1.0";

export interface RegistrationUser {
  /** The head-end's time when it answered, and how long the exchange took. */
  registered(now: number, utcMs: number, tookMs: number): void;
}

export class Registration implements ClientTask {
  isRegistered = false;
  private due = Number.POSITIVE_INFINITY;
  private askedAt = 0;
  private readonly fields = new CborFields();

  constructor(
    private readonly session: () => Session,
    private readonly user: RegistrationUser,
  ) {}

  /** Wanted now: the session is ready, or there was trouble. */
  want(now: number): void {
    this.due = now;
  }

  dueAt(): number {
    return this.due;
  }

  start(now: number): void {
    const { client, composer, starts } = this.session();
    if (!client.begin(now, CoapCode.POST)) return;
    const { bytes, options } = composer;
    options.putText(bytes, CoapOption.URI_PATH, "register");
    composer.contentFormat(ContentFormat.CBOR);
    client.endOptions();
    let at = putHead(bytes, composer.payload(), Major.MAP, 2);
    at = putHead(bytes, putHead(bytes, at, Major.UNSIGNED, 1), Major.UNSIGNED, starts());
    at = putText(bytes, putHead(bytes, at, Major.UNSIGNED, 2), VERSION);
    this.askedAt = now;
    client.send(now, this, at);
  }

  answered(now: number, answer: InnerMessage, bytes: Uint8Array): void {
    check(now >= this.askedAt, "time does not run backwards");
    const isTaken =
      answer.code === CoapCode.CHANGED &&
      this.fields.read(bytes, answer.payload, answer.payloadLength) &&
      this.fields.isUnsigned(0);
    this.due = now + (isTaken ? Register.PERIOD_MS : Register.REFUSED_MS);
    if (!isTaken) return;
    this.isRegistered = true;
    this.user.registered(now, this.fields.value(0), now - this.askedAt);
  }

  failed(now: number): void {
    this.due = now;
  }
}
