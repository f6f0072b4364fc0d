// The door itself: what comes in is held against the whitelist at the cheapest point, what goes out
// against it again, and each refusal is counted and, within a quota, audited.

import { Sent } from "../../../hal/sent";
import { AuditCode, AuditEvent } from "../../ipc/audit";
import { Message, Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import { Stream, StreamSegment } from "../../ipc/stream";
import { check, type Port } from "../../kernel/partition";
import type { PortsOf } from "../../system";
import { copyBytes, writeU32 } from "../../wire/little-endian";
import { Rates } from "./rates";
import { RULES } from "./rules";

export const enum Refusal {
  /** No line of the table has this sender and operation. */
  NO_RULE = 0,
  /** Its length, or a field, is outside the layout. */
  MALFORMED = 1,
  TOO_OFTEN = 2,
  /** `trust` holds no grant. */
  NO_GRANT = 3,
  /** It answers nothing that waits, or belongs to no stream. */
  UNASKED = 4,
  /** More than a stream's header or credit allows. */
  OVERRUN = 5,
  /** The table of things under way is full. */
  NO_ROOM = 6,
  COUNT = 7,
}

const enum Quota {
  /** Audit lines at once, then one in so many milliseconds. */
  LINES = 8,
  LINE_MS = 60_000,
  SUPPRESSED_MAX = 255,
}

const enum Limit {
  NO_RULE = -1,
  /** Detail byte of a refusal that concerns no provider. */
  NO_PROVIDER = 0xff,
  NO_SUBJECT = -1,
}

/** Where the deadlines of each state machine's entries begin. */
export const enum Deadlines {
  READINGS = 0,
  MIRROR = 16,
  STREAMS = 24,
  FATES = 32,
  DEVICES = 40,
  PAGES = 44,
  COUNT = 45,
}

export class Gate {
  /**
   * What is sent next, of whichever state machine: it is put together and sent in one go.
   * An array each would cost more than all their messages.
   */
  readonly message = new Uint8Array(StreamSegment.DATA + Stream.SEGMENT_MAX);
  /** When entries are given up, monotonic milliseconds; one array for all, for the same reason. */
  readonly deadlines = new Float64Array(Deadlines.COUNT);
  passed = 0;
  refused = 0;
  /** Refusals by `Refusal`. */
  readonly refusals = new Uint32Array(Refusal.COUNT);
  private readonly rates = new Rates();
  private readonly event = new Uint8Array(AuditEvent.LENGTH);
  private lines: number = Quota.LINES;
  private lineAt: number;
  private suppressed = 0;

  constructor(
    private readonly ports: PortsOf<"firewall">,
    startedAt: number,
  ) {
    this.lineAt = startedAt;
  }

  /** Whether a message may be looked at more closely. */
  admit(now: number, from: Party, message: Uint8Array, length: number): boolean {
    const operation = length > 0 ? message[Message.OPERATION]! : 0;
    const index = findRule(from, operation);
    if (index === Limit.NO_RULE) return this.refuse(now, from, operation, Refusal.NO_RULE);
    const rule = RULES[index]!;
    if (length < rule.lengthMin || length > rule.lengthMax) {
      return this.refuse(now, from, operation, Refusal.MALFORMED);
    }
    if (!this.rates.take(now, index)) return this.refuse(now, from, operation, Refusal.TOO_OFTEN);
    return true;
  }

  /** Sends what the table lets pass. Anything else is our own defect. */
  forward(from: Party, to: Party, message: Uint8Array, length: number): Sent {
    const operation = message[Message.OPERATION]!;
    check(hasRule(from, operation, to), "the firewall breaks its own table");
    const sent = this.port(to).send(message, length);
    if (sent === Sent.OK && from !== Party.FIREWALL) this.passed++;
    return sent;
  }

  /**
   * Counts and audits; always false.
   * @param eui64 the device it concerns, at `start`
   */
  refuse(
    now: number,
    from: Party,
    operation: number,
    reason: Refusal,
    provider: number = Limit.NO_PROVIDER,
    eui64: Uint8Array = this.event,
    start: number = Limit.NO_SUBJECT,
  ): boolean {
    this.refused++;
    this.refusals[reason]!++;
    const isTold = this.takeLine(now) && this.audit(from, operation, provider, eui64, start);
    this.suppressed = isTold ? 0 : Math.min(this.suppressed + 1, Quota.SUPPRESSED_MAX);
    return false;
  }

  private audit(
    from: Party,
    operation: number,
    provider: number,
    eui64: Uint8Array,
    start: number,
  ): boolean {
    const { event } = this;
    if (start === Limit.NO_SUBJECT) event.fill(0, AuditEvent.SUBJECT);
    else copyBytes(eui64, start, event, AuditEvent.SUBJECT, 8);
    event[Message.OPERATION] = Operation.AUDIT_EVENT;
    event[AuditEvent.CODE] = AuditCode.FIREWALL_REFUSED;
    const detail = from + operation * 0x100 + provider * 0x10000 + this.suppressed * 0x1000000;
    writeU32(event, AuditEvent.DETAIL, detail);
    return this.forward(Party.FIREWALL, Party.AUDIT, event, AuditEvent.LENGTH) === Sent.OK;
  }

  private takeLine(now: number): boolean {
    const earned = Math.floor((now - this.lineAt) / Quota.LINE_MS);
    if (earned > 0) {
      this.lines = Math.min(Quota.LINES, this.lines + earned);
      this.lineAt += earned * Quota.LINE_MS;
    }
    if (this.lines === 0) return false;
    this.lines--;
    return true;
  }

  private port(to: Party): Port {
    const { ports } = this;
    switch (to) {
      case Party.HAN:
        return ports.han;
      case Party.ACCESS:
        return ports.access;
      case Party.MANAGE:
        return ports.manage;
      case Party.GAS:
        return ports.gas;
      case Party.DEMAND:
        return ports.demand;
      case Party.ESI_SUPPLIER:
        return ports["esi-supplier"];
      case Party.ESI_OPERATOR:
        return ports["esi-operator"];
      case Party.TRUST:
        return ports.trust;
      default:
        check(to === Party.AUDIT, "the firewall has no such port");
        return ports.audit;
    }
  }
}

/** The provider whose `esi` this is. */
export function providerOf(esi: Party): Provider {
  return esi === Party.ESI_SUPPLIER ? Provider.SUPPLIER : Provider.OPERATOR;
}

export function esiOf(provider: number): Party {
  check(provider < Provider.COUNT, "no such provider");
  return provider === Provider.SUPPLIER ? Party.ESI_SUPPLIER : Party.ESI_OPERATOR;
}

/** The first line with this sender and operation; it carries the length and the rate for all. */
function findRule(from: Party, operation: number): number {
  for (let i = 0; i < RULES.length; i++) {
    const rule = RULES[i]!;
    if (rule.from === from && rule.operation === operation) return i;
  }
  return Limit.NO_RULE;
}

function hasRule(from: Party, operation: number, to: Party): boolean {
  for (let i = 0; i < RULES.length; i++) {
    const rule = RULES[i]!;
    if (rule.from === from && rule.operation === operation && rule.to === to) return true;
  }
  return false;
}
