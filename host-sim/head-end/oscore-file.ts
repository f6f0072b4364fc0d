// The file of `--oscore`: the security contexts that hub and head-end share, and beside it each
// side's sequence numbers, so that no restart uses a nonce twice. Its form is in docs/wan.md.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { ContextKeys } from "./oscore";

/** One context as the file has it: IDs as the hub sees them. */
export interface SharedContext {
  readonly name: string;
  readonly kind: "management" | "provider";
  readonly masterSecret: Buffer;
  readonly masterSalt: Buffer;
  readonly idContext: Buffer | undefined;
  readonly senderId: Buffer;
  readonly recipientId: Buffer;
}

/** A file or a value that a person can mend; the message says how. */
export class OscoreFileError extends Error {}

/** RFC 8613 section 3.3 with a 13-byte nonce. */
const ID_MAX = 7;
const SECRET_MIN = 16;
const SECRET_MAX = 32;
const SALT_MAX = 32;
const ID_CONTEXT_MAX = 8;
/** How many sequence numbers are put aside at each write of the state. */
const RESERVE = 256;

export function readOscoreFile(path: string): SharedContext[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new OscoreFileError(`${path}: cannot be read; name a file that exists`);
  }
  return parseOscore(text, path);
}

/** @param source what errors call it */
export function parseOscore(text: string, source: string): SharedContext[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new OscoreFileError(`${source}: not JSON (${(error as Error).message})`);
  }
  const list = (document as { contexts?: unknown } | null)?.contexts;
  if (!Array.isArray(list)) {
    throw new OscoreFileError(`${source}: needs {"contexts": [...]}, a list of contexts`);
  }
  const contexts = list.map((entry, index) => contextOf(entry, `${source}: contexts[${index}]`));
  for (const [index, context] of contexts.entries()) {
    const before = contexts.slice(0, index);
    if (before.some(({ name }) => name === context.name)) {
      throw new OscoreFileError(`${source}: two contexts are named "${context.name}"`);
    }
    if (before.some(({ masterSecret }) => masterSecret.equals(context.masterSecret))) {
      throw new OscoreFileError(`${source}: "${context.name}" repeats a masterSecret; use another`);
    }
    if (before.some(({ recipientId }) => recipientId.equals(context.recipientId))) {
      throw new OscoreFileError(`${source}: "${context.name}" repeats a recipientId; use another`);
    }
    if (before.some(({ senderId }) => senderId.equals(context.senderId))) {
      throw new OscoreFileError(`${source}: "${context.name}" repeats a senderId; use another`);
    }
  }
  if (contexts.filter(({ kind }) => kind === "management").length !== 1) {
    throw new OscoreFileError(`${source}: exactly one context must be of kind "management"`);
  }
  return contexts;
}

/** The head-end's view: what the hub sends with, it receives with. */
export function headEndKeys(context: SharedContext): ContextKeys {
  const { masterSecret, masterSalt, idContext, senderId, recipientId } = context;
  return { masterSecret, masterSalt, idContext, senderId: recipientId, recipientId: senderId };
}

/** Sender sequence numbers of one side, put aside in a file before they are used. */
export class SequenceFile {
  private readonly next = new Map<string, number>();
  private readonly reserved = new Map<string, number>();
  /** True when an earlier process used these contexts. */
  readonly existed: boolean;

  /** Throws an `OscoreFileError` when the file is damaged, or cannot be written. */
  constructor(private readonly path: string) {
    this.existed = existsSync(path);
    if (this.existed) this.restore();
    this.save();
  }

  take(context: string): number {
    const sequence = this.next.get(context) ?? 0;
    if (sequence >= (this.reserved.get(context) ?? 0)) {
      this.reserved.set(context, sequence + RESERVE);
      this.save();
    }
    this.next.set(context, sequence + 1);
    return sequence;
  }

  /** Puts `count` numbers aside at once, for a hub that counts them itself; the first of them. */
  takeMany(context: string, count: number): number {
    const first = this.next.get(context) ?? 0;
    this.next.set(context, first + count - 1);
    this.take(context);
    return first;
  }

  private restore(): void {
    let stored: unknown;
    try {
      stored = JSON.parse(readFileSync(this.path, "utf8"));
    } catch {
      throw new OscoreFileError(`${this.path}: cannot be read as JSON; restore the file`);
    }
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) {
      throw new OscoreFileError(`${this.path}: must hold an object of numbers; restore the file`);
    }
    for (const [name, value] of Object.entries(stored)) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new OscoreFileError(
          `${this.path}: "${name}" is no sequence number; restore the file`,
        );
      }
      this.next.set(name, value);
      this.reserved.set(name, value);
    }
  }

  /** Whole or not at all: a half-written file would lose numbers. */
  private save(): void {
    const fresh = `${this.path}.new`;
    try {
      writeFileSync(fresh, `${JSON.stringify(Object.fromEntries(this.reserved))}\n`);
      renameSync(fresh, this.path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new OscoreFileError(`${this.path}: cannot be written (${code})`);
    }
  }
}

function contextOf(entry: unknown, where: string): SharedContext {
  if (typeof entry !== "object" || entry === null) {
    throw new OscoreFileError(`${where}: must be an object`);
  }
  const fields = entry as Record<string, unknown>;
  const { name, kind } = fields;
  if (typeof name !== "string" || !/^[a-z][a-z-]{0,31}$/.test(name)) {
    throw new OscoreFileError(`${where}.name: must be small letters and hyphens, 1 to 32 of them`);
  }
  if (kind !== "management" && kind !== "provider") {
    throw new OscoreFileError(`${where}.kind: must be "management" or "provider"`);
  }
  const masterSecret = hexOf(fields, "masterSecret", SECRET_MIN, SECRET_MAX, where);
  const masterSalt = hexOf(fields, "masterSalt", 0, SALT_MAX, where) ?? Buffer.alloc(0);
  const idContext = hexOf(fields, "idContext", 0, ID_CONTEXT_MAX, where);
  const senderId = hexOf(fields, "senderId", 0, ID_MAX, where);
  const recipientId = hexOf(fields, "recipientId", 0, ID_MAX, where);
  if (masterSecret === undefined || senderId === undefined || recipientId === undefined) {
    throw new OscoreFileError(`${where}: needs masterSecret, senderId and recipientId`);
  }
  if (senderId.equals(recipientId)) {
    throw new OscoreFileError(`${where}: senderId and recipientId must differ`);
  }
  return { name, kind, masterSecret, masterSalt, idContext, senderId, recipientId };
}

function hexOf(
  fields: Record<string, unknown>,
  key: string,
  min: number,
  max: number,
  where: string,
): Buffer | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || !/^([0-9a-fA-F]{2})*$/.test(value)) {
    throw new OscoreFileError(`${where}.${key}: must be hexadecimal, two digits a byte`);
  }
  const bytes = Buffer.from(value, "hex");
  if (bytes.length < min || bytes.length > max) {
    throw new OscoreFileError(`${where}.${key}: must have ${min} to ${max} bytes`);
  }
  return bytes;
}
