// The hub on a board that runs by itself, in real time: its radio line, its links to the WAN and
// its powerline modem's line join the house live, and its flash is a file.

import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Party } from "../../firmware/ipc/party";
import type { Board } from "../../firmware/kernel/board";
import type { DatagramLink } from "../../hal/datagram";
import type { House } from "../../host-sim/house/house";
import { HEAD_END } from "../../host-sim/house/house";
import { chipImage } from "../../host-sim/hub/chip-image";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import type { SessionContext } from "../../host-sim/hub/manufacture";
import { LineKernel } from "../../host-sim/live/line-kernel";
import { LineServer } from "../../host-sim/live/line-server";
import { LiveBoard } from "../../host-sim/live/live-board";
import { offerRadio } from "../../host-sim/live/radio-offer";
import { WanLine } from "../../host-sim/live/wan-line";
import type { BoardBuild, LiveLines } from "../builder/boards";
import { runnableProgram } from "./device";

const LINKS = ["management-link", "application-link"] as const;
const FIRST_LINK = Party.MANAGEMENT_LINK;

/** How datagrams get to the board and from it; numbers of links as hal/live/port.h has them. */
interface WanSide {
  received: (link: number, datagram: Uint8Array, length: number) => void;
  send(link: number, datagram: Uint8Array, length: number): void;
  /** The board's power is gone. */
  drop(): void;
  close(): void;
}

export class Realtime {
  readonly makeKernel: MakeKernel = (board, observer) => {
    const kernel = new LineKernel(observer);
    const links = linksOf(board);
    this.wan.received = (link, datagram, length) => links[link]?.send(datagram, length);
    kernel.onInput = (party, bytes, length) => {
      if (party >= FIRST_LINK && party < FIRST_LINK + LINKS.length) {
        this.wan.send(party - FIRST_LINK, bytes, length);
      }
    };
    const live = new LiveBoard(
      this.board.live(this.program, this.lines),
      (event) => kernel.hear(event),
      (error) => this.house?.world.stop(error),
    );
    kernel.onEnd = () => {
      live.stop();
      this.radio.drop();
      this.wan.drop();
    };
    return kernel;
  };

  private house: House | undefined;

  private constructor(
    private readonly board: BoardBuild,
    private readonly program: string,
    private readonly directory: string,
    private readonly lines: LiveLines,
    private readonly radio: LineServer,
    private readonly plc: LineServer,
    private readonly wan: WanSide,
  ) {}

  /** Builds the board's firmware where that is due, and opens the other ends of its lines. */
  static async open(board: BoardBuild): Promise<Realtime> {
    const program = await runnableProgram(board);
    const directory = mkdtempSync(join(tmpdir(), "heddle-live-"));
    const at = (name: string): string => join(directory, name);
    const [radio, plc] = [new LineServer(at("radio")), new LineServer(at("plc"))];
    await Promise.all([radio.listen(), plc.listen()]);
    const udp = board.memories === undefined ? await UdpSide.open() : undefined;
    const wan = udp ?? (await LineSide.open(at("wan")));
    const lines = {
      radio: radio.path,
      plc: plc.path,
      wan: udp?.url ?? at("wan"),
      state: directory,
      flash: at("flash.bin"),
      peer: Buffer.from(HEAD_END).toString("hex"),
    };
    return new Realtime(board, program, directory, lines, radio, plc, wan);
  }

  /** Before the house runs: what the factory wrote into the hub, and its radio's line. */
  attach(house: House): void {
    this.house = house;
    const contexts = house.contexts.map((context) => {
      return { ...context, name: context.name as SessionContext["name"] };
    });
    const earlier = house.options.earlierHub ?? (() => ({ firstSequence: 0, starts: 0 }));
    writeFileSync(this.lines.flash, chipImage(contexts, earlier));
    offerRadio(house.hub, this.radio);
  }

  close(): void {
    this.radio.close();
    this.plc.close();
    this.wan.close();
    rmSync(this.directory, { recursive: true });
  }
}

function linksOf({ devices }: Board): DatagramLink[] {
  return LINKS.map((name) => devices[name] as DatagramLink);
}

/** One serial line for both links. */
class LineSide implements WanSide {
  received: WanSide["received"] = () => undefined;
  private readonly wan: WanLine;

  private constructor(private readonly line: LineServer) {
    this.wan = new WanLine(line, (link, datagram, length) => this.received(link, datagram, length));
  }

  static async open(path: string): Promise<LineSide> {
    const line = new LineServer(path);
    await line.listen();
    return new LineSide(line);
  }

  send(link: number, datagram: Uint8Array, length: number): void {
    this.wan.send(link, datagram, length);
  }

  drop(): void {
    this.line.drop();
  }

  close(): void {
    this.line.close();
  }
}

/** Real UDP of this machine: a link is known by its port, and numbered as it is first heard. */
class UdpSide implements WanSide {
  received: WanSide["received"] = () => undefined;
  private readonly socket: Socket = createSocket("udp4");
  private ports: number[] = [];

  static async open(): Promise<UdpSide> {
    const side = new UdpSide();
    await new Promise<void>((done) => side.socket.bind(0, "127.0.0.1", done));
    side.socket.on("error", () => undefined);
    side.socket.on("message", (payload, { port }) => side.heard(payload, port));
    return side;
  }

  get url(): string {
    return `udp://127.0.0.1:${this.socket.address().port}`;
  }

  send(link: number, datagram: Uint8Array, length: number): void {
    const port = this.ports[link];
    if (port === undefined) return;
    const payload = datagram.slice(HEAD_END.length, length);
    this.socket.send(payload, port, "127.0.0.1", () => undefined);
  }

  drop(): void {
    this.ports = [];
  }

  close(): void {
    this.socket.close();
  }

  private heard(payload: Uint8Array, port: number): void {
    if (!this.ports.includes(port) && this.ports.length < LINKS.length) this.ports.push(port);
    const link = this.ports.indexOf(port);
    const datagram = new Uint8Array(HEAD_END.length + payload.length);
    datagram.set(HEAD_END);
    datagram.set(payload, HEAD_END.length);
    if (link >= 0) this.received(link, datagram, datagram.length);
  }
}
