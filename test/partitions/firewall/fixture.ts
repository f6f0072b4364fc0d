// The firewall on a bench: every port in the hands of a test, and a trust centre of one's own.

import { GrantAnswer, GrantCheck } from "../../../firmware/ipc/grant";
import { Operation } from "../../../firmware/ipc/operation";
import { Party, type Provider } from "../../../firmware/ipc/party";
import type { Port } from "../../../firmware/kernel/partition";
import type { Firewall } from "../../../firmware/partitions/firewall/firewall";
import { createFirewall } from "../../../firmware/partitions/firewall/partition";
import type { Environment } from "../../../firmware/system";
import { readU16, readU32, writeU16 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";

export interface Passed {
  readonly to: Party;
  readonly operation: Operation;
  readonly bytes: Uint8Array;
}

const PORTS: readonly (readonly [string, Party])[] = [
  ["demand", Party.DEMAND],
  ["gas", Party.GAS],
  ["esi-supplier", Party.ESI_SUPPLIER],
  ["esi-operator", Party.ESI_OPERATOR],
  ["han", Party.HAN],
  ["access", Party.ACCESS],
  ["manage", Party.MANAGE],
  ["trust", Party.TRUST],
  ["audit", Party.AUDIT],
];

export class FirewallBench {
  now = 1000;
  readonly firewall: Firewall;
  /** What left the firewall since it was looked at last; questions to trust and audit aside. */
  private out: Passed[] = [];
  readonly audited: { from: number; operation: number; provider: number; before: number }[] = [];
  readonly questions: Uint8Array[] = [];
  /** `provider:device:right` */
  readonly grants = new Set<string>();
  /** What a port answers; `OK` unless said otherwise. */
  readonly sent = new Map<Party, Sent>();
  /** Whether trust answers by itself. */
  trustAnswers = true;

  constructor() {
    const ports = Object.fromEntries(PORTS.map(([name, party]) => [name, this.port(party)]));
    this.firewall = createFirewall({ ports, startedAt: 0 } as unknown as Environment<"firewall">);
  }

  grant(provider: Provider, device: number, right: number): void {
    this.grants.add(`${provider}:${device}:${right}`);
  }

  revoke(provider: Provider, device: number, right: number): void {
    this.grants.delete(`${provider}:${device}:${right}`);
  }

  /** Gives a message to the firewall, has trust answer, and tells what left. */
  say(from: Party, message: Uint8Array, length = message.length): Passed[] {
    const buffer = new Uint8Array(512);
    buffer.set(message);
    this.firewall.receive(this.now, from, buffer, length);
    // The buffer is the kernel's again.
    buffer.fill(0xee);
    return this.look();
  }

  restart(peer: Party): Passed[] {
    this.firewall.peerRestarted(this.now, peer);
    return this.look();
  }

  /** Lets time pass, tick by tick as the firewall wants them. */
  wait(ms: number): Passed[] {
    const end = this.now + ms;
    const passed: Passed[] = [];
    for (let due = this.firewall.dueAt(); due <= end; due = this.firewall.dueAt()) {
      if (due < this.now) throw new Error("due in the past");
      this.now = Math.max(due, this.now + 1);
      this.firewall.tick(this.now);
      passed.push(...this.look());
    }
    this.now = end;
    return passed;
  }

  look(): Passed[] {
    while (this.trustAnswers && this.questions.length > 0) this.answer();
    const out = this.out;
    this.out = [];
    return out;
  }

  /** Answers trust's oldest question. */
  answer(): void {
    const question = this.questions.shift()!;
    const device = question[GrantCheck.EUI64]!;
    const key = `${question[GrantCheck.PROVIDER]}:${device}:${question[GrantCheck.RIGHTS]}`;
    const answer = new Uint8Array(GrantAnswer.LENGTH);
    answer[0] = Operation.GRANT_ANSWER;
    answer[GrantAnswer.ALLOWED] = this.grants.has(key) ? 1 : 0;
    writeU16(answer, GrantAnswer.REFERENCE, readU16(question, GrantCheck.REFERENCE));
    this.firewall.receive(this.now, Party.TRUST, answer, answer.length);
  }

  get refused(): number {
    return this.firewall.gate.refused;
  }

  private port(to: Party): Port {
    return {
      send: (message, length) => {
        const sent = this.sent.get(to) ?? Sent.OK;
        if (sent !== Sent.OK) return sent;
        const bytes = message.slice(0, length);
        if (to === Party.TRUST) this.questions.push(bytes);
        else if (to === Party.AUDIT) {
          const detail = readU32(bytes, 4);
          const [from, operation, provider, before] = [0, 8, 16, 24].map(
            (n) => (detail >>> n) & 255,
          );
          this.audited.push({ from, operation, provider, before } as never);
        } else this.out.push({ to, operation: bytes[0]!, bytes });
        return Sent.OK;
      },
    };
  }
}
