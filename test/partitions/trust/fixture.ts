// `trust` on a bench: its flash, its clock and its three ports in the hands of a test.

import { AuditEvent } from "../../../firmware/ipc/audit";
import {
  GrantAnswer,
  GrantCheck,
  GrantResultMessage,
  GrantSet,
  type Relationship,
} from "../../../firmware/ipc/grant";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Partition } from "../../../firmware/kernel/partition";
import { createTrust } from "../../../firmware/partitions/trust/partition";
import type { Environment } from "../../../firmware/system";
import { readU16, readU32, writeU16, writeU32 } from "../../../firmware/wire/little-endian";
import { TimeQuality } from "../../../hal/clock";
import { Sent } from "../../../hal/sent";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";

const REGION_BYTES = 16_384;

export interface Grant {
  readonly provider: number;
  readonly device: number;
  readonly relationship: Relationship;
  readonly expires?: number;
}

export class TrustBench {
  readonly answers: { reference: number; allowed: boolean }[] = [];
  readonly results: { reference: number; result: number }[] = [];
  readonly events: { code: number; detail: number; device: number }[] = [];
  /** What every port answers. */
  sent = Sent.OK;
  utcMs = 0;
  now = 0;
  trust: Partition;
  flash: DirectFlash;
  private reference = 0;

  constructor(readonly memory = new FlashMemory(REGION_BYTES)) {
    this.flash = new DirectFlash(memory);
    this.trust = this.make();
  }

  /** Dies without warning and starts over what lies in flash. */
  restart(): void {
    this.flash = new DirectFlash(this.memory);
    this.trust = this.make();
  }

  settle(): void {
    this.flash.settle((message, length) => {
      this.trust.receive(this.now, Party.FLASH, message, length);
    });
    if (this.trust.dueAt() > this.now) return;
    this.trust.tick(this.now);
    this.settle();
  }

  tick(now: number): void {
    this.now = now;
    this.trust.tick(now);
  }

  /** Asks and returns the answer, undefined when none came. */
  check(provider: number, device: number, rights: number): boolean | undefined {
    const reference = this.ask(provider, device, rights);
    this.settle();
    return this.answers.find((answer) => answer.reference === reference)?.allowed;
  }

  ask(provider: number, device: number, rights: number): number {
    const message = new Uint8Array(GrantCheck.LENGTH);
    message[0] = Operation.GRANT_CHECK;
    message[GrantCheck.PROVIDER] = provider;
    message[GrantCheck.RIGHTS] = rights;
    writeU16(message, GrantCheck.REFERENCE, ++this.reference);
    writeU32(message, GrantCheck.EUI64, device);
    this.trust.receive(this.now, Party.FIREWALL, message, message.length);
    return this.reference;
  }

  /** Sets and returns the result. */
  set(grant: Grant): number | undefined {
    const reference = this.begin(grant);
    this.settle();
    return this.results.find((result) => result.reference === reference)?.result;
  }

  begin({ provider, device, relationship, expires = 0 }: Grant): number {
    const message = new Uint8Array(GrantSet.LENGTH);
    message[0] = Operation.GRANT_SET;
    message[GrantSet.PROVIDER] = provider;
    message[GrantSet.RELATIONSHIP] = relationship;
    writeU16(message, GrantSet.REFERENCE, ++this.reference);
    writeU32(message, GrantSet.EUI64, device);
    writeU32(message, GrantSet.EXPIRES, expires);
    this.trust.receive(this.now, Party.MANAGE, message, message.length);
    return this.reference;
  }

  private make(): Partition {
    const clock = {
      utcMs: () => this.utcMs,
      quality: () => (this.utcMs === 0 ? TimeQuality.UNKNOWN : TimeQuality.SYNCHRONISED),
    };
    const environment = {
      clock,
      startedAt: this.now,
      ports: {
        firewall: this.port((m) => {
          const allowed = m[GrantAnswer.ALLOWED] === 1;
          this.answers.push({ reference: readU16(m, GrantAnswer.REFERENCE), allowed });
        }),
        manage: this.port((m) => {
          const result = m[GrantResultMessage.RESULT]!;
          this.results.push({ reference: readU16(m, GrantResultMessage.REFERENCE), result });
        }),
        audit: this.port((m) => {
          const detail = readU32(m, AuditEvent.DETAIL);
          const device = readU32(m, AuditEvent.SUBJECT);
          this.events.push({ code: m[AuditEvent.CODE]!, detail, device });
        }),
      },
      devices: {},
      regions: { grants: this.flash },
    };
    return createTrust(environment as unknown as Environment<"trust">);
  }

  private port(take: (message: Uint8Array) => void) {
    return {
      send: (message: Uint8Array, length: number): Sent => {
        if (this.sent === Sent.OK) take(message.slice(0, length));
        return this.sent;
      },
    };
  }
}
