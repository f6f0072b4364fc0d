// A partition that does with noble what the provider in C does, for the two to be measured by the
// same requests. AES and CCM are those of hal/node; a key is expanded at each call, as in C.
//
// A message is a `Verb` and its fields, each with its length in two bytes, the least significant
// first. What is answered goes to `trust`, in whose place the runner listens.

import { p256 } from "@noble/curves/nist.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Partition } from "../../../../firmware/kernel/partition";
import type { Environment } from "../../../../firmware/system";
import { KeySchedule } from "../../../../hal/node/aes-keys";
import { Ccm } from "../../../../hal/node/ccm";

/** In the order of `VERBS` in runner.c. */
const enum Verb {
  AES = 0,
  SEAL = 1,
  OPEN = 2,
  SHA256 = 3,
  HMAC = 4,
  SIGN = 5,
  VERIFY = 6,
  AGREE = 7,
  PUBLIC = 8,
}

/** Digests come ready made, and a signature is RFC 6979's, whichever half its s is in. */
const PLAIN = { prehash: false, lowS: false };
/** Without a tag of its own: 32 bytes of x and of y follow this one. */
const UNCOMPRESSED = 4;

class Noble implements Partition {
  private readonly fields: Uint8Array[] = [];

  constructor(private readonly environment: Environment<"audit">) {
    // With larger windows it keeps tables that no board has room for.
    p256.Point.BASE.precompute(1);
  }

  receive(_now: number, _from: number, buffer: Uint8Array, length: number): void {
    this.fields.length = 0;
    for (let at = 1; at < length; ) {
      const end = at + 2 + (buffer[at]! | (buffer[at + 1]! << 8));
      this.fields.push(buffer.slice(at + 2, end));
      at = end;
    }
    const answer = this.answer(buffer[0]! as Verb);
    const ports = this.environment.ports as unknown as Record<string, { send: Send }>;
    ports["trust"]!.send(answer, answer.length);
  }

  tick(): void {}

  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }

  peerRestarted(): void {}

  private answer(verb: Verb): Uint8Array {
    const [first, second, third] = this.fields as [Uint8Array, Uint8Array, Uint8Array];
    switch (verb) {
      case Verb.AES:
        return encrypted(first, second);
      case Verb.SEAL:
      case Verb.OPEN:
        return this.ccm(verb === Verb.SEAL);
      case Verb.SHA256:
        return sha256(first);
      case Verb.HMAC:
        return hmac(sha256, first, second);
      case Verb.SIGN:
        return p256.sign(second, first, PLAIN);
      case Verb.VERIFY:
        if (!p256.verify(third, second, uncompressed(first), PLAIN)) throw new Error("refused");
        return new Uint8Array(0);
      case Verb.AGREE:
        return p256.getSharedSecret(first, uncompressed(second), true).slice(1);
      case Verb.PUBLIC:
        return p256.getPublicKey(first, false).slice(1);
    }
  }

  private ccm(isSealing: boolean): Uint8Array {
    const [key, nonce, aad, text, tag] = this.fields as Uint8Array[];
    const tagLength = tag![0]!;
    const length = isSealing ? text!.length : text!.length - tagLength;
    const out = new Uint8Array(length + tagLength);
    out.set(text!);
    const schedule = new KeySchedule();
    schedule.set(key!);
    const ccm = new Ccm();
    ccm.begin(schedule, nonce!, aad!.length > 0, length, tagLength);
    ccm.authenticate(aad!, 0, aad!.length);
    if (isSealing) ccm.absorb(out, 0, length);
    ccm.cipher(out, 0, length);
    if (isSealing) {
      ccm.putTag(out, length, tagLength);
      return out;
    }
    ccm.absorb(out, 0, length);
    if (!ccm.isTag(out, length, tagLength)) throw new Error("refused");
    return out.slice(0, length);
  }
}

type Send = (bytes: Uint8Array, length: number) => number;

function encrypted(key: Uint8Array, block: Uint8Array): Uint8Array {
  const schedule = new KeySchedule();
  schedule.set(key);
  schedule.encrypt(block);
  return block;
}

/** A point as noble reads it, of the 64 bytes that the provider has of it. */
function uncompressed(point: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + point.length);
  bytes[0] = UNCOMPRESSED;
  bytes.set(point, 1);
  return bytes;
}

export function createNoble(environment: Environment<"audit">): Partition {
  return new Noble(environment);
}
