// What the trust centre sends under a device's own link key: the network key and a link key of its
// own, each in an APS Transport-Key command, and the Confirm-Key that ends the exchange.
// @source Zigbee 05-3474-22 sections 4.4.2, 4.4.10.1, 4.4.10.8, 4.5.3; Smart Energy 1.4 section
// 5.4.8.1

import type { CryptoProvider } from "../../../hal/crypto";
import { DerivedKey, deriveKey } from "../../crypto/derived-key";
import { ApsControl, putApsCommand } from "../../wire/aps";
import {
  ApsStatus,
  putConfirmKey,
  putTransportLinkKey,
  putTransportNetworkKey,
} from "../../wire/aps-command";
import { putApsSecurity, sealAps } from "../../wire/aps-security";
import { Auxiliary, KeyIdentifier } from "../../wire/auxiliary";
import type { CredentialStore } from "./credential-store";
import type { DeviceLog } from "./device-log";
import { Scratch } from "./scratch";

export class WrappedKey {
  /** The trust centre's EUI-64, radio order. */
  readonly hub = new Uint8Array(8);
  readonly nonce = new Uint8Array(Auxiliary.NONCE_LENGTH);
  private sequence = 0;

  constructor(
    private readonly crypto: CryptoProvider,
    private readonly store: CredentialStore,
    private readonly log: DeviceLog,
    private readonly scratch: Uint8Array,
    /** Room for two keys: the caller's, and zeros when this is done. */
    private readonly linkKey: Uint8Array,
    private readonly otherKey: Uint8Array,
  ) {}

  /**
   * Writes the network key for a device as a whole APS frame; returns its end.
   * @param counter an APS frame counter that no frame to this device has had, in all three
   * @param isSpread the one that the nodes are to have, else the active one
   * @param isAnew under the key of its install code, whatever it has shown to have since
   */
  putNetworkKey(
    bytes: Uint8Array,
    at: number,
    device: number,
    counter: number,
    isSpread: boolean,
    isAnew: boolean,
  ): number {
    this.log.copyEui64(device, this.scratch, Scratch.EUI64);
    if (isAnew) this.log.copyInstallKey(device, this.linkKey);
    else this.log.copyLinkKey(device, this.linkKey);
    deriveKey(this.crypto, this.linkKey, DerivedKey.KEY_TRANSPORT, this.otherKey);
    const end = putTransportNetworkKey(
      bytes,
      this.begin(bytes, at, KeyIdentifier.KEY_TRANSPORT, counter),
      this.store.networkKeys,
      this.store.keyAt(isSpread),
      this.store.sequenceOf(isSpread),
      this.scratch,
      Scratch.EUI64,
      this.hub,
      0,
    );
    return this.seal(this.otherKey, bytes, at, end);
  }

  /** Writes the link key made for the device, under the key-load key of its present one. */
  putLinkKey(bytes: Uint8Array, at: number, device: number, counter: number): number {
    this.log.copyEui64(device, this.scratch, Scratch.EUI64);
    const command = this.begin(bytes, at, KeyIdentifier.KEY_LOAD, counter);
    this.log.copyUniqueKey(device, this.linkKey);
    const end = putTransportLinkKey(
      bytes,
      command,
      this.linkKey,
      0,
      this.scratch,
      Scratch.EUI64,
      this.hub,
      0,
    );
    this.log.copyLinkKey(device, this.linkKey);
    deriveKey(this.crypto, this.linkKey, DerivedKey.KEY_LOAD, this.otherKey);
    return this.seal(this.otherKey, bytes, at, end);
  }

  /** Writes that the device has the right link key, under that key. */
  putConfirmation(bytes: Uint8Array, at: number, device: number, counter: number): number {
    this.log.copyEui64(device, this.scratch, Scratch.EUI64);
    const command = this.begin(bytes, at, KeyIdentifier.DATA, counter);
    const end = putConfirmKey(bytes, command, ApsStatus.SUCCESS, this.scratch, Scratch.EUI64);
    this.log.copyLinkKey(device, this.linkKey);
    return this.seal(this.linkKey, bytes, at, end);
  }

  private begin(bytes: Uint8Array, at: number, key: KeyIdentifier, counter: number): number {
    this.sequence = (this.sequence + 1) & 0xff;
    const security = putApsCommand(bytes, at, ApsControl.SECURED, this.sequence);
    return putApsSecurity(bytes, security, key, counter, this.hub, 0);
  }

  private seal(key: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
    const sealed = sealAps(this.crypto, key, this.nonce, bytes, at, end);
    this.linkKey.fill(0);
    this.otherKey.fill(0);
    return sealed;
  }
}
