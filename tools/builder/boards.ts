// The boards that can be built: compiler, settings, sources of their own, memories, and what runs
// them on the bench.

import type { BoardCommand } from "../../host-sim/device/board-process";
import type { WordBytes } from "./image-maker";
import type { Compiler } from "./objects";

const KIB = 1024;

/** A memory that the linker fills and does not overfill. */
export interface Memory {
  readonly start: number;
  readonly bytes: number;
}

export interface Memories {
  /** Inside the chip. */
  readonly flash: Memory;
  /** Outside, where the board has one: code runs there in place. */
  readonly nor?: Memory;
  readonly ram: Memory;
}

export interface BoardBuild {
  readonly name: string;
  readonly compiler: Compiler;
  /** The Debian packages that bring it. */
  readonly packages: string;
  readonly word: WordBytes;
  readonly linkFlags: readonly string[];
  /** Directories of `hal` whose C and assembler files are this board's. */
  readonly directories: readonly string[];
  /** Undefined: a program of this machine, which has no memories to lay out. */
  readonly memories: Memories | undefined;
  /** Whose code lies in the flash inside, where another is outside: what each frame passes. */
  readonly hot: readonly string[];
  /** The file that the linker writes. */
  readonly program: string;
  command(program: string): BoardCommand;
  /** In real time, on lines of its own. */
  live(program: string, lines: LiveLines): BoardCommand;
}

/** The other ends of a board's lines, and the file of its flash. */
export interface LiveLines {
  /** Unix sockets. */
  readonly radio: string;
  readonly plc: string;
  /** The same for an emulated board; udp://HOST:PORT for a program of this machine. */
  readonly wan: string;
  readonly flash: string;
  /** The directory that `flash` is in. */
  readonly state: string;
  /** The head-end's address, 18 bytes in hexadecimal. */
  readonly peer: string;
}

/** In front of the compiler's name: `arm-none-eabi-`, or nothing. */
export function toolPrefix({ compiler }: BoardBuild): string {
  return compiler.command.replace(/gcc$/, "");
}

const BARE = ["--specs=picolibc.specs", "-Os", "-g0"];
const BARE_LINK = ["-nostartfiles", "-T", "flash-ram.ld", "-Lhal/bare"];

const QEMU_BARE = ["-display", "none", "-monitor", "none", "-parallel", "none", "-no-reboot"];
const SEMIHOSTING = "enable=on,target=native";
/** QEMU without screen and lines: the bench link is its standard input and output. */
const QEMU = [...QEMU_BARE, "-serial", "null", "-semihosting-config", SEMIHOSTING];

/** QEMU with the lines' sockets, for UARTs to name, and hal/bare/command-line.h for the board. */
function qemuLive({ radio, wan, plc, flash, peer }: LiveLines): string[] {
  const sockets = Object.entries({ radio, wan, plc }).flatMap(([id, path]) => {
    return ["-chardev", `socket,id=${id},path=${path}`];
  });
  const words = ["live", flash, peer].map((word) => `,arg=${word}`).join("");
  return [...QEMU_BARE, ...sockets, "-semihosting-config", `${SEMIHOSTING}${words}`];
}

const serialLines = (...ids: string[]): string[] =>
  ids.flatMap((id) => ["-serial", `chardev:${id}`]);
const pciLine = (id: string, place: number): string[] => {
  return ["-device", `pci-serial,chardev=${id},addr=${place}`];
};

const LINUX: BoardBuild = {
  name: "linux",
  compiler: { command: "gcc", machine: ["-O2", "-g0", "-fno-pie"] },
  packages: "gcc",
  word: 8,
  linkFlags: ["-no-pie"],
  directories: ["hal/live", "hal/hdlc", "hal/linux"],
  memories: undefined,
  hot: [],
  program: "heddle",
  command: (program) => ({ name: "linux", program, arguments: [] }),
  live: (program, { radio, wan, state }) => ({
    name: "linux",
    program,
    arguments: ["--radio", radio, "--wan", wan, "--state", state, "--json"],
  }),
};

const CORTEX_M4F = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"];

const ARM_RAM = 0x2000_0000;

const QEMU_ARM: BoardBuild = {
  name: "qemu-arm",
  compiler: { command: "arm-none-eabi-gcc", machine: [...BARE, ...CORTEX_M4F] },
  packages: "gcc-arm-none-eabi picolibc-arm-none-eabi",
  word: 4,
  linkFlags: [...BARE_LINK, "-Lhal/qemu-arm"],
  directories: ["hal/live", "hal/hdlc", "hal/bare", "hal/qemu-arm"],
  memories: {
    flash: { start: 0, bytes: 1024 * KIB },
    nor: { start: 0x2100_0000, bytes: 8192 * KIB },
    ram: { start: ARM_RAM, bytes: 256 * KIB },
  },
  hot: ["han", "firewall", "trust"],
  program: "heddle.elf",
  command: (program) => ({
    name: "qemu-arm",
    program: "qemu-system-arm",
    arguments: ["-M", "mps2-an386", ...QEMU, "-kernel", program],
  }),
  live: (program, lines) => ({
    name: "qemu-arm",
    program: "qemu-system-arm",
    arguments: [
      ...["-M", "mps2-an386", ...qemuLive(lines)],
      ...[...serialLines("radio", "wan", "plc"), "-kernel", program],
    ],
  }),
};

const QEMU_RISCV: BoardBuild = {
  name: "qemu-riscv",
  compiler: {
    command: "riscv64-unknown-elf-gcc",
    machine: [...BARE, "-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32"],
  },
  packages: "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
  word: 4,
  linkFlags: [...BARE_LINK, "-Lhal/qemu-riscv"],
  directories: ["hal/live", "hal/hdlc", "hal/bare", "hal/qemu-riscv"],
  memories: {
    flash: { start: 0x8000_0000, bytes: 4096 * KIB },
    ram: { start: 0x8080_0000, bytes: 512 * KIB },
  },
  hot: [],
  program: "heddle.elf",
  command: (program) => ({
    name: "qemu-riscv",
    program: "qemu-system-riscv32",
    arguments: ["-M", "virt", "-m", "32M", "-bios", "none", ...QEMU, "-kernel", program],
  }),
  live: (program, lines) => ({
    name: "qemu-riscv",
    program: "qemu-system-riscv32",
    arguments: [
      ...["-M", "virt", "-m", "32M", "-bios", "none", ...qemuLive(lines), ...serialLines("radio")],
      ...[...pciLine("wan", 1), ...pciLine("plc", 2), "-kernel", program],
    ],
  }),
};

export const BOARDS: readonly BoardBuild[] = [LINUX, QEMU_ARM, QEMU_RISCV];
