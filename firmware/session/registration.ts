// `POST register`: at the start, hourly, and after trouble. The head-end learns our address from
// it, and answers with the time.

import { Major, putHead, putText } from "../wire/cbor";
import {
  CborField,
  checkFields,
  fieldValue,
  findField,
  isUnsignedField,
} from "../wire/cbor-fields";
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
  private due = Number.POSITIVE_INFINITY;
  private askedAt = 0;

  constructor(private readonly session: Session) {}

  /** Wanted now: the session is ready, or there was trouble. */
  want(now: number): void {
    this.due = now;
  }

  dueAt(): number {
    return this.due;
  }

  start(now: number): void {
    const { client, composer } = this.session;
    if (!client.begin(now, CoapCode.POST)) return;
    const { bytes, options } = composer;
    options.putText(bytes, CoapOption.URI_PATH, "register");
    composer.contentFormat(ContentFormat.CBOR);
    client.endOptions();
    let at = putHead(bytes, composer.payload(), Major.MAP, 2);
    at = putHead(
      bytes,
      putHead(bytes, at, Major.UNSIGNED, 1),
      Major.UNSIGNED,
      this.session.starts(),
    );
    at = putText(bytes, putHead(bytes, at, Major.UNSIGNED, 2), VERSION);
    this.askedAt = now;
    client.send(now, this, at);
  }

  answered(now: number, answer: InnerMessage, bytes: Uint8Array): void {
    const { code, payload, payloadLength } = answer;
    const isMap = code === CoapCode.CHANGED && checkFields(bytes, payload, payloadLength);
    const time = isMap ? findField(bytes, payload, 0) : CborField.NONE;
    const isTaken = isUnsignedField(bytes, time);
    this.due = now + (isTaken ? Register.PERIOD_MS : Register.REFUSED_MS);
    if (isTaken) this.session.user.registered(now, fieldValue(bytes, time), now - this.askedAt);
  }

  failed(now: number): void {
    this.due = now;
  }
}
