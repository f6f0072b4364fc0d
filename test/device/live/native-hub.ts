// The native hub as a process, without the command around it: what it prints, and how it ends.

import { type ChildProcess, spawn } from "node:child_process";

export class NativeHub {
  out = "";
  err = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(program: string, words: readonly string[], cwd: string) {
    this.child = spawn(program, words, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout!.on("data", (bytes) => {
      this.out += String(bytes);
    });
    this.child.stderr!.on("data", (bytes) => {
      this.err += String(bytes);
    });
    this.ended = new Promise((done) => this.child.on("close", done));
  }

  /** As a power cut ends it. */
  kill(): void {
    this.child.kill("SIGKILL");
  }
}
