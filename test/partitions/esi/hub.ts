// A whole provider's side on the bench: wan-application, both esi, a peer for each.

import { Party } from "../../../firmware/ipc/party";
import {
  createEsiOperator,
  createEsiSupplier,
  type Esi,
} from "../../../firmware/partitions/esi/partition";
import { createWanApplication, type Wan } from "../../../firmware/partitions/wan/partition";
import { Journal } from "../../../firmware/storage/journal";
import type { Environment } from "../../../firmware/system";
import { writeU48 } from "../../../firmware/wire/little-endian";
import { SessionKey, SessionRecord } from "../../../firmware/wire/session-record";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { Bench, provision, type SessionKeys } from "../../session/bench";
import { Peer } from "../../session/peer";

export const SUPPLIER_KEYS: SessionKeys = {
  senderId: Uint8Array.of(0x01),
  recipientId: Uint8Array.of(0x53),
  idContext: null,
  salt: Uint8Array.of(1, 2, 3),
  secret: new Uint8Array(16).fill(0x51),
};

export const OPERATOR_KEYS: SessionKeys = {
  senderId: Uint8Array.of(0x02),
  recipientId: Uint8Array.of(0x4f, 0x50),
  idContext: Uint8Array.of(9, 9),
  salt: new Uint8Array(0),
  secret: new Uint8Array(32).fill(0x52),
};

const KIB = 1024;

export interface SessionMemories {
  readonly supplierSession: FlashMemory;
  readonly supplierOutbox: FlashMemory;
  readonly operatorSession: FlashMemory;
  readonly operatorOutbox: FlashMemory;
}

function manufacture(): SessionMemories {
  const memories = {
    supplierSession: new FlashMemory(16 * KIB),
    supplierOutbox: new FlashMemory(64 * KIB),
    operatorSession: new FlashMemory(16 * KIB),
    operatorOutbox: new FlashMemory(64 * KIB),
  };
  provision(memories.supplierSession, SUPPLIER_KEYS);
  provision(memories.operatorSession, OPERATOR_KEYS);
  return memories;
}

export class ProviderHub {
  readonly bench: Bench;
  readonly supplier: Peer;
  readonly operator: Peer;
  wan!: Wan;
  esi!: Esi;
  outboxFlash!: DirectFlash;
  constructor(
    seed = "hub",
    readonly memories = manufacture(),
  ) {
    this.bench = new Bench(seed);
    const { bench } = this;
    this.supplier = new Peer(bench, Party.APPLICATION_LINK, Party.WAN_APPLICATION, SUPPLIER_KEYS);
    this.operator = new Peer(bench, Party.APPLICATION_LINK, Party.WAN_APPLICATION, OPERATOR_KEYS);
    // One link, two sessions: requests tell by their kid, the rest by what opens them.
    bench.onDatagram = (datagram) => this.route(datagram);
    this.startWan();
    this.startEsi();
  }

  /** Both sessions registered, and the supplier's freshness proved. */
  ready(): this {
    this.bench.advance(1000);
    this.prove(this.supplier);
    return this;
  }

  prove(peer: Peer): void {
    const challenged = peer.ask(1, "nothing");
    this.bench.advance(500);
    const echo = challenged.outcomes[0]!.inner!.options.find(
      (one) => String(one.name) === "252",
    )?.value;
    // A session's first start has nothing that it could have forgotten.
    if (echo === undefined) return;
    peer.ask(1, "nothing", { Echo: echo });
    this.bench.advance(100);
  }

  startWan(): void {
    const { bench } = this;
    const environment: Environment<"wan-application"> = {
      ...bench.surroundings,
      startedAt: bench.now,
      ports: {
        "esi-supplier": bench.port(Party.WAN_APPLICATION, Party.ESI_SUPPLIER),
        "esi-operator": bench.port(Party.WAN_APPLICATION, Party.ESI_OPERATOR),
        audit: bench.port(Party.WAN_APPLICATION, Party.AUDIT),
      },
      devices: { "application-link": bench.link(Party.APPLICATION_LINK) },
      regions: {},
    };
    this.wan = createWanApplication(environment) as Wan;
    bench.start(Party.WAN_APPLICATION, this.wan);
  }

  /** Starts both esi anew from flash. */
  startEsi(): void {
    const { bench, memories } = this;
    for (const party of [Party.ESI_SUPPLIER, Party.ESI_OPERATOR]) {
      this.wan.peerRestarted(bench.now, party);
    }
    const surroundings = { ...bench.surroundings, startedAt: bench.now };
    this.outboxFlash = bench.region(7, Party.ESI_SUPPLIER, memories.supplierOutbox);
    this.esi = createEsiSupplier({
      ...surroundings,
      ports: {
        firewall: bench.port(Party.ESI_SUPPLIER, Party.FIREWALL),
        "wan-application": bench.port(Party.ESI_SUPPLIER, Party.WAN_APPLICATION),
        audit: bench.port(Party.ESI_SUPPLIER, Party.AUDIT),
      },
      devices: {},
      regions: {
        "supplier-session": bench.region(6, Party.ESI_SUPPLIER, memories.supplierSession),
        "supplier-outbox": this.outboxFlash,
      },
    }) as Esi;
    bench.start(Party.ESI_SUPPLIER, this.esi);
    const operator = createEsiOperator({
      ...surroundings,
      ports: {
        firewall: bench.port(Party.ESI_OPERATOR, Party.FIREWALL),
        "wan-application": bench.port(Party.ESI_OPERATOR, Party.WAN_APPLICATION),
        audit: bench.port(Party.ESI_OPERATOR, Party.AUDIT),
      },
      devices: {},
      regions: {
        "operator-session": bench.region(8, Party.ESI_OPERATOR, memories.operatorSession),
        "operator-outbox": bench.region(9, Party.ESI_OPERATOR, memories.operatorOutbox),
      },
    });
    bench.start(Party.ESI_OPERATOR, operator);
  }

  /** Leaves the supplier's session this many sequence numbers, as after a very long life. */
  exhaust(left: number): void {
    const flash = new DirectFlash(this.memories.supplierSession, 0);
    const record = new Uint8Array(10);
    writeU48(record, 0, 2 ** 40 - left);
    const journal: Journal = new Journal(
      flash,
      {
        restored: () => {},
        opened: () => {
          journal.put(SessionKey.RESERVED, record, 0, record.length, 1);
        },
        stored: () => {},
      },
      4,
      SessionRecord.LENGTH_MAX,
    );
    journal.open(0);
    flash.settle((message, size) => journal.flashDone(0, message, size));
  }

  /** What the esi of the supplier said to the firewall, by operation. */
  toFirewall(operation: number): Uint8Array[] {
    return this.bench.outside
      .filter((one) => one.from === Party.ESI_SUPPLIER && one.to === Party.FIREWALL)
      .map((one) => one.bytes)
      .filter((bytes) => bytes[0] === operation);
  }

  audited(code: number): number[] {
    return this.bench.outside
      .filter((one) => one.to === Party.AUDIT && one.bytes[1] === code)
      .map((one) => one.bytes[4]!);
  }

  fromFirewall(bytes: Uint8Array): void {
    this.bench.say(Party.FIREWALL, Party.ESI_SUPPLIER, bytes);
  }

  private route(datagram: Uint8Array): void {
    const isOperators = this.operator.owns(datagram);
    (isOperators ? this.operator : this.supplier).receive(datagram);
  }
}
