// A board as a child process, native or in an emulator, whose standard input and output are its
// end of the bench link. Everything is synchronous: the world stands still while the board works.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchFrame, type IncomingFrame, type OutgoingFrame } from "./bench-frame";

/** What starts a board. */
export interface BoardCommand {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  /** How long a call may take by the clock on the wall. */
  readonly watchdogMs?: number;
  /** Its calls take the time of their instructions on a processor of this clock; absent: none. */
  readonly hertz?: number;
}

/** The board is dead, silent, or says what nobody understands. */
export class BoardError extends Error {}

/** It said nothing for too long, and has been switched off. */
export class BoardSilent extends BoardError {}

/** A board that says nothing for so long is taken for dead: its longest call takes a second. */
const SILENCE_MS = 30_000;
/** So often an answer is looked for without a pause, then with pauses of a millisecond. */
const EAGER_LOOKS = 2_000;
const BUFFER_LENGTH = 65_536;

export class BoardProcess {
  private readonly child: ChildProcess;
  private readonly toBoard: number;
  private readonly fromBoard: number;
  private readonly buffer = new Uint8Array(BUFFER_LENGTH);
  private readonly pause = new Int32Array(new SharedArrayBuffer(4));
  private start = 0;
  private end = 0;
  private ended = false;
  private readonly atExit = (): void => this.stop();

  constructor(
    private readonly command: BoardCommand,
    private readonly silenceMs = command.watchdogMs ?? SILENCE_MS,
  ) {
    const pipes = openPipes();
    this.toBoard = pipes.toBoard;
    this.fromBoard = pipes.fromBoard;
    this.child = spawn(command.program, [...command.arguments], {
      stdio: [pipes.boardIn, pipes.boardOut, "inherit"],
    });
    // Without a listener a program that is not there would end this one; `receive` reports it.
    this.child.on("error", () => {});
    // The board alone holds its ends: when it dies, reading here ends.
    closeSync(pipes.boardIn);
    closeSync(pipes.boardOut);
    process.once("exit", this.atExit);
  }

  send(frame: OutgoingFrame): void {
    let sent = 0;
    while (sent < frame.length) {
      try {
        sent += writeSync(this.toBoard, frame.bytes, sent, frame.length - sent);
      } catch (error) {
        this.fail(`does not listen (${(error as NodeJS.ErrnoException).code})`);
      }
    }
  }

  receive(frame: IncomingFrame): void {
    this.fill(BenchFrame.HEADER_LENGTH);
    const { buffer, start } = this;
    frame.length = buffer[start]! | (buffer[start + 1]! << 8);
    frame.kind = buffer[start + 2]!;
    if (frame.length > BenchFrame.BODY_MAX) this.fail("sent a frame that is too long");
    this.fill(BenchFrame.HEADER_LENGTH + frame.length);
    const body = this.start + BenchFrame.HEADER_LENGTH;
    frame.body.set(this.buffer.subarray(body, body + frame.length));
    this.start = body + frame.length;
  }

  /** Whether it has power. */
  get isOn(): boolean {
    return !this.ended;
  }

  /** Takes its power away. */
  stop(): void {
    if (this.ended) return;
    this.ended = true;
    process.removeListener("exit", this.atExit);
    // A program that never started has no id, and Node's own `kill` would then use an unset one.
    const { pid } = this.child;
    if (pid !== undefined && pid > 0 && this.child.exitCode === null) kill(pid);
    this.child.unref();
    closeSync(this.toBoard);
    closeSync(this.fromBoard);
  }

  fail(what: string): never {
    this.stop();
    throw new BoardError(`the board ${this.command.name} ${what}`);
  }

  /** Until so many bytes are there. */
  private fill(length: number): void {
    if (this.start + length > BUFFER_LENGTH) {
      this.buffer.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    }
    if (this.start === this.end) this.start = this.end = 0;
    while (this.end - this.start < length) this.end += this.readSome();
  }

  /** As on a chip: who waits for a sign of life in vain takes the power away. */
  private bite(): never {
    this.stop();
    const seconds = this.silenceMs / 1000;
    throw new BoardSilent(`the board ${this.command.name} has said nothing for ${seconds} seconds`);
  }

  private readSome(): number {
    let silentSince = 0;
    for (let looks = 0; ; looks++) {
      const count = this.look();
      if (count > 0) return count;
      if (looks < EAGER_LOOKS) continue;
      if (silentSince === 0) silentSince = performance.now();
      else if (performance.now() - silentSince > this.silenceMs) {
        this.bite();
      }
      Atomics.wait(this.pause, 0, 0, 1);
    }
  }

  /** What is there now, 0 when nothing is. */
  private look(): number {
    try {
      const count = readSync(this.fromBoard, this.buffer, this.end, BUFFER_LENGTH - this.end, null);
      if (count === 0) this.fail("ended");
      return count;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      throw error;
    }
  }
}

interface Pipes {
  readonly boardIn: number;
  readonly boardOut: number;
  readonly toBoard: number;
  readonly fromBoard: number;
}

/** Both ends of two pipes; Node makes none, so they have names for a moment. */
function openPipes(): Pipes {
  const directory = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const [down, up] = [join(directory, "down"), join(directory, "up")];
  try {
    execFileSync("mkfifo", [down, up]);
    // A pipe opens for writing once somebody reads, so the reading ends come first.
    const boardInProbe = openSync(down, constants.O_RDONLY | constants.O_NONBLOCK);
    const toBoard = openSync(down, constants.O_WRONLY);
    // The board waits for input as for a terminal: its end blocks.
    const boardIn = openSync(down, constants.O_RDONLY);
    closeSync(boardInProbe);
    const fromBoard = openSync(up, constants.O_RDONLY | constants.O_NONBLOCK);
    const boardOut = openSync(up, constants.O_WRONLY);
    return { boardIn, boardOut, toBoard, fromBoard };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself, and its end has been seen already.
  }
}
