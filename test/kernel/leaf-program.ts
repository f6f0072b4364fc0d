// What one caller puts into a leaf service never reaches another's reply. The same program runs
// twice with other secrets of one caller; the other's replies must be the same to the last byte.

import { Party } from "../../firmware/ipc/party";
import { auditEvent, grantCheck, grantSet, type LeafStep, LeafWorld } from "./leaf-world";

const STEP_BYTES = 6;
const STEPS_MAX = 48;

export const PROGRAMS = [
  // manage grants, firewall asks, manage takes back, firewall asks.
  Uint8Array.of(0, 0, 3, 1, 7, 0, 1, 0, 1, 1, 8, 0, 0, 0, 0, 1, 9, 0, 1, 0, 1, 1, 10, 0),
  // Two secret grants, and noise from both.
  Uint8Array.of(0, 1, 2, 9, 3, 1, 0, 0, 1, 9, 4, 0, 3, 0, 0, 0, 0, 0, 2, 9, 9, 9, 9, 9),
];

export type MakeWorld = () => LeafWorld;

/** Throws when a reply carries what it must not. `make` gives a fresh world for each run. */
export function judge(bytes: Uint8Array, make: MakeWorld = () => new LeafWorld()): void {
  const first = run(make(), bytes, 0);
  // The firewall learns nothing of grants that it does not ask about.
  same(first, run(make(), bytes, 0x5a), Party.FIREWALL);
  // manage learns nothing of what the firewall asks, nor whether it asks.
  same(first, run(make(), bytes, 0, "firewall"), Party.MANAGE);
}

function same(one: LeafWorld, other: LeafWorld, party: number): void {
  const [a, b] = [one.replies.get(party)!, other.replies.get(party)!];
  if (a.join("\n") !== b.join("\n")) {
    throw new Error(`replies to ${party} differ:\n${a.join("\n")}\n---\n${b.join("\n")}`);
  }
}

/** Runs the program; `secret` changes what is manage's alone, `silent` says nothing. */
function run(world: LeafWorld, bytes: Uint8Array, secret: number, silent?: string): LeafWorld {
  const end = Math.min(bytes.length - STEP_BYTES, STEPS_MAX * STEP_BYTES);
  for (let at = 0; at <= end; at += STEP_BYTES) {
    const step = stepOf(bytes.subarray(at, at + STEP_BYTES), secret);
    if (step.who === silent) world.pass();
    else world.step(step);
  }
  return world;
}

function stepOf(bytes: Uint8Array, secret: number): LeafStep {
  const [kind = 0, provider = 0, rights = 0, device = 0, reference = 0, expires = 0] = bytes;
  switch (kind % 5) {
    case 0:
      return setStep(provider, rights, device, reference ^ secret, expires, secret);
    case 1: {
      const message = grantCheck(provider % 4, rights % 8, shared(device), reference);
      return { who: "firewall", to: "trust", message };
    }
    case 2:
      // Whatever bytes: cut short, or of another's operation.
      return { who: "firewall", to: "trust", message: bytes.slice(0, 1 + (rights % STEP_BYTES)) };
    case 3:
      return { who: "manage", to: "trust", message: Uint8Array.of(42, ...bytes.map(xor(secret))) };
    default:
      return { who: "manage", to: "audit", message: auditEvent(device, hidden(device, secret)) };
  }
}

/** A grant of a device that the firewall asks about, or of one that only manage knows. */
function setStep(
  provider: number,
  relationship: number,
  device: number,
  reference: number,
  expires: number,
  secret: number,
): LeafStep {
  const isShared = device % 2 === 0;
  // Another secret relationship, as long as both are something or both are nothing.
  const hiddenOne = relationship % 4 === 0 ? 0 : 1 + ((relationship + secret) % 3);
  const message = isShared
    ? grantSet(provider % 3, relationship % 4, shared(device), reference, 0)
    : grantSet(provider % 3, hiddenOne, hidden(device, secret), reference, expires ^ secret);
  return { who: "manage", to: "trust", message };
}

function shared(device: number): Uint8Array {
  return Uint8Array.of(device % 8, 0, 0, 0, 0, 0, 0, 0);
}

/** Equal devices stay equal under every secret. */
function hidden(device: number, secret: number): Uint8Array {
  return Uint8Array.of(device, secret, 0, secret ^ 0xff, 0, 0, 0, 1);
}

function xor(secret: number) {
  return (byte: number): number => byte ^ secret;
}
