// Sample frames of the device profile and of the clusters.

import { Basic } from "../../firmware/wire/clusters/basic";
import {
  IntervalPeriod,
  Metering,
  MeteringGenerated,
  MeteringReceived,
  NotificationFlag,
} from "../../firmware/wire/clusters/metering";
import {
  IntervalChannel,
  ProfileStatus,
  putConfigureMirror,
  putGetProfile,
  putGetProfileResponse,
  putGetSampledData,
  putMirrorReportResponse,
  putProfileInterval,
  putRequestMirrorResponse,
} from "../../firmware/wire/clusters/metering-command";
import { Time } from "../../firmware/wire/clusters/time";
import {
  putRequestTunnel,
  putRequestTunnelResponse,
  putSupported,
  putTransferError,
  putTunnelId,
  putTunnelLeft,
  TransferError,
  TunnelGenerated,
  TunnelProtocol,
  TunnelReceived,
  TunnelStatus,
} from "../../firmware/wire/clusters/tunnelling";
import { writeU16 } from "../../firmware/wire/little-endian";
import {
  Cluster,
  putDefaultResponse,
  ZclCommand,
  ZclControl,
  ZclStatus,
} from "../../firmware/wire/zcl";
import {
  putReadFailure,
  putReadRecord,
  putReadString,
  putRecord,
  putReporting,
  putWriteStatus,
} from "../../firmware/wire/zcl-attribute";
import { ZclType } from "../../firmware/wire/zcl-type";
import {
  LogicalType,
  putClusters,
  putDeviceAnnounce,
  putIeeeAddressRequest,
  putInterestRequest,
  putLeaveRequest,
  putLqiRequest,
  putMatchRequest,
  putNwkAddressRequest,
  putPermitJoiningRequest,
  putSimpleDescriptorRequest,
  SmartEnergyDevice,
  Zdo,
  ZdoCluster,
  ZdoStatus,
} from "../../firmware/wire/zdo";
import {
  putChannelChange,
  putChild,
  putParentAnnounce,
  putParentAnnounceResponse,
  ZdoNetworkCluster,
} from "../../firmware/wire/zdo-network";
import {
  putAddressResponse,
  putEndpoints,
  putInterestFailure,
  putLqiResponse,
  putNeighbour,
  putNodeDescriptor,
  putSimpleDescriptor,
  putZdoStatus,
} from "../../firmware/wire/zdo-response";
import {
  dataFrame,
  HUB,
  HUB_EUI64,
  METER,
  METER_EUI64,
  type Put,
  type SampleFrame,
  zclFrame,
  zdoFrame,
} from "./sample-frames";

const SERVER = ZclControl.FROM_SERVER;
const OWN = ZclControl.CLUSTER;

/** What routers and the network manager say of the network. */
export function zdoNetworkSamples(): SampleFrame[] {
  return [
    zdo("Parent_annce", ZdoNetworkCluster.PARENT_ANNOUNCE, (b, at) =>
      putChild(b, putParentAnnounce(b, at, 11, 1), METER_EUI64, 0),
    ),
    zdo("Parent_annce_rsp", ZdoNetworkCluster.PARENT_ANNOUNCE_RESPONSE, (b, at) =>
      putChild(b, putParentAnnounceResponse(b, at, 11, 1), METER_EUI64, 0),
    ),
    zdo("Mgmt_NWK_Update_req", ZdoNetworkCluster.MANAGEMENT_NETWORK_UPDATE, (b, at) =>
      putChannelChange(b, at, 12, 20, 3),
    ),
  ];
}

export function zdoSamples(): SampleFrame[] {
  const response = Zdo.RESPONSE;
  return [
    zdo("NWK_addr_req", ZdoCluster.NWK_ADDRESS, (b, at) =>
      putNwkAddressRequest(b, at, 1, METER_EUI64, 0),
    ),
    zdo("NWK_addr_rsp", ZdoCluster.NWK_ADDRESS | response, (b, at) =>
      putAddressResponse(b, at, 1, ZdoStatus.SUCCESS, METER_EUI64, 0, METER),
    ),
    zdo("IEEE_addr_req", ZdoCluster.IEEE_ADDRESS, (b, at) =>
      putIeeeAddressRequest(b, at, 2, METER),
    ),
    zdo("IEEE_addr_rsp", ZdoCluster.IEEE_ADDRESS | response, (b, at) =>
      putAddressResponse(b, at, 2, ZdoStatus.SUCCESS, METER_EUI64, 0, METER),
    ),
    zdo("Node_Desc_req", ZdoCluster.NODE_DESCRIPTOR, (b, at) =>
      putInterestRequest(b, at, 3, METER),
    ),
    zdo("Node_Desc_rsp", ZdoCluster.NODE_DESCRIPTOR | response, (b, at) =>
      putNodeDescriptor(b, at, 3, HUB, LogicalType.COORDINATOR, 0x8f, 0x1234, 0x0400, 0x0001),
    ),
    zdo("Simple_Desc_req", ZdoCluster.SIMPLE_DESCRIPTOR, (b, at) =>
      putSimpleDescriptorRequest(b, at, 4, METER, 1),
    ),
    zdo("Simple_Desc_rsp", ZdoCluster.SIMPLE_DESCRIPTOR | response, (b, at) =>
      putSimpleDescriptor(
        b,
        at,
        4,
        HUB,
        1,
        0x0109,
        SmartEnergyDevice.ENERGY_SERVICE_INTERFACE,
        [Cluster.BASIC, Cluster.TIME, Cluster.TUNNELLING],
        [Cluster.METERING],
      ),
    ),
    zdo("Active_EP_req", ZdoCluster.ACTIVE_ENDPOINTS, (b, at) =>
      putInterestRequest(b, at, 5, METER),
    ),
    zdo("Active_EP_rsp", ZdoCluster.ACTIVE_ENDPOINTS | response, (b, at) =>
      putEndpoints(b, at, 5, HUB, [1, 10]),
    ),
    zdo("Active_EP_rsp failed", ZdoCluster.ACTIVE_ENDPOINTS | response, (b, at) =>
      putInterestFailure(b, at, 5, ZdoStatus.DEVICE_NOT_FOUND, METER),
    ),
    zdo("Match_Desc_req", ZdoCluster.MATCH_DESCRIPTOR, (b, at) => {
      const next = putMatchRequest(b, at, 6, HUB, 0x0109);
      return putClusters(b, putClusters(b, next, [Cluster.TIME]), [Cluster.METERING]);
    }),
    zdo("Match_Desc_rsp", ZdoCluster.MATCH_DESCRIPTOR | response, (b, at) =>
      putEndpoints(b, at, 6, HUB, [1]),
    ),
    zdo("Device_annce", ZdoCluster.DEVICE_ANNOUNCE, (b, at) =>
      putDeviceAnnounce(b, at, 7, METER, METER_EUI64, 0, 0x8c),
    ),
    zdo("Mgmt_Lqi_req", ZdoCluster.MANAGEMENT_LQI, (b, at) => putLqiRequest(b, at, 8, 0)),
    zdo("Mgmt_Lqi_rsp", ZdoCluster.MANAGEMENT_LQI | response, (b, at) =>
      putNeighbour(
        b,
        putLqiResponse(b, at, 8, 1, 0, 1),
        HUB_EUI64,
        0,
        METER_EUI64,
        0,
        METER,
        0x16,
        1,
        200,
      ),
    ),
    zdo("Mgmt_Leave_req", ZdoCluster.MANAGEMENT_LEAVE, (b, at) =>
      putLeaveRequest(b, at, 9, METER_EUI64, 0, 0),
    ),
    zdo("Mgmt_Leave_rsp", ZdoCluster.MANAGEMENT_LEAVE | response, (b, at) =>
      putZdoStatus(b, at, 9, ZdoStatus.NOT_AUTHORIZED),
    ),
    zdo("Mgmt_Permit_Joining_req", ZdoCluster.MANAGEMENT_PERMIT_JOINING, (b, at) =>
      putPermitJoiningRequest(b, at, 10, 180),
    ),
    zdo("Mgmt_Permit_Joining_rsp", ZdoCluster.MANAGEMENT_PERMIT_JOINING | response, (b, at) =>
      putZdoStatus(b, at, 10, ZdoStatus.SUCCESS),
    ),
  ];
}

export function zclSamples(): SampleFrame[] {
  return [
    zcl("read", true, Cluster.METERING, 0, ZclCommand.READ, (b, at) => {
      writeU16(b, at, Metering.CURRENT_SUMMATION_DELIVERED);
      writeU16(b, at + 2, Metering.MULTIPLIER);
      return at + 4;
    }),
    zcl("read response", false, Cluster.METERING, SERVER, ZclCommand.READ_RESPONSE, (b, at) => {
      const summation = Metering.CURRENT_SUMMATION_DELIVERED;
      const next = putReadRecord(b, at, summation, ZclType.UINT48, 123_456_789_012);
      return putReadFailure(b, next, Metering.SITE_ID, ZclStatus.UNSUPPORTED_ATTRIBUTE);
    }),
    zcl("read response text", true, Cluster.BASIC, SERVER, ZclCommand.READ_RESPONSE, (b, at) => {
      const text = Uint8Array.from("Heddle", (letter) => letter.charCodeAt(0));
      const type = ZclType.CHARACTER_STRING;
      return putReadString(b, at, Basic.MODEL_IDENTIFIER, type, text, 0, text.length);
    }),
    zcl("report", false, Cluster.METERING, SERVER, ZclCommand.REPORT, putReading),
    zcl("write", true, Cluster.TIME, 0, ZclCommand.WRITE, (b, at) =>
      putRecord(b, at, Time.TIME_ZONE, ZclType.INT32, -3600),
    ),
    zcl("write response", false, Cluster.TIME, SERVER, ZclCommand.WRITE_RESPONSE, (b, at) =>
      putWriteStatus(b, at, ZclStatus.READ_ONLY, Time.TIME_ZONE),
    ),
    zcl("configure reporting", true, Cluster.METERING, 0, ZclCommand.CONFIGURE_REPORTING, (b, at) =>
      putReporting(b, at, Metering.INSTANTANEOUS_DEMAND, ZclType.INT24, 10, 60, 5),
    ),
    zcl("discover", true, Cluster.METERING, 0, ZclCommand.DISCOVER, (b, at) => {
      writeU16(b, at, 0);
      b[at + 2] = 10;
      return at + 3;
    }),
    {
      name: "ZCL default response",
      bytes: dataFrame(true, Cluster.METERING, (b, at) =>
        putDefaultResponse(b, at, false, 9, ZclCommand.REPORT, ZclStatus.SUCCESS),
      ),
    },
    ...meteringSamples(),
    ...tunnelSamples(),
  ];
}

function meteringSamples(): SampleFrame[] {
  const cluster = Cluster.METERING;
  return [
    zcl("GetProfile", true, cluster, OWN, MeteringReceived.GET_PROFILE, (b, at) =>
      putGetProfile(b, at, IntervalChannel.DELIVERED, 800_000_000, 3),
    ),
    zcl(
      "GetProfileResponse",
      false,
      cluster,
      OWN | SERVER,
      MeteringGenerated.GET_PROFILE_RESPONSE,
      (b, at) => {
        const period = IntervalPeriod.MINUTES_30;
        let end = putGetProfileResponse(b, at, 800_000_000, ProfileStatus.SUCCESS, period, 3);
        for (const value of [111, 222, 0xfffffe]) end = putProfileInterval(b, end, value);
        return end;
      },
    ),
    zcl(
      "RequestMirror",
      false,
      cluster,
      OWN | SERVER,
      MeteringGenerated.REQUEST_MIRROR,
      (_b, at) => at,
    ),
    zcl(
      "RequestMirrorResponse",
      true,
      cluster,
      OWN,
      MeteringReceived.REQUEST_MIRROR_RESPONSE,
      (b, at) => putRequestMirrorResponse(b, at, 10),
    ),
    zcl(
      "ConfigureMirror",
      false,
      cluster,
      OWN | SERVER,
      MeteringGenerated.CONFIGURE_MIRROR,
      (b, at) => putConfigureMirror(b, at, 1, 1800, true, 1),
    ),
    zcl(
      "MirrorReportAttributeResponse",
      true,
      cluster,
      OWN,
      MeteringReceived.MIRROR_REPORT_ATTRIBUTE_RESPONSE,
      (b, at) => putMirrorReportResponse(b, at, 1, NotificationFlag.TUNNEL_MESSAGE_PENDING),
    ),
    zcl("GetSampledData", true, cluster, OWN, MeteringReceived.GET_SAMPLED_DATA, (b, at) =>
      putGetSampledData(b, at, 1, 800_000_000, 0, 4),
    ),
  ];
}

function tunnelSamples(): SampleFrame[] {
  const put: Put = (b, at) => {
    const data = putTunnelId(b, at, 7);
    for (let i = 0; i < 32; i++) b[data + i] = i;
    return data + 32;
  };
  const error: Put = (b, at) => putTransferError(b, at, 7, TransferError.NO_SUCH_TUNNEL);
  const left: Put = (b, at) => putTunnelLeft(b, at, 7, 512);
  return [
    asked("RequestTunnel", TunnelReceived.REQUEST_TUNNEL, (b, at) =>
      putRequestTunnel(b, at, TunnelProtocol.GB_HRGP, 4097),
    ),
    told("RequestTunnelResponse", TunnelGenerated.REQUEST_TUNNEL_RESPONSE, (b, at) =>
      putRequestTunnelResponse(b, at, 7, TunnelStatus.SUCCESS, 4097),
    ),
    asked("TransferData up", TunnelReceived.TRANSFER_DATA, put),
    told("TransferData down", TunnelGenerated.TRANSFER_DATA, put),
    asked("TransferDataError up", TunnelReceived.TRANSFER_DATA_ERROR, error),
    told("TransferDataError down", TunnelGenerated.TRANSFER_DATA_ERROR, error),
    asked("AckTransferData up", TunnelReceived.ACK_TRANSFER_DATA, left),
    told("AckTransferData down", TunnelGenerated.ACK_TRANSFER_DATA, left),
    asked("ReadyData up", TunnelReceived.READY_DATA, left),
    told("ReadyData down", TunnelGenerated.READY_DATA, left),
    asked("GetSupportedTunnelProtocols", TunnelReceived.GET_SUPPORTED_PROTOCOLS, (b, at) => {
      b[at] = 0;
      return at + 1;
    }),
    told("SupportedTunnelProtocols", TunnelGenerated.SUPPORTED_PROTOCOLS_RESPONSE, (b, at) =>
      putSupported(b, at, TunnelProtocol.GB_HRGP),
    ),
    asked("CloseTunnel", TunnelReceived.CLOSE_TUNNEL, (b, at) => putTunnelId(b, at, 7)),
    told("TunnelClosureNotification", TunnelGenerated.TUNNEL_CLOSURE_NOTIFICATION, (b, at) =>
      putTunnelId(b, at, 7),
    ),
  ];
}

/** The electricity meter's report of every ten seconds. */
export function putReading(b: Uint8Array, at: number): number {
  const next = putRecord(b, at, Metering.CURRENT_SUMMATION_DELIVERED, ZclType.UINT48, 48_123_456);
  const demand = putRecord(b, next, Metering.INSTANTANEOUS_DEMAND, ZclType.INT24, -1500);
  return putRecord(b, demand, Metering.READING_SNAPSHOT_TIME, ZclType.UTC_TIME, 800_000_000);
}

function asked(name: string, command: number, put: Put): SampleFrame {
  return zcl(name, true, Cluster.TUNNELLING, OWN, command, put);
}

function told(name: string, command: number, put: Put): SampleFrame {
  return zcl(name, false, Cluster.TUNNELLING, OWN | SERVER, command, put);
}

function zdo(name: string, cluster: number, put: Put): SampleFrame {
  return { name: `ZDO ${name}`, bytes: zdoFrame((cluster & Zdo.RESPONSE) === 0, cluster, put) };
}

function zcl(
  name: string,
  toMeter: boolean,
  cluster: number,
  control: number,
  command: number,
  put: Put,
): SampleFrame {
  return { name: `ZCL ${name}`, bytes: zclFrame(toMeter, cluster, control, command, put) };
}
