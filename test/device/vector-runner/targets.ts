// Where the C crypto provider and codecs are tried: this machine in 64 and 32 bits and with every
// access checked, a Cortex-M4F and an RV32IMAC in QEMU. None of their tools is needed for
// `npm test`: what is absent is skipped.

import { spawnSync } from "node:child_process";
import { type Compiler, hasCommand } from "../../../tools/builder/objects";

export interface Target {
  readonly name: string;
  readonly compiler: Compiler;
  /** Of the compiler's tool set, to measure a program. */
  readonly size: string;
  /** The file that opens `in` and `out`. */
  readonly files: string;
  readonly link: readonly string[];
  /** The emulator before the program's path; none where the program runs by itself. */
  readonly emulator: readonly string[];
  /** Added to the emulator's arguments, it counts instructions truly, and more slowly. */
  readonly counting: readonly string[];
}

const QEMU = [
  ...["-display", "none", "-monitor", "none", "-serial", "null", "-parallel", "none"],
  ...["-semihosting-config", "enable=on,target=native"],
];
const COUNTING = ["-icount", "shift=0"];

/** Picolibc's own start and linker script, with the board's memories. */
function bareLink(flash: string, flashSize: string, ram: string, ramSize: string): string[] {
  const symbols = { flash, flash_size: flashSize, ram, ram_size: ramSize, stack_size: "8K" };
  return [
    ...Object.entries(symbols).map(([name, value]) => `-Wl,--defsym=__${name}=${value}`),
    ...["-Tpicolibc.ld", "--oslib=semihost"],
  ];
}

export const TARGETS: readonly Target[] = [
  nativeTarget("linux", []),
  nativeTarget("linux-32", ["-m32"]),
  nativeTarget("linux-checked", ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]),
  {
    name: "qemu-arm",
    compiler: {
      command: "arm-none-eabi-gcc",
      machine: [
        ...["--specs=picolibc.specs", "-mcpu=cortex-m4", "-mthumb"],
        ...["-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
      ],
    },
    size: "arm-none-eabi-size",
    files: "host-file-semihosting.c",
    link: bareLink("0", "1M", "0x20000000", "256K"),
    emulator: ["qemu-system-arm", "-M", "mps2-an386", ...QEMU, "-kernel"],
    counting: COUNTING,
  },
  {
    name: "qemu-riscv",
    compiler: {
      command: "riscv64-unknown-elf-gcc",
      machine: [...["--specs=picolibc.specs", "-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32"]],
    },
    size: "riscv64-unknown-elf-size",
    files: "host-file-semihosting.c",
    link: bareLink("0x80000000", "4M", "0x80800000", "512K"),
    emulator: [
      "qemu-system-riscv32",
      "-M",
      "virt",
      "-m",
      "32M",
      "-bios",
      "none",
      ...QEMU,
      "-kernel",
    ],
    counting: COUNTING,
  },
];

/** What of the target's tools is not here; undefined: it can be used. */
export function absent({ compiler, emulator }: Target): string | undefined {
  if (!hasCommand(compiler.command)) return `no ${compiler.command}`;
  if (!hasLibrary(compiler)) return `no C library for ${compiler.command} ${compiler.machine[0]}`;
  const [program] = emulator;
  if (program !== undefined && !hasCommand(program)) return `no ${program}`;
  return undefined;
}

function nativeTarget(name: string, machine: readonly string[]): Target {
  return {
    name,
    compiler: { command: "gcc", machine },
    size: "size",
    files: "host-file-process.c",
    link: [],
    emulator: [],
    counting: [],
  };
}

/** Without the C library for this machine its headers are not found either. */
function hasLibrary({ command, machine }: Compiler): boolean {
  const options = [...machine, "-E", "-x", "c", "-"];
  return spawnSync(command, options, { input: "#include <string.h>\n" }).status === 0;
}
