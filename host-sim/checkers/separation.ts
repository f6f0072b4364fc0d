// No partition sees what it must not: known secrets are canaries, looked for in every message of
// the kernel, every write to flash, every frame on the air and every datagram on the WAN.

import { KeyUse, NetworkSet } from "../../firmware/ipc/join";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import { SYSTEM } from "../../firmware/system";
import type { Air } from "../air/air";
import type { Hub } from "../hub/hub";
import type { Wan } from "../wan";
import type { World } from "../world";
import { type Canary, CanaryIndex } from "./canaries";
import { find } from "./finding";

/** Where a secret may be seen. Whatever is left out is forbidden. */
export interface Permission {
  /** Partitions that may tell each other; both ends must be in it. */
  readonly parties?: readonly Party[];
  /** Names of flash regions. */
  readonly regions?: readonly string[];
}

export interface Secret extends Canary, Permission {}

/**
 * Every record that a provider gets begins with this; the WAN side's modules see ciphertext alone.
 */
const READING_MARK = "urn:dev:mac:";
/** Messages of a provider are recognised by their most varied piece. */
const PIECE_LENGTH = 16;
/** With fewer different bytes it could be anything. */
const VARIETY_MIN = 12;

export class Separation {
  readonly name = "separation";
  private readonly index = new CanaryIndex<Secret>();
  /** The one that frames go out under, with its number; undefined before there is one. */
  networkKeyInUse: { readonly key: Buffer; readonly sequence: number } | undefined;
  private readonly networkKeys = new Set<string>();
  /** The key of the network as `access` gave it to `han`; for the key log. */
  networkKeyBytes: Uint8Array | undefined;

  constructor(
    private readonly world: World,
    air: Air,
    wan: Wan,
    hub: Hub,
  ) {
    this.add({ name: "a reading in clear", bytes: Buffer.from(READING_MARK) });
    hub.observe({
      message: (_time, from, to, bytes, length) => this.message(from, to, bytes, length),
      written: (_time, region, _offset, bytes) => this.written(region, bytes),
    });
    air.observe(({ bytes, length }) => this.seen("on the air", bytes, length));
    wan.observe((_time, _from, _to, payload) => this.seen("on the WAN", payload, payload.length));
  }

  add(secret: Secret): void {
    this.index.add(secret);
  }

  /** An OSCORE secret may lie in the flash region of its own session, and nowhere else. */
  addContexts(contexts: readonly { readonly name: string; readonly masterSecret: Uint8Array }[]) {
    for (const { name, masterSecret } of contexts) {
      const region = name === "management" ? name : `${name}-session`;
      this.add({ name: `the ${name} secret`, bytes: masterSecret, regions: [region] });
    }
  }

  /** An install code travels from `manage` to `access`; the link key never leaves `access`. */
  addDevice(kind: string, installCode: Uint8Array, linkKey: Uint8Array): void {
    this.add({
      name: `the install code of the ${kind}`,
      bytes: installCode.slice(0, installCode.length - 2),
      parties: [Party.MANAGE, Party.FIREWALL, Party.ACCESS],
    });
    this.add({ name: `the link key of the ${kind}`, bytes: linkKey, regions: ["credentials"] });
  }

  /** A message of a provider, down or up: no other provider's partition may see it. */
  addMessage(provider: "supplier" | "operator", bytes: Uint8Array): void {
    const start = tellingPiece(bytes);
    if (start < 0) return;
    const esi = provider === "supplier" ? Party.ESI_SUPPLIER : Party.ESI_OPERATOR;
    const secret: Secret = {
      name: `a message of the ${provider}`,
      bytes: bytes.slice(start, start + PIECE_LENGTH),
      parties: [esi, Party.FIREWALL, Party.HAN],
      regions: ["mailbox", `${provider}-outbox`, `${provider}-session`],
    };
    this.add(secret);
  }

  private message(from: number, to: number, bytes: Uint8Array, length: number): void {
    // What comes from flash was looked at when it was written.
    if (from === Party.FLASH) return;
    if (bytes[0] === Operation.NETWORK_SET && from === Party.ACCESS) this.learn(bytes);
    this.index.search(bytes, 0, length, (secret) => {
      const parties = secret.parties ?? [];
      if (parties.includes(from) && parties.includes(to)) return;
      const [sender, receiver] = [partyName(from), partyName(to)];
      find(this.world, this.name, `${secret.name} in a message from ${sender} to ${receiver}`);
    });
  }

  private written(region: number, bytes: Uint8Array): void {
    this.index.search(bytes, 0, bytes.length, (secret) => {
      const { name, owner } = SYSTEM.regions.find(({ id }) => id === region)!;
      if (secret.regions?.includes(name)) return;
      if (secret.name === "a reading in clear" && name.endsWith("-outbox")) return;
      find(this.world, this.name, `${owner} wrote ${secret.name} into the flash region ${name}`);
    });
  }

  private seen(where: string, bytes: Uint8Array, length: number): void {
    this.index.search(bytes, 0, length, (secret) =>
      find(this.world, this.name, `${secret.name} ${where}`),
    );
  }

  /** The network key is a secret from the moment that it exists. */
  private learn(bytes: Uint8Array): void {
    const key = bytes.slice(NetworkSet.KEY, NetworkSet.KEY + 16);
    if (bytes[NetworkSet.USE] === KeyUse.ACTIVE) {
      this.networkKeyBytes = key;
      const sequence = bytes[NetworkSet.KEY_SEQUENCE]!;
      this.networkKeyInUse = { key: Buffer.from(key), sequence };
    }
    const text = Buffer.from(key).toString("hex");
    if (this.networkKeys.has(text)) return;
    this.networkKeys.add(text);
    this.add({
      name: "the network key",
      bytes: key,
      parties: [Party.ACCESS, Party.HAN],
      regions: ["credentials", "network"],
    });
  }
}

function partyName(party: number): string {
  return SYSTEM.partitions.find(({ id }) => id === party)?.name ?? `device ${party}`;
}

/** Where the most varied piece of a message begins; -1: it has none that would tell it. */
function tellingPiece(bytes: Uint8Array): number {
  let best = VARIETY_MIN - 1;
  let start = -1;
  for (let at = 0; at + PIECE_LENGTH <= bytes.length; at++) {
    const variety = new Set(bytes.subarray(at, at + PIECE_LENGTH)).size;
    if (variety <= best) continue;
    best = variety;
    start = at;
  }
  return start;
}
