// The audit log as a partition: events in, lines in flash.

import { TimeQuality } from "../../../hal/clock";
import { AuditCode, AuditEvent } from "../../ipc/audit";
import { Message, Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { type Partition, sooner } from "../../kernel/partition";
import type { Environment } from "../../system";
import { copyBytes, readU32, writeU32, writeU48 } from "../../wire/little-endian";
import { Log } from "./log";
import { Quotas } from "./quotas";
import { LogRecord } from "./record";

const EUI64_LENGTH = 8;

/** What `SUPPRESSED` counts at most in one line. */
const DETAIL_MAX = 0xffff_ffff;

export class Audit implements Partition {
  /** Messages that are no events. */
  malformed = 0;
  private readonly log: Log;
  private readonly quotas = new Quotas();

  constructor(private readonly environment: Environment<"audit">) {
    this.log = new Log(environment.regions.log, environment.crypto);
    this.log.open(environment.startedAt);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === Party.FLASH) this.log.flashDone(now, buffer);
    else if (length < AuditEvent.LENGTH || buffer[Message.OPERATION] !== Operation.AUDIT_EVENT) {
      this.malformed++;
    } else this.event(now, from, buffer);
  }

  tick(now: number): void {
    this.log.tick(now);
    this.tellSuppressed(now);
  }

  dueAt(): number {
    // With no room for a line there is nothing to do before the flash is done.
    if (this.log.lines.full) return this.log.dueAt();
    const log = this.log.dueAt();
    const quotas = this.quotas.dueAt();
    return sooner(log, quotas);
  }

  /** Nobody is answered, so nobody is missed. */
  peerRestarted(): void {}

  private event(now: number, source: number, event: Uint8Array): void {
    const detail = readU32(event, AuditEvent.DETAIL);
    const quota = this.quotas.quotaOf(source, detail);
    if (quota < 0) {
      this.malformed++;
      return;
    }
    this.tellSuppressed(now);
    if (this.log.lines.full || !this.quotas.take(now, quota)) {
      this.quotas.suppress(quota);
      return;
    }
    const { lines } = this.log;
    const at = lines.add();
    this.stamp(now, at, source, event[AuditEvent.CODE]!, detail);
    copyBytes(event, AuditEvent.SUBJECT, lines.bytes, at + LogRecord.SUBJECT, EUI64_LENGTH);
    this.log.write();
  }

  private tellSuppressed(now: number): void {
    // Each round clears one count.
    const { lines } = this.log;
    while (!lines.full) {
      const quota = this.quotas.findSuppressed(now);
      if (quota < 0) return;
      const count = Math.min(this.quotas.takeSuppressed(quota), DETAIL_MAX);
      const source = this.quotas.sourceOf(quota);
      const at = lines.add();
      this.stamp(now, at, source, AuditCode.SUPPRESSED, count);
      if (source === Party.KERNEL) {
        lines.bytes[at + LogRecord.SUBJECT] = this.quotas.aboutOf(quota);
      }
      this.log.write();
    }
  }

  private stamp(now: number, at: number, source: number, code: number, detail: number): void {
    const { clock } = this.environment;
    const { bytes } = this.log.lines;
    const quality = clock.quality();
    const known = quality !== TimeQuality.UNKNOWN;
    bytes[at + LogRecord.SOURCE] = source;
    bytes[at + LogRecord.CODE] = code;
    bytes[at + LogRecord.QUALITY] = quality;
    writeU32(bytes, at + LogRecord.DETAIL, detail);
    writeU32(bytes, at + LogRecord.UTC, known ? Math.floor(clock.utcMs() / 1000) : 0);
    writeU48(bytes, at + LogRecord.UPTIME, now);
  }
}
