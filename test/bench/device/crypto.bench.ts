// What the C crypto provider and the line codec cost on the bare targets: instructions counted by
// QEMU, bytes of flash and RAM.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { hdlcMaxLength, putHdlc } from "../../../firmware/wire/hdlc";
import {
  ask,
  buildObjects,
  buildRunner,
  type Program,
  whyNot,
} from "../../device/vector-runner/runner";
import { TARGETS, type Target } from "../../device/vector-runner/targets";
import { hex, toHex } from "../../hex";
import type { Figure } from "../figure";
import { type Measured, of, P256, SYMMETRIC } from "./primitives";

export const name = "crypto";

/** The steps of `vault`: about 10 ms each at 64 MHz. */
const LIMIT = 100;

const VERBS_OF_DATA = ["aes_encrypt", "ccm_seal", "ccm_open", "sha256", "hmac_sha256", "start"];
const VERBS_OF_P256 = ["p256_sign", "p256_verify", "p256_agree", "p256_public", "p256_step"];

export async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const target of TARGETS.filter(({ counting }) => counting.length > 0)) {
    const reason = whyNot(target, "crypto");
    if (reason !== undefined) {
      process.stderr.write(`skipped: crypto on ${target.name}, ${reason}\n`);
      continue;
    }
    const add = (figure: string, value: number, unit: string) =>
      figures.push({ figure: `${target.name}: ${figure}`, value, unit });
    for (const [program, list] of Object.entries(MEASURED)) {
      const path = await buildRunner(target, program as Program);
      const answers = ask(
        target,
        path,
        list.map((one) => one.request),
        true,
      );
      for (const [i, { figure }] of list.entries()) {
        add(figure, answers[i]!.instructions, "instructions");
      }
      if (program === "p256") addSteps(target, path, add);
    }
    await addSizes(target, add);
  }
  return figures;
}

type Add = (figure: string, value: number, unit: string) => void;

function addSteps(target: Target, path: string, add: Add): void {
  const requests = P256.map(({ request }) => request.replace(/0$/, String(LIMIT)));
  const answers = ask(target, path, [...requests, "memory"], true);
  P256.forEach(({ figure }, i) => {
    const [steps, longest] = answers[i]!.fields.map(Number);
    add(`${figure}, steps of limit ${LIMIT}`, steps!, "steps");
    add(`${figure}, longest step of limit ${LIMIT}`, longest!, "instructions");
  });
  const [peak, size] = answers.at(-1)!.fields.map(Number);
  add("arena, in use at most", peak!, "bytes");
  add("arena", size!, "bytes");
}

/** Of what a board keeps of the provider when it uses only these verbs; the C library apart. */
async function addSizes(target: Target, add: Add): Promise<void> {
  const objects = await buildObjects(target, "p256");
  const verbs = { "without P-256": VERBS_OF_DATA, all: [...VERBS_OF_DATA, ...VERBS_OF_P256] };
  for (const [title, names] of Object.entries(verbs)) {
    const linked = join(objects.directory, "provider.o");
    const keep = names.map((one) => `-Wl,-u,crypto_${one}`);
    const { command, machine } = target.compiler;
    // The C library's settings bring a linker script, which is for whole programs.
    const bare = machine.filter((flag) => !flag.startsWith("--specs"));
    const options = ["-nostdlib", "-r", "-Wl,--gc-sections", "-Wl,-e,crypto_start", ...keep];
    execFileSync(command, [...bare, ...options, ...objects.provider, "-o", linked]);
    const lines = execFileSync(target.size, [linked], { encoding: "utf8" }).split("\n");
    const [text, data, bss] = lines[1]!.trim().split(/\s+/).map(Number);
    add(`provider, ${title}: flash`, text! + data!, "bytes");
    add(`provider, ${title}: static RAM`, data! + bss!, "bytes");
  }
}

const MEASURED: Record<Program, readonly Measured[]> = {
  crypto: SYMMETRIC,
  p256: P256,
  hdlc: [
    { figure: "CRC-16, 127 bytes", request: `crc16 ${of(127)}` },
    { figure: "HDLC, 127 bytes framed", request: `put ${of(127)}` },
    { figure: "HDLC, 127 bytes taken", request: `push 129 ${framed()}` },
  ],
};

function framed(): string {
  const out = new Uint8Array(hdlcMaxLength(127));
  return toHex(out, 0, putHdlc(out, 0, hex(of(127)), 0, 127));
}
