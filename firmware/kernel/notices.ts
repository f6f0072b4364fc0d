// What the kernel itself reports to `audit`: refused sends, faults, holds. Every partition has its
// own quota of refusals, so that one that asks for the forbidden all day hides nobody else's fault.

import { AuditCode, AuditEvent } from "../ipc/audit";
import { Message, Operation } from "../ipc/operation";
import { Party } from "../ipc/party";
import { writeU32 } from "../wire/little-endian";
import type { FaultKind } from "./fault";
import type { Input } from "./input";
import { type Backlog, MessageQueue } from "./message-queue";
import { NOTICES_MAX } from "./table-inputs";
import { TokenBucket } from "./token-bucket";

// Two at once show a pattern; one a second shows that it goes on. The counters have the rest.
const REFUSALS_PER_SECOND = 1;
const REFUSALS_AT_ONCE = 2;

export class Notices implements Input {
  readonly source = Party.KERNEL;
  readonly queue: MessageQueue;
  private readonly quotas: TokenBucket[] = [];
  private readonly message = new Uint8Array(AuditEvent.LENGTH);

  constructor(backlog: Backlog) {
    this.queue = new MessageQueue(NOTICES_MAX, AuditEvent.LENGTH, backlog);
    for (let i = 0; i < Party.KERNEL; i++) {
      this.quotas.push(new TokenBucket(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE));
    }
  }

  begin(): void {}

  boot(): void {
    this.put(AuditCode.BOOT, 0);
  }

  refused(now: number, from: number, to: number, operation: number): void {
    const quota = this.quotas[from]!;
    if (!quota.has(now)) return;
    quota.take();
    this.put(AuditCode.CHANNEL_REFUSED, from | (to << 8) | ((operation & 0xff) << 16));
  }

  faulted(party: number, kind: FaultKind): void {
    this.put(AuditCode.PARTITION_FAULT, party | (kind << 8));
  }

  held(party: number): void {
    this.put(AuditCode.PARTITION_HELD, party);
  }

  private put(code: AuditCode, detail: number): void {
    if (this.queue.full) return;
    this.message[Message.OPERATION] = Operation.AUDIT_EVENT;
    this.message[AuditEvent.CODE] = code;
    writeU32(this.message, AuditEvent.DETAIL, detail);
    this.queue.put(this.message, AuditEvent.LENGTH);
  }
}
