// `audit` on a bench: its flash and its clock in the hands of a test.

import { AuditEvent } from "../../../firmware/ipc/audit";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Partition } from "../../../firmware/kernel/partition";
import { checkLog, type LogCheck } from "../../../firmware/partitions/audit/check-log";
import { createAudit } from "../../../firmware/partitions/audit/partition";
import { LogRecord } from "../../../firmware/partitions/audit/record";
import type { Environment } from "../../../firmware/system";
import { readU32, readU48, writeU32 } from "../../../firmware/wire/little-endian";
import { TimeQuality } from "../../../hal/clock";
import { nodeCrypto } from "../../../hal/node/crypto";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";

export interface Line {
  readonly number: number;
  readonly source: number;
  readonly code: number;
  readonly detail: number;
  readonly subject: number;
  readonly utc: number;
  readonly uptime: number;
}

export class AuditBench {
  now = 0;
  utcMs = 0;
  flash: DirectFlash;
  audit: Partition;

  constructor(readonly memory = new FlashMemory(4 * 4096)) {
    this.flash = new DirectFlash(memory);
    this.audit = this.make();
  }

  restart(): void {
    this.flash = new DirectFlash(this.memory);
    this.audit = this.make();
  }

  send(source: number, code: number, detail = 0, subject = 0): void {
    const event = new Uint8Array(AuditEvent.LENGTH);
    event[0] = Operation.AUDIT_EVENT;
    event[AuditEvent.CODE] = code;
    writeU32(event, AuditEvent.DETAIL, detail);
    writeU32(event, AuditEvent.SUBJECT, subject);
    this.audit.receive(this.now, source, event, event.length);
  }

  /** One event, written. */
  log(source: number, code: number, detail = 0, subject = 0): void {
    this.send(source, code, detail, subject);
    this.settle();
  }

  settle(): void {
    this.flash.settle((message, length) => {
      this.audit.receive(this.now, Party.FLASH, message, length);
    });
  }

  /** Lets time pass, with every tick that is due. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let due = this.audit.dueAt(); due <= end; due = this.audit.dueAt()) {
      this.now = Math.max(this.now, due);
      this.audit.tick(this.now);
      this.settle();
    }
    this.now = end;
  }

  read(): { result: LogCheck; lines: Line[] } {
    const lines: Line[] = [];
    const result = checkLog(this.memory.bytes, nodeCrypto(), (bytes, at) => {
      lines.push({
        number: readU32(bytes, at + LogRecord.NUMBER),
        source: bytes[at + LogRecord.SOURCE]!,
        code: bytes[at + LogRecord.CODE]!,
        detail: readU32(bytes, at + LogRecord.DETAIL),
        subject: readU32(bytes, at + LogRecord.SUBJECT),
        utc: readU32(bytes, at + LogRecord.UTC),
        uptime: readU48(bytes, at + LogRecord.UPTIME),
      });
    });
    return { result, lines };
  }

  private make(): Partition {
    const clock = {
      utcMs: () => this.utcMs,
      quality: () => (this.utcMs === 0 ? TimeQuality.UNKNOWN : TimeQuality.HOLDOVER),
    };
    const environment = {
      crypto: nodeCrypto(),
      clock,
      startedAt: this.now,
      ports: {},
      devices: {},
      regions: { log: this.flash },
    };
    return createAudit(environment as unknown as Environment<"audit">);
  }
}
