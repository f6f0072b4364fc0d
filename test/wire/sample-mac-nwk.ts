// Sample frames of the MAC and the network layer.

import { BeaconNetwork, putBeacon, Superframe } from "../../firmware/wire/beacon";
import { Mac } from "../../firmware/wire/mac";
import {
  MacAssociation,
  MacCapability,
  MacDisassociation,
  putAssociationRequest,
  putAssociationResponse,
  putBeaconRequest,
  putDataRequest,
  putDataRequestExtended,
  putDisassociation,
  putOrphan,
  putRealignment,
} from "../../firmware/wire/mac-command";
import { NwkType } from "../../firmware/wire/nwk";
import {
  EndDeviceTimeoutStatus,
  LeaveOptions,
  NetworkStatusCode,
  putEndDeviceTimeoutRequest,
  putEndDeviceTimeoutResponse,
  putLeave,
  putLinkStatus,
  putLinkStatusEntry,
  putNetworkStatus,
  putNetworkUpdate,
  putRejoinRequest,
  putRejoinResponse,
  putRouteReply,
  putRouteRequest,
  RouteRequestOptions,
} from "../../firmware/wire/nwk-command";
import {
  build,
  HUB,
  HUB_EUI64,
  METER,
  METER_EUI64,
  nwkFrame,
  PAN,
  type Put,
  type SampleFrame,
} from "./sample-frames";

const CAPABILITY =
  MacCapability.MAINS_POWERED | MacCapability.RX_ON_WHEN_IDLE | MacCapability.ALLOCATE_ADDRESS;

export function macSamples(): SampleFrame[] {
  return [
    mac("beacon request", (bytes, at) => putBeaconRequest(bytes, at, 1)),
    mac("beacon", (bytes, at) =>
      putBeacon(
        bytes,
        at,
        2,
        PAN,
        HUB,
        Superframe.PAN_COORDINATOR | Superframe.ASSOCIATION_PERMIT,
        BeaconNetwork.ROUTER_CAPACITY | BeaconNetwork.END_DEVICE_CAPACITY,
        HUB_EUI64,
        0,
        5,
      ),
    ),
    mac("association request", (bytes, at) =>
      putAssociationRequest(bytes, at, 3, PAN, HUB, METER_EUI64, 0, CAPABILITY),
    ),
    mac("association response", (bytes, at) =>
      putAssociationResponse(
        bytes,
        at,
        4,
        PAN,
        METER_EUI64,
        0,
        HUB_EUI64,
        0,
        METER,
        MacAssociation.SUCCESS,
      ),
    ),
    mac("association refusal", (bytes, at) =>
      putAssociationResponse(
        bytes,
        at,
        5,
        PAN,
        METER_EUI64,
        0,
        HUB_EUI64,
        0,
        Mac.BROADCAST,
        MacAssociation.PAN_ACCESS_DENIED,
      ),
    ),
    mac("disassociation", (bytes, at) =>
      putDisassociation(
        bytes,
        at,
        6,
        PAN,
        METER_EUI64,
        0,
        HUB_EUI64,
        0,
        MacDisassociation.COORDINATOR_WISHES,
      ),
    ),
    mac("data request", (bytes, at) => putDataRequest(bytes, at, 7, PAN, HUB, METER)),
    mac("data request extended", (bytes, at) =>
      putDataRequestExtended(bytes, at, 8, PAN, HUB, METER_EUI64, 0),
    ),
    mac("orphan", (bytes, at) => putOrphan(bytes, at, 9, METER_EUI64, 0)),
    mac("realignment", (bytes, at) =>
      putRealignment(bytes, at, 10, PAN, METER_EUI64, 0, HUB_EUI64, 0, HUB, 15, METER),
    ),
  ];
}

export function nwkSamples(): SampleFrame[] {
  return [
    nwk("many-to-one route request", true, (bytes, at) =>
      putRouteRequest(bytes, at, RouteRequestOptions.MANY_TO_ONE_RECORD, 1, 0xfffc),
    ),
    nwk("route request", true, (bytes, at) => putRouteRequest(bytes, at, 0, 2, METER)),
    nwk("route reply", true, (bytes, at) => putRouteReply(bytes, at, 1, METER, HUB, 3)),
    nwk("network status", true, (bytes, at) =>
      putNetworkStatus(bytes, at, NetworkStatusCode.ADDRESS_CONFLICT, METER),
    ),
    nwk("leave", true, (bytes, at) => putLeave(bytes, at, LeaveOptions.REQUEST)),
    nwk("rejoin request", false, (bytes, at) => putRejoinRequest(bytes, at, CAPABILITY)),
    nwk("rejoin response", true, (bytes, at) =>
      putRejoinResponse(bytes, at, METER, MacAssociation.SUCCESS),
    ),
    nwk("link status", true, (bytes, at) => {
      const next = putLinkStatusEntry(bytes, putLinkStatus(bytes, at, 2), 0x1111, 1, 3);
      return putLinkStatusEntry(bytes, next, 0x2222, 0, 7);
    }),
    nwk("network update", true, (bytes, at) =>
      putNetworkUpdate(bytes, at, HUB_EUI64, 0, 6, 0x2bbb),
    ),
    nwk("end device timeout request", false, (bytes, at) =>
      putEndDeviceTimeoutRequest(bytes, at, 8),
    ),
    nwk("end device timeout response", true, (bytes, at) =>
      putEndDeviceTimeoutResponse(bytes, at, EndDeviceTimeoutStatus.SUCCESS, 1),
    ),
  ];
}

function mac(name: string, put: Put): SampleFrame {
  return { name: `MAC ${name}`, bytes: build(put) };
}

function nwk(name: string, toMeter: boolean, put: Put): SampleFrame {
  return { name: `NWK ${name}`, bytes: nwkFrame(toMeter, NwkType.COMMAND, put) };
}
