// The Application Trust Centre as a partition: questions of `firewall`, changes of `manage`.

import { TimeQuality } from "../../../hal/clock";
import { Sent } from "../../../hal/sent";
import { AuditCode, AuditEvent } from "../../ipc/audit";
import { GrantCheck, GrantResult, GrantSet } from "../../ipc/grant";
import { Message, Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { copyBytes, readU16, readU32, writeU32 } from "../../wire/little-endian";
import { Answers } from "./answers";
import { GrantStore, type GrantStoreOwner } from "./grant-store";
import { RIGHTS_KNOWN, TIME_UNKNOWN } from "./grants";
import { Questions } from "./questions";

export class Trust implements Partition, GrantStoreOwner {
  /** Messages that were too short, or that name no operation of ours. */
  malformed = 0;
  /** Lines that the audit log had no room for. */
  auditLost = 0;
  private readonly store: GrantStore;
  private readonly questions = new Questions();
  private readonly answers: Answers;
  private readonly results: Answers;
  private readonly event = new Uint8Array(AuditEvent.LENGTH);

  constructor(private readonly environment: Environment<"trust">) {
    const { ports, regions, startedAt } = environment;
    this.answers = new Answers(ports.firewall, Operation.GRANT_ANSWER);
    this.results = new Answers(ports.manage, Operation.GRANT_RESULT);
    this.store = new GrantStore(regions.grants, this);
    this.store.open(startedAt);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === Party.FLASH) {
      this.store.flashDone(now, buffer, length);
      return;
    }
    const operation = buffer[Message.OPERATION];
    if (operation === Operation.GRANT_CHECK && length >= GrantCheck.LENGTH) {
      this.ask(now, buffer);
    } else if (operation === Operation.GRANT_SET && length >= GrantSet.LENGTH) {
      this.change(now, buffer);
    } else this.malformed++;
  }

  tick(now: number): void {
    this.store.tick(now);
    this.answers.tick(now);
    this.results.tick(now);
  }

  dueAt(): number {
    return Math.min(this.store.dueAt(), this.answers.dueAt, this.results.dueAt);
  }

  peerRestarted(_now: number, peer: number): void {
    if (peer === Party.FIREWALL) {
      this.questions.forget();
      this.answers.forget();
    } else if (peer === Party.MANAGE) {
      this.store.forgetReferences();
      this.results.forget();
    }
  }

  opened(now: number): void {
    for (let i = 0; i < this.questions.count; i++) this.answer(now, this.questions.at(i));
    this.questions.forget();
  }

  changed(now: number, reference: number, result: GrantResult): void {
    this.results.give(now, result, reference);
  }

  private ask(now: number, question: Uint8Array): void {
    if (this.store.isOpen) this.answer(now, question);
    else this.questions.keep(question);
  }

  private answer(now: number, question: Uint8Array): void {
    const provider = question[GrantCheck.PROVIDER]!;
    const rights = question[GrantCheck.RIGHTS]!;
    const { grants } = this.store;
    const time = this.utcSeconds();
    const allowed = grants.allows(provider, rights, question, GrantCheck.EUI64, time);
    this.answers.give(now, allowed ? 1 : 0, readU16(question, GrantCheck.REFERENCE));
  }

  private change(now: number, message: Uint8Array): void {
    const reference = readU16(message, GrantSet.REFERENCE);
    const result = this.begin(message, reference);
    if (result === GrantResult.OK) this.audit(message);
    else this.results.give(now, result, reference);
  }

  private begin(message: Uint8Array, reference: number): GrantResult {
    const provider = message[GrantSet.PROVIDER]!;
    const rights = message[GrantSet.RIGHTS]! & RIGHTS_KNOWN;
    if (provider >= Provider.COUNT) return GrantResult.BAD_PROVIDER;
    if (rights === 0) return this.store.remove(provider, reference, message, GrantSet.EUI64);
    return this.store.put(
      provider,
      rights,
      readU32(message, GrantSet.EXPIRES),
      reference,
      message,
      GrantSet.EUI64,
      this.utcSeconds(),
    );
  }

  private audit(change: Uint8Array): void {
    const rights = change[GrantSet.RIGHTS]! & RIGHTS_KNOWN;
    this.event[Message.OPERATION] = Operation.AUDIT_EVENT;
    this.event[AuditEvent.CODE] = AuditCode.GRANT_CHANGED;
    writeU32(this.event, AuditEvent.DETAIL, change[GrantSet.PROVIDER]! | (rights << 8));
    copyBytes(change, GrantSet.EUI64, this.event, AuditEvent.SUBJECT, 8);
    if (this.environment.ports.audit.send(this.event, AuditEvent.LENGTH) !== Sent.OK) {
      this.auditLost++;
    }
  }

  private utcSeconds(): number {
    const { clock } = this.environment;
    if (clock.quality() === TimeQuality.UNKNOWN) return TIME_UNKNOWN;
    return Math.floor(clock.utcMs() / 1000);
  }
}
