// `wan`: CoAP messages over one datagram link, for owners of sessions that it knows by number.
// It sees outer codes, OSCORE options and ciphertext, and holds no key. Two instances share code
// and nothing else. @source RFC 7252 section 4, RFC 8613 sections 8.2 and 8.4

import { Datagram } from "../../../hal/datagram";
import { SessionRefusal } from "../../ipc/audit";
import { Exchange, ExchangeFlags } from "../../ipc/exchange";
import { Message, Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { check, type Partition, type Surroundings } from "../../kernel/partition";
import type { Environment } from "../../system";
import {
  Coap,
  CoapCheck,
  CoapCode,
  CoapOption,
  CoapType,
  checkCoap,
  coapMessageId,
  coapTokenLength,
  coapType,
} from "../../wire/coap";
import { isCritical, OptionReader, optionUint } from "../../wire/coap-options";
import { readU16, writeU16 } from "../../wire/little-endian";
import { Oscore, OscoreOption } from "../../wire/oscore-option";
import { Line } from "./line";
import { createCounts, type WanCounts, WanLimit, type WanLink } from "./link";
import { RequestRecord, ServedRecord, WanMemory } from "./memory";
import { Refusals } from "./refusals";
import { Requests } from "./requests";
import { Routes } from "./routes";
import { ServedRequests } from "./served";

/** Where a datagram's CoAP message begins. */
const START = Datagram.ADDRESS_LENGTH;
/** Acknowledged separate responses whose acknowledgement may have been lost. */
const RECENT = 4;

export function createWanManagement(environment: Environment<"wan-management">): Partition {
  const { devices, ports } = environment;
  return new Wan(environment, {
    link: devices["management-link"],
    linkParty: Party.MANAGEMENT_LINK,
    owners: [{ party: Party.MANAGE, port: ports.manage }],
    audit: ports.audit,
  });
}

export function createWanApplication(environment: Environment<"wan-application">): Partition {
  const { devices, ports } = environment;
  return new Wan(environment, {
    link: devices["application-link"],
    linkParty: Party.APPLICATION_LINK,
    owners: [
      { party: Party.ESI_SUPPLIER, port: ports["esi-supplier"] },
      { party: Party.ESI_OPERATOR, port: ports["esi-operator"] },
    ],
    audit: ports.audit,
  });
}

export class Wan implements Partition {
  readonly counts: WanCounts = createCounts();
  private readonly line: Line;
  private readonly requests: Requests;
  private readonly served: ServedRequests;
  private readonly routes: Routes;
  private readonly refusals: Refusals;
  private readonly options = new OptionReader();
  private readonly oscore = new OscoreOption();
  /** Layout `WanMemory`. */
  private readonly memory: Uint8Array;
  /** How many ids `RECENT` has ever taken. */
  private recents = 0;
  /** Where the OSCORE option of the message under way is; -1: it has none. */
  private optionStart = -1;
  private optionLength = 0;

  constructor(
    surroundings: Surroundings,
    private readonly wan: WanLink,
  ) {
    const requests = WanLimit.REQUESTS_EACH * RequestRecord.LENGTH;
    const each = requests + WanLimit.SERVED_EACH * ServedRecord.LENGTH;
    const memory = new Uint8Array(WanMemory.TABLES + wan.owners.length * each);
    this.memory = memory;
    this.line = new Line(wan, memory, this.counts, surroundings.entropy);
    this.requests = new Requests(this.line);
    this.served = new ServedRequests(this.line);
    this.routes = new Routes(memory, wan.owners.length);
    this.refusals = new Refusals(this.line, surroundings.startedAt);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === this.wan.linkParty) {
      this.datagram(now, buffer, length);
      return;
    }
    const owner = this.ownerOf(from);
    if (owner < 0) return;
    switch (buffer[0] as Operation) {
      case Operation.WAN_BIND:
        if (!this.routes.bind(owner, buffer, length)) this.counts.refused++;
        return;
      case Operation.EXCHANGE_REQUEST:
        this.requests.open(now, owner, buffer, length);
        return;
      case Operation.SERVE_RESPONSE:
        this.served.respond(now, owner, buffer, length);
        return;
      default:
        check(false, "the table lets no other operation through");
    }
  }

  tick(now: number): void {
    this.requests.tick(now);
    this.served.tick(now);
  }

  dueAt(): number {
    return Math.min(this.requests.dueAt(), this.served.dueAt());
  }

  peerRestarted(_now: number, peer: number): void {
    const owner = this.ownerOf(peer);
    if (owner < 0) return;
    this.routes.unbind(owner);
    this.requests.ownerRestarted(owner);
    this.served.ownerRestarted(owner);
  }

  private ownerOf(party: number): number {
    for (let i = 0; i < this.wan.owners.length; i++) {
      if (this.wan.owners[i]!.party === party) return i;
    }
    return -1;
  }

  private datagram(now: number, buffer: Uint8Array, length: number): void {
    if (!this.isPeer(buffer, length)) {
      this.counts.foreign++;
      return;
    }
    const type = coapType(buffer, START);
    const found = checkCoap(buffer, START, length - START);
    if (found !== CoapCheck.OK) {
      this.counts.malformed++;
      if (found === CoapCheck.MALFORMED && type === CoapType.CON) {
        this.line.empty(CoapType.RST, coapMessageId(buffer, START));
      }
      return;
    }
    const code = buffer[START + Coap.CODE]!;
    const isReply = type === CoapType.ACK || type === CoapType.RST;
    if (code === CoapCode.EMPTY) this.empty(now, type, coapMessageId(buffer, START));
    else if (code >= CoapCode.CREATED - 1) this.response(type, buffer, length);
    else if (!isReply) this.request(now, type, buffer, length);
  }

  /** Compared before anything else is looked at. */
  private isPeer(buffer: Uint8Array, length: number): boolean {
    if (length < START + Coap.HEADER_LENGTH) return false;
    const peer = this.wan.link.peer;
    for (let i = START - 1; i >= 0; i--) if (buffer[i] !== peer[i]) return false;
    return true;
  }

  private empty(now: number, type: CoapType, messageId: number): void {
    if (type === CoapType.ACK) {
      if (!this.requests.acknowledged(now, messageId)) this.served.acknowledged(messageId);
    } else if (type === CoapType.RST) {
      if (!this.requests.reset(now, messageId)) this.served.reset(now, messageId);
    } else if (type === CoapType.CON) this.line.empty(CoapType.RST, messageId);
  }

  private response(type: CoapType, buffer: Uint8Array, length: number): void {
    const messageId = coapMessageId(buffer, START);
    if (type === CoapType.RST) return;
    const token = START + Coap.HEADER_LENGTH;
    const index = this.requests.find(buffer, token, coapTokenLength(buffer, START));
    if (index < 0) {
      this.strayResponse(type, messageId);
      return;
    }
    if (type === CoapType.ACK && !this.requests.isMessage(index, messageId)) return;
    if (!this.findOptions(buffer, length)) {
      // A critical option outside that we do not know: the response cannot be used.
      if (type === CoapType.CON) this.line.empty(CoapType.RST, messageId);
      return;
    }
    const size = this.lay(buffer, length);
    if (size < 0) {
      this.counts.malformed++;
      return;
    }
    if (!this.requests.answer(index, size) || type !== CoapType.CON) return;
    this.line.empty(CoapType.ACK, messageId);
    writeU16(this.memory, WanMemory.RECENT + 2 * (this.recents++ % RECENT), messageId);
  }

  /** Ours was acknowledged already, or nobody asked. @source RFC 7252 section 5.3.2 */
  private strayResponse(type: CoapType, messageId: number): void {
    if (type !== CoapType.CON) return;
    this.line.empty(this.isRecent(messageId) ? CoapType.ACK : CoapType.RST, messageId);
  }

  private isRecent(messageId: number): boolean {
    for (let i = 0; i < Math.min(this.recents, RECENT); i++) {
      if (readU16(this.memory, WanMemory.RECENT + 2 * i) === messageId) return true;
    }
    return false;
  }

  private request(now: number, type: CoapType, buffer: Uint8Array, length: number): void {
    if (this.served.isDuplicate(now, buffer, START)) return;
    if (length - START > WanLimit.DATAGRAM_MAX) {
      this.counts.refused++;
      this.refuse(buffer, type, CoapCode.REQUEST_ENTITY_TOO_LARGE, "");
      return;
    }
    if (!this.findOptions(buffer, length)) {
      this.refuseSession(now, buffer, type, SessionRefusal.BAD_OPTION);
      return;
    }
    if (this.optionStart < 0) {
      this.refuseSession(now, buffer, type, SessionRefusal.UNPROTECTED);
      return;
    }
    const oscore = this.oscore;
    const isRead = oscore.read(buffer, this.optionStart, this.optionLength);
    if (!isRead || !oscore.hasKid || oscore.sequence === Oscore.NO_SEQUENCE) {
      this.refuseSession(now, buffer, type, SessionRefusal.BAD_OPTION);
      return;
    }
    const owner = this.routes.find(buffer, oscore.kidStart, oscore.kidLength);
    if (owner < 0) {
      this.refuseSession(now, buffer, type, SessionRefusal.UNKNOWN_KID);
      return;
    }
    const size = this.lay(buffer, length);
    if (size < 0) {
      this.refuse(buffer, type, CoapCode.REQUEST_ENTITY_TOO_LARGE, "");
      return;
    }
    if (this.served.open(now, owner, buffer, START, type, size)) return;
    this.refuse(buffer, type, CoapCode.SERVICE_UNAVAILABLE, "");
  }

  /**
   * Finds the OSCORE option, notes Observe in `OUT`, and where the payload is. False: a critical
   * option that belongs inside, or that we do not know.
   */
  private findOptions(buffer: Uint8Array, length: number): boolean {
    const options = this.options;
    const message = this.memory;
    this.optionStart = -1;
    this.optionLength = 0;
    message[Exchange.FLAGS] = 0;
    options.open(START + Coap.HEADER_LENGTH + coapTokenLength(buffer, START), length);
    while (options.next(buffer)) {
      const number = options.number;
      if (number === CoapOption.OSCORE && this.optionStart < 0) {
        this.optionStart = options.start;
        this.optionLength = options.length;
        message[Exchange.FLAGS] = message[Exchange.FLAGS]! | ExchangeFlags.HAS_OSCORE;
      } else if (number === CoapOption.OBSERVE && options.length <= 3) {
        const value = optionUint(buffer, options.start, options.length);
        message[Exchange.FLAGS] = message[Exchange.FLAGS]! | ExchangeFlags.HAS_OBSERVE;
        message[Exchange.OBSERVE] = value;
        message[Exchange.OBSERVE + 1] = value >> 8;
        message[Exchange.OBSERVE + 2] = value >> 16;
      } else if (isCritical(number) && !isForHost(number)) return false;
    }
    return true;
  }

  /** Makes a channel message of a datagram, in `OUT`. Its length, -1: it does not fit. */
  private lay(buffer: Uint8Array, length: number): number {
    const message = this.memory;
    const payloadLength = length - this.options.payload;
    const size = Exchange.OPTION + this.optionLength + payloadLength;
    if (size > Message.MAX_LENGTH || this.optionLength > Oscore.OPTION_MAX) return -1;
    message[Exchange.CODE] = buffer[START + Coap.CODE]!;
    message[Exchange.OPTION_LENGTH] = this.optionLength;
    let at = Exchange.OPTION as number;
    for (let i = 0; i < this.optionLength; i++) message[at++] = buffer[this.optionStart + i]!;
    for (let i = this.options.payload; i < length; i++) message[at++] = buffer[i]!;
    return size;
  }

  /** @source RFC 8613 section 8.2, steps 1 and 2 */
  private refuseSession(
    now: number,
    buffer: Uint8Array,
    type: CoapType,
    reason: SessionRefusal,
  ): void {
    this.refusals.refuse(now, reason);
    if (reason === SessionRefusal.BAD_OPTION) {
      this.refuse(buffer, type, CoapCode.BAD_OPTION, "Failed to decode COSE");
      return;
    }
    const isUnknown = reason === SessionRefusal.UNKNOWN_KID;
    const diagnostic = isUnknown ? "Security context not found" : "";
    this.refuse(buffer, type, CoapCode.UNAUTHORIZED, diagnostic);
  }

  private refuse(buffer: Uint8Array, type: CoapType, code: CoapCode, diagnostic: string): void {
    this.line.error(buffer, START, code, coapMessageId(buffer, START), type, diagnostic);
  }
}

/** They name the host, which the link already did. */
function isForHost(number: number): boolean {
  return number === CoapOption.URI_HOST || number === CoapOption.URI_PORT;
}
