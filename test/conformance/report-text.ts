// A puppet's report as a line that a script can expect.

import { AuditCode } from "../../firmware/ipc/audit";
import { Party } from "../../firmware/ipc/party";
import { Report } from "./puppet-protocol";
import { PUPPETS } from "./puppet-table";

const SENT = ["ok", "full", "restarted", "refused"];
const FLASH = ["read", "write", "erase", "survey"];
const NAMES = Object.entries(PUPPETS);

export function nameOf(party: number): string {
  if (party === Party.KERNEL) return "kernel";
  return NAMES.find(([, id]) => id === party)?.[0] ?? `party ${party}`;
}

export function reportText(who: string, report: readonly number[]): string {
  return `${who}: ${textOf(report)}`;
}

function textOf([kind, ...rest]: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = rest;
  switch (kind as Report) {
    case Report.STARTED:
      return "started";
    case Report.RECEIVED:
      return `op ${b} from ${nameOf(a)}, ${c | (d << 8)} bytes, sum ${e | (f << 8)}`;
    case Report.ANSWERS:
      return `op ${b} to ${nameOf(a)}: ${answers([c, d, e, f])}`;
    case Report.TICK:
      return "tick";
    case Report.NEWS:
      return `${nameOf(a)} died`;
    case Report.FLASH_DONE:
      return `flash ${FLASH[a]} done, status ${b}, data ${c}`;
    case Report.FLASH_ANSWER:
      return `flash ${FLASH[a]}: ${SENT[b]}`;
    case Report.AUDIT:
      return `${nameOf(a)} says ${auditText(b, c, d, e)}`;
    default:
      return `report ${kind}`;
  }
}

function answers(counts: readonly number[]): string {
  const parts = counts.map((count, i) => (count === 0 ? "" : `${count} ${SENT[i]}`));
  return parts.filter((part) => part !== "").join(", ");
}

function auditText(code: number, a: number, b: number, c: number): string {
  switch (code as AuditCode) {
    case AuditCode.CHANNEL_REFUSED:
      return `refused ${nameOf(a)} to ${nameOf(b)} op ${c}`;
    case AuditCode.PARTITION_FAULT:
      return `fault ${["none", "throw", "memory", "cpu"][b]} of ${nameOf(a)}`;
    case AuditCode.PARTITION_HELD:
      return `held ${nameOf(a)}`;
    case AuditCode.BOOT:
      return "boot";
    default:
      return `code ${code}`;
  }
}
