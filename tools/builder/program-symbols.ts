// The image maker's own symbols and strings, by address.

import { execFileSync } from "node:child_process";

interface Symbol {
  readonly address: number;
  readonly bytes: number;
  readonly name: string;
}

export class ProgramSymbols {
  private readonly symbols: Symbol[];
  private readonly names = new Set<string>();

  /** `content` is the program's memory as it was loaded at `base`. */
  constructor(
    path: string,
    private readonly content: Buffer,
    private readonly base: number,
  ) {
    this.symbols = execFileSync("nm", ["-S", "--defined-only", path], { encoding: "utf8" })
      .split("\n")
      .map((line) => /^([0-9a-f]+) ([0-9a-f]+) [A-Za-z] (\S+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, address, bytes, name]) => ({
        address: Number.parseInt(address!, 16),
        bytes: Number.parseInt(bytes!, 16),
        name: name!,
      }))
      .sort((a, b) => a.address - b.address);
  }

  /** What the linker is to put there; undefined: the address is in no symbol. */
  at(address: number): string | undefined {
    const found = this.symbols.find(
      (one) => address >= one.address && address < one.address + one.bytes,
    );
    if (found === undefined) return undefined;
    this.names.add(found.name);
    const offset = address - found.address;
    return offset === 0 ? found.name : `${found.name} + ${offset}`;
  }

  /** The bytes of the C string there. */
  stringAt(address: number): Uint8Array {
    const start = address - this.base;
    const end = this.content.indexOf(0, start);
    if (start < 0 || end < 0) throw new Error(`nothing is at ${address} of the image maker`);
    return this.content.subarray(start, end);
  }

  used(): string[] {
    return [...this.names].sort();
  }
}
