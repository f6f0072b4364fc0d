// The lower half of `han` and the real `access`, between a fake co-processor and flash that can be
// cut. Time is the test's; messages are delivered one at a time, in order.

import { DeviceAdd, DeviceRemove } from "../../../firmware/ipc/device";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Partition, Port } from "../../../firmware/kernel/partition";
import { createAccess } from "../../../firmware/partitions/access/partition";
import { LowerHalf } from "../../../firmware/partitions/han/lower-half";
import { Memory, MemorySize } from "../../../firmware/partitions/han/memory";
import type { NetworkUser } from "../../../firmware/partitions/han/network";
import type { Environment } from "../../../firmware/system";
import { nodeCrypto } from "../../../hal/node/crypto";
import { Sent } from "../../../hal/sent";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { FakeCoprocessor } from "./fake-coprocessor";

export interface Upward {
  readonly node: number;
  readonly aps: Uint8Array;
}

/** What survives a power cut. */
export interface Flash {
  readonly network: FlashMemory;
  readonly credentials: FlashMemory;
}

export function blankFlash(): Flash {
  return { network: new FlashMemory(65_536), credentials: new FlashMemory(32_768) };
}

export function copyFlash(flash: Flash): Flash {
  const copy = blankFlash();
  copy.network.bytes.set(flash.network.bytes);
  copy.credentials.bytes.set(flash.credentials.bytes);
  return copy;
}

/** The earliest of all due times. */
export function earliestIn({ numbers }: Memory): number {
  return Math.min(...numbers.subarray(0, MemorySize.DUES));
}

export const crypto = nodeCrypto();

/** A small generator; two benches with one seed draw the same. */
export function entropyOf(seed: number) {
  let state = seed >>> 0;
  return {
    fill(bytes: Uint8Array, start: number, length: number): void {
      for (let i = 0; i < length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        bytes[start + i] = state >>> 24;
      }
    },
  };
}

export class Bench implements NetworkUser {
  now = 1000;
  readonly radio: FakeCoprocessor;
  readonly networkFlash: DirectFlash;
  readonly credentialFlash: DirectFlash;
  han: LowerHalf;
  /** Of the present `han`. */
  memory = new Memory();
  access: Partition;
  readonly toHan: Uint8Array[] = [];
  readonly toAccess: Uint8Array[] = [];
  readonly toFirewall: Uint8Array[] = [];
  readonly audit: Uint8Array[] = [];
  readonly up: Upward[] = [];
  readonly joined: number[] = [];
  readonly left: number[] = [];
  readonly fates: [number, boolean][] = [];
  isAccessDead = false;
  private apsCounter = 0;
  private readonly entropy;

  constructor(
    readonly flash: Flash = blankFlash(),
    seed = 1,
    radio = new FakeCoprocessor(),
  ) {
    this.radio = radio;
    this.entropy = entropyOf(seed);
    this.networkFlash = new DirectFlash(flash.network, 0);
    this.credentialFlash = new DirectFlash(flash.credentials, 2);
    this.han = this.makeHan();
    this.access = this.makeAccess();
  }

  /** A hub with a network, a key and a running co-processor. */
  static up(flash?: Flash, seed = 1): Bench {
    const bench = new Bench(flash, seed);
    for (let i = 0; i < 100 && !bench.han.isUp(); i++) bench.run(200);
    if (!bench.han.isUp()) throw new Error("the network did not come up");
    return bench;
  }

  /** Lets `milliseconds` pass. */
  run(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let turns = 0; ; turns++) {
      if (turns > 200_000) throw new Error("it is never idle");
      this.settle();
      const due = Math.max(this.now, Math.min(this.hanDue(), this.access.dueAt()));
      if (due > end) break;
      this.now = due;
      if (this.hanDue() <= due) this.han.tick(due);
      if (this.access.dueAt() <= due) this.access.tick(due);
    }
    this.now = end;
  }

  /** When the lower half wants to be called. */
  hanDue(): number {
    return Math.min(earliestIn(this.memory), this.han.store.turn.due);
  }

  /** A frame from the air. */
  hear(psdu: Uint8Array): void {
    this.radio.receive(psdu);
    this.settle();
  }

  add(eui64: Uint8Array, code: Uint8Array, kind = 1): number {
    const message = new Uint8Array(DeviceAdd.LENGTH);
    message[0] = Operation.DEVICE_ADD;
    message[DeviceAdd.KIND] = kind;
    message[DeviceAdd.REFERENCE] = 7;
    message[DeviceAdd.CODE_LENGTH] = code.length;
    message.set(eui64, DeviceAdd.EUI64);
    message.set(code.subarray(0, 18), DeviceAdd.CODE);
    return this.ask(message);
  }

  remove(eui64: Uint8Array): number {
    const message = new Uint8Array(DeviceRemove.LENGTH);
    message[0] = Operation.DEVICE_REMOVE;
    message.set(eui64, DeviceRemove.EUI64);
    return this.ask(message);
  }

  restartHan(): void {
    this.toHan.length = 0;
    this.han = this.makeHan();
    this.access.peerRestarted(this.now, Party.HAN);
  }

  restartAccess(): void {
    this.toAccess.length = 0;
    this.access = this.makeAccess();
    this.han.accessRestarted(this.now);
  }

  apsFrame(_now: number, node: number, bytes: Uint8Array, start: number, length: number): void {
    this.up.push({ node, aps: bytes.slice(start, start + length) });
  }

  sent(_now: number, token: number, delivered: boolean): void {
    this.fates.push([token, delivered]);
  }

  nextCounter(): number {
    this.apsCounter = (this.apsCounter + 1) & 0xff;
    return this.apsCounter;
  }

  nodeRestored(now: number, node: number): void {
    this.nodeJoined(now, node);
  }

  nodeJoined(_now: number, node: number): void {
    this.joined.push(node);
  }

  nodeLeft(_now: number, node: number): void {
    this.left.push(node);
  }

  /** Delivers everything that waits. */
  settle(): void {
    for (let turns = 0; this.step(); turns++) {
      if (turns > 100_000) throw new Error("messages without end");
    }
  }

  private ask(message: Uint8Array): number {
    const before = this.toFirewall.length;
    this.access.receive(this.now, Party.FIREWALL, message, message.length);
    this.run(500);
    for (const answer of this.toFirewall.slice(before)) {
      if (answer[0] === Operation.DEVICE_RESULT) return answer[1]!;
    }
    return -1;
  }

  private step(): boolean {
    const fromRadio = this.radio.out.shift();
    if (fromRadio !== undefined) {
      const buffer = new Uint8Array(320);
      buffer.set(fromRadio);
      this.han.radioReceived(this.now, buffer, fromRadio.length);
      return true;
    }
    const forHan = this.toHan.shift();
    if (forHan !== undefined) {
      this.han.accessSaid(this.now, forHan, forHan.length);
      return true;
    }
    const forAccess = this.toAccess.shift();
    if (forAccess !== undefined) {
      if (!this.isAccessDead) this.access.receive(this.now, Party.HAN, forAccess, forAccess.length);
      return true;
    }
    const network = this.networkFlash.pump((bytes, length) =>
      this.han.flashDone(this.now, bytes, length),
    );
    if (network) return true;
    return this.credentialFlash.pump((bytes, length) =>
      this.access.receive(this.now, Party.FLASH, bytes, length),
    );
  }

  private makeHan(): LowerHalf {
    const environment = {
      ...this.surroundings(),
      ports: { access: port(this.toAccess) },
      devices: { radio: this.radio },
      regions: { network: this.networkFlash },
    } as unknown as Environment<"han">;
    this.memory = new Memory();
    const han = new LowerHalf(environment, this.memory);
    han.attach(this);
    return han;
  }

  private makeAccess(): Partition {
    return createAccess({
      ...this.surroundings(),
      ports: {
        han: port(this.toHan),
        firewall: port(this.toFirewall),
        audit: port(this.audit),
        console: port([]),
      },
      devices: {},
      regions: { credentials: this.credentialFlash },
    } as unknown as Environment<"access">);
  }

  private surroundings() {
    const clock = { utcMs: () => 0, quality: () => 0 };
    return { crypto, entropy: this.entropy, clock, startedAt: this.now };
  }
}

function port(queue: Uint8Array[]): Port {
  return {
    send(message, length) {
      queue.push(message.slice(0, length));
      return Sent.OK;
    },
  };
}
