// A bench for partitions of the WAN's side: channels without a kernel, flash regions, virtual time,
// a seeded entropy source, and a link whose datagrams a test sees, loses or forges.

import type { Party } from "../../firmware/ipc/party";
import type { Partition, Port, Surroundings } from "../../firmware/kernel/partition";
import { Journal } from "../../firmware/storage/journal";
import { putSessionRecord, SessionKey, SessionRecord } from "../../firmware/wire/session-record";
import { TimeQuality, type UtcClock, type WallClock } from "../../hal/clock";
import type { DatagramLink } from "../../hal/datagram";
import { nodeCrypto } from "../../hal/node/crypto";
import { Sent } from "../../hal/sent";
import { DirectFlash } from "../../host-sim/flash-direct";
import type { FlashMemory } from "../../host-sim/flash-memory";
import { Random } from "../../host-sim/random";

export interface SentMessage {
  readonly from: Party;
  readonly to: Party;
  readonly bytes: Uint8Array;
}

/** IDs as the hub sees them. */
export interface SessionKeys {
  readonly senderId: Uint8Array;
  readonly recipientId: Uint8Array;
  readonly idContext: Uint8Array | null;
  readonly salt: Uint8Array;
  readonly secret: Uint8Array;
}

export const PEER = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1, 0x16, 0x33,
]);

export class Bench implements UtcClock, WallClock {
  now = 1_000_000;
  /** What partitions said to parties that are not on the bench. */
  readonly outside: SentMessage[] = [];
  /** Every message of every channel. */
  readonly log: SentMessage[] = [];
  /** What a send answers; the default takes all. */
  admit: (from: Party, to: Party, bytes: Uint8Array) => Sent = () => Sent.OK;
  /** Datagrams of the hub: address and payload. */
  onDatagram: (datagram: Uint8Array, link: Party) => void = () => {};
  readonly surroundings: Surroundings;
  utcOffset = 0;
  utcQuality = TimeQuality.UNKNOWN;
  private readonly partitions = new Map<Party, Partition>();
  private readonly queue: SentMessage[] = [];
  private isRunning = false;
  private readonly flashes = new Map<number, { flash: DirectFlash; owner: Party }>();

  constructor(seed = "bench") {
    const random = new Random(seed);
    this.surroundings = {
      crypto: nodeCrypto(),
      entropy: {
        fill: (bytes, start, length) => {
          for (let i = 0; i < length; i++) bytes[start + i] = random.below(256);
        },
      },
      clock: this,
      startedAt: this.now,
    };
  }

  utcMs(): number {
    return this.utcQuality === TimeQuality.UNKNOWN ? 0 : this.now + this.utcOffset;
  }

  quality(): TimeQuality {
    return this.utcQuality;
  }

  set(utcMs: number, quality: TimeQuality): void {
    this.utcOffset = utcMs - this.now;
    this.utcQuality = quality;
  }

  port(from: Party, to: Party): Port {
    return {
      send: (message, length) => {
        const bytes = message.slice(0, length);
        const sent = this.admit(from, to, bytes);
        if (sent === Sent.OK) {
          this.queue.push({ from, to, bytes });
          this.log.push({ from, to, bytes });
        }
        return sent;
      },
    };
  }

  link(party: Party): DatagramLink {
    return {
      peer: PEER,
      send: (datagram, length) => {
        this.onDatagram(datagram.slice(0, length), party);
        return Sent.OK;
      },
    };
  }

  region(id: number, owner: Party, memory: FlashMemory): DirectFlash {
    const flash = new DirectFlash(memory, id);
    this.flashes.set(id, { flash, owner });
    return flash;
  }

  /** Puts a partition in its place, in the place of an earlier one. */
  start(party: Party, partition: Partition): void {
    this.partitions.set(party, partition);
  }

  stop(party: Party): void {
    this.partitions.delete(party);
  }

  /** A message from somebody who is not on the bench. */
  say(from: Party, to: Party, bytes: Uint8Array): void {
    this.queue.push({ from, to, bytes });
    this.run();
  }

  /** A datagram from the WAN. */
  datagram(link: Party, owner: Party, payload: Uint8Array, source = PEER): void {
    const bytes = new Uint8Array(source.length + payload.length);
    bytes.set(source);
    bytes.set(payload, source.length);
    this.say(link, owner, bytes);
  }

  /** Until nothing is left to do at this moment. */
  run(): void {
    // What a partition causes by sending comes after its call, as it would under a kernel.
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      this.settle();
    } finally {
      this.isRunning = false;
    }
  }

  /** Lets time pass, event by event. */
  advance(ms: number): void {
    const end = this.now + ms;
    this.run();
    for (;;) {
      let due = Number.POSITIVE_INFINITY;
      for (const partition of this.partitions.values()) due = Math.min(due, partition.dueAt());
      if (due > end) break;
      this.now = Math.max(this.now, due);
      this.run();
    }
    this.now = end;
  }

  private settle(): void {
    for (let turn = 0; turn < 100_000; turn++) {
      const message = this.queue.shift();
      if (message !== undefined) this.deliver(message);
      else if (!this.pumpFlash() && !this.tickDue()) return;
    }
    throw new Error("the bench is never idle");
  }

  private deliver(message: SentMessage): void {
    const partition = this.partitions.get(message.to);
    if (partition === undefined) this.outside.push(message);
    else {
      const buffer = new Uint8Array(530).fill(0xa5);
      buffer.set(message.bytes);
      partition.receive(this.now, message.from, buffer, message.bytes.length);
    }
  }

  private pumpFlash(): boolean {
    let isBusy = false;
    for (const { flash, owner } of this.flashes.values()) {
      const partition = this.partitions.get(owner);
      if (partition === undefined) continue;
      const worked = flash.pump((message, length) => {
        const buffer = new Uint8Array(320);
        buffer.set(message.subarray(0, length));
        partition.receive(this.now, FLASH, buffer, length);
      });
      isBusy = worked || isBusy;
    }
    return isBusy;
  }

  private tickDue(): boolean {
    let isBusy = false;
    for (const partition of this.partitions.values()) {
      if (partition.dueAt() > this.now) continue;
      partition.tick(this.now);
      isBusy = true;
    }
    return isBusy;
  }
}

/** `Party.FLASH`, which a test file need not import for this. */
const FLASH: Party = 74;

/** Writes a context into a session's region, as manufacture does. */
export function provision(memory: FlashMemory, keys: SessionKeys): void {
  const bytes = new Uint8Array(SessionRecord.LENGTH_MAX);
  const length = putSessionRecord(
    bytes,
    0,
    keys.senderId,
    keys.recipientId,
    keys.idContext,
    keys.salt,
    keys.secret,
  );
  const flash = new DirectFlash(memory, 0);
  let isStored = false;
  const journal: Journal = new Journal(
    flash,
    {
      restored: () => {},
      opened: () => {
        journal.put(SessionKey.CONTEXT, bytes, 0, length, 1);
      },
      stored: (_now, _token, ok) => {
        isStored = ok;
      },
    },
    4,
    SessionRecord.LENGTH_MAX,
  );
  journal.open(0);
  flash.settle((message, size) => journal.flashDone(0, message, size));
  if (!isStored) throw new Error("not provisioned");
}
