// `access` alone: its flash, its entropy and its four ports in the hands of a test.

import { AuditEvent } from "../../../firmware/ipc/audit";
import { ConsumerAnswer, ConsumerAsk } from "../../../firmware/ipc/consumer";
import { DeviceAdd, DeviceEventMessage, DeviceRemove } from "../../../firmware/ipc/device";
import { JoinAsk, JoinStored, NetworkAsk } from "../../../firmware/ipc/join";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Partition } from "../../../firmware/kernel/partition";
import { createAccess } from "../../../firmware/partitions/access/partition";
import type { Environment } from "../../../firmware/system";
import { readU32, writeU16 } from "../../../firmware/wire/little-endian";
import { nodeCrypto } from "../../../hal/node/crypto";
import { Sent } from "../../../hal/sent";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { eui64Of, installCode } from "../han/test-node";

const REGION_BYTES = 32_768;

export interface AuditLine {
  readonly code: number;
  readonly detail: number;
  readonly subject: string;
}

export class AccessFixture {
  now = 1000;
  readonly toHan: Uint8Array[] = [];
  readonly toFirewall: Uint8Array[] = [];
  readonly toConsole: Uint8Array[] = [];
  readonly audit: AuditLine[] = [];
  flash: DirectFlash;
  access: Partition;
  /** Civil time, Unix milliseconds; 0: unknown. */
  utcMs = 0;
  private reference = 0;
  private draws = 0;

  constructor(readonly memory = new FlashMemory(REGION_BYTES)) {
    this.flash = new DirectFlash(memory);
    this.access = this.make();
    this.settle();
  }

  /** Dies without warning and starts over what lies in flash. */
  restart(): void {
    this.flash = new DirectFlash(this.memory);
    this.access = this.make();
    this.settle();
  }

  /** Lets all flash operations and what is due happen; then `milliseconds` pass. */
  settle(milliseconds = 0): void {
    const end = this.now + milliseconds;
    for (let turns = 0; turns < 10_000; turns++) {
      this.flash.settle((bytes, length) =>
        this.access.receive(this.now, Party.FLASH, bytes, length),
      );
      const due = Math.max(this.now, this.access.dueAt());
      if (due > end) {
        this.now = end;
        return;
      }
      this.now = due;
      this.access.tick(due);
    }
    throw new Error("access is never idle");
  }

  /** What `han` says first: `access` needs the hub's EUI-64. */
  networkAsk(): void {
    const message = new Uint8Array(NetworkAsk.LENGTH);
    message[0] = Operation.NETWORK_ASK;
    message.set(eui64Of(0x77), NetworkAsk.EUI64);
    this.say(Party.HAN, message);
  }

  /** The management party registers device `n`. Returns the `DeviceResult`. */
  add(n: number, code = installCode(n)): number {
    const message = new Uint8Array(DeviceAdd.LENGTH);
    message[0] = Operation.DEVICE_ADD;
    message[DeviceAdd.KIND] = 1;
    message[DeviceAdd.CODE_LENGTH] = code.length;
    message.set(eui64Of(n), DeviceAdd.EUI64);
    message.set(code, DeviceAdd.CODE);
    return this.managementAsks(message);
  }

  remove(n: number): number {
    const message = new Uint8Array(DeviceRemove.LENGTH);
    message[0] = Operation.DEVICE_REMOVE;
    message.set(eui64Of(n), DeviceRemove.EUI64);
    return this.managementAsks(message);
  }

  /** Device `n` asks to join by a path. Returns the `JOIN_ANSWER`s that came. */
  join(n: number, path = 0, kind = 0): Uint8Array[] {
    const message = new Uint8Array(JoinAsk.LENGTH);
    message[0] = Operation.JOIN_ASK;
    message[JoinAsk.KIND] = kind;
    message[JoinAsk.PATH] = path;
    message.set(eui64Of(n), JoinAsk.EUI64);
    const before = this.toHan.length;
    this.say(Party.HAN, message);
    return this.toHan.slice(before).filter((one) => one[0] === Operation.JOIN_ANSWER);
  }

  /** `han` has stored, or lost, device `n` on a path. Returns the `JOIN_ANSWER`s that came. */
  stored(n: number, path = 0, gone = 0): Uint8Array[] {
    const before = this.toHan.length;
    this.beginStored(n, path, gone);
    this.settle();
    return this.toHan.slice(before).filter((one) => one[0] === Operation.JOIN_ANSWER);
  }

  beginStored(n: number, path: number, gone: number): void {
    const message = new Uint8Array(JoinStored.LENGTH);
    message[0] = Operation.JOIN_STORED;
    message[JoinStored.STANDING] = gone;
    message[JoinStored.PATH] = path;
    message.set(eui64Of(n), JoinStored.EUI64);
    this.access.receive(this.now, Party.HAN, message, message.length);
  }

  /** The consumer asks. Returns the answer, undefined when none came. */
  consumer(action: number, value: number, n?: number): Uint8Array | undefined {
    const reference = this.beginConsumer(action, value, n);
    this.settle();
    return this.toConsole.find((one) => one[ConsumerAnswer.REFERENCE] === reference);
  }

  beginConsumer(action: number, value: number, n?: number): number {
    const message = new Uint8Array(ConsumerAsk.LENGTH);
    message[0] = Operation.CONSUMER_ASK;
    message[ConsumerAsk.ACTION] = action;
    message[ConsumerAsk.VALUE] = value;
    writeU16(message, ConsumerAsk.REFERENCE, ++this.reference);
    if (n !== undefined) message.set(eui64Of(n), ConsumerAsk.EUI64);
    this.access.receive(this.now, Party.CONSOLE, message, message.length);
    return this.reference;
  }

  /** Event and reason of each `DEVICE_EVENT` so far. */
  events(): number[][] {
    return this.toFirewall
      .filter((one) => one[0] === Operation.DEVICE_EVENT)
      .map((one) => [one[DeviceEventMessage.EVENT]!, one[DeviceEventMessage.REASON]!]);
  }

  say(from: Party, message: Uint8Array): void {
    this.access.receive(this.now, from, message, message.length);
    this.settle();
  }

  private managementAsks(message: Uint8Array): number {
    const before = this.toFirewall.length;
    this.say(Party.FIREWALL, message);
    const results = this.toFirewall.slice(before);
    return results.find((one) => one[0] === Operation.DEVICE_RESULT)?.[1] ?? -1;
  }

  private make(): Partition {
    const entropy = {
      fill: (bytes: Uint8Array, start: number, length: number) => {
        bytes.fill(++this.draws, start, start + length);
      },
    };
    return createAccess({
      crypto: nodeCrypto(),
      entropy,
      clock: { utcMs: () => this.utcMs, quality: () => (this.utcMs === 0 ? 0 : 2) },
      startedAt: this.now,
      ports: {
        han: port((message) => this.toHan.push(message)),
        firewall: port((message) => this.toFirewall.push(message)),
        console: port((message) => this.toConsole.push(message)),
        audit: port((message) => {
          const code = message[AuditEvent.CODE]!;
          const detail = readU32(message, AuditEvent.DETAIL);
          const subject = hex(message.subarray(AuditEvent.SUBJECT));
          this.audit.push({ code, detail, subject });
        }),
      },
      devices: {},
      regions: { credentials: this.flash },
    } as unknown as Environment<"access">);
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function port(take: (message: Uint8Array) => void) {
  return {
    send: (message: Uint8Array, length: number): Sent => {
      take(message.slice(0, length));
      return Sent.OK;
    },
  };
}
