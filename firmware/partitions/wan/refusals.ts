// Refusals of the WAN's side: counted all, audited within a quota so that a stranger cannot fill
// the log.

import { AuditCode, AuditEvent, type SessionRefusal } from "../../ipc/audit";
import { Operation } from "../../ipc/operation";
import { writeU32 } from "../../wire/little-endian";
import type { Line } from "./line";
import { WanMemory } from "./memory";

const enum Quota {
  /** A burst of this many lines; one more for each period. */
  LINES = 4,
  PERIOD_MS = 30_000,
}

export class Refusals {
  private credit = Quota.LINES as number;

  constructor(
    private readonly line: Line,
    private refilledAt: number,
  ) {}

  refuse(now: number, reason: SessionRefusal): void {
    const { memory, counts, wan } = this.line;
    counts.refused++;
    const periods = Math.floor((now - this.refilledAt) / Quota.PERIOD_MS);
    this.refilledAt += periods * Quota.PERIOD_MS;
    this.credit = Math.min(Quota.LINES, this.credit + periods);
    if (this.credit === 0) return;
    this.credit--;
    memory.fill(0, WanMemory.OUT, WanMemory.OUT + AuditEvent.LENGTH);
    memory[WanMemory.OUT] = Operation.AUDIT_EVENT;
    memory[WanMemory.OUT + AuditEvent.CODE] = AuditCode.SESSION_REFUSED;
    writeU32(memory, WanMemory.OUT + AuditEvent.DETAIL, reason);
    // A full audit channel loses the line; the count above remains.
    wan.audit.send(memory, AuditEvent.LENGTH);
  }
}
