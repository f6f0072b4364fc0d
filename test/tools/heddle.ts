// Runs the command as people do, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const COMMAND = resolve("tools/heddle.mjs");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class Running {
  out = "";
  err = "";
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], cwd: string, environment: Record<string, string> = {}) {
    const env = { ...process.env, ...environment };
    // Vitest's own wishes must not reach the command.
    delete env["FORCE_COLOR"];
    this.child = spawn(process.execPath, [COMMAND, ...args], { cwd, env });
    this.child.stdout!.on("data", (bytes) => {
      this.out += String(bytes);
    });
    this.child.stderr!.on("data", (bytes) => {
      this.err += String(bytes);
    });
    this.ended = new Promise((done) =>
      this.child.on("close", (code) => done({ code, out: this.out, err: this.err })),
    );
  }

  write(text: string): void {
    this.child.stdin!.end(text);
  }

  /** As `head` does: the pipe is closed while the command still writes. */
  stopReading(): void {
    this.child.stdout!.destroy();
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves when `condition` holds for what was printed; rejects after `seconds`. */
  async until(condition: (running: Running) => boolean, seconds = 30): Promise<void> {
    const end = performance.now() + seconds * 1_000;
    while (!condition(this)) {
      if (performance.now() > end || this.child.exitCode !== null) {
        throw new Error(`it did not come to that:\n${this.out}\n${this.err}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** A folder for files, and the command run in it. */
export class Desk {
  readonly path = mkdtempSync(join(tmpdir(), "heddle-desk-"));
  private readonly running: Running[] = [];

  file(name: string, content: string | Buffer): string {
    writeFileSync(join(this.path, name), content);
    return name;
  }

  start(args: readonly string[], environment: Record<string, string> = {}): Running {
    const running = new Running(args, this.path, environment);
    this.running.push(running);
    return running;
  }

  run(args: readonly string[], input = "", environment: Record<string, string> = {}) {
    const running = this.start(args, environment);
    running.write(input);
    return running.ended;
  }

  clear(): void {
    for (const running of this.running) running.signal("SIGKILL");
    rmSync(this.path, { recursive: true });
  }
}

const context = (name: string, kind: string, number: number) => ({
  name,
  kind,
  masterSecret: Buffer.alloc(16, number).toString("hex"),
  senderId: `0${number}`,
  recipientId: `1${number}`,
});

/** A good file of contexts, or one with a change. */
export function contexts(change: (list: Record<string, string>[]) => void = () => undefined) {
  const list = [
    context("management", "management", 1),
    context("supplier", "provider", 2),
    context("operator", "provider", 3),
  ];
  change(list);
  return JSON.stringify({ contexts: list });
}
