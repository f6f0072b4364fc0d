// A board whose calls take time: the emulator counts instructions, and each is taken for one cycle
// of the clock that such a board has. What a real one waits for its flash is not in it.

import type { BoardCommand } from "./board-process";

/** By the names of boards: nRF52840 (product specification v1.1, 4) and ESP32-C6 class. */
const CLOCKS_HZ: Readonly<Record<string, number>> = {
  "qemu-arm": 64_000_000,
  "qemu-riscv": 160_000_000,
};

/** An instruction takes a nanosecond of the emulator's time, whatever the host does. */
const COUNTING = ["-icount", "shift=0"];

/** Whether an emulator runs it that counts. */
export function isCharged(name: string): boolean {
  return name in CLOCKS_HZ;
}

/** The names of the boards that can be charged. */
export function chargedNames(): string {
  return Object.keys(CLOCKS_HZ).join(" or ");
}

export function charged(command: BoardCommand): BoardCommand {
  const hertz = CLOCKS_HZ[command.name];
  if (hertz === undefined) throw new Error(`nobody counts the instructions of ${command.name}`);
  return { ...command, hertz, arguments: [...COUNTING, ...command.arguments] };
}
