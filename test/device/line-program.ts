// A native program on two FIFOs that is asked one line at a time and answers before we go on: the
// kernels' scripts are synchronous.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

export class LineProgram {
  private readonly child: ChildProcess;
  private readonly requests: number;
  private readonly answers: number;
  private readonly buffer = Buffer.alloc(65_536);
  private text = "";

  /** `directory` is a place of its own for the two FIFOs. */
  constructor(program: string, directory: string) {
    const paths = ["requests", "answers"].map((name) => join(directory, name));
    execFileSync("mkfifo", paths);
    this.child = spawn(program, paths, { stdio: ["ignore", "ignore", "inherit"] });
    // Each waits until the program has opened its end.
    this.requests = openSync(paths[0]!, "w");
    this.answers = openSync(paths[1]!, "r");
  }

  /** Sends one line; the lines of the answer, of which the last begins with `done`. */
  ask(line: string): string[] {
    writeSync(this.requests, `${line}\n`);
    const lines: string[] = [];
    for (;;) {
      const answer = this.nextLine(line);
      lines.push(answer);
      if (answer.startsWith("done")) return lines;
    }
  }

  close(): void {
    closeSync(this.requests);
    closeSync(this.answers);
    this.child.kill();
  }

  private nextLine(request: string): string {
    for (;;) {
      const end = this.text.indexOf("\n");
      if (end >= 0) {
        const line = this.text.slice(0, end);
        this.text = this.text.slice(end + 1);
        return line;
      }
      const length = readSync(this.answers, this.buffer);
      if (length === 0) throw new Error(`the program ended at "${request}"`);
      this.text += this.buffer.toString("latin1", 0, length);
    }
  }
}
