// Everything that `access` says: to `han`, to the firewall for `manage`, to the audit log.

import { Sent } from "../../../hal/sent";
import { type AuditCode, AuditEvent } from "../../ipc/audit";
import { ConsumerAnswer, type ConsumerResult, type Standing } from "../../ipc/consumer";
import {
  type DeviceEvent,
  DeviceEventMessage,
  type DeviceResult,
  DeviceResultMessage,
} from "../../ipc/device";
import {
  JoinAnswer,
  JoinDecision,
  JoinPath,
  type KeyUse,
  NetworkSet,
  NodeTell,
  PermitJoin,
} from "../../ipc/join";
import { Message, Operation } from "../../ipc/operation";
import type { PortsOf } from "../../system";
import { copyBytes, writeU16, writeU32 } from "../../wire/little-endian";
import type { DeviceLog } from "./device-log";
import { Outbox, To } from "./outbox";
import { Scratch } from "./scratch";

export class News {
  private readonly message: Uint8Array;
  private readonly outbox: Outbox;

  constructor(
    private readonly ports: PortsOf<"access">,
    private readonly log: DeviceLog,
    /** Scratch: here every message is put together. */
    readonly frame: Uint8Array,
  ) {
    this.message = frame;
    this.outbox = new Outbox([ports.han, ports.firewall, ports.audit, ports.console], frame);
  }

  /** `NETWORK_SET`. False: the channel is full. */
  networkKey(use: KeyUse, sequence: number, keys: Uint8Array, start: number): boolean {
    this.frame.fill(0, 0, NetworkSet.LENGTH);
    this.frame[Message.OPERATION] = Operation.NETWORK_SET;
    this.frame[NetworkSet.KEY_SEQUENCE] = sequence;
    this.frame[NetworkSet.USE] = use;
    copyBytes(keys, start, this.frame, NetworkSet.KEY, 16);
    const sent = this.ports.han.send(this.frame, NetworkSet.LENGTH);
    this.frame.fill(0, 0, NetworkSet.LENGTH);
    return sent === Sent.OK;
  }

  /** Where in `frame` the APS frame for a node goes. */
  apsAt(): number {
    return JoinAnswer.APS_FRAME;
  }

  /** `JOIN_ANSWER`, accepted, with the APS frame in `frame` up to `end`. `han` asks again. */
  accepted(device: number, path: JoinPath, end: number): void {
    this.frame[Message.OPERATION] = Operation.JOIN_ANSWER;
    this.frame[JoinAnswer.DECISION] = JoinDecision.ACCEPTED;
    this.frame[JoinAnswer.KIND] = this.log.kind(device);
    this.frame[JoinAnswer.APS_LENGTH] = end - JoinAnswer.APS_FRAME;
    this.frame[JoinAnswer.PATH] = path;
    this.log.copyEui64(device, this.frame, JoinAnswer.EUI64);
    this.ports.han.send(this.frame, end);
  }

  /** `NODE_TELL`, with the APS frame in `frame` up to `end`. Not kept: the node asks again. */
  told(device: number, isNetworkKey: boolean, end: number): void {
    this.frame[Message.OPERATION] = Operation.NODE_TELL;
    this.frame[NodeTell.IS_NETWORK_KEY] = isNetworkKey ? 1 : 0;
    this.frame[NodeTell.APS_LENGTH] = end - NodeTell.APS_FRAME;
    this.log.copyEui64(device, this.frame, NodeTell.EUI64);
    this.ports.han.send(this.frame, end);
  }

  /** `JOIN_ANSWER`, refused. */
  refused(
    now: number,
    eui64: Uint8Array,
    start: number,
    path: JoinPath,
    decision: JoinDecision,
  ): void {
    this.begin(Operation.JOIN_ANSWER);
    this.message[JoinAnswer.DECISION] = decision;
    this.message[JoinAnswer.PATH] = path;
    copyBytes(eui64, start, this.message, JoinAnswer.EUI64, 8);
    this.outbox.send(now, To.HAN, this.message, JoinAnswer.APS_FRAME);
  }

  /** A device was removed, or is kept out: `han` is to send it away, on each path. */
  dismissed(now: number, device: number): void {
    this.log.copyEui64(device, this.message, Scratch.EUI64);
    const paths = this.log.paths(device);
    for (let path = 0; path < JoinPath.COUNT; path++) {
      if (path !== JoinPath.ZIGBEE && (paths & (1 << path)) === 0) continue;
      this.refused(now, this.message, Scratch.EUI64, path, JoinDecision.NOT_REGISTERED);
    }
  }

  /** `CONSUMER_ANSWER` without a device. */
  consumerAnswer(now: number, result: ConsumerResult, reference: number): void {
    this.begin(Operation.CONSUMER_ANSWER);
    this.message[ConsumerAnswer.RESULT] = result;
    writeU16(this.message, ConsumerAnswer.REFERENCE, reference);
    this.outbox.send(now, To.CONSOLE, this.message, ConsumerAnswer.LENGTH);
  }

  /** `CONSUMER_ANSWER` with one device of the log. */
  consumerDevice(now: number, reference: number, device: number, standing: Standing): void {
    this.begin(Operation.CONSUMER_ANSWER);
    writeU16(this.message, ConsumerAnswer.REFERENCE, reference);
    this.message[ConsumerAnswer.INDEX] = device;
    this.message[ConsumerAnswer.KIND] = this.log.kind(device);
    this.message[ConsumerAnswer.STANDING] = standing;
    this.message[ConsumerAnswer.PATHS] = this.log.paths(device);
    this.log.copyEui64(device, this.message, ConsumerAnswer.EUI64);
    this.outbox.send(now, To.CONSOLE, this.message, ConsumerAnswer.LENGTH);
  }

  /** `PERMIT_JOIN` for so many milliseconds. */
  window(now: number, milliseconds: number): void {
    this.begin(Operation.PERMIT_JOIN);
    writeU16(this.message, PermitJoin.SECONDS, Math.ceil(milliseconds / 1000));
    this.outbox.send(now, To.HAN, this.message, PermitJoin.LENGTH);
  }

  result(
    now: number,
    result: DeviceResult,
    reference: number,
    eui64: Uint8Array,
    start: number,
  ): void {
    this.begin(Operation.DEVICE_RESULT);
    this.message[DeviceResultMessage.RESULT] = result;
    writeU16(this.message, DeviceResultMessage.REFERENCE, reference);
    copyBytes(eui64, start, this.message, DeviceResultMessage.EUI64, 8);
    this.outbox.send(now, To.FIREWALL, this.message, DeviceResultMessage.LENGTH);
  }

  deviceResult(now: number, result: DeviceResult, reference: number, device: number): void {
    this.log.copyEui64(device, this.message, Scratch.EUI64);
    this.result(now, result, reference, this.message, Scratch.EUI64);
  }

  event(
    now: number,
    event: DeviceEvent,
    kind: number,
    reason: number,
    eui64: Uint8Array,
    start: number,
  ): void {
    this.begin(Operation.DEVICE_EVENT);
    this.message[DeviceEventMessage.EVENT] = event;
    this.message[DeviceEventMessage.KIND] = kind;
    this.message[DeviceEventMessage.REASON] = reason;
    copyBytes(eui64, start, this.message, DeviceEventMessage.EUI64, 8);
    this.outbox.send(now, To.FIREWALL, this.message, DeviceEventMessage.LENGTH);
  }

  deviceEvent(now: number, event: DeviceEvent, device: number): void {
    this.log.copyEui64(device, this.message, Scratch.EUI64);
    this.event(now, event, this.log.kind(device), 0, this.message, Scratch.EUI64);
  }

  audit(now: number, code: AuditCode, detail: number, eui64: Uint8Array, start: number): void {
    this.begin(Operation.AUDIT_EVENT);
    this.message[AuditEvent.CODE] = code;
    writeU32(this.message, AuditEvent.DETAIL, detail);
    copyBytes(eui64, start, this.message, AuditEvent.SUBJECT, 8);
    this.outbox.send(now, To.AUDIT, this.message, AuditEvent.LENGTH);
  }

  /** Of no device. */
  auditNetwork(now: number, code: AuditCode, detail: number): void {
    this.message.fill(0, Scratch.EUI64, Scratch.EUI64 + 8);
    this.audit(now, code, detail, this.message, Scratch.EUI64);
  }

  auditDevice(now: number, code: AuditCode, device: number): void {
    this.log.copyEui64(device, this.message, Scratch.EUI64);
    const detail = this.log.kind(device) | (this.log.paths(device) << 8);
    this.audit(now, code, detail, this.message, Scratch.EUI64);
  }

  /** Its questions died with it. */
  hanRestarted(): void {
    this.outbox.forget(To.HAN);
  }

  consoleRestarted(): void {
    this.outbox.forget(To.CONSOLE);
  }

  tick(now: number): void {
    this.outbox.tick(now);
  }

  dueAt(): number {
    return this.outbox.dueAt();
  }

  private begin(operation: Operation): void {
    this.message.fill(0, 0, JoinAnswer.APS_FRAME);
    this.message[Message.OPERATION] = operation;
  }
}
