// Refusals of the WAN's side: counted all, audited within a quota so that a stranger cannot fill
// the log.

import { AuditCode, AuditEvent, type SessionRefusal } from "../../ipc/audit";
import { Operation } from "../../ipc/operation";
import type { Port } from "../../kernel/partition";
import { writeU32 } from "../../wire/little-endian";
import type { WanCounts } from "./link";

const enum Quota {
  /** A burst of this many lines; one more for each period. */
  LINES = 4,
  PERIOD_MS = 30_000,
}

export class Refusals {
  private readonly line = new Uint8Array(AuditEvent.LENGTH);
  private credit = Quota.LINES as number;
  private refilledAt: number;

  constructor(
    private readonly audit: Port,
    private readonly counts: WanCounts,
    startedAt: number,
  ) {
    this.refilledAt = startedAt;
  }

  refuse(now: number, reason: SessionRefusal): void {
    this.counts.refused++;
    const periods = Math.floor((now - this.refilledAt) / Quota.PERIOD_MS);
    this.refilledAt += periods * Quota.PERIOD_MS;
    this.credit = Math.min(Quota.LINES, this.credit + periods);
    if (this.credit === 0) return;
    this.credit--;
    this.line[0] = Operation.AUDIT_EVENT;
    this.line[AuditEvent.CODE] = AuditCode.SESSION_REFUSED;
    writeU32(this.line, AuditEvent.DETAIL, reason);
    // A full audit channel loses the line; the count above remains.
    this.audit.send(this.line, AuditEvent.LENGTH);
  }
}
