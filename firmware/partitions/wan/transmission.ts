// Sending a confirmable CoAP message again and again until it is acknowledged: when the next try of
// the record at `at` is due.
// @source RFC 7252 sections 4.2 and 4.8

import { readU16, readU48, writeU16, writeU48 } from "../../wire/little-endian";
import { Transmission } from "./memory";

const enum Transmit {
  ACK_TIMEOUT_MS = 2000,
  /** ACK_RANDOM_FACTOR is 1.5. */
  RANDOM_MS = 1000,
  MAX_RETRANSMIT = 4,
}

/** After the first sending of a CON. @param random a byte */
export function awaitAcknowledgement(
  memory: Uint8Array,
  at: number,
  now: number,
  random: number,
): void {
  const timeout = Transmit.ACK_TIMEOUT_MS + ((random * Transmit.RANDOM_MS) >> 8);
  writeU16(memory, at + Transmission.TIMEOUT, timeout);
  memory[at + Transmission.TRIES] = 0;
  setDue(memory, at, now + timeout);
}

/** When it is due. False: the last try was not acknowledged either. */
export function tryAgain(memory: Uint8Array, at: number, now: number): boolean {
  const tries = memory[at + Transmission.TRIES]!;
  if (tries === Transmit.MAX_RETRANSMIT) return false;
  memory[at + Transmission.TRIES] = tries + 1;
  const timeout = 2 * readU16(memory, at + Transmission.TIMEOUT);
  writeU16(memory, at + Transmission.TIMEOUT, timeout);
  setDue(memory, at, now + timeout);
  return true;
}

/** `Infinity`: it is not waiting. */
export function dueOf(memory: Uint8Array, at: number): number {
  return momentAt(memory, at + Transmission.DUE);
}

/** @param due 0: it waits no more */
export function setDue(memory: Uint8Array, at: number, due: number): void {
  writeU48(memory, at + Transmission.DUE, due);
}

/** A moment in a record, of which 0 is never. */
export function momentAt(memory: Uint8Array, at: number): number {
  const moment = readU48(memory, at);
  return moment === 0 ? Number.POSITIVE_INFINITY : moment;
}
