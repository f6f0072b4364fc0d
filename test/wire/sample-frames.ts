// One frame of every kind that the HAN's codecs write, from end to end: MAC, NWK, APS, device
// profile, ZCL. Other decoders judge them; fuzzing starts from them.

import { DerivedKey, deriveKey } from "../../firmware/crypto/derived-key";
import {
  ApsControl,
  ApsFragment,
  Profile,
  putApsAck,
  putApsAckBlocks,
  putApsBroadcast,
  putApsCommand,
  putApsCommandAck,
  putApsData,
  putApsFragment,
} from "../../firmware/wire/aps";
import {
  ApsStatus,
  putConfirmKey,
  putRemoveDevice,
  putRequestKey,
  putSwitchKey,
  putTransportLinkKey,
  putTransportNetworkKey,
  putTunnel,
  putUpdateDevice,
  putVerifyKey,
  UpdateDeviceStatus,
} from "../../firmware/wire/aps-command";
import { putApsSecurity, sealAps } from "../../firmware/wire/aps-security";
import { KeyIdentifier } from "../../firmware/wire/auxiliary";
import { MacControl, putMacData } from "../../firmware/wire/mac";
import { Nwk, NwkControl, NwkType, putNwk, putNwkExtended } from "../../firmware/wire/nwk";
import { putNwkSecurity, sealNwk } from "../../firmware/wire/nwk-security";
import { putZcl, ZclControl } from "../../firmware/wire/zcl";
import { nodeCrypto } from "../../hal/node/crypto";
import { hex } from "../hex";

export interface SampleFrame {
  readonly name: string;
  /** The MAC frame without its check sequence. */
  readonly bytes: Uint8Array;
}

/** Writes a payload at `at`; returns its end. */
export type Put = (bytes: Uint8Array, at: number) => number;

export const PAN = 0x1aaa;
export const METER = 0x4321;
export const HUB = Nwk.COORDINATOR;
export const HUB_EUI64 = hex("0102030405060708");
export const METER_EUI64 = hex("a1a2a3a4a5a6a7a8");
export const NETWORK_KEY = hex("01030507090b0d0f00020406080a0c0d");
export const LINK_KEY = hex("66b6900981e1ee3ca4206b6b861c02bb");

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);
let counter = 0;

/** A MAC data frame between hub and meter around a payload. */
export function macFrame(toMeter: boolean, put: Put): Uint8Array {
  return build((bytes, at) => {
    const [to, from] = toMeter ? [METER, HUB] : [HUB, METER];
    return put(bytes, putMacData(bytes, at, ++counter, PAN, to, from, MacControl.ACK_REQUEST));
  });
}

/** A NWK frame under the network key. */
export function nwkFrame(toMeter: boolean, type: NwkType, put: Put): Uint8Array {
  return macFrame(toMeter, (bytes, start) => {
    const [to, from] = toMeter ? [METER, HUB] : [HUB, METER];
    const flags = type | NwkControl.SECURED | NwkControl.EXTENDED_SOURCE;
    const source = toMeter ? HUB_EUI64 : METER_EUI64;
    let at = putNwk(bytes, start, flags, to, from, Nwk.RADIUS_DEFAULT, ++counter);
    at = putNwkExtended(bytes, at, source, 0);
    at = putNwkSecurity(bytes, at, ++counter, source, 0, 0);
    return sealNwk(crypto, NETWORK_KEY, nonce, bytes, start, put(bytes, at));
  });
}

/** An APS frame in a secured NWK frame. */
export function apsFrame(toMeter: boolean, put: Put): Uint8Array {
  return nwkFrame(toMeter, NwkType.DATA, put);
}

/** APS data between endpoints 1 under the Smart Energy profile. */
export function dataFrame(toMeter: boolean, cluster: number, put: Put): Uint8Array {
  return apsFrame(toMeter, (bytes, at) => {
    const flags = ApsControl.ACK_REQUEST;
    return put(bytes, putApsData(bytes, at, flags, 1, cluster, Profile.SMART_ENERGY, 1, ++counter));
  });
}

/** ZCL; the hub is the cluster's client when `fromServer` is the meter's direction. */
export function zclFrame(
  toMeter: boolean,
  cluster: number,
  control: number,
  command: number,
  put: Put,
): Uint8Array {
  return dataFrame(toMeter, cluster, (bytes, at) =>
    put(bytes, putZcl(bytes, at, control, ++counter, command)),
  );
}

/** Device profile: endpoints 0. */
export function zdoFrame(toMeter: boolean, cluster: number, put: Put): Uint8Array {
  return apsFrame(toMeter, (bytes, at) =>
    put(bytes, putApsData(bytes, at, 0, 0, cluster, Profile.ZDO, 0, ++counter)),
  );
}

/** An APS command under the network key alone. */
export function commandFrame(toMeter: boolean, put: Put): Uint8Array {
  return apsFrame(toMeter, (bytes, at) => put(bytes, putApsCommand(bytes, at, 0, ++counter)));
}

/** The APS frame with the network key as `access` makes it: under the key-transport key. */
export function putWrappedNetworkKey(bytes: Uint8Array, start: number): number {
  const key = new Uint8Array(16);
  deriveKey(crypto, LINK_KEY, DerivedKey.KEY_TRANSPORT, key);
  let at = putApsCommand(bytes, start, ApsControl.SECURED, ++counter);
  at = putApsSecurity(bytes, at, KeyIdentifier.KEY_TRANSPORT, ++counter, HUB_EUI64, 0);
  at = putTransportNetworkKey(bytes, at, NETWORK_KEY, 0, 0, METER_EUI64, 0, HUB_EUI64, 0);
  return sealAps(crypto, key, nonce, bytes, start, at);
}

/** Transport-Key to a node that has no network key yet. */
export function joiningFrame(put: Put = putWrappedNetworkKey): Uint8Array {
  return macFrame(true, (bytes, at) =>
    put(bytes, putNwk(bytes, at, NwkType.DATA, METER, HUB, 1, ++counter)),
  );
}

export function apsSamples(): SampleFrame[] {
  return [
    { name: "APS transport network key", bytes: joiningFrame() },
    {
      name: "APS transport link key",
      bytes: commandFrame(true, (bytes, at) =>
        putTransportLinkKey(bytes, at, LINK_KEY, 0, METER_EUI64, 0, HUB_EUI64, 0),
      ),
    },
    {
      name: "APS update device",
      bytes: commandFrame(false, (bytes, at) =>
        putUpdateDevice(bytes, at, METER_EUI64, 0, METER, UpdateDeviceStatus.UNSECURED_JOIN),
      ),
    },
    {
      name: "APS remove device",
      bytes: commandFrame(true, (bytes, at) => putRemoveDevice(bytes, at, METER_EUI64, 0)),
    },
    { name: "APS request key", bytes: commandFrame(false, putRequestKey) },
    {
      name: "APS switch key",
      bytes: commandFrame(true, (bytes, at) => putSwitchKey(bytes, at, 1)),
    },
    {
      name: "APS verify key",
      bytes: commandFrame(false, (bytes, at) =>
        putVerifyKey(bytes, at, METER_EUI64, 0, new Uint8Array(16)),
      ),
    },
    {
      name: "APS confirm key",
      bytes: commandFrame(true, (bytes, at) =>
        putConfirmKey(bytes, at, ApsStatus.SUCCESS, METER_EUI64, 0),
      ),
    },
    {
      name: "APS tunnel",
      bytes: commandFrame(true, (bytes, at) =>
        putWrappedNetworkKey(bytes, putTunnel(bytes, at, METER_EUI64, 0)),
      ),
    },
    { name: "APS acknowledgement", bytes: ackFrame((_bytes, _at, end) => end) },
    {
      name: "APS acknowledgement of fragments",
      bytes: ackFrame((bytes, at) => putApsAckBlocks(bytes, at, 2, 0x01)),
    },
    {
      name: "APS command acknowledgement",
      bytes: apsFrame(true, (bytes, at) => putApsCommandAck(bytes, at, 9)),
    },
    { name: "APS first fragment", bytes: fragment(ApsFragment.FIRST, 3) },
    { name: "APS later fragment", bytes: fragment(ApsFragment.LATER, 2) },
    {
      name: "APS broadcast",
      bytes: apsFrame(
        true,
        (bytes, at) =>
          putZcl(
            bytes,
            putApsBroadcast(bytes, at, 0xff, 0x000a, Profile.SMART_ENERGY, 1, ++counter),
            ZclControl.NO_DEFAULT_RESPONSE,
            1,
            0x0c,
          ) + 3,
      ),
    },
  ];
}

/** @returns the frame of bytes that `put` wrote from 0 on */
export function build(put: Put): Uint8Array {
  const bytes = new Uint8Array(256);
  return bytes.slice(0, put(bytes, 0));
}

function ackFrame(put: (bytes: Uint8Array, at: number, end: number) => number): Uint8Array {
  return apsFrame(true, (bytes, at) => {
    const data = build((frame, start) =>
      putApsData(frame, start, 0, 1, 0x0702, Profile.SMART_ENERGY, 2, 77),
    );
    return put(bytes, at, putApsAck(bytes, at, data, 0));
  });
}

function fragment(kind: ApsFragment, block: number): Uint8Array {
  return apsFrame(true, (bytes, at) => {
    putApsData(bytes, at, ApsControl.ACK_REQUEST, 1, 0x0704, Profile.SMART_ENERGY, 1, 78);
    const payload = putApsFragment(bytes, at, kind, block);
    for (let i = 0; i < 40; i++) bytes[payload + i] = i;
    return payload + 40;
  });
}
