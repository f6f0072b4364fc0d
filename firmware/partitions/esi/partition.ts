// `esi`: the Energy Services Interface of one provider. It owns the provider's OSCORE session and
// its outbox in flash; it turns readings into SenML, passes messages for devices, answers for the
// gas mirror. Two instances share code and nothing else.

import type { FlashRegion } from "../../../hal/flash";
import { FlashDone } from "../../../hal/flash";
import { Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import { StreamEnd, StreamResult } from "../../ipc/stream";
import { check, type Partition, type Port, type Surroundings } from "../../kernel/partition";
import type { ClientTask } from "../../session/client";
import type { InnerMessage } from "../../session/inner-message";
import { Session, type SessionUser } from "../../session/session";
import { Ring, type RingOwner } from "../../storage/ring";
import type { Environment } from "../../system";
import { CoapCode } from "../../wire/coap";
import { readU16 } from "../../wire/little-endian";
import { Commands } from "./commands";
import { EsiMemory } from "./memory";
import { Mirror } from "./mirror";
import { Outbox, type OutboxUser } from "./outbox";
import { Sender } from "./sender";

/** Context and reservation, with room for what a later version adds. */
const KEYS_MAX = 4;

interface EsiParts {
  readonly surroundings: Surroundings;
  readonly provider: Provider;
  readonly wan: Port;
  readonly firewall: Port;
  readonly audit: Port;
  readonly session: FlashRegion;
  readonly outbox: FlashRegion;
}

export function createEsiSupplier(environment: Environment<"esi-supplier">): Partition {
  const { ports, regions } = environment;
  return new Esi({
    surroundings: environment,
    provider: Provider.SUPPLIER,
    wan: ports["wan-application"],
    firewall: ports.firewall,
    audit: ports.audit,
    session: regions["supplier-session"],
    outbox: regions["supplier-outbox"],
  });
}

export function createEsiOperator(environment: Environment<"esi-operator">): Partition {
  const { ports, regions } = environment;
  return new Esi({
    surroundings: environment,
    provider: Provider.OPERATOR,
    wan: ports["wan-application"],
    firewall: ports.firewall,
    audit: ports.audit,
    session: regions["operator-session"],
    outbox: regions["operator-outbox"],
  });
}

export class Esi implements Partition, SessionUser, RingOwner, OutboxUser {
  readonly session: Session;
  readonly ring: Ring;
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly commands: Commands;
  private readonly mirror: Mirror;
  /** The stores are opened by the first `tick`. */
  private isStarted = false;

  constructor(parts: EsiParts) {
    const { surroundings, wan, audit, firewall } = parts;
    const own = EsiMemory.LENGTH;
    this.session = new Session(surroundings, wan, audit, parts.session, KEYS_MAX, this, own);
    check(this.session.memory.length === EsiMemory.END, "our bytes follow the session's");
    this.ring = new Ring(parts.outbox, this, this.session.memory);
    this.outbox = new Outbox(firewall, this);
    this.sender = new Sender(this.ring, this.session);
    this.commands = new Commands(parts.provider, firewall, this.session);
    this.mirror = new Mirror(firewall, this.session);
  }

  get task(): ClientTask {
    return this.sender;
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    switch (from as Party) {
      case Party.WAN_APPLICATION:
        this.session.receive(now, buffer, length);
        return;
      case Party.FIREWALL:
        this.fromFirewall(now, buffer, length);
        return;
      case Party.FLASH:
        if (buffer[FlashDone.REGION] === this.ring.region.region) {
          this.ring.flashDone(now, buffer, length);
        } else this.session.journal.flashDone(now, buffer, length);
        return;
      default:
        check(false, "nobody else has a channel to here");
    }
  }

  tick(now: number): void {
    if (!this.isStarted) {
      this.isStarted = true;
      this.session.journal.open(now);
      this.ring.open(now);
    }
    this.session.journal.tick(now);
    this.ring.tick(now);
    this.outbox.tick(now);
    this.sender.tick(now);
    this.commands.tick(now);
    this.mirror.tick(now);
    this.session.tick(now);
  }

  dueAt(): number {
    if (!this.isStarted) return this.session.surroundings.startedAt;
    return Math.min(
      this.session.journal.dueAt(),
      this.ring.dueAt(),
      this.outbox.dueAt(),
      this.sender.retryDueAt(),
      this.commands.dueAt(),
      this.mirror.dueAt(),
      this.session.dueAt(),
    );
  }

  peerRestarted(now: number, peer: number): void {
    if (peer === Party.WAN_APPLICATION) this.session.wanRestarted(now);
    if (peer !== Party.FIREWALL) return;
    this.outbox.firewallRestarted(now);
    this.commands.firewallRestarted(now);
    this.mirror.firewallRestarted(now);
  }

  // What the session hands on.

  request(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): void {
    const { server, memory } = this.session;
    const isDevice =
      request.segments === 3 &&
      request.isSegment(bytes, 0, "devices") &&
      request.eui64(bytes, 1, memory, EsiMemory.REQUEST_EUI64);
    if (isDevice && request.isSegment(bytes, 2, "messages")) {
      if (request.code === CoapCode.POST) {
        this.commands.request(now, slot, request, bytes);
      } else server.refuseRequest(now, slot, CoapCode.METHOD_NOT_ALLOWED);
    } else if (isDevice && request.isSegment(bytes, 2, "mirror")) {
      if (request.code === CoapCode.GET) this.mirror.request(now, slot, request);
      else server.refuseRequest(now, slot, CoapCode.METHOD_NOT_ALLOWED);
    } else server.refuseRequest(now, slot, CoapCode.NOT_FOUND);
  }

  cancelled(_now: number, slot: number): void {
    this.commands.cancelled(slot);
    this.mirror.cancelled(slot);
  }

  /** The wall clock is the management session's to set. */
  registered(): void {}

  /** A record that a later version wrote. */
  recordRestored(): void {}

  recordStored(): void {
    check(false, "all our records are the session's");
  }

  // What the ring tells; the journal keeps nothing but the session's records.

  opened(now: number): void {
    this.outbox.opened(now);
    this.sender.wake(now);
  }

  stored(now: number, token: number, ok: boolean): void {
    this.outbox.stored(now, token, ok);
  }

  piece(
    now: number,
    _token: number,
    ok: boolean,
    total: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.sender.piece(now, ok, total, bytes, start, length);
  }

  consumed(now: number, _token: number, ok: boolean): void {
    this.sender.consumed(now, ok);
  }

  // What the outbox tells.

  kept(now: number): void {
    this.sender.wake(now);
  }

  readingKept(now: number, reading: Uint8Array, start: number): void {
    this.mirror.reading(now, reading, start);
  }

  private fromFirewall(now: number, buffer: Uint8Array, length: number): void {
    switch (buffer[0] as Operation) {
      case Operation.READING:
        this.outbox.reading(now, buffer);
        return;
      case Operation.MIRROR_VALUE:
        this.mirror.value(now, buffer);
        return;
      case Operation.STREAM_OPEN:
        this.outbox.streamOpen(now, buffer);
        return;
      case Operation.STREAM_SEGMENT:
        this.outbox.streamSegment(now, buffer, length);
        return;
      case Operation.STREAM_CREDIT:
        this.commands.credit(now, buffer);
        return;
      case Operation.STREAM_END:
        this.streamEnd(now, buffer);
        return;
      default:
        check(false, "the table lets no other operation through");
    }
  }

  /** Of a stream down that is under way, of one that was kept before, or of one up. */
  private streamEnd(now: number, end: Uint8Array): void {
    const result = end[StreamEnd.RESULT]! as StreamResult;
    const isFate = result > StreamResult.KEPT && result <= StreamResult.UNANSWERED;
    if (isFate) this.outbox.fate(now, end);
    else if (!this.commands.end(now, end)) {
      this.outbox.streamEnd(now, readU16(end, StreamEnd.STREAM));
    }
  }
}
