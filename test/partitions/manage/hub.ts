// The management side on the bench: wan-management, manage, and its peer.

import { Party } from "../../../firmware/ipc/party";
import { createManage, type Manage } from "../../../firmware/partitions/manage/partition";
import { createWanManagement } from "../../../firmware/partitions/wan/partition";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { Bench, provision, type SessionKeys } from "../../session/bench";
import { type Asked, optionOf, Peer } from "../../session/peer";

export const KEYS: SessionKeys = {
  senderId: Uint8Array.of(0x11),
  recipientId: Uint8Array.of(0x4d),
  idContext: Uint8Array.of(1, 2, 3, 4),
  salt: Uint8Array.of(7),
  secret: new Uint8Array(16).fill(0x33),
};

export class ManagementHub {
  readonly bench = new Bench("manage");
  readonly memory = new FlashMemory(16 * 1024);
  readonly peer: Peer;
  manage!: Manage;
  mainsPresent = true;

  constructor() {
    provision(this.memory, KEYS);
    const { bench } = this;
    this.peer = new Peer(bench, Party.MANAGEMENT_LINK, Party.WAN_MANAGEMENT, KEYS);
    bench.onDatagram = (datagram) => this.peer.receive(datagram);
    const wan = createWanManagement({
      ...bench.surroundings,
      ports: {
        manage: bench.port(Party.WAN_MANAGEMENT, Party.MANAGE),
        audit: bench.port(Party.WAN_MANAGEMENT, Party.AUDIT),
      },
      devices: { "management-link": bench.link(Party.MANAGEMENT_LINK) },
      regions: {},
    });
    bench.start(Party.WAN_MANAGEMENT, wan);
    this.start();
    bench.advance(1000);
  }

  /** Starts `manage` anew from flash. */
  start(): void {
    const { bench } = this;
    this.manage = createManage({
      ...bench.surroundings,
      startedAt: bench.now,
      ports: {
        firewall: bench.port(Party.MANAGE, Party.FIREWALL),
        trust: bench.port(Party.MANAGE, Party.TRUST),
        "wan-management": bench.port(Party.MANAGE, Party.WAN_MANAGEMENT),
        audit: bench.port(Party.MANAGE, Party.AUDIT),
      },
      devices: {
        "wall-clock": bench,
        power: { mainsPresent: () => this.mainsPresent },
        tamper: { inputs: () => 0 },
      },
      regions: { management: bench.region(5, Party.MANAGE, this.memory) },
    }) as Manage;
    bench.start(Party.MANAGE, this.manage);
  }

  ask(code: number, path: string, payload?: Uint8Array, format = 60): Asked {
    const options = payload === undefined ? {} : { "Content-Format": format };
    const asked = this.peer.ask(code, path, options, payload);
    this.bench.advance(10);
    const inner = asked.outcomes[0]?.inner;
    const echo = inner === undefined ? undefined : optionOf(inner, "252");
    if (echo === undefined) return asked;
    return this.peer.ask(code, path, { ...options, Echo: echo }, payload);
  }

  code(asked: Asked): string | undefined {
    this.bench.advance(10);
    return asked.outcomes.at(-1)?.inner?.code;
  }

  told(to: Party, operation: number): Uint8Array[] {
    return this.bench.outside
      .filter((one) => one.to === to && one.bytes[0] === operation)
      .map((one) => one.bytes);
  }
}
