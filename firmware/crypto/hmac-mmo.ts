// HMAC over the Matyas-Meyer-Oseas hash: Zigbee's keyed hash.
// @source Zigbee 05-3474-22 annex B.1.4; FIPS 198

import type { CryptoProvider } from "../../hal/crypto";
import { Mmo, MmoState } from "./aes-mmo";

const enum Pad {
  INNER = 0x36,
  OUTER = 0x5c,
}

/** The keyed hash under a 16-byte key, byte by byte, into `mac`, 16 bytes. */
export class HmacMmo {
  private readonly state: MmoState;

  constructor(
    crypto: CryptoProvider,
    private readonly key: Uint8Array,
    mac: Uint8Array,
  ) {
    this.state = new MmoState(crypto, mac);
    this.pushKey(Pad.INNER);
  }

  push(byte: number): void {
    this.state.push(byte);
  }

  finish(): void {
    this.state.finish();
    this.state.again();
    this.pushKey(Pad.OUTER);
    this.state.pushLast();
    this.state.finish();
  }

  private pushKey(pad: Pad): void {
    for (let i = 0; i < Mmo.LENGTH; i++) this.state.push(this.key[i]! ^ pad);
  }
}
