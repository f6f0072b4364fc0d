// One ZCL frame as its handlers see it, and the ways to answer it.

import { check } from "../../kernel/partition";
import { Parsed } from "../../wire/parsed";
import {
  checkZcl,
  putDefaultResponse,
  putZcl,
  ZclControl,
  ZclStatus,
  zclCommand,
  zclControl,
  zclPayloadAt,
  zclSequence,
} from "../../wire/zcl";
import type { ApsData, ApsLayer } from "./aps-layer";
import { ApsLimit } from "./aps-outbox";

/** The fields of the frame that is being handled; valid during the call. */
export class ZclMessage {
  node = 0;
  endpoint = 0;
  sourceEndpoint = 0;
  cluster = 0;
  profile = 0;
  broadcast = false;
  sequence = 0;
  command = 0;
  isCluster = false;
  fromServer = false;
  isManufacturers = false;
  /** Of a consumer access device, which has the defined set and no more. */
  isConsumers = false;
  noDefaultResponse = false;
  /** The payload of the command. */
  start = 0;
  end = 0;

  /** @param bytes any, until a frame is taken */
  constructor(public bytes: Uint8Array) {}

  /** Reads a frame's header. */
  take(data: ApsData): Parsed {
    const { bytes, start } = data;
    const code = checkZcl(bytes, start, data.length);
    if (code !== Parsed.OK) return code;
    const control = zclControl(bytes, start);
    this.node = data.node;
    this.endpoint = data.destinationEndpoint;
    this.sourceEndpoint = data.sourceEndpoint;
    this.cluster = data.cluster;
    this.profile = data.profile;
    this.broadcast = data.broadcast;
    this.sequence = zclSequence(bytes, start);
    this.command = zclCommand(bytes, start);
    this.isCluster = (control & ZclControl.CLUSTER) !== 0;
    this.fromServer = (control & ZclControl.FROM_SERVER) !== 0;
    this.isManufacturers = (control & ZclControl.MANUFACTURER_SPECIFIC) !== 0;
    this.noDefaultResponse = (control & ZclControl.NO_DEFAULT_RESPONSE) !== 0;
    this.bytes = bytes;
    this.start = zclPayloadAt(bytes, start);
    this.end = start + data.length;
    return Parsed.OK;
  }
}

/** Writes ZCL frames into the APS outbox. The handlers run only while it has room for them. */
export class ZclWriter {
  /** Where `begin` lets the payload be written. */
  readonly bytes: Uint8Array;
  private lastSequence = 0;

  constructor(private readonly aps: ApsLayer) {
    this.bytes = aps.outbox.bytes;
  }

  nextSequence(): number {
    this.lastSequence = (this.lastSequence + 1) & 0xff;
    return this.lastSequence;
  }

  hasRoom(): boolean {
    return this.aps.outbox.hasRoom();
  }

  /**
   * Begins a frame to a node; answers where its payload goes, `ApsLimit.NONE`: no room.
   * @param control `ZclControl` bits
   */
  begin(
    node: number,
    endpoint: number,
    sourceEndpoint: number,
    cluster: number,
    profile: number,
    control: number,
    sequence: number,
    command: number,
  ): number {
    const counter = this.aps.nextCounter();
    const at = this.aps.outbox.open(node, endpoint, cluster, profile, sourceEndpoint, counter);
    return at < 0 ? ApsLimit.NONE : putZcl(this.bytes, at, control, sequence, command);
  }

  /** Begins the response to a message, with its sequence number, in the other direction. */
  answer(message: ZclMessage, isCluster: boolean, command: number): number {
    const at = this.begin(
      message.node,
      message.sourceEndpoint,
      message.endpoint,
      message.cluster,
      message.profile,
      (isCluster ? ZclControl.CLUSTER : 0) |
        (message.fromServer ? 0 : ZclControl.FROM_SERVER) |
        ZclControl.NO_DEFAULT_RESPONSE,
      message.sequence,
      command,
    );
    check(at >= 0, "there was room when the message was taken");
    return at;
  }

  send(now: number, end: number, token = 0): void {
    this.aps.outbox.close(now, end, token);
  }

  /** Answers with a status, unless the message is one that is not answered so. */
  status(now: number, message: ZclMessage, status: ZclStatus): void {
    if (message.broadcast) return;
    if (status === ZclStatus.SUCCESS && message.noDefaultResponse) return;
    this.defaultResponse(
      now,
      message.node,
      message.sourceEndpoint,
      message.endpoint,
      message.cluster,
      message.profile,
      !message.fromServer,
      message.sequence,
      message.command,
      status,
    );
  }

  /** False: no room. */
  defaultResponse(
    now: number,
    node: number,
    endpoint: number,
    sourceEndpoint: number,
    cluster: number,
    profile: number,
    fromServer: boolean,
    sequence: number,
    command: number,
    status: ZclStatus,
  ): boolean {
    const counter = this.aps.nextCounter();
    const at = this.aps.outbox.open(node, endpoint, cluster, profile, sourceEndpoint, counter);
    if (at < 0) return false;
    this.send(now, putDefaultResponse(this.bytes, at, fromServer, sequence, command, status));
    return true;
  }
}
