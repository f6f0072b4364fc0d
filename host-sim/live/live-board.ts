// A board that runs by itself, native or in an emulator: a process that prints an event a line. Its
// lines are sockets of somebody else's.

import { type ChildProcess, spawn } from "node:child_process";
import type { BoardCommand } from "../device/board-process";
import type { HubEvent } from "./line-kernel";

export class LiveBoard {
  private readonly child: ChildProcess;
  private rest = "";
  private stopped = false;
  private readonly failed: (how: string) => void;
  private readonly atExit = (): void => this.stop();

  /**
   * @param heard gets each event
   * @param failed the board has ended, and nobody wanted that
   */
  constructor(
    { name, program, arguments: words }: BoardCommand,
    private readonly heard: (event: HubEvent) => void,
    failed: (error: Error) => void,
  ) {
    this.failed = (how) => {
      if (!this.stopped) failed(new Error(`the board ${name} ${how}`));
    };
    this.child = spawn(program, [...words], { stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout!.on("data", (bytes) => this.take(String(bytes)));
    this.child.on("error", ({ message }) => this.failed(`does not start: ${message}`));
    this.child.on("close", (code, signal) => this.failed(`ended (${signal ?? code})`));
    process.once("exit", this.atExit);
  }

  /** Takes its power away. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    process.removeListener("exit", this.atExit);
    this.child.kill("SIGKILL");
  }

  private take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    for (const line of lines) if (!this.stopped) this.line(line);
  }

  private line(line: string): void {
    let event: HubEvent;
    try {
      event = JSON.parse(line) as HubEvent;
    } catch {
      this.failed(`says what is no event: ${JSON.stringify(line.slice(0, 80))}`);
      this.stop();
      return;
    }
    if (event.event === "panic") this.failed(`gave up: ${event["what"]}`);
    this.heard(event);
  }
}
