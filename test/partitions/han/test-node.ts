// A node for tests: associates, unwraps the network key, sends secured frames, sleeps or not.

import { DerivedKey, deriveKey } from "../../../firmware/crypto/derived-key";
import { installCodeLinkKey } from "../../../firmware/crypto/install-code";
import { apsIsSecured } from "../../../firmware/wire/aps";
import { TransportNetworkKey } from "../../../firmware/wire/aps-command";
import { apsSecuredPayloadAt, openAps } from "../../../firmware/wire/aps-security";
import { crc16 } from "../../../firmware/wire/crc16";
import {
  Mac,
  MacControl,
  MacType,
  macPayloadAt,
  macType,
  putMacData,
} from "../../../firmware/wire/mac";
import {
  associationShort,
  associationStatus,
  MacCommand,
  macCommand,
  putAssociationRequest,
  putDataRequest,
  putDataRequestExtended,
} from "../../../firmware/wire/mac-command";
import {
  Nwk,
  NwkControl,
  NwkType,
  nwkHeaderEnd,
  nwkIsSecured,
  nwkType,
  putNwk,
} from "../../../firmware/wire/nwk";
import {
  nwkSecuredPayloadAt,
  openNwk,
  putNwkSecurity,
  sealNwk,
} from "../../../firmware/wire/nwk-security";
import { HUB_EUI64 } from "./fake-coprocessor";
import { type Bench, crypto } from "./fixture";

export class TestNode {
  short = -1;
  status = -1;
  key: Uint8Array | undefined;
  keySequence = 0;
  counter = 0;
  sequence = 0;
  nwkSequence = 0;
  /** Secured NWK payloads that it opened. */
  readonly got: { readonly isCommand: boolean; readonly payload: Uint8Array }[] = [];
  readonly linkKey = new Uint8Array(16);
  capability: number;
  readonly code: Uint8Array;

  constructor(
    readonly bench: Bench,
    readonly eui64: Uint8Array,
    readonly sleeps: boolean,
    secret = 0x42,
  ) {
    this.capability = sleeps ? 0x80 : 0x8c;
    this.code = installCode(secret);
    installCodeLinkKey(crypto, this.code, 0, this.code.length, this.linkKey);
    const before = bench.radio.heard;
    bench.radio.heard = (psdu) => {
      before(psdu);
      this.hear(psdu);
    };
  }

  get pan(): number {
    return this.bench.han.store.identity.panId;
  }

  /** The whole way in; true: it has the network key. */
  join(): boolean {
    if (!this.takeKey()) return false;
    this.announce();
    this.bench.run(50);
    return true;
  }

  /** It asks to be let in and fetches the network key; it has said nothing under it yet. */
  takeKey(): boolean {
    this.associate();
    this.bench.run(490);
    this.pollExtended();
    this.bench.run(20);
    if (this.status !== 0) return false;
    this.poll();
    this.bench.run(20);
    return this.key !== undefined;
  }

  associate(): void {
    const bytes = new Uint8Array(64);
    const end = putAssociationRequest(
      bytes,
      0,
      this.next(),
      this.pan,
      0,
      this.eui64,
      0,
      this.capability,
    );
    this.bench.hear(bytes.slice(0, end));
  }

  pollExtended(): void {
    const bytes = new Uint8Array(64);
    const end = putDataRequestExtended(bytes, 0, this.next(), this.pan, 0, this.eui64, 0);
    this.bench.hear(bytes.slice(0, end));
  }

  poll(): void {
    const bytes = new Uint8Array(64);
    this.bench.hear(bytes.slice(0, putDataRequest(bytes, 0, this.next(), this.pan, 0, this.short)));
  }

  /** Its first secured frame: to everybody, a device announcement. */
  announce(): void {
    this.bench.hear(this.secured(Uint8Array.from([0x08, 0, 0x13, 0, 0, 0, 0, 1]), 0xfffd));
  }

  /** A secured frame, as it goes on the air. */
  secured(
    payload: Uint8Array,
    destination = 0,
    type = NwkType.DATA,
    counter = this.counter++,
  ): Uint8Array {
    const nwk = new Uint8Array(128);
    const at = putNwk(
      nwk,
      0,
      type | NwkControl.SECURED,
      destination,
      this.short,
      30,
      this.nwkSequence++ & 0xff,
    );
    const body = putNwkSecurity(nwk, at, counter, this.eui64, 0, this.keySequence);
    nwk.set(payload, body);
    const key = this.key ?? new Uint8Array(16);
    return this.framed(
      nwk,
      sealNwk(crypto, key, new Uint8Array(13), nwk, 0, body + payload.length),
    );
  }

  /** A NWK frame without security. */
  unsecured(payload: Uint8Array, type = NwkType.DATA, extended = false): Uint8Array {
    const nwk = new Uint8Array(128);
    const flags = extended ? NwkControl.EXTENDED_SOURCE : 0;
    let at = putNwk(
      nwk,
      0,
      type | flags,
      0,
      Math.max(this.short, 1),
      30,
      this.nwkSequence++ & 0xff,
    );
    if (extended) {
      nwk.set(this.eui64, at);
      at += 8;
    }
    nwk.set(payload, at);
    return this.framed(nwk, at + payload.length);
  }

  framed(nwk: Uint8Array, length: number): Uint8Array {
    const bytes = new Uint8Array(128);
    const short = Math.max(this.short, 1);
    const at = putMacData(
      bytes,
      0,
      this.next(),
      this.pan,
      Nwk.COORDINATOR,
      short,
      MacControl.ACK_REQUEST,
    );
    bytes.set(nwk.subarray(0, length), at);
    return bytes.slice(0, at + length);
  }

  private hear(psdu: Uint8Array): void {
    const bytes = psdu.slice();
    if (macType(bytes, 0) === MacType.COMMAND) this.hearCommand(bytes);
    else if (macType(bytes, 0) === MacType.DATA && (bytes[5]! | (bytes[6]! << 8)) === this.short) {
      this.hearData(bytes.slice(macPayloadAt(bytes, 0)));
    }
  }

  private hearCommand(bytes: Uint8Array): void {
    if (macCommand(bytes, 0) !== MacCommand.ASSOCIATION_RESPONSE) return;
    if (!this.eui64.every((byte, i) => bytes[5 + i] === byte)) return;
    this.status = associationStatus(bytes, 0);
    if (this.status === 0) this.short = associationShort(bytes, 0);
    else if (associationShort(bytes, 0) !== Mac.BROADCAST)
      throw new Error("refused with an address");
  }

  private hearData(nwk: Uint8Array): void {
    if (nwkIsSecured(nwk, 0)) {
      if (this.key === undefined) return;
      if (!openNwk(crypto, this.key, new Uint8Array(13), nwk, 0, nwk.length)) return;
      const payload = nwk.slice(nwkSecuredPayloadAt(nwk, 0), nwk.length - 4);
      this.got.push({ isCommand: nwkType(nwk, 0) === NwkType.COMMAND, payload });
      return;
    }
    const aps = nwk.slice(nwkHeaderEnd(nwk, 0));
    if (!apsIsSecured(aps, 0)) throw new Error("a key in clear");
    const transport = new Uint8Array(16);
    deriveKey(crypto, this.linkKey, DerivedKey.KEY_TRANSPORT, transport);
    const nonce = new Uint8Array(13);
    if (!openAps(crypto, transport, nonce, aps, 0, aps.length, HUB_EUI64, 0)) return;
    const at = apsSecuredPayloadAt(aps, 0);
    this.key = aps.slice(at + TransportNetworkKey.KEY, at + TransportNetworkKey.KEY + 16);
    this.keySequence = aps[at + TransportNetworkKey.SEQUENCE]!;
  }

  private next(): number {
    return this.sequence++ & 0xff;
  }
}

/** Sixteen bytes and their CRC. */
export function installCode(secret: number): Uint8Array {
  const code = new Uint8Array(18);
  for (let i = 0; i < 16; i++) code[i] = secret + i * 7;
  const crc = crc16(code, 0, 16);
  code[16] = crc & 0xff;
  code[17] = crc >> 8;
  return code;
}

export function eui64Of(last: number): Uint8Array {
  return Uint8Array.from([last, 0, 0, 0, 0, 0x12, 0x4b, 0]);
}
