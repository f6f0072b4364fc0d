// A kernel that runs on a board, in lockstep: a call here is a call there, and while the board
// works on it, it asks for what it has no hardware for. The same calls bring the same bytes as
// they do in the TypeScript kernel.

import type { Board } from "../../firmware/kernel/board";
import { PartitionCounters } from "../../firmware/kernel/counters";
import type { FaultKind } from "../../firmware/kernel/fault";
import type { InstanceState } from "../../firmware/kernel/instance";
import type { Observer } from "../../firmware/kernel/observer";
import type { SystemTable } from "../../firmware/kernel/table";
import { Datagram, type DatagramLink } from "../../hal/datagram";
import type { FlashOperation } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import {
  type HubKernel,
  type MemoryFigure,
  type QueueFigure,
  TurnWithoutEnd,
} from "../hub/hub-kernel";
import {
  BENCH_FLAG_COUNT,
  BENCH_FLAG_TRACE,
  BenchFrame,
  BenchKind,
  IncomingFrame,
  OutgoingFrame,
} from "./bench-frame";
import { BoardDevices } from "./board-devices";
import { type BoardCommand, BoardProcess, BoardSilent } from "./board-process";

/** What a `DONE` frame holds. */
const enum Done {
  ANSWER = 0,
  DUE = 1,
  INSTRUCTIONS = 9,
}

/** The layout of a `FIGURED` frame, and of one partition's figures in it. */
const enum Figures {
  STACK_PEAK = 0,
  STACK_BYTES = 4,
  PARTITIONS = 8,
}

const enum Figure {
  STATE = 0,
  QUEUED = 1,
  COUNTERS = 3,
  HEAP_PEAK = 31,
  HEAP_BYTES = 35,
  LENGTH = 39,
}

const NO_PEER = new Uint8Array(Datagram.ADDRESS_LENGTH);

export class DeviceKernel implements HubKernel {
  readonly hertz: number | undefined;
  instructions = 0;
  private readonly process: BoardProcess;
  private readonly devices: BoardDevices;
  private readonly call = new OutgoingFrame();
  private readonly answer = new OutgoingFrame();
  private readonly frame = new IncomingFrame();
  private now = 0;
  private due = Number.POSITIVE_INFINITY;
  private readonly image: number;
  /** A call is under way, or an error has ended it half-way: the board waits for an answer. */
  private isInCall = false;

  constructor(
    private readonly table: SystemTable,
    private readonly board: Board,
    private readonly observer: Observer,
    command: BoardCommand,
    /** Gets what a board that counts its instructions tells of them; valid until return. */
    private readonly counted: (frame: IncomingFrame) => void = () => {},
  ) {
    this.hertz = command.hertz;
    this.devices = new BoardDevices(table, board.devices);
    this.process = new BoardProcess(command);
    this.awaitReady();
    this.image = this.imageDigest();
  }

  start(now: number): void {
    const count = this.hertz === undefined ? 0 : BENCH_FLAG_COUNT;
    this.begin(BenchKind.START, now).put8(BENCH_FLAG_TRACE | count);
    for (const name of ["management-link", "application-link"]) {
      const link = this.board.devices[name] as DatagramLink | undefined;
      this.call.putBytes(link?.peer ?? NO_PEER, Datagram.ADDRESS_LENGTH);
    }
    this.finish();
  }

  run(now: number): boolean {
    this.begin(BenchKind.RUN, now);
    try {
      const remains = this.finish() !== 0;
      this.board.watchdog.feed();
      return remains;
    } catch (error) {
      if (error instanceof BoardSilent) throw new TurnWithoutEnd(error.message);
      throw error;
    }
  }

  dueAt(): number {
    return this.due;
  }

  deliver(now: number, party: number, bytes: Uint8Array, length: number): Sent {
    this.begin(BenchKind.DELIVER, now).put8(party).putBytes(bytes, length);
    return this.finish();
  }

  inject(name: string, kind: FaultKind): void {
    this.call.begin(BenchKind.INJECT).put8(this.idOf(name)).put8(kind);
    this.finish();
  }

  release(now: number, name: string): void {
    this.begin(BenchKind.RELEASE, now).put8(this.idOf(name));
    this.finish();
  }

  stateOf(name: string): InstanceState {
    return this.figures().get8(placeOf(this.idOf(name)) + Figure.STATE);
  }

  countersOf(name: string): Readonly<PartitionCounters> {
    const frame = this.figures();
    let at = placeOf(this.idOf(name)) + Figure.COUNTERS;
    const next = (): number => {
      at += 4;
      return frame.get32(at - 4);
    };
    const counters = new PartitionCounters();
    counters.received = next();
    counters.sent = next();
    counters.refused = next();
    counters.full = next();
    counters.unreachable = next();
    counters.restarts = next();
    counters.faults = next();
    return counters;
  }

  /** One queue for each partition: what waits in all its channels. */
  get channels(): readonly QueueFigure[] {
    const frame = this.figures();
    return this.table.partitions.map(({ id }) => ({
      target: id,
      queue: { waiting: frame.get16(placeOf(id) + Figure.QUEUED) },
    }));
  }

  heapOf(name: string): MemoryFigure {
    const frame = this.figures();
    const at = placeOf(this.idOf(name));
    return { peak: frame.get32(at + Figure.HEAP_PEAK), bytes: frame.get32(at + Figure.HEAP_BYTES) };
  }

  machineStack(): MemoryFigure {
    const frame = this.figures();
    return { peak: frame.get32(Figures.STACK_PEAK), bytes: frame.get32(Figures.STACK_BYTES) };
  }

  /** Takes the board's power away. Throws when a byte of its frozen image has changed. */
  end(): void {
    if (this.process.isOn && !this.isInCall && this.imageDigest() !== this.image) {
      this.process.fail("has written to its frozen image");
    }
    this.process.stop();
  }

  /** What a test's firmware tells. */
  protected tested(_frame: IncomingFrame): void {
    this.process.fail("carries the firmware of a test");
  }

  /** What is sent to a board before it can hear is lost. */
  private awaitReady(): void {
    const { frame, process, table } = this;
    process.receive(frame);
    if (frame.kind !== BenchKind.READY) process.fail("does not begin as a board does");
    const version = frame.get8(0);
    if (version !== BenchFrame.VERSION) process.fail(`speaks version ${version} of the bench`);
    const count = frame.get8(1);
    if (count === table.partitions.length) return;
    process.fail(`has ${count} partitions, the table ${table.partitions.length}: build it anew`);
  }

  private idOf(name: string): number {
    const row = this.table.partitions.find((one) => one.name === name);
    if (row === undefined) throw new Error(`no partition is called ${name}`);
    return row.id;
  }

  private begin(kind: BenchKind, now: number): OutgoingFrame {
    this.now = now;
    this.call.begin(kind).putDouble(now);
    return this.putClock(this.call);
  }

  private putClock(frame: OutgoingFrame): OutgoingFrame {
    return frame.putDouble(this.board.clock.utcMs()).put8(this.board.clock.quality());
  }

  private figures(): IncomingFrame {
    this.process.send(this.call.begin(BenchKind.FIGURES));
    this.process.receive(this.frame);
    if (this.frame.kind !== BenchKind.FIGURED) this.process.fail("gave no figures");
    return this.frame;
  }

  private imageDigest(): number {
    this.process.send(this.call.begin(BenchKind.IMAGE));
    this.process.receive(this.frame);
    if (this.frame.kind !== BenchKind.IMAGED) this.process.fail("gave no digest of its image");
    return this.frame.get32(0);
  }

  /** Sends the call, and serves the board until it is done; answers its answer. */
  private finish(): number {
    this.isInCall = true;
    this.process.send(this.call);
    const { frame } = this;
    for (;;) {
      this.process.receive(frame);
      if (frame.kind === BenchKind.DONE) break;
      this.serve(frame);
    }
    this.isInCall = false;
    this.due = frame.getDouble(Done.DUE);
    this.instructions = frame.getDouble(Done.INSTRUCTIONS);
    return frame.get8(Done.ANSWER);
  }

  private serve(frame: IncomingFrame): void {
    switch (frame.kind) {
      case BenchKind.DEVICE:
        this.result(this.devices.call(frame));
        break;
      case BenchKind.FLASH:
        this.result(this.flash(frame));
        break;
      case BenchKind.ENTROPY:
        this.entropy(frame.get16(0));
        break;
      case BenchKind.PANIC:
        this.process.fail(`gave up: ${frame.text(0)}`);
        break;
      default:
        this.news(frame);
    }
  }

  private result(answer: number): void {
    this.process.send(this.putClock(this.answer.begin(BenchKind.RESULT).put8(answer)));
  }

  private flash(frame: IncomingFrame): Sent {
    const operation: FlashOperation = frame.get8(1);
    return this.board.flash.submit(
      frame.get8(0),
      operation,
      frame.get32(2),
      frame.body,
      8,
      frame.get16(6),
    );
  }

  private entropy(length: number): void {
    const bytes = new Uint8Array(length);
    this.board.entropy.fill(bytes, 0, length);
    this.process.send(this.answer.begin(BenchKind.BYTES).putBytes(bytes, length));
  }

  private news(frame: IncomingFrame): void {
    const { observer, now } = this;
    const first = frame.get8(0);
    switch (frame.kind) {
      case BenchKind.DELIVERED:
        this.delivered(frame, first, frame.get8(1));
        break;
      case BenchKind.REFUSED:
        observer.refused(now, first, frame.get8(1), frame.get8(3) === 0 ? -1 : frame.get8(2));
        break;
      case BenchKind.FAULTED:
        observer.faulted(now, first, frame.get8(1) as FaultKind, frame.text(2));
        break;
      case BenchKind.RESTARTED:
        observer.restarted(now, first);
        break;
      case BenchKind.HELD:
        observer.held(now, first, frame.getDouble(1));
        break;
      case BenchKind.TESTED:
        this.tested(frame);
        break;
      case BenchKind.COUNTED:
        this.counted(frame);
        break;
      default:
        this.process.fail(`sent a frame of an unknown kind (${frame.kind})`);
    }
  }

  private delivered(frame: IncomingFrame, from: number, to: number): void {
    const length = frame.length - 2;
    // Observers get the message at the beginning of its buffer, as from a queue's slot.
    frame.body.copyWithin(0, 2, frame.length);
    this.observer.delivered(this.now, from, to, frame.body, length);
  }
}

function placeOf(partition: number): number {
  return Figures.PARTITIONS + partition * Figure.LENGTH;
}
