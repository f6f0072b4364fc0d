// Which ZCL command goes where, and who may send it at all: meters report and talk through tunnels;
// displays read, and neither write nor command anything; of a consumer access device only that is
// taken which `consumer-set.ts` lists.

import { DeviceKind } from "../../ipc/device";
import { NodeRule } from "../../ipc/join";
import { MeteringGenerated } from "../../wire/clusters/metering";
import { PollControlGenerated } from "../../wire/clusters/poll-control";
import { Parsed } from "../../wire/parsed";
import { Cluster, DefaultResponse, ZclCommand, ZclStatus } from "../../wire/zcl";
import type { ApsData } from "./aps-layer";
import { mayConsumerSend, readsBeyondSet } from "./consumer-set";
import type { Discovery } from "./discovery";
import { Endpoint, isMirror } from "./endpoints";
import type { IdentifyServer } from "./identify-server";
import { type Knowledge, Known } from "./knowledge";
import type { MeteringClient } from "./metering";
import type { MirrorEndpoints } from "./mirror-endpoint";
import type { MirrorNotification } from "./mirror-notification";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import type { PollControl } from "./poll-control";
import type { ProfileClient } from "./profile-client";
import type { Tunnelling } from "./tunnelling";
import type { ZclMessage, ZclWriter } from "./zcl-message";
import type { ZclServer } from "./zcl-server";

export interface ZclCounts {
  malformed: number;
  /** Writes and commands of nodes that may only read, and reads beyond what they may. */
  notAuthorized: number;
  noEndpoint: number;
  noCluster: number;
}

/** The handlers that the dispatcher knows. */
export interface ZclHandlers {
  readonly server: ZclServer;
  readonly identify: IdentifyServer;
  readonly pollControl: PollControl;
  readonly metering: MeteringClient;
  readonly notification: MirrorNotification;
  readonly profile: ProfileClient;
  readonly mirrors: MirrorEndpoints;
  readonly discovery: Discovery;
  readonly tunnelling: Tunnelling;
}

export class ZclDispatch {
  readonly counts: ZclCounts = { malformed: 0, notAuthorized: 0, noEndpoint: 0, noCluster: 0 };

  constructor(
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly writer: ZclWriter,
    private readonly message: ZclMessage,
    private readonly handlers: ZclHandlers,
  ) {}

  /** False: no room for it now. */
  data(now: number, data: ApsData): boolean {
    const { message } = this;
    if (message.take(data) !== Parsed.OK) {
      this.counts.malformed++;
      return true;
    }
    if (message.endpoint === 0xff) message.endpoint = Endpoint.HUB;
    if (!this.hasEndpoint(message.endpoint)) {
      this.counts.noEndpoint++;
      return true;
    }
    const kind = this.network.nodes.kind(message.node);
    message.isConsumers = kind === DeviceKind.CONSUMER_ACCESS_DEVICE;
    if (!this.mayAsk(kind, message)) {
      this.refused(now, message, NodeRule.COMMAND);
      this.refuse(now, message);
      return true;
    }
    if (message.isManufacturers) {
      this.refuseManufacturers(now, message);
      return true;
    }
    if (message.isCluster) return this.clusterCommand(now, message);
    this.globalCommand(now, message);
    return true;
  }

  private hasEndpoint(endpoint: number): boolean {
    if (endpoint === Endpoint.HUB) return true;
    return isMirror(endpoint);
  }

  /** A long payload begins, which only meters have. */
  mayTransfer(now: number, node: number, cluster: number): boolean {
    const kind = this.network.nodes.kind(node);
    if (kind === DeviceKind.ELECTRICITY_METER || kind === DeviceKind.GAS_METER) return true;
    this.counts.notAuthorized++;
    this.network.link.refused(now, node, NodeRule.TRANSFER, 0, cluster);
    return false;
  }

  /** A node of no known kind may do nothing. */
  private mayAsk(kind: DeviceKind, message: ZclMessage): boolean {
    switch (kind) {
      case DeviceKind.ELECTRICITY_METER:
      case DeviceKind.GAS_METER:
        return true;
      case DeviceKind.CONSUMER_ACCESS_DEVICE:
        return mayConsumerSend(message);
      case DeviceKind.DISPLAY:
        return message.isCluster ? isCheckIn(message) : isReading(message.command);
      default:
        return !message.isCluster && message.command === ZclCommand.DEFAULT_RESPONSE;
    }
  }

  private refused(now: number, message: ZclMessage, rule: NodeRule): void {
    this.counts.notAuthorized++;
    this.network.link.refused(now, message.node, rule, message.command, message.cluster);
  }

  private refuse(now: number, message: ZclMessage): void {
    // Nobody answers what asks for no response, nor a response.
    const isSilent = message.command === ZclCommand.WRITE_NO_RESPONSE || isAnswer(message.command);
    if (!message.isCluster && isSilent) return;
    this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
  }

  private refuseManufacturers(now: number, message: ZclMessage): void {
    if (!message.isCluster && isAnswer(message.command)) return;
    this.writer.status(
      now,
      message,
      message.isCluster
        ? ZclStatus.UNSUPPORTED_CLUSTER_COMMAND
        : ZclStatus.UNSUPPORTED_GENERAL_COMMAND,
    );
  }

  private globalCommand(now: number, message: ZclMessage): void {
    const { discovery } = this.handlers;
    switch (message.command as ZclCommand) {
      case ZclCommand.DEFAULT_RESPONSE:
        this.defaultResponse(now, message);
        break;
      case ZclCommand.READ_RESPONSE:
        if (this.isFromMeter(message)) discovery.scaleRead(now, message);
        break;
      case ZclCommand.CONFIGURE_REPORTING_RESPONSE:
        if (this.isFromMeter(message)) discovery.reportingConfigured(now, message);
        break;
      case ZclCommand.REPORT:
        this.report(now, message);
        break;
      default:
        if (!isAnswer(message.command)) this.serve(now, message);
    }
  }

  /** Our question was refused, or only confirmed; the sequence number tells which. */
  private defaultResponse(now: number, message: ZclMessage): void {
    const { bytes, start, end, node, sequence } = message;
    const { discovery, profile, tunnelling } = this.handlers;
    if (end - start < DefaultResponse.LENGTH) {
      this.counts.malformed++;
      return;
    }
    if (bytes[start + DefaultResponse.STATUS] === ZclStatus.SUCCESS) {
      if (bytes[start + DefaultResponse.COMMAND] === ZclCommand.CONFIGURE_REPORTING) {
        discovery.reportingConfigured(now, message);
      }
      return;
    }
    discovery.refused(now, message);
    if (message.cluster === Cluster.METERING) profile.refused(now, node, sequence);
    if (message.cluster === Cluster.TUNNELLING) tunnelling.client.rejected(now, node, sequence);
  }

  private report(now: number, message: ZclMessage): void {
    const { discovery, metering, mirrors } = this.handlers;
    if (message.cluster !== Cluster.METERING) {
      this.counts.noCluster++;
      this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER);
      return;
    }
    if (isMirror(message.endpoint)) {
      mirrors.adopt(now, message);
      if (this.knowledge.ownerOfMirror(message.endpoint) !== message.node) {
        this.counts.notAuthorized++;
        this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
        return;
      }
    }
    metering.reported(now, message);
    discovery.reported(now, message);
  }

  private serve(now: number, message: ZclMessage): void {
    const { mirrors, server } = this.handlers;
    if (message.isConsumers && message.command === ZclCommand.READ && readsBeyondSet(message)) {
      this.refused(now, message, NodeRule.ATTRIBUTE);
    }
    if (isMirror(message.endpoint)) {
      const owned = this.knowledge.ownerOfMirror(message.endpoint) !== NodeLimit.NONE;
      if (owned && message.cluster === Cluster.METERING && !message.fromServer) {
        mirrors.global(now, message);
        return;
      }
      if (owned && message.cluster === Cluster.BASIC) {
        server.global(now, message);
        return;
      }
    } else if (isServed(message)) {
      server.global(now, message);
      return;
    }
    this.counts.noCluster++;
    this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER);
  }

  private clusterCommand(now: number, message: ZclMessage): boolean {
    if (message.endpoint === Endpoint.HUB && message.cluster === Cluster.TUNNELLING) {
      return this.handlers.tunnelling.command(now, message);
    }
    if (message.cluster === Cluster.METERING && message.fromServer) {
      this.meteringCommand(now, message);
    } else if (message.endpoint === Endpoint.HUB && isServed(message) && isPlain(message)) {
      if (message.cluster === Cluster.IDENTIFY) this.handlers.identify.command(now, message);
      else this.handlers.pollControl.command(now, message);
    } else if (message.cluster === Cluster.BASIC) {
      // Reset to Factory Defaults: of the hub, nobody may.
      this.counts.notAuthorized++;
      this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
    } else if (isServed(message) || isMirror(message.endpoint)) {
      this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER_COMMAND);
    } else {
      this.counts.noCluster++;
      this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER);
    }
    return true;
  }

  private meteringCommand(now: number, message: ZclMessage): void {
    const { mirrors, notification, profile } = this.handlers;
    const isGas = this.network.nodes.kind(message.node) === DeviceKind.GAS_METER;
    switch (message.command as MeteringGenerated) {
      case MeteringGenerated.GET_PROFILE_RESPONSE:
        profile.answered(now, message);
        break;
      case MeteringGenerated.REQUEST_MIRROR:
        if (isGas) mirrors.requested(now, message);
        else this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
        break;
      case MeteringGenerated.CONFIGURE_MIRROR:
        if (isGas) notification.configure(now, message);
        else this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
        break;
      default:
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER_COMMAND);
    }
  }

  private isFromMeter(message: ZclMessage): boolean {
    if (message.cluster !== Cluster.METERING || !message.fromServer) return false;
    const endpoint = this.knowledge.byte(message.node, Known.METERING_ENDPOINT);
    return endpoint === message.sourceEndpoint;
  }
}

/** A sleeping device that says it is awake: its server's word, which asks nothing of us. */
function isCheckIn(message: ZclMessage): boolean {
  const isPoll = message.cluster === Cluster.POLL_CONTROL && message.fromServer;
  return isPoll && message.command === PollControlGenerated.CHECK_IN;
}

/** Clusters whose commands have one handler. */
function isPlain(message: ZclMessage): boolean {
  return message.cluster === Cluster.IDENTIFY || message.cluster === Cluster.POLL_CONTROL;
}

/** What a node that may only read may send. */
function isReading(command: number): boolean {
  switch (command as ZclCommand) {
    case ZclCommand.READ:
    case ZclCommand.DISCOVER:
    case ZclCommand.DISCOVER_RECEIVED:
    case ZclCommand.DISCOVER_GENERATED:
    case ZclCommand.DISCOVER_EXTENDED:
      return true;
    default:
      return isAnswer(command);
  }
}

/** Responses are not answered. */
function isAnswer(command: number): boolean {
  switch (command as ZclCommand) {
    case ZclCommand.READ_RESPONSE:
    case ZclCommand.WRITE_RESPONSE:
    case ZclCommand.CONFIGURE_REPORTING_RESPONSE:
    case ZclCommand.READ_REPORTING_RESPONSE:
    case ZclCommand.DEFAULT_RESPONSE:
    case ZclCommand.DISCOVER_RESPONSE:
    case ZclCommand.WRITE_STRUCTURED_RESPONSE:
    case ZclCommand.DISCOVER_RECEIVED_RESPONSE:
    case ZclCommand.DISCOVER_GENERATED_RESPONSE:
    case ZclCommand.DISCOVER_EXTENDED_RESPONSE:
      return true;
    default:
      return false;
  }
}

/** Whether the hub's endpoint has this side of the cluster. */
function isServed(message: ZclMessage): boolean {
  switch (message.cluster as Cluster) {
    case Cluster.BASIC:
    case Cluster.IDENTIFY:
    case Cluster.TIME:
    case Cluster.KEEP_ALIVE:
      return !message.fromServer;
    case Cluster.POLL_CONTROL:
    case Cluster.METERING:
      return message.fromServer;
    case Cluster.TUNNELLING:
      return true;
    default:
      return false;
  }
}
