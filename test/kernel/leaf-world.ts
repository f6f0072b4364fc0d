// The leaf services between two callers, under the real kernel and table: `firewall` and `manage`
// say what a program tells them to, and every byte of every reply is kept.

import { AuditEvent } from "../../firmware/ipc/audit";
import { GrantCheck, GrantSet } from "../../firmware/ipc/grant";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import type { FlashChip } from "../../firmware/kernel/board";
import { Kernel } from "../../firmware/kernel/kernel";
import type { Partition, Port } from "../../firmware/kernel/partition";
import { createAudit } from "../../firmware/partitions/audit/partition";
import { createTrust } from "../../firmware/partitions/trust/partition";
import { type Environment, SYSTEM } from "../../firmware/system";
import { writeU16, writeU32 } from "../../firmware/wire/little-endian";
import { nodeCrypto } from "../../hal/node/crypto";
import { Sent } from "../../hal/sent";
import { change, completion } from "../../host-sim/flash";
import { FlashMemory } from "../../host-sim/flash-memory";
import { bareBoard } from "./bare-board";

/** What a caller does in one step; a step is 200 ms, so that no rate is in its way. */
export interface LeafStep {
  readonly who: "firewall" | "manage";
  readonly to: "trust" | "audit";
  readonly message: Uint8Array;
}

const STEP_MS = 200;
const REPLIES = [Party.FIREWALL, Party.MANAGE] as const;

export class LeafWorld {
  /** For each caller: time, length and the whole slot of each message from a leaf, in hex. */
  readonly replies = new Map<number, string[]>(REPLIES.map((party) => [party, []]));
  private readonly ports = new Map<string, Readonly<Record<string, Port>>>();
  private readonly memories = new Map<number, FlashMemory>();
  private readonly completions: Uint8Array[] = [];
  private readonly kernel: Kernel;
  private now = 0;

  /** @param trust what stands in the place of `trust`: a leaky one shows that the fuzz sees it */
  constructor(trust: (environment: Environment<"trust">) => Partition = createTrust) {
    for (const { id, bytes, owner } of SYSTEM.regions) {
      if (owner === "trust" || owner === "audit") this.memories.set(id, new FlashMemory(bytes));
    }
    const board = bareBoard({ crypto: nodeCrypto(), flash: this.chip() });
    const creators = {
      audit: createAudit,
      trust,
      firewall: this.caller("firewall"),
      manage: this.caller("manage"),
    };
    this.kernel = new Kernel(SYSTEM, creators, board, {
      delivered: (now, from, to, bytes, length) => this.note(now, from, to, bytes, length),
      refused: () => {},
      faulted: (_now, party, _kind, what) => {
        throw new Error(`partition ${party} died: ${what}`);
      },
      restarted: () => {},
      held: () => {},
    });
    this.kernel.start(0);
    this.settle();
  }

  step({ who, to, message }: LeafStep): void {
    this.pass();
    this.ports.get(who)![to]!.send(message, message.length);
    this.settle();
  }

  /** A step in which nobody says anything. */
  pass(): void {
    this.now += STEP_MS;
    this.settle();
  }

  private settle(): void {
    for (;;) {
      while (this.kernel.run(this.now));
      const done = this.completions.shift();
      if (done === undefined) return;
      this.kernel.deliver(this.now, Party.FLASH, done, done.length);
    }
  }

  private note(now: number, from: number, to: number, bytes: Uint8Array, length: number): void {
    if (from === Party.AUDIT) throw new Error("the audit log answers");
    if (from !== Party.TRUST || !this.replies.has(to)) return;
    // The whole slot: what lies behind the message is the receiver's to read too.
    this.replies.get(to)!.push(`${now}: ${length} ${Buffer.from(bytes).toString("hex")}`);
  }

  private caller(name: string) {
    return (environment: { ports: Readonly<Record<string, Port>> }): Partition => {
      this.ports.set(name, environment.ports);
      return {
        receive: () => {},
        tick: () => {},
        dueAt: () => Number.POSITIVE_INFINITY,
        peerRestarted: () => {},
      };
    };
  }

  private chip(): FlashChip {
    return {
      submit: (region, operation, offset, bytes, start, length): Sent => {
        const memory = this.memories.get(region)!;
        change(memory, operation, offset, bytes.slice(start, start + length));
        this.completions.push(completion(region, operation, 0, memory, offset, length));
        return Sent.OK;
      },
    };
  }
}

export function grantCheck(
  provider: number,
  rights: number,
  device: Uint8Array,
  reference: number,
): Uint8Array {
  const message = new Uint8Array(GrantCheck.LENGTH);
  message[0] = Operation.GRANT_CHECK;
  message[GrantCheck.PROVIDER] = provider;
  message[GrantCheck.RIGHTS] = rights;
  writeU16(message, GrantCheck.REFERENCE, reference);
  message.set(device, GrantCheck.EUI64);
  return message;
}

export function grantSet(
  provider: number,
  relationship: number,
  device: Uint8Array,
  reference: number,
  expires: number,
): Uint8Array {
  const message = new Uint8Array(GrantSet.LENGTH);
  message[0] = Operation.GRANT_SET;
  message[GrantSet.PROVIDER] = provider;
  message[GrantSet.RELATIONSHIP] = relationship;
  writeU16(message, GrantSet.REFERENCE, reference);
  writeU32(message, GrantSet.EXPIRES, expires);
  message.set(device, GrantSet.EUI64);
  return message;
}

export function auditEvent(code: number, subject: Uint8Array): Uint8Array {
  const message = new Uint8Array(AuditEvent.LENGTH);
  message[0] = Operation.AUDIT_EVENT;
  message[AuditEvent.CODE] = code;
  message.set(subject, AuditEvent.SUBJECT);
  return message;
}
