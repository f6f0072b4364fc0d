// The frozen image: what the image maker's two runs wrote, told apart into numbers and pointers,
// and written as an assembler file that any linker of the target's word size places in flash.
//
// The runs differ in two ways: where the memory lies, and where the program lies. So a word that
// moved by the one distance points into the image, by the other into the engine; every other word
// must be the same in both. Anything else would be a state that an image cannot hold.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { engineFlags, engineSources } from "./engine";
import { Holes } from "./holes";
import type { ImageModule } from "./modules";
import { type Compiler, compileObjects, ENGINE_USER_WARNINGS } from "./objects";
import { ProgramSymbols } from "./program-symbols";

const MEMORY_BYTES = 4 * 1024 * 1024;
const OUR_SOURCES = ["image-maker.c", "bytecode.c", "freeze.c", "heap.c", "platform.c"];

/** The two runs; the distances between them must differ. */
const RUNS = [
  { program: 0x1000_0000, memory: 0x4000_0000 },
  { program: 0x2000_0000, memory: 0x5800_0000 },
] as const;

export type WordBytes = 4 | 8;

export interface Image {
  /** The assembler file. */
  readonly path: string;
  readonly bytes: number;
  /** Symbols of the engine that the image points at. */
  readonly symbols: readonly string[];
}

interface Run {
  readonly memory: Buffer;
  readonly program: Buffer;
}

/** Makes the image of `modules` for targets of that word size, in `directory`. */
export async function makeImage(
  root: string,
  modules: readonly ImageModule[],
  word: WordBytes,
  directory: string,
): Promise<Image> {
  mkdirSync(directory, { recursive: true });
  const objects = await makerObjects(root, word);
  const [first, second] = RUNS.map((run, i) => {
    const program = link(objects, word, run.program, join(directory, `image-maker-${i}`));
    return execute(program, run.memory, modules, join(directory, `run-${i}`));
  }) as [Run, Run];
  const holes = new Holes(
    readFileSync(join(directory, "run-0.holes"), "utf8"),
    RUNS[0].memory,
    MEMORY_BYTES,
  );
  const symbols = new ProgramSymbols(
    join(directory, "image-maker-0"),
    first.program,
    RUNS[0].program,
  );
  const writer = new ImageWriter(first, second, word, holes, symbols);
  const path = join(directory, "image.s");
  writeFileSync(path, writer.text());
  return { path, bytes: holes.bytesLeft, symbols: symbols.used() };
}

function makerCompiler(word: WordBytes): Compiler {
  return { command: "gcc", machine: [word === 4 ? "-m32" : "-m64", "-fno-pie", "-O1"] };
}

async function makerObjects(root: string, word: WordBytes): Promise<string[]> {
  const directory = join(root, ".heddle", "build", `image-maker-${word * 8}`);
  const flags = engineFlags(root, true);
  const compiler = makerCompiler(word);
  const engine = await compileObjects(
    compiler,
    [...flags, "-w"],
    engineSources(root, true),
    directory,
  );
  const ours = OUR_SOURCES.map((name) => join(root, "hal", "machine", name));
  return [
    ...engine,
    ...(await compileObjects(compiler, [...flags, ...ENGINE_USER_WARNINGS], ours, directory)),
  ];
}

function link(objects: readonly string[], word: WordBytes, address: number, path: string): string {
  const { command, machine } = makerCompiler(word);
  const place = `-Wl,-Ttext-segment=0x${address.toString(16)}`;
  execFileSync(command, [...machine, "-no-pie", place, ...objects, "-lm", "-o", path]);
  return path;
}

function execute(
  program: string,
  address: number,
  modules: readonly ImageModule[],
  stem: string,
): Run {
  const files = [`${stem}.memory`, `${stem}.program`, `${stem}.holes`];
  const layout = join(dirname(stem), "image-layout.h");
  const place = [`0x${address.toString(16)}`, String(MEMORY_BYTES)];
  const written = [...files, layout].map((path) => resolve(path));
  // The engine keeps a module's path: only its name, so that every machine makes the same image.
  const names = modules.map(({ path }) => basename(path));
  const made = spawnSync(resolve(program), [...place, ...written, ...names], {
    cwd: dirname(modules[0]!.path),
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(made.stderr.trim() || `the image maker: ${made.signal}`);
  return { memory: readFileSync(files[0]!), program: readFileSync(files[1]!) };
}

class ImageWriter {
  private readonly lines: string[] = [];
  private readonly strings: string[] = [];

  constructor(
    private readonly first: Run,
    private readonly second: Run,
    private readonly word: WordBytes,
    private readonly holes: Holes,
    private readonly symbols: ProgramSymbols,
  ) {}

  text(): string {
    const directive = this.word === 4 ? ".long" : ".quad";
    for (let at = 0; at < MEMORY_BYTES; at += this.word) {
      if (this.holes.has(at)) continue;
      this.lines.push(`\t${directive} ${this.expression(at)}`);
    }
    return [
      '\t.section .image, "a"',
      "\t.balign 16",
      "\t.global image, image_start, image_end",
      "image:",
      "image_start:",
      ...this.lines,
      "image_end:",
      '\t.section .rodata.str1.1, "aMS", %progbits, 1',
      ...this.strings,
      '\t.section .note.GNU-stack, "", %progbits',
      "",
    ].join("\n");
  }

  private expression(at: number): string {
    const one = this.read(this.first.memory, at);
    const moved = this.read(this.second.memory, at) - one;
    if (moved === 0n) return String(one);
    if (moved === BigInt(RUNS[1].memory - RUNS[0].memory)) return this.inImage(at, one);
    if (moved === BigInt(RUNS[1].program - RUNS[0].program)) return this.inProgram(Number(one));
    throw new Error(`the image's word at ${at} is ${one} in one run and moved by ${moved}`);
  }

  private inImage(at: number, address: bigint): string {
    const offset = Number(address) - RUNS[0].memory;
    const place = this.holes.placeOf(offset);
    if (place === undefined) throw new Error(`the word at ${at} points into a hole, at ${offset}`);
    return `image + ${place}`;
  }

  private inProgram(address: number): string {
    const symbol = this.symbols.at(address);
    if (symbol !== undefined) return symbol;
    const label = `.Lstring${this.strings.length}`;
    const bytes = this.symbols.stringAt(address);
    this.strings.push(`${label}:\t.byte ${[...bytes, 0].join(",")}`);
    return label;
  }

  private read(memory: Buffer, at: number): bigint {
    return this.word === 4 ? BigInt(memory.readUInt32LE(at)) : memory.readBigUInt64LE(at);
  }
}
