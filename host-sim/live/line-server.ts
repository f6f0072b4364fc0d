// One serial line offered on a Unix socket: one program at a time has its other end, and what comes
// while nobody has it is lost, as on any line.

import { existsSync, statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";

/** The name is taken, or no socket can be there. */
export class LineServerError extends Error {}

export class LineServer {
  /** Gets what comes in; valid until it returns. */
  onBytes: (bytes: Uint8Array, length: number) => void = () => undefined;
  onOpened: () => void = () => undefined;
  onClosed: () => void = () => undefined;
  private readonly server: Server = createServer((socket) => this.opened(socket));
  private socket: Socket | undefined;

  constructor(readonly path: string) {}

  async listen(): Promise<void> {
    await this.clearPath();
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", ({ code }: NodeJS.ErrnoException) =>
        reject(new LineServerError(`no socket can be made there (${code})`)),
      );
      this.server.listen(this.path, resolve);
    });
  }

  write(bytes: Uint8Array, length: number): void {
    this.socket?.write(bytes.slice(0, length));
  }

  /** Whoever has the other end is gone for good: the next one may come. */
  drop(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  close(): void {
    this.drop();
    this.server.close();
  }

  private opened(socket: Socket): void {
    if (this.socket !== undefined) {
      socket.destroy();
      return;
    }
    this.socket = socket;
    socket.on("data", (bytes) => this.onBytes(bytes, bytes.length));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.socket === socket) this.socket = undefined;
      this.onClosed();
    });
    this.onOpened();
  }

  /** What a process left behind that was killed is taken away; any other file is not. */
  private async clearPath(): Promise<void> {
    if (!existsSync(this.path)) return;
    if (!statSync(this.path).isSocket()) throw new LineServerError("it is a file; name another");
    if (await answers(this.path)) throw new LineServerError("another process offers it");
    unlinkSync(this.path);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", end(true));
    socket.on("error", end(false));
  });
}
