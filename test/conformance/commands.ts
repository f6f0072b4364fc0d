// Commands of scripts, as bytes.

import { FlashOperation } from "../../hal/flash";
import { Command } from "./puppet-protocol";
import { PUPPETS } from "./puppet-table";
import type { Name } from "./script";

/** Sends `times` messages of `length` bytes. */
export function send(to: Name, operation: number, length = 16, times = 1): number[] {
  return [Command.SEND, PUPPETS[to], operation, length & 255, length >> 8, times];
}

/** Claims `length` bytes of a message that has 4. */
export function sendBeyond(to: Name, operation: number, length: number): number[] {
  return [Command.SEND_BEYOND, PUPPETS[to], operation, length & 255, length >> 8];
}

export function due(afterMs: number): number[] {
  return [Command.DUE, afterMs & 255, afterMs >> 8];
}

export function writeFlash(offset: number, length: number): number[] {
  return flash(offset, length, FlashOperation.WRITE);
}

export function readFlash(offset: number, length: number): number[] {
  return flash(offset, length, FlashOperation.READ);
}

export function eraseFlash(offset: number): number[] {
  return flash(offset, 0, FlashOperation.ERASE);
}

export function surveyFlash(offset: number, length: number): number[] {
  return flash(offset, length, FlashOperation.SURVEY);
}

export function sendAtNews(to: Name): number[] {
  return [Command.SEND_AT_NEWS, PUPPETS[to]];
}

export const THROW = [Command.THROW];
export const SPIN = [Command.SPIN];
export const THROW_AT_MESSAGE = [Command.THROW_AT_MESSAGE];
export const THROW_AT_NEWS = [Command.THROW_AT_NEWS];
export const ECHO = [Command.ECHO];

function flash(offset: number, length: number, operation: FlashOperation): number[] {
  return [Command.FLASH, offset & 255, offset >> 8, length & 255, length >> 8, operation];
}
