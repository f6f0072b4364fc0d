// What a session refused: counted all, audited within a quota.

import { type AuditCode, AuditEvent } from "../ipc/audit";
import { Operation } from "../ipc/operation";
import type { Port } from "../kernel/partition";
import { writeU32 } from "../wire/little-endian";

const enum Quota {
  /** A burst of this many lines; one more for each period. */
  LINES = 8,
  PERIOD_MS = 30_000,
}

export class SessionAudit {
  private credit = Quota.LINES as number;

  /** @param small scratch memory for a line */
  constructor(
    private readonly port: Port,
    private readonly small: Uint8Array,
    private refilledAt: number,
  ) {}

  write(now: number, code: AuditCode, detail: number): void {
    const periods = Math.floor((now - this.refilledAt) / Quota.PERIOD_MS);
    this.refilledAt += periods * Quota.PERIOD_MS;
    this.credit = Math.min(Quota.LINES, this.credit + periods);
    if (this.credit === 0) return;
    this.credit--;
    const line = this.small;
    line.fill(0, 0, AuditEvent.LENGTH);
    line[0] = Operation.AUDIT_EVENT;
    line[AuditEvent.CODE] = code;
    writeU32(line, AuditEvent.DETAIL, detail);
    // A full audit channel loses the line; the counters remain.
    this.port.send(line, AuditEvent.LENGTH);
  }
}
