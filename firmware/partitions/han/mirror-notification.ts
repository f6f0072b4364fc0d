// Notification flags: a gas meter that configured its mirror so has its reports answered with what
// waits for it, in place of a Default Response, and need not ask before it sleeps again.
// @source Smart Energy 07-5356-22 annexes D.3.2.3.1.9, D.3.3.3.1.10, D.3.4.4

import { Profile } from "../../wire/aps";
import { MeteringReceived, NotificationFlag } from "../../wire/clusters/metering";
import {
  ConfigureMirror,
  checkConfigureMirror,
  MirrorReportResponse,
  putMirrorReportResponse,
} from "../../wire/clusters/metering-command";
import { writeU32 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclControl, ZclStatus } from "../../wire/zcl";
import { isMirror } from "./endpoints";
import { type Knowledge, Known } from "./knowledge";
import type { ZclMessage, ZclWriter } from "./zcl-message";

/** Predefined schemes; a meter's own one we do not take. */
const enum Scheme {
  NONE = 0,
  /** The functional flags alone. */
  A = 1,
  /** Four sets more, of which we have no flag to set. */
  B = 2,
}

/** Knows what waits for a node. */
export interface Waiting {
  hasMail(node: number): boolean;
  hasQuestion(node: number): boolean;
}

export class MirrorNotification {
  constructor(
    private readonly knowledge: Knowledge,
    private readonly writer: ZclWriter,
    private readonly waiting: Waiting,
  ) {}

  /** ConfigureMirror, of a gas meter. */
  configure(now: number, message: ZclMessage): void {
    const { bytes, start, end, node } = message;
    if (checkConfigureMirror(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const mirror = this.knowledge.byte(node, Known.MIRROR_ENDPOINT);
    if (mirror === 0 || (isMirror(message.endpoint) && message.endpoint !== mirror)) {
      this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
      return;
    }
    const isOn = bytes[start + ConfigureMirror.NOTIFICATION_REPORTING] === 1;
    const scheme = bytes[start + ConfigureMirror.NOTIFICATION_SCHEME]!;
    if (isOn && scheme !== Scheme.A && scheme !== Scheme.B) {
      this.writer.status(now, message, ZclStatus.INVALID_FIELD);
      return;
    }
    this.knowledge.setByte(node, Known.NOTIFICATION, isOn ? scheme : Scheme.NONE);
    this.knowledge.save(now, node);
    this.writer.status(now, message, ZclStatus.SUCCESS);
  }

  /** Whether a report of this node to this endpoint is answered so. */
  isFor(node: number, endpoint: number): boolean {
    return isMirror(endpoint) && this.knowledge.byte(node, Known.NOTIFICATION) !== Scheme.NONE;
  }

  /** Answers a report under its number. False: no room. */
  answer(
    now: number,
    node: number,
    endpoint: number,
    sourceEndpoint: number,
    sequence: number,
  ): boolean {
    const { writer } = this;
    const out = writer.begin(
      node,
      endpoint,
      sourceEndpoint,
      Cluster.METERING,
      Profile.SMART_ENERGY,
      ZclControl.CLUSTER | ZclControl.NO_DEFAULT_RESPONSE,
      sequence,
      MeteringReceived.MIRROR_REPORT_ATTRIBUTE_RESPONSE,
    );
    if (out < 0) return false;
    const scheme = this.knowledge.byte(node, Known.NOTIFICATION);
    let at = putMirrorReportResponse(writer.bytes, out, scheme, this.flags(node));
    for (let set = 1; scheme === Scheme.B && set < MirrorReportResponse.SETS_MAX; set++) {
      writeU32(writer.bytes, at, 0);
      at += MirrorReportResponse.FLAGS_LENGTH;
    }
    writer.send(now, at);
    return true;
  }

  private flags(node: number): number {
    const mail = this.waiting.hasMail(node) ? NotificationFlag.TUNNEL_MESSAGE_PENDING : 0;
    return mail | (this.waiting.hasQuestion(node) ? NotificationFlag.STAY_AWAKE_HAN : 0);
  }
}
