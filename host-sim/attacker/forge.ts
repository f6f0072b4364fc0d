// Frames as an attacker makes them: nothing in them need be true.

import { BROADCAST, encodeMac, MacCommand, MacType } from "../devices/zigbee/mac-frame";
import { encodeNwk, type NwkFrame, type NwkSecurity, NwkType } from "../devices/zigbee/nwk-frame";
import type { Scene } from "./scene";

/** A NWK frame inside a MAC frame between two short addresses. */
function dataFrame(
  scene: Scene,
  source: number,
  destination: number,
  nwk: Buffer,
): Buffer | undefined {
  const panId = scene.network?.panId;
  if (panId === undefined) return undefined;
  return encodeMac({
    type: MacType.DATA,
    sequence: scene.nextSequence,
    ackRequest: false,
    pending: false,
    destinationPan: panId,
    destination,
    sourcePan: panId,
    source,
    payload: nwk,
  });
}

interface ForgedNwk {
  readonly type?: NwkType;
  readonly source: number;
  readonly destination: number;
  readonly sourceEui64?: bigint | undefined;
  readonly payload: Buffer;
}

/** @param security undefined: in clear */
function forgedNwk(scene: Scene, frame: ForgedNwk, security?: NwkSecurity): Buffer {
  const whole: NwkFrame = {
    type: frame.type ?? NwkType.DATA,
    destination: frame.destination,
    source: frame.source,
    radius: 30,
    sequence: scene.random.below(256),
    destinationEui64: undefined,
    sourceEui64: frame.sourceEui64,
    endDeviceInitiator: false,
    payload: frame.payload,
  };
  return encodeNwk(whole, security);
}

/** Says a forged frame to its destination, or to all. */
export function sayForged(scene: Scene, frame: ForgedNwk, security?: NwkSecurity): void {
  const isForAll = frame.destination >= 0xfff8;
  const nwk = forgedNwk(scene, frame, security);
  const mac = dataFrame(scene, frame.source, isForAll ? BROADCAST : frame.destination, nwk);
  if (mac !== undefined) scene.say(mac);
}

export function beaconRequest(scene: Scene): Buffer {
  return encodeMac({
    type: MacType.COMMAND,
    sequence: scene.nextSequence,
    ackRequest: false,
    pending: false,
    destinationPan: BROADCAST,
    destination: BROADCAST,
    sourcePan: undefined,
    source: undefined,
    payload: Buffer.from([MacCommand.BEACON_REQUEST]),
  });
}

export function associationRequest(scene: Scene, panId: number, eui64: bigint): Buffer {
  const LISTENS = 0x8c;
  return commandFrame(scene, panId, eui64, [MacCommand.ASSOCIATION_REQUEST, LISTENS]);
}

export function dataRequest(scene: Scene, panId: number, address: bigint | number): Buffer {
  return commandFrame(scene, panId, address, [MacCommand.DATA_REQUEST]);
}

function commandFrame(
  scene: Scene,
  panId: number,
  source: bigint | number,
  payload: readonly number[],
): Buffer {
  const isJoining = payload[0] === MacCommand.ASSOCIATION_REQUEST;
  return encodeMac({
    type: MacType.COMMAND,
    sequence: scene.nextSequence,
    ackRequest: true,
    pending: false,
    destinationPan: panId,
    destination: 0,
    sourcePan: isJoining ? BROADCAST : panId,
    source,
    payload: Buffer.from(payload),
  });
}

/** An EUI-64 that nobody in the house has. */
export function strangerEui64(scene: Scene): bigint {
  return 0x00158d0000000000n + BigInt(scene.random.u32());
}
