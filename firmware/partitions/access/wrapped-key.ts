// The network key as it travels to a joining node: an APS Transport-Key command, secured with the
// key-transport key of the node's own link key, which is that of its install code.
// @source Zigbee 05-3474-22 sections 4.4.2, 4.4.10.1, 4.5.3; Smart Energy 1.4 section 5.4.8.1

import type { CryptoProvider } from "../../../hal/crypto";
import { DerivedKey, deriveKey } from "../../crypto/derived-key";
import { ApsControl, putApsCommand } from "../../wire/aps";
import { putTransportNetworkKey } from "../../wire/aps-command";
import { putApsSecurity, sealAps } from "../../wire/aps-security";
import { Auxiliary, KeyIdentifier } from "../../wire/auxiliary";
import type { CredentialStore } from "./credential-store";
import type { DeviceLog } from "./device-log";
import { Scratch } from "./scratch";

export class WrappedKey {
  private readonly nonce = new Uint8Array(Auxiliary.NONCE_LENGTH);
  private sequence = 0;

  constructor(
    private readonly crypto: CryptoProvider,
    private readonly store: CredentialStore,
    private readonly log: DeviceLog,
    private readonly scratch: Uint8Array,
    /** Room for two keys: the caller's, and zeros when this is done. */
    private readonly linkKey: Uint8Array,
    private readonly transportKey: Uint8Array,
  ) {}

  /**
   * Writes the whole APS frame for a device; returns its end.
   * @param hub the trust centre's EUI-64, radio order
   * @param counter an APS frame counter that no frame to this device has had
   */
  put(bytes: Uint8Array, at: number, device: number, hub: Uint8Array, counter: number): number {
    this.log.copyEui64(device, this.scratch, Scratch.EUI64);
    this.log.copyLinkKey(device, this.linkKey);
    deriveKey(this.crypto, this.linkKey, DerivedKey.KEY_TRANSPORT, this.transportKey);
    this.sequence = (this.sequence + 1) & 0xff;
    const security = putApsCommand(bytes, at, ApsControl.SECURED, this.sequence);
    const command = putApsSecurity(bytes, security, KeyIdentifier.KEY_TRANSPORT, counter, hub, 0);
    const end = putTransportNetworkKey(
      bytes,
      command,
      this.store.networkKey,
      0,
      this.store.keySequence,
      this.scratch,
      Scratch.EUI64,
      hub,
      0,
    );
    const sealed = sealAps(this.crypto, this.transportKey, this.nonce, bytes, at, end);
    this.linkKey.fill(0);
    this.transportKey.fill(0);
    return sealed;
  }
}
