// `gas` or `demand` alone: ports that keep what is said, flash that works at once, and readings as
// `han` sends them.

import { Party } from "../../firmware/ipc/party";
import type { Partition } from "../../firmware/kernel/partition";
import { TimeQuality, type UtcClock } from "../../hal/clock";
import { nodeCrypto } from "../../hal/node/crypto";
import { Sent } from "../../hal/sent";
import { DirectFlash } from "../../host-sim/flash-direct";
import { FlashMemory } from "../../host-sim/flash-memory";
import { entropyOf } from "./han/fixture";
import { KeptPort } from "./han/upper-bench";

/** 2026-01-01T00:00:00Z, a half-hour. */
export const START_S = 1_767_225_600;

export class ReadingBench {
  now = 1_000;
  readonly han = new KeptPort();
  readonly firewall = new KeptPort();
  readonly flash: DirectFlash;
  quality: TimeQuality = TimeQuality.SYNCHRONISED;
  utcAheadS = 0;
  readonly partition: Partition;
  private reference = 0;

  constructor(
    create: (environment: never) => Partition,
    readonly commodity: number,
    readonly memory = new FlashMemory(64 * 1024),
  ) {
    this.flash = new DirectFlash(memory, 9);
    const clock: UtcClock = {
      utcMs: () => (START_S + this.utcAheadS) * 1000 + this.now,
      quality: () => this.quality,
    };
    this.partition = create({
      crypto: nodeCrypto(),
      entropy: entropyOf(3),
      clock,
      startedAt: this.now,
      ports: { han: this.han, firewall: this.firewall },
      devices: {},
      regions: { mirror: this.flash, samples: this.flash },
    } as never);
    this.run(0);
  }

  say(from: Party, message: Uint8Array): void {
    const buffer = new Uint8Array(320);
    buffer.set(message);
    this.partition.receive(this.now, from, buffer, message.length);
    this.settle();
  }

  /** A reading of a meter as `han` passes it on; answers the number that it has. */
  reading(meter: number, time: number, value: number, interval = false): number {
    const message = Buffer.alloc(32);
    message[0] = 1;
    message[1] = interval ? 1 : 0;
    message[2] = this.commodity;
    message.writeUInt32LE(++this.reference, 4);
    message.fill(meter, 8, 16);
    message.writeUInt32LE(time, 16);
    message.writeUIntLE(value, 20, 6);
    message.writeInt32LE(-0x80000000, 26);
    if (interval) message.writeUInt16LE(1800, 30);
    this.say(Party.HAN, message);
    return this.reference;
  }

  /** The firewall's word on every reading that it got; answers how many there were. */
  store(code = 0): number {
    const readings = this.firewall.take().filter((message) => message[0] === 1);
    for (const reading of readings) {
      const answer = Buffer.alloc(16);
      answer[0] = 2;
      answer[1] = code;
      answer[2] = this.commodity;
      reading.copy(answer, 4, 4, 16);
      this.say(Party.FIREWALL, answer);
    }
    return readings.length;
  }

  /** A reading from the meter to the providers' flash. */
  stored(meter: number, time: number, value = 1, interval = false): void {
    this.reading(meter, time, value, interval);
    this.store();
  }

  /** The questions to `han` since the last look: count and end. */
  asked(): [number, number][] {
    const questions = this.han.take().filter((message) => message[0] === 3);
    return questions.map((message) => [message[2]!, message.readUInt32LE(16)]);
  }

  done(meter: number, code: number, count: number, end: number): void {
    const message = Buffer.alloc(20);
    message[0] = 4;
    message[1] = code;
    message[2] = count;
    message.fill(meter, 8, 16);
    message.writeUInt32LE(end, 16);
    this.say(Party.HAN, message);
  }

  run(ms: number): void {
    const end = this.now + ms;
    this.settle();
    for (let turns = 0; ; turns++) {
      if (turns > 100_000) throw new Error("due at once, for ever");
      const due = this.partition.dueAt();
      if (due > end) break;
      this.now = Math.max(this.now, due);
      this.partition.tick(this.now);
      this.settle();
    }
    this.now = end;
  }

  settle(): void {
    this.flash.settle((message, length) => {
      const buffer = new Uint8Array(320);
      buffer.set(message.subarray(0, length));
      this.partition.receive(this.now, Party.FLASH, buffer, length);
    });
  }

  isFull(port: KeptPort, full: boolean): void {
    port.answer = full ? Sent.FULL : Sent.OK;
  }
}
