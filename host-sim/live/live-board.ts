// A board that runs by itself, native or in an emulator: a process that prints an event a line. Its
// lines are sockets of somebody else's.

import { type ChildProcess, spawn } from "node:child_process";
import type { BoardCommand } from "../device/board-process";
import type { HubEvent } from "./line-kernel";

export class LiveBoard {
  private readonly child: ChildProcess;
  private rest = "";
  private stopped = false;
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
    this.child = spawn(program, [...words], { stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout!.on("data", (bytes) => this.take(String(bytes)));
    const ended = (how: string): void => {
      if (!this.stopped) failed(new Error(`the board ${name} ${how}`));
    };
    this.child.on("error", ({ message }) => ended(`does not start: ${message}`));
    this.child.on("close", (code, signal) => ended(`ended (${signal ?? code})`));
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
    for (const line of lines) {
      const event = JSON.parse(line) as HubEvent;
      if (!this.stopped) this.heard(event);
    }
  }
}
