// HDLC-lite in C on every target that is here: the codec of firmware/wire/hdlc.ts, byte for byte
// and refusal for refusal.

import { beforeAll, describe, expect, it } from "vitest";
import { crc16 } from "../../firmware/wire/crc16";
import { HdlcDecoder, hdlcMaxLength, putHdlc } from "../../firmware/wire/hdlc";
import { Parsed } from "../../firmware/wire/parsed";
import { Random } from "../../host-sim/random";
import { toHex } from "../hex";
import { ask, buildRunner, field, whyNot } from "./vector-runner/runner";
import { TARGETS } from "./vector-runner/targets";

const RUNS = 300;
const CAPACITY = 40;
const SPECIAL = [0x7e, 0x7d, 0x11, 0x13, 0xf8];

describe.each(TARGETS)("HDLC-lite in C on $name", (target) => {
  const reason = whyNot(target, "hdlc");
  if (reason !== undefined) console.warn(`skipped: HDLC on ${target.name}, ${reason}`);
  const test = it.skipIf(reason !== undefined);
  let path = "";
  const run = (requests: string[]) =>
    ask(target, path, requests).map(({ fields }) => fields.join(" "));

  beforeAll(async () => {
    if (reason === undefined) path = await buildRunner(target, "hdlc");
  }, 180_000);

  test("has the check value of CRC-16/X-25, RFC 1662 appendix C.2", () => {
    expect(run(["crc16 313233343536373839", "crc16 -"])).toEqual([String(0x906e), "0"]);
  });

  test("frames any bytes as the TypeScript codec does, flags and escapes among them", () => {
    const random = new Random(`put on ${target.name}`);
    const frames = Array.from({ length: RUNS }, () => lineBytes(random, random.below(200)));
    expect(run(frames.map((one) => `put ${field(toHex(one))}`))).toEqual(frames.map(put));
    const crcs = frames.map((one) => String(crc16(one, 0, one.length)));
    expect(run(frames.map((one) => `crc16 ${field(toHex(one))}`))).toEqual(crcs);
  });

  test("takes a line apart as the TypeScript codec does: whole, cut, damaged and long frames", () => {
    const random = new Random(`push on ${target.name}`);
    const lines = Array.from({ length: RUNS }, () => line(random));
    const expected = lines.map(push);
    for (const code of [Parsed.OK, Parsed.TRUNCATED, Parsed.TOO_LONG, Parsed.DAMAGED]) {
      expect(expected.some((one) => one.includes(`${code}:`))).toBe(true);
    }
    const requests = lines.map((one) => `push ${CAPACITY + 2} ${field(toHex(one))}`);
    expect(run(requests)).toEqual(expected);
  });
});

function put(bytes: Uint8Array): string {
  const out = new Uint8Array(hdlcMaxLength(bytes.length));
  return toHex(out, 0, putHdlc(out, 0, bytes, 0, bytes.length));
}

function push(bytes: Uint8Array): string {
  const decoder = new HdlcDecoder(CAPACITY);
  const seen: string[] = [];
  for (const byte of bytes) {
    const code = decoder.push(byte);
    if (code === Parsed.UNSUPPORTED) continue;
    seen.push(`${code}:${field(toHex(decoder.frame, 0, decoder.length))}`);
  }
  return seen.join(" ");
}

/** Some frames in a row, some of them damaged on their way. */
function line(random: Random): Uint8Array {
  const bytes: number[] = [];
  for (let frames = 1 + random.below(5); frames > 0; frames--) {
    const frame = lineBytes(random, random.below(CAPACITY + 4));
    const out = new Uint8Array(hdlcMaxLength(frame.length));
    const length = putHdlc(out, 0, frame, 0, frame.length);
    if (random.chance(0.3)) out[random.below(length)] = random.below(256);
    const kept = random.chance(0.2) ? random.below(length) : length;
    bytes.push(...out.subarray(0, kept));
  }
  return Uint8Array.from(bytes);
}

/** Every third byte is one that must be escaped. */
function lineBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () =>
    random.chance(1 / 3) ? SPECIAL[random.below(SPECIAL.length)]! : random.below(256),
  );
}
