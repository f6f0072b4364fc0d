// The hub as a board: the firmware's kernel with a radio co-processor on a serial line, a flash
// chip, entropy, a clock, mains, and two datagram links. Losing power loses the RAM and keeps the
// flash.

import { Party } from "../../firmware/ipc/party";
import type { Board, Constructors } from "../../firmware/kernel/board";
import { Kernel } from "../../firmware/kernel/kernel";
import { type PartitionName, SYSTEM } from "../../firmware/system";
import type { CryptoProvider } from "../../hal/crypto";
import { Flash, FlashOperation } from "../../hal/flash";
import type { Air, Place } from "../air/air";
import { SimulatedFlash } from "../flash";
import type { EraseOrder } from "../flash-memory";
import { Coprocessor } from "../radio/coprocessor";
import { SerialLine } from "../radio/serial-line";
import { Status } from "../radio/spinel";
import type { Random } from "../random";
import type { Wan } from "../wan";
import type { Event, World } from "../world";
import { CpuCall, type CpuFigures, CpuTime } from "./cpu-time";
import { DatagramPort } from "./datagram-port";
import { HeldOutputs } from "./held-outputs";
import { type HubKernel, type MakeKernel, type MemoryFigure, TurnWithoutEnd } from "./hub-kernel";
import { type HubObserver, HubObservers } from "./observers";
import { RadioPort } from "./radio-port";
import { DriftingClock } from "./utc-clock";

export interface HubOptions {
  readonly place: Place;
  /** Radio order. */
  readonly eui64: Uint8Array;
  readonly constructors: Constructors;
  readonly crypto: CryptoProvider;
  /** Addresses of 18 bytes: the hub's two ports, and the head-end's. */
  readonly management: Uint8Array;
  readonly application: Uint8Array;
  readonly headEnd: Uint8Array;
  readonly driftPpm?: number;
  /** Makes the kernel of each life; absent: the TypeScript kernel with `constructors`. */
  readonly makeKernel?: MakeKernel;
}

/** What the kernel counted for one partition. */
export interface PartitionFigures {
  readonly received: number;
  readonly sent: number;
  readonly refused: number;
  readonly restarts: number;
}

const NO_FIGURES: PartitionFigures = { received: 0, sent: 0, refused: 0, restarts: 0 };

/** `InstanceState` in words. */
const STATES = ["planned", "starting", "running", "down", "held"];

/** A kernel turn that left work behind goes on after so long, so that a flood shows as delay. */
const BUSY_TURN_US = 1000;

export class Hub {
  /** The kernel of this life; a power cut ends it. */
  kernel: HubKernel | undefined;
  readonly flash: SimulatedFlash;
  readonly coprocessor: Coprocessor;
  readonly radio: RadioPort;
  /** The co-processor's serial line, for a hub that is elsewhere. */
  readonly toRadio: SerialLine;
  readonly fromRadio: SerialLine;
  readonly clock: DriftingClock;
  readonly managementLink: DatagramPort;
  readonly applicationLink: DatagramPort;
  boots = 0;
  private readonly observers: HubObservers;
  private readonly chance: Random;
  private bootedAtUs = 0;
  private mains = true;
  private turn: Event | undefined;
  /** Of a kernel whose calls take time, the end of the last one. */
  private callEnd: Event | undefined;
  private readonly cpu: CpuTime;
  private readonly outputs: HeldOutputs;
  private readonly past = new Map<string, PartitionFigures>();
  private readonly one = new Uint8Array(1);

  constructor(
    readonly world: World,
    air: Air,
    wan: Wan,
    private readonly options: HubOptions,
  ) {
    this.observers = new HubObservers(world);
    this.chance = world.random.fork("hub");
    this.clock = new DriftingClock(world, options.driftPpm ?? 20);
    this.toRadio = new SerialLine(world);
    this.fromRadio = new SerialLine(world);
    this.coprocessor = new Coprocessor(air, options.place, options.eui64, this.fromRadio);
    this.toRadio.onBytes = (bytes, length) => this.coprocessor.take(bytes, length);
    this.radio = new RadioPort(
      this.toRadio,
      () => this.coprocessor.reset(Status.RESET_EXTERNAL),
      (frame, length) => this.input(Party.RADIO, frame, length),
    );
    this.fromRadio.onBytes = (bytes, length) => this.radio.take(bytes, length);
    this.managementLink = this.port(wan, options.management, Party.MANAGEMENT_LINK);
    this.applicationLink = this.port(wan, options.application, Party.APPLICATION_LINK);
    this.flash = new SimulatedFlash(SYSTEM.regions, world, (_region, message, length) =>
      this.input(Party.FLASH, message, length),
    );
    this.cpu = new CpuTime(world);
    this.outputs = new HeldOutputs({
      radio: (length, ahead) => this.radio.hasRoom(length, ahead),
      flash: (region) => !this.flash.isBusy(region),
    });
  }

  observe(observer: HubObserver): void {
    this.observers.add(observer);
  }

  get running(): boolean {
    return this.kernel !== undefined;
  }

  /** Monotonic milliseconds of this life. */
  get monotonicMs(): number {
    return Math.floor((this.world.now - this.bootedAtUs) / 1000);
  }

  /** Gives it power: the kernel starts with empty RAM. */
  powerOn(): void {
    if (this.kernel !== undefined) return;
    this.boots++;
    this.bootedAtUs = this.world.now;
    this.coprocessor.reset(Status.RESET_POWER_ON);
    this.kernel = this.makeKernel();
    this.outputs.isHolding = this.kernel.hertz !== undefined;
    this.observers.booted();
    this.kernel.start(0);
    this.charge(CpuCall.START);
    this.plan();
  }

  /** Takes its power away at once, in the middle of whatever flash operation is under way. */
  powerOff(): void {
    if (this.kernel === undefined) return;
    for (const { name } of SYSTEM.partitions) this.past.set(name, this.figures(name));
    this.lose();
  }

  /** Everything but the flash goes. */
  private lose(): void {
    this.end();
    this.flash.cutPower(this.chance.below(256), this.chance.below(3) as EraseOrder);
    this.coprocessor.halt();
    this.radio.forget();
    this.clock.forget();
  }

  /** Another board takes its place: a blank chip, and a radio with an address of its own. */
  replace(eui64: Uint8Array): void {
    this.powerOff();
    for (const { id } of SYSTEM.regions) this.flash.memory(id).bytes.fill(Flash.ERASED);
    this.coprocessor.replace(eui64);
  }

  /** Lets go of the kernel, and of the board that it may run on; the flash is left as it is. */
  end(): void {
    this.kernel?.end?.();
    this.kernel = undefined;
    this.world.cancel(this.turn);
    this.turn = undefined;
    this.world.cancel(this.callEnd);
    this.callEnd = undefined;
    this.outputs.forget();
    this.cpu.stop();
  }

  /** The mains-present input; the board runs on its store meanwhile. */
  setMains(present: boolean): void {
    if (this.mains === present) return;
    this.mains = present;
    this.one[0] = present ? 1 : 0;
    this.input(Party.POWER, this.one, 1);
  }

  /** A partition's figures over all lives of the board. */
  figures(name: PartitionName): PartitionFigures {
    const { received, sent, refused, restarts } = this.kernel?.countersOf(name) ?? NO_FIGURES;
    const past = this.past.get(name) ?? NO_FIGURES;
    return {
      received: past.received + received,
      sent: past.sent + sent,
      refused: past.refused + refused,
      restarts: past.restarts + restarts,
    };
  }

  /** Undefined without power, and when the hub is on no board. */
  heapOf(name: PartitionName): MemoryFigure | undefined {
    return this.kernel?.heapOf?.(name);
  }

  /** As `heapOf`: what all machines use in turn. */
  machineStack(): MemoryFigure | undefined {
    return this.kernel?.machineStack?.();
  }

  /** Undefined when the hub's calls take no time. */
  cpuFigures(): CpuFigures | undefined {
    return this.cpu.figures();
  }

  /** How a partition is, in a word, and how many messages of channels wait for it. */
  stateOf(name: PartitionName): { state: string; queued: number } {
    const { kernel } = this;
    if (kernel === undefined) return { state: "no power", queued: 0 };
    let queued = 0;
    const { id } = SYSTEM.partitions.find((row) => row.name === name)!;
    for (const { target, queue } of kernel.channels) if (target === id) queued += queue.waiting;
    return { state: STATES[kernel.stateOf(name)]!, queued };
  }

  private port(wan: Wan, address: Uint8Array, party: Party): DatagramPort {
    return new DatagramPort(wan, address, this.options.headEnd, (datagram, length) =>
      this.input(party, datagram, length),
    );
  }

  private input(party: Party, bytes: Uint8Array, length: number): void {
    if (this.kernel === undefined) return;
    this.kernel.deliver(this.monotonicMs, party, bytes, length);
    this.charge(CpuCall.DELIVER);
    this.plan();
  }

  /** Where calls take time: the processor is busy, and what the call put out leaves at its end. */
  private charge(call: CpuCall): void {
    const { hertz, instructions } = this.kernel!;
    if (hertz === undefined) return;
    this.cpu.charge(call, instructions!, hertz);
    this.callEnd ??= this.world.at(this.cpu.busyUntilUs, () => this.callEnds());
  }

  private callEnds(): void {
    this.callEnd = undefined;
    // Input came meanwhile, and to take it in took its time.
    if (this.cpu.isBusy) {
      this.callEnd = this.world.at(this.cpu.busyUntilUs, () => this.callEnds());
    } else this.outputs.release();
  }

  /** Schedules the next turn for when the kernel has work, and its processor nothing else. */
  private plan(): void {
    const due = this.kernel!.dueAt();
    if (due === Number.POSITIVE_INFINITY) return;
    this.planAt(Math.max(this.world.now, this.cpu.busyUntilUs, this.bootedAtUs + due * 1000));
  }

  private planAt(atUs: number): void {
    if (this.turn !== undefined) {
      if (this.turn.place >= 0 && this.turn.atUs <= atUs) return;
      this.world.cancel(this.turn);
    }
    this.turn = this.world.at(atUs, () => this.run());
  }

  private run(): void {
    const kernel = this.kernel!;
    this.turn = undefined;
    if (this.cpu.isBusy) {
      this.plan();
      return;
    }
    this.outputs.release();
    let remains: boolean;
    try {
      remains = kernel.run(this.monotonicMs);
    } catch (error) {
      if (!(error instanceof TurnWithoutEnd)) throw error;
      this.lose();
      this.powerOn();
      return;
    }
    this.charge(CpuCall.RUN);
    if (remains && kernel.hertz === undefined) this.planAt(this.world.now + BUSY_TURN_US);
    else this.plan();
  }

  private makeKernel(): HubKernel {
    const { makeKernel, constructors } = this.options;
    if (makeKernel !== undefined) {
      return makeKernel(this.outputs.around(this.board()), this.observers);
    }
    return new Kernel(SYSTEM, constructors, this.board(), this.observers);
  }

  private board(): Board {
    const chance = this.chance.fork(`entropy ${this.boots}`);
    return {
      crypto: this.options.crypto,
      entropy: { fill: (bytes, start, length) => chance.fill(bytes, start, length) },
      clock: this.clock,
      watchdog: { feed: () => {} },
      flash: {
        submit: (region, operation, offset, bytes, start, length) => {
          if (operation === FlashOperation.WRITE) {
            this.observers.written(region, offset, bytes.slice(start, start + length));
          } else if (operation === FlashOperation.ERASE) this.observers.erased(region, offset);
          return this.flash.submit(region, operation, offset, bytes, start, length);
        },
      },
      devices: {
        radio: this.radio,
        "management-link": this.managementLink,
        "application-link": this.applicationLink,
        "wall-clock": this.clock,
        power: { mainsPresent: () => this.mains },
        tamper: { inputs: () => 0 },
      },
    };
  }
}
