// The boards that can be built: compiler, settings, sources of their own, memories, and what runs
// them on the bench.

import type { BoardCommand } from "../../host-sim/device/board-process";

const KIB = 1024;

/** A memory that the linker fills, and where it refuses to. */
export interface Memory {
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
}

export interface BoardBuild {
  readonly name: string;
  /** Before the names of compiler and tools: `arm-none-eabi-`. */
  readonly tools: string;
  /** The Debian packages that bring them. */
  readonly packages: string;
  readonly flags: readonly string[];
  readonly linkFlags: readonly string[];
  /** Directories of `hal` whose C files are this board's. */
  readonly directories: readonly string[];
  /** Undefined: a program of this machine, which has no memories to lay out. */
  readonly memories:
    | { readonly flash: Memory; readonly nor?: Memory; readonly ram: Memory }
    | undefined;
  /** The file that the linker writes. */
  readonly program: string;
  command(program: string): BoardCommand;
}

const BARE_FLAGS = ["--specs=picolibc.specs", "-Os", "-g0", "-ffreestanding"];
const BARE_LINK = ["-nostartfiles", "-T", "flash-ram.ld", "-Lhal/bare"];

/** QEMU without screen and lines: the bench link is its standard input and output. */
const QEMU = [
  ...["-display", "none", "-monitor", "none", "-parallel", "none", "-serial", "null"],
  ...["-no-reboot", "-semihosting-config", "enable=on,target=native"],
];

const LINUX: BoardBuild = {
  name: "linux",
  tools: "",
  packages: "gcc",
  flags: ["-O2", "-g0"],
  linkFlags: ["-no-pie"],
  directories: ["hal/linux"],
  memories: undefined,
  program: "heddle",
  command: (program) => ({ name: "linux", program, arguments: [] }),
};

const QEMU_ARM: BoardBuild = {
  name: "qemu-arm",
  tools: "arm-none-eabi-",
  packages: "gcc-arm-none-eabi, picolibc-arm-none-eabi",
  flags: [
    ...BARE_FLAGS,
    ...["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
  ],
  linkFlags: [...BARE_LINK, "-Lhal/qemu-arm"],
  directories: ["hal/bare", "hal/qemu-arm"],
  memories: {
    flash: { name: "flash", start: 0, bytes: 1024 * KIB },
    nor: { name: "nor", start: 0x2100_0000, bytes: 8192 * KIB },
    ram: { name: "ram", start: 0x2000_0000, bytes: 256 * KIB },
  },
  program: "heddle.elf",
  command: (program) => ({
    name: "qemu-arm",
    program: "qemu-system-arm",
    arguments: ["-M", "mps2-an386", ...QEMU, "-kernel", program],
  }),
};

const QEMU_RISCV: BoardBuild = {
  name: "qemu-riscv",
  tools: "riscv64-unknown-elf-",
  packages: "gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf",
  flags: [
    ...BARE_FLAGS,
    ...["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "-mcmodel=medany"],
  ],
  linkFlags: [...BARE_LINK, "-Lhal/qemu-riscv"],
  directories: ["hal/bare", "hal/qemu-riscv"],
  memories: {
    flash: { name: "flash", start: 0x8000_0000, bytes: 4096 * KIB },
    ram: { name: "ram", start: 0x8080_0000, bytes: 512 * KIB },
  },
  program: "heddle.elf",
  command: (program) => ({
    name: "qemu-riscv",
    program: "qemu-system-riscv32",
    arguments: ["-M", "virt", "-m", "32M", "-bios", "none", ...QEMU, "-kernel", program],
  }),
};

export const BOARDS: readonly BoardBuild[] = [LINUX, QEMU_ARM, QEMU_RISCV];
