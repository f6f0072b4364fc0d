// The Zigbee cluster library on a device: its endpoints, requests with their responses, default
// responses. What attributes answer is in `zcl-attributes.ts`.
// @source ZCL 07-5123-06 clauses 2.4, 2.5.12

import type { Event, World } from "../../world";
import type { Aps, ReceivedMessage } from "./aps";
import { MalformedFrame } from "./octets";
import { serveGlobal } from "./zcl-attributes";
import {
  decodeZcl,
  encodeZcl,
  ZclCommand,
  type ZclFrame,
  ZclStatus,
  type ZclType,
  type ZclValue,
} from "./zcl-frame";
import type { SimpleDescriptor } from "./zdo-frame";

/** A response that has not come by then does not come. */
const WAIT_US = 10_000_000;

export interface Attribute {
  readonly type: ZclType;
  readonly read: () => ZclValue;
  readonly reportable?: boolean;
}

export interface Peer {
  readonly short: number;
  readonly endpoint: number;
}

/** What a cluster's command handler says: a status for the default response, or done already. */
export type CommandResult = ZclStatus | "answered";

export interface Cluster {
  readonly id: number;
  /** Serves it, rather than being a client of it. */
  readonly server: boolean;
  readonly attributes: ReadonlyMap<number, Attribute>;
  /** Cluster-specific commands from the other side. */
  command?(from: Peer, frame: ZclFrame): CommandResult;
  /** An attribute is to be reported, from now on. */
  configure?(from: Peer, attribute: number, minimumS: number, maximumS: number): ZclStatus;
}

export interface Endpoint {
  readonly descriptor: SimpleDescriptor;
  readonly clusters: readonly Cluster[];
}

export interface ZclRequest {
  readonly cluster: number;
  readonly fromServer: boolean;
  readonly clusterSpecific: boolean;
  readonly command: number;
  readonly payload: Buffer;
  /**
   * The cluster-specific command, or the global one, that answers it besides a default response.
   */
  readonly answer?: number;
}

interface Pending {
  readonly peer: number;
  readonly request: ZclRequest;
  readonly sequence: number;
  readonly timer: Event;
  readonly done: (response: ZclFrame | undefined) => void;
}

export class Zcl {
  received = 0;
  malformed = 0;
  private sequence = 0;
  private readonly pending: Pending[] = [];

  constructor(
    private readonly world: World,
    private readonly aps: Aps,
    private readonly endpoints: readonly Endpoint[],
  ) {}

  /** Somebody still waits for a response. */
  get busy(): boolean {
    return this.pending.length > 0;
  }

  reset(): void {
    for (const waiting of this.pending) this.world.cancel(waiting.timer);
    this.pending.length = 0;
  }

  /**
   * Sends a command and hands `done` its response, a default response included; undefined when
   * none came within ten seconds.
   */
  request(
    endpoint: Endpoint,
    peer: Peer,
    request: ZclRequest,
    done: (response: ZclFrame | undefined) => void,
    waitUs = WAIT_US,
  ): void {
    const sequence = this.nextSequence();
    const timer = this.world.schedule(waitUs, () => {
      this.pending.splice(this.pending.indexOf(waiting), 1);
      done(undefined);
    });
    const waiting: Pending = { peer: peer.short, request, sequence, timer, done };
    this.pending.push(waiting);
    this.transmit(endpoint, peer, request, sequence, false, () => {});
  }

  /** Sends a command whose fate is known by the APS acknowledgement alone. */
  send(endpoint: Endpoint, peer: Peer, request: ZclRequest, done: (ok: boolean) => void): void {
    this.transmit(endpoint, peer, request, this.nextSequence(), true, done);
  }

  /** Answers a command under its own sequence number. */
  respond(endpoint: Endpoint, peer: Peer, request: ZclRequest, sequence: number): void {
    this.transmit(endpoint, peer, request, sequence, true, () => {});
  }

  receive(message: ReceivedMessage): void {
    const peer = { short: message.source, endpoint: message.sourceEndpoint };
    for (const endpoint of this.endpoints) {
      const descriptor = endpoint.descriptor;
      const isMeant =
        message.destinationEndpoint === descriptor.endpoint || message.destinationEndpoint === 0xff;
      if (isMeant && descriptor.profile === message.profile) {
        this.deliver(endpoint, peer, message);
      }
    }
  }

  private deliver(endpoint: Endpoint, peer: Peer, message: ReceivedMessage): void {
    try {
      this.received++;
      this.dispatch(endpoint, peer, message, decodeZcl(message.payload));
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.malformed++;
    }
  }

  private dispatch(
    endpoint: Endpoint,
    peer: Peer,
    message: ReceivedMessage,
    frame: ZclFrame,
  ): void {
    if (this.settle(peer, message.cluster, frame)) return;
    if (!frame.clusterSpecific && frame.command === ZclCommand.DEFAULT_RESPONSE) return;
    const cluster = endpoint.clusters.find(
      (one) => one.id === message.cluster && one.server !== frame.fromServer,
    );
    const result = this.handle(endpoint, peer, cluster, frame);
    if (result === "answered" || message.broadcast) return;
    if (frame.noDefaultResponse && result === ZclStatus.SUCCESS) return;
    this.respond(
      endpoint,
      peer,
      {
        cluster: message.cluster,
        fromServer: !frame.fromServer,
        clusterSpecific: false,
        command: ZclCommand.DEFAULT_RESPONSE,
        payload: Buffer.from([frame.command, result]),
      },
      frame.sequence,
    );
  }

  private handle(
    endpoint: Endpoint,
    peer: Peer,
    cluster: Cluster | undefined,
    frame: ZclFrame,
  ): CommandResult {
    if (frame.manufacturer !== undefined) return ZclStatus.UNSUPPORTED_CLUSTER_COMMAND;
    if (cluster === undefined) return ZclStatus.UNSUPPORTED_CLUSTER;
    if (frame.clusterSpecific) {
      return cluster.command?.(peer, frame) ?? ZclStatus.UNSUPPORTED_CLUSTER_COMMAND;
    }
    const answer = serveGlobal(cluster, peer, frame);
    if (typeof answer === "number") return answer;
    this.respond(
      endpoint,
      peer,
      { ...answer, cluster: cluster.id, fromServer: cluster.server, clusterSpecific: false },
      frame.sequence,
    );
    return "answered";
  }

  /** A response to one of our requests? A malformed one settles it as well. */
  private settle(peer: Peer, cluster: number, frame: ZclFrame): boolean {
    const found = this.pending.findIndex(
      (one) =>
        one.peer === peer.short &&
        one.request.cluster === cluster &&
        one.sequence === frame.sequence &&
        isAnswer(one.request, frame),
    );
    const waiting = this.pending[found];
    if (waiting === undefined) return false;
    this.world.cancel(waiting.timer);
    this.pending.splice(found, 1);
    waiting.done(frame);
    return true;
  }

  private transmit(
    endpoint: Endpoint,
    peer: Peer,
    request: ZclRequest,
    sequence: number,
    noDefaultResponse: boolean,
    done: (ok: boolean) => void,
  ): void {
    const payload = encodeZcl({
      clusterSpecific: request.clusterSpecific,
      manufacturer: undefined,
      fromServer: request.fromServer,
      noDefaultResponse,
      sequence,
      command: request.command,
      payload: request.payload,
    });
    this.aps.send(
      {
        destination: peer.short,
        destinationEndpoint: peer.endpoint,
        cluster: request.cluster,
        profile: endpoint.descriptor.profile,
        sourceEndpoint: endpoint.descriptor.endpoint,
        payload,
      },
      done,
    );
  }

  private nextSequence(): number {
    this.sequence = (this.sequence + 1) & 0xff;
    return this.sequence;
  }
}

function isAnswer(request: ZclRequest, frame: ZclFrame): boolean {
  if (frame.fromServer === request.fromServer) return false;
  if (!frame.clusterSpecific && frame.command === ZclCommand.DEFAULT_RESPONSE) {
    return frame.payload[0] === request.command;
  }
  return frame.clusterSpecific === request.clusterSpecific && frame.command === request.answer;
}
