// P-256 in C on every target that is here: published vectors, Node's own implementation, and steps
// that keep to their limit.

import { createECDH, createHash, createPrivateKey, sign } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import rfc6979 from "../vectors/rfc6979-p256.json";
import ecdh from "../vectors/wycheproof-ecdh-p256.json";
import ecdsa from "../vectors/wycheproof-ecdsa-p256.json";
import { ask, buildRunner, whyNot } from "./vector-runner/runner";
import { TARGETS } from "./vector-runner/targets";

/** Of multiplications in the field: a step of about 0.75 million instructions. */
const LIMIT = 100;
const ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const RANDOM_KEYS = 5;

describe.each(TARGETS)("P-256 in C on $name", (target) => {
  const reason = whyNot(target, "p256");
  const test = it.skipIf(reason !== undefined);
  let path = "";
  /** The last two fields: `done` or `refused`, and bytes. */
  const run = (requests: string[]) =>
    ask(target, path, requests).map(({ fields }) => fields.slice(-2).join(" "));

  beforeAll(async () => {
    if (reason === undefined) path = await buildRunner(target, "p256");
  }, 180_000);

  test("signs as RFC 6979 appendix A.2.5 does, whatever blinds it and however it is cut", () => {
    for (const limit of [0, LIMIT, 1]) {
      const requests = rfc6979.tests.map(
        ({ message }) => `sign ${rfc6979.key} ${digest(message)} ${limit}`,
      );
      expect(run([`public ${rfc6979.key} ${limit}`, ...requests, ...requests])).toEqual([
        `done ${rfc6979.public}`,
        ...[...rfc6979.tests, ...rfc6979.tests].map(({ signature }) => `done ${signature}`),
      ]);
    }
  });

  test("judges the signatures of Wycheproof", () => {
    const requests = ecdsa.tests.map((t) => `verify ${t.public} ${digest(t.msg)} ${t.sig} 300`);
    expect(run(requests)).toEqual(ecdsa.tests.map((t) => outcome(t.result, "-")));
  });

  test("agrees on the secrets of Wycheproof, and refuses points off the curve", () => {
    const requests = ecdh.tests.map((t) => `agree ${t.private} ${t.public} 0`);
    expect(run(requests)).toEqual(ecdh.tests.map((t) => outcome(t.result, t.shared)));
  });

  test("refuses a private key of 0, of the order and above it", () => {
    const zero = "00".repeat(32);
    const keys = [zero, ORDER, "ff".repeat(32)];
    const requests = keys.flatMap((key) => [
      `sign ${key} ${zero} 0`,
      `public ${key} 0`,
      `agree ${key} ${rfc6979.public} ${LIMIT}`,
    ]);
    expect(run(requests)).toEqual(requests.map(() => "refused -"));
  });

  test("gives what Node gives, and verifies what Node signs, for other keys", () => {
    const cases = Array.from({ length: RANDOM_KEYS }, (_, i) => nodeCase(i));
    const requests = cases.flatMap(({ key, other, point, hash, signature }) => [
      `public ${key} 0`,
      `agree ${key} ${other} 0`,
      `verify ${point} ${hash} ${signature} 0`,
    ]);
    const expected = cases.flatMap(({ point, shared }) => [point, shared, "-"]);
    expect(run(requests)).toEqual(expected.map((bytes) => `done ${bytes}`));
  });

  test("takes one job at a time, and forgets one that is dropped", () => {
    // Begun, not begun, P256_MORE, P256_IDLE; and the next job is not disturbed.
    const [{ message, signature }] = rfc6979.tests as [(typeof rfc6979.tests)[0]];
    const rest = `${rfc6979.key} ${digest(message)} ${LIMIT}`;
    expect(run([`drop ${rest}`, `sign ${rest}`])).toEqual(["1013", `done ${signature}`]);
  });

  test("works in steps of at most a twelfth of a job, in 90 % of its memory", () => {
    const [{ message, signature }] = rfc6979.tests as [(typeof rfc6979.tests)[0]];
    const requests = [
      `sign ${rfc6979.key} ${digest(message)} ${LIMIT}`,
      `verify ${rfc6979.public} ${digest(message)} ${signature} ${LIMIT}`,
      `agree ${rfc6979.key} ${rfc6979.public} ${LIMIT}`,
      "memory",
    ];
    const counting = target.counting.length > 0;
    const answers = ask(target, path, requests, counting);
    for (const { instructions, fields } of answers.slice(0, 3)) {
      expect(Number(fields[0])).toBeGreaterThan(12);
      expect(Number(fields[1])).toBeLessThanOrEqual(instructions / 12);
    }
    const [peak, size] = answers[3]!.fields.map(Number);
    expect(peak).toBeLessThan(size! * 0.9);
  });
});

function outcome(result: string, bytes: string): string {
  return result === "valid" ? `done ${bytes}` : "refused -";
}

function digest(message: string): string {
  return createHash("sha256").update(Buffer.from(message, "hex")).digest("hex");
}

/** A key pair, another's point, what both agree on, and a signature that Node made. */
function nodeCase(index: number) {
  const [mine, theirs] = ["mine", "theirs"].map((name) => {
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(createHash("sha256").update(`${name} ${index}`).digest());
    return pair;
  }) as [ReturnType<typeof createECDH>, ReturnType<typeof createECDH>];
  const key = mine.getPrivateKey();
  const point = mine.getPublicKey().subarray(1);
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: key.toString("base64url"),
    x: point.subarray(0, 32).toString("base64url"),
    y: point.subarray(32).toString("base64url"),
  };
  const message = Buffer.from(`message ${index}`);
  const signer = { key: createPrivateKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  return {
    key: key.toString("hex").padStart(64, "0"),
    point: point.toString("hex"),
    other: theirs.getPublicKey("hex").slice(2),
    shared: mine.computeSecret(theirs.getPublicKey()).toString("hex"),
    hash: digest(message.toString("hex")),
    signature: sign("sha256", message, signer as Parameters<typeof sign>[2]).toString("hex"),
  };
}
