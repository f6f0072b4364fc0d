// The driver of the radio co-processor: Spinel transactions with time-outs, set-up, energy scan,
// raw frames out and in. Whatever goes wrong with the co-processor (it resets by itself, falls
// silent, answers nonsense) ends in one way: reset it, set everything up anew, go on.
// @source OpenThread spinel.h; draft-rquattle-spinel-unified

import type { Radio } from "../../../hal/radio";
import { Sent } from "../../../hal/sent";
import { check } from "../../kernel/partition";
import { Parsed } from "../../wire/parsed";
import {
  checkPacked,
  checkSpinel,
  putSpinelCommand,
  readPacked,
  SpinelCommand,
  SpinelReset,
  spinelCommand,
  spinelProperty,
  spinelTransaction,
  spinelValueAt,
} from "../../wire/spinel";
import { isReset, SpinelProperty, SpinelStatus } from "../../wire/spinel-property";
import {
  checkReceived,
  receivedFlags,
  StreamRaw,
  StreamRawFlags,
  streamFrameLength,
} from "../../wire/spinel-stream";
import { EnergyScan } from "./energy-scan";
import { Due, type Memory } from "./memory";
import { RadioCounts, type RadioOwner } from "./radio-owner";
import { type RadioSettings, SetupStep, Unset } from "./radio-setup";
import { RadioTask, Task } from "./radio-task";
import { MatchLimit, SourceMatch } from "./source-match";
import { SpinelLine } from "./spinel-line";
import { Transmitter } from "./transmitter";

const enum State {
  /** A reset was asked for; its announcement is awaited. */
  RESETTING = 0,
  SETTING_UP = 1,
  UP = 2,
}

const enum Wait {
  /** An answer takes a few ms; this is far beyond a busy line. */
  COMMAND_MS = 500,
  /** A third question without answer is a dead co-processor. */
  TRIES = 3,
  /** Booting takes up to a second; then the reset line is pulled, ever less often. */
  RESET_MS = 1500,
  RESET_MAX_MS = 30_000,
  /** A co-processor that has not said anything for so long is asked whether it lives. */
  SILENCE_MS = 20_000,
}

export class RadioLink {
  readonly counts = new RadioCounts();
  private readonly match: SourceMatch;
  private readonly scan: EnergyScan;
  private readonly numbers: Float64Array;

  private state = State.RESETTING;
  private resets = 0;

  private readonly task: RadioTask;
  private taskTid = 0;
  private taskTries = 0;
  private isMatchOff = false;
  private heardAt = 0;
  private readonly line: SpinelLine;
  private readonly transmitter: Transmitter;

  constructor(
    private readonly radio: Radio,
    private readonly owner: RadioOwner,
    readonly settings: RadioSettings,
    memory: Memory,
  ) {
    this.numbers = memory.numbers;
    this.scan = new EnergyScan(memory);
    this.match = new SourceMatch(memory);
    this.task = new RadioTask(settings, this.match, this.scan);
    this.line = new SpinelLine(radio, memory);
    this.transmitter = new Transmitter(settings, owner, this.counts, memory);
  }

  start(now: number): void {
    this.reset(now);
  }

  isUp(): boolean {
    return this.state === State.UP;
  }

  /** Sets channel and addresses; `radioReady` follows. `settings.eui64` is the caller's to set. */
  configure(now: number, channel: number, panId: number, short: number): void {
    check(channel !== Unset.CHANNEL, "channel");
    this.settings.channel = channel;
    this.settings.panId = panId;
    this.settings.short = short;
    // Steps not yet taken read the new settings; those taken are taken again.
    const isSettingUp = this.state === State.SETTING_UP && this.task.step > SetupStep.CHANNEL;
    if (this.state === State.UP || isSettingUp) {
      this.state = State.SETTING_UP;
      this.again();
    }
    this.pump(now);
  }

  /**
   * Measures the energy on one channel; `energyMeasured` follows, or `radioReady` after trouble.
   */
  measureEnergy(now: number, channel: number, milliseconds: number): void {
    this.scan.start(now, channel, milliseconds);
    this.pump(now);
  }

  /**
   * Takes one frame without check bytes. False: no room, too long on air, or the radio is not up.
   * @param urgent a node listens for it right now
   */
  transmit(now: number, psdu: Uint8Array, length: number, tag: number, urgent: boolean): boolean {
    if (this.state !== State.UP || !this.transmitter.take(now, psdu, length, tag, urgent)) {
      this.counts.queueFull++;
      return false;
    }
    this.pump(now);
    return true;
  }

  /** Says whether frames wait for an address: 2 bytes short or 8 bytes EUI-64, radio order. */
  setPending(
    now: number,
    address: Uint8Array,
    start: number,
    length: number,
    pending: boolean,
  ): void {
    this.match.want(address, start, length, pending);
    this.pump(now);
  }

  tick(now: number): void {
    const { numbers } = this;
    if (now >= numbers[Due.RADIO_LINE]!) numbers[Due.RADIO_LINE] = Infinity;
    const isHopeless =
      now >= numbers[Due.RADIO_STATE]! ||
      now >= numbers[Due.RADIO_SCAN]! ||
      (now >= numbers[Due.RADIO_TASK]! && this.taskTimedOut()) ||
      (now >= numbers[Due.RADIO_TRANSMIT]! && this.transmitter.timedOut(now));
    if (isHopeless) this.reset(now);
    else this.pump(now);
  }

  /** A Spinel frame of the co-processor. */
  receive(now: number, bytes: Uint8Array, length: number): void {
    const isWhole = checkSpinel(bytes, 0, length) === Parsed.OK;
    const command = isWhole ? spinelCommand(bytes, 0) : 0;
    if (command < SpinelCommand.IS || command > SpinelCommand.REMOVED) {
      this.counts.malformed++;
      return;
    }
    this.heardAt = now;
    const tid = spinelTransaction(bytes, 0);
    const property = spinelProperty(bytes, 0);
    const at = spinelValueAt(bytes, 0);
    if (property === SpinelProperty.LAST_STATUS) this.receiveStatus(now, tid, bytes, at, length);
    else if (tid !== 0) this.receiveAnswer(now, tid, property, bytes, at, length);
    else this.receiveUnasked(now, property, bytes, at, length);
    this.pump(now);
  }

  private receiveStatus(
    now: number,
    tid: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    if (checkPacked(bytes, at, end) !== Parsed.OK) {
      this.counts.malformed++;
      return;
    }
    const status = readPacked(bytes, at);
    if (isReset(status)) {
      this.wasReset(now);
      return;
    }
    if (tid === 0) return;
    if (this.transmitter.owns(tid)) this.transmitter.ended(now, status);
    else if (tid === this.taskTid && this.task.kind !== Task.NONE) this.taskEnded(now, status);
    else this.counts.stale++;
  }

  private receiveAnswer(
    now: number,
    tid: number,
    property: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    if (this.task.kind === Task.NONE || tid !== this.taskTid) {
      this.counts.stale++;
      return;
    }
    if (!this.task.accepts(property, bytes, at, end)) {
      // Asked again when the time-out comes: nonsense in a row is bounded by it.
      this.counts.malformed++;
      return;
    }
    this.taskEnded(now, SpinelStatus.OK);
  }

  private receiveUnasked(
    now: number,
    property: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    if (property === SpinelProperty.STREAM_RAW) {
      if (this.state !== State.UP) return;
      if (checkReceived(bytes, at, end - at) !== Parsed.OK) {
        this.counts.malformed++;
        return;
      }
      if ((receivedFlags(bytes, at) & (StreamRawFlags.SENT | StreamRawFlags.BAD_FCS)) !== 0) return;
      this.counts.received++;
      const frame = at + StreamRaw.FRAME;
      if (this.settings.band.regulatedMs !== 0) this.transmitter.received(now, bytes, frame);
      this.owner.frameReceived(now, bytes, frame, streamFrameLength(bytes, at));
    } else if (this.scan.heard(property, bytes, at, end)) {
      const { channel, rssi } = this.scan;
      this.scan.stop();
      this.owner.energyMeasured(now, channel, rssi);
    }
  }

  /** The co-processor announced a reset: ours or its own, everything in it is gone. */
  private wasReset(now: number): void {
    if (this.state !== State.RESETTING) this.counts.resetsSeen++;
    this.loseAll(now);
    this.state = State.SETTING_UP;
    this.task.step = SetupStep.VERSION;
    this.numbers[Due.RADIO_STATE] = Infinity;
  }

  private reset(now: number): void {
    this.counts.resetsMade++;
    this.loseAll(now);
    this.state = State.RESETTING;
    this.numbers[Due.RADIO_SILENCE] = Infinity;
    // The line first, then the pin, in turns: a hung co-processor reads no line.
    if (this.resets % 2 === 0) {
      const length = putSpinelCommand(this.line.frame, 0, 0, SpinelCommand.RESET);
      this.line.frame[length] = SpinelReset.STACK;
      if (this.radio.send(this.line.frame, length + 1) !== Sent.OK) this.radio.reset();
    } else this.radio.reset();
    this.numbers[Due.RADIO_STATE] =
      now + Math.min(Wait.RESET_MS * 2 ** Math.min(this.resets, 5), Wait.RESET_MAX_MS);
    this.resets++;
  }

  private loseAll(now: number): void {
    this.dropTask();
    this.numbers[Due.RADIO_LINE] = Infinity;
    this.scan.stop();
    this.match.forgetPresent();
    this.isMatchOff = false;
    // The state first: the owner, told of each lost frame, must not queue another meanwhile.
    this.state = State.RESETTING;
    this.transmitter.loseAll(now);
  }

  private again(): void {
    this.task.step = SetupStep.CHANNEL;
    this.dropTask();
  }

  private dropTask(): void {
    this.task.kind = Task.NONE;
    this.numbers[Due.RADIO_TASK] = Infinity;
    this.taskTries = 0;
  }

  /** True: give the co-processor up. */
  private taskTimedOut(): boolean {
    this.counts.timeouts++;
    this.numbers[Due.RADIO_TASK] = Infinity;
    const tries = this.taskTries + 1;
    this.task.kind = Task.NONE;
    this.taskTries = tries;
    return tries >= Wait.TRIES;
  }

  private taskEnded(now: number, status: number): void {
    const task = this.task.kind;
    this.dropTask();
    switch (task) {
      case Task.SETUP:
        this.stepEnded(now, status);
        return;
      case Task.MATCH:
        this.match.ended(this.task.matchAt, this.task.matchInsert, status);
        return;
      case Task.MATCH_OFF:
        this.isMatchOff = status === SpinelStatus.OK;
        return;
      case Task.SCAN_MASK:
        if (status === SpinelStatus.OK) this.ask(now, Task.SCAN_PERIOD);
        return;
      case Task.SCAN_PERIOD:
        if (status === SpinelStatus.OK) this.ask(now, Task.SCAN_START);
        return;
      default:
        return;
    }
  }

  private stepEnded(now: number, status: number): void {
    check(this.state === State.SETTING_UP, "a step outside set-up");
    if (status !== SpinelStatus.OK) {
      // It refuses what we cannot do without: reset it; the back-off bounds the attempts.
      this.counts.failed++;
      this.reset(now);
      return;
    }
    this.task.step++;
    if (this.task.step === SetupStep.MATCH_EXTENDED + 1) {
      this.match.forgetPresent();
      this.isMatchOff = false;
    }
    if (this.task.step < SetupStep.DONE) return;
    this.state = State.UP;
    this.resets = 0;
    this.owner.radioReady(now);
  }

  /** Puts the next thing on the line, as far as it takes it. */
  private pump(now: number): void {
    const { numbers } = this;
    const isFree = numbers[Due.RADIO_LINE] === Infinity || now >= numbers[Due.RADIO_LINE]!;
    if (isFree && this.state !== State.RESETTING) {
      if (this.task.kind === Task.NONE) this.pumpTask(now);
      if (this.state === State.UP) this.pumpFrame(now);
    }
    // Whatever was done, this is its end: from here on silence counts, or does not.
    const isIdle = this.state === State.UP && this.task.kind === Task.NONE;
    const mayAsk = isIdle && numbers[Due.RADIO_LINE] === Infinity;
    numbers[Due.RADIO_SILENCE] = mayAsk ? this.heardAt + Wait.SILENCE_MS : Infinity;
  }

  private pumpTask(now: number): void {
    if (this.state === State.SETTING_UP) {
      this.ask(now, Task.SETUP);
      return;
    }
    if (this.match.isOverrun) {
      if (!this.isMatchOff) {
        this.ask(now, Task.MATCH_OFF);
        return;
      }
    } else {
      this.task.matchAt = this.match.nextDifference();
      if (this.task.matchAt !== MatchLimit.NONE) {
        this.task.matchInsert = this.match.isWanted(this.task.matchAt);
        this.ask(now, Task.MATCH);
        return;
      }
    }
    if (this.scan.isWanted) this.ask(now, Task.SCAN_MASK);
    else if (now >= this.heardAt + Wait.SILENCE_MS) this.ask(now, Task.PROBE);
  }

  private pumpFrame(now: number): void {
    const tid = this.line.nextTid();
    const length = this.transmitter.putNext(this.line.frame, tid);
    if (length !== 0 && this.line.put(now, length)) this.transmitter.started(now, tid);
  }

  /** Sends the command of a task, if the line takes it. */
  private ask(now: number, kind: Task): void {
    const tid = this.line.nextTid();
    this.task.kind = kind;
    if (!this.line.put(now, this.task.put(this.line.frame, tid))) {
      this.task.kind = Task.NONE;
      return;
    }
    if (kind === Task.SCAN_START) this.scan.isWanted = false;
    this.taskTid = tid;
    this.numbers[Due.RADIO_TASK] = now + Wait.COMMAND_MS;
  }
}
