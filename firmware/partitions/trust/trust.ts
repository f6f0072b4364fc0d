// The Application Trust Centre as a partition: questions of `firewall`, changes of `manage`.

import { TimeQuality } from "../../../hal/clock";
import { Sent } from "../../../hal/sent";
import { PageSealer } from "../../crypto/page-sealer";
import { AuditCode, AuditEvent } from "../../ipc/audit";
import { GrantCheck, GrantResult, GrantSet, Relationship } from "../../ipc/grant";
import { Message, Operation } from "../../ipc/operation";
import { Book, Page, PageAsk, PageSize } from "../../ipc/page";
import { Party, Provider } from "../../ipc/party";
import { type Partition, sooner } from "../../kernel/partition";
import type { Environment } from "../../system";
import { copyBytes, readU16, readU32, writeU32 } from "../../wire/little-endian";
import { Answers } from "./answers";
import { GrantStore, type GrantStoreOwner } from "./grant-store";
import { TIME_UNKNOWN } from "./grants";
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
  /** What is sent next, whoever puts it together: it is sent in one go. */
  private readonly message = new Uint8Array(Page.LENGTH);
  private readonly backup: PageSealer;

  constructor(private readonly environment: Environment<"trust">) {
    const { ports, regions, startedAt } = environment;
    this.answers = new Answers(ports.firewall, Operation.GRANT_ANSWER, this.message);
    this.results = new Answers(ports.manage, Operation.GRANT_RESULT, this.message);
    this.store = new GrantStore(regions.grants, this);
    this.backup = new PageSealer(
      environment.crypto,
      environment.entropy,
      ports.manage,
      this.store,
      Book.GRANTS,
      PageSize.GRANTS,
      this.message,
    );
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
    } else if (operation === Operation.PAGE_ASK && length >= PageAsk.LENGTH) {
      this.backup.asked(buffer);
    } else this.malformed++;
  }

  tick(now: number): void {
    this.store.tick(now);
    this.answers.tick(now);
    this.results.tick(now);
  }

  dueAt(): number {
    const told = sooner(this.answers.dueAt, this.results.dueAt);
    const store = this.store.dueAt();
    return sooner(store, told);
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
    const { questions } = this;
    for (let i = 0; i < questions.count; i++) this.answer(now, questions.bytes, questions.at(i));
    this.questions.forget();
  }

  changed(now: number, reference: number, result: GrantResult): void {
    this.results.give(now, result, reference);
  }

  private ask(now: number, question: Uint8Array): void {
    if (this.store.isOpen) this.answer(now, question, 0);
    else this.questions.keep(question);
  }

  private answer(now: number, question: Uint8Array, at: number): void {
    const provider = question[at + GrantCheck.PROVIDER]!;
    const rights = question[at + GrantCheck.RIGHTS]!;
    const { grants } = this.store;
    const time = this.utcSeconds();
    const place = grants.find(provider, question, at + GrantCheck.EUI64);
    if (grants.takeEnd(place, time)) {
      const old = grants.held(place);
      this.audit(AuditCode.GRANT_EXPIRED, question, at, Relationship.UNAUTHORIZED, old);
    }
    const allowed = grants.allows(place, rights, time);
    this.answers.give(now, allowed ? 1 : 0, readU16(question, at + GrantCheck.REFERENCE));
  }

  private change(now: number, message: Uint8Array): void {
    const reference = readU16(message, GrantSet.REFERENCE);
    const { grants } = this.store;
    const place = grants.find(message[GrantSet.PROVIDER]!, message, GrantSet.EUI64);
    const old = grants.at(place, this.utcSeconds());
    const result = this.begin(message, reference);
    if (result === GrantResult.OK) {
      this.audit(AuditCode.GRANT_CHANGED, message, 0, message[GrantSet.RELATIONSHIP]!, old);
    } else this.results.give(now, result, reference);
  }

  private begin(message: Uint8Array, reference: number): GrantResult {
    const provider = message[GrantSet.PROVIDER]!;
    const relationship = message[GrantSet.RELATIONSHIP]!;
    if (provider >= Provider.COUNT) return GrantResult.BAD_PROVIDER;
    if (relationship === Relationship.UNAUTHORIZED) {
      return this.store.remove(provider, reference, message, GrantSet.EUI64);
    }
    return this.store.put(
      provider,
      relationship,
      readU32(message, GrantSet.EXPIRES),
      reference,
      message,
      GrantSet.EUI64,
      this.utcSeconds(),
    );
  }

  /** @param pair has at `at` a question or a change: both have the pair at the same places */
  private audit(code: AuditCode, pair: Uint8Array, at: number, next: number, old: number): void {
    this.message[Message.OPERATION] = Operation.AUDIT_EVENT;
    this.message[AuditEvent.CODE] = code;
    const detail = pair[at + GrantSet.PROVIDER]! | (next << 8) | (old << 16);
    writeU32(this.message, AuditEvent.DETAIL, detail);
    copyBytes(pair, at + GrantSet.EUI64, this.message, AuditEvent.SUBJECT, 8);
    if (this.environment.ports.audit.send(this.message, AuditEvent.LENGTH) !== Sent.OK) {
      this.auditLost++;
    }
  }

  private utcSeconds(): number {
    const { clock } = this.environment;
    if (clock.quality() === TimeQuality.UNKNOWN) return TIME_UNKNOWN;
    return Math.floor(clock.utcMs() / 1000);
  }
}
