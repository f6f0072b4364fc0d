// The management session's resources: the device log, the network and the grants. Each request
// becomes one operation of `access` (by way of the firewall) or `trust`, and waits for its result.

import { Sent } from "../../../hal/sent";
import {
  DeviceAdd,
  DeviceKind,
  DeviceRemove,
  DeviceResult,
  DeviceResultMessage,
  JoinWindow,
  NetworkAction,
  NetworkRule,
} from "../../ipc/device";
import { GrantResult, GrantResultMessage, GrantSet, Relationship } from "../../ipc/grant";
import { Operation } from "../../ipc/operation";
import { Provider } from "../../ipc/party";
import type { Port } from "../../kernel/partition";
import type { InnerMessage } from "../../session/inner-message";
import { type Resources, ServerLimit } from "../../session/server";
import type { Session } from "../../session/session";
import {
  CborField,
  checkFields,
  fieldStart,
  fieldValue,
  findField,
  hasOnlyFields,
  isBytesField,
  isUnsignedField,
} from "../../wire/cbor-fields";
import { CoapCode, ContentFormat } from "../../wire/coap";
import {
  copyBytes,
  readU16,
  readU48,
  writeU16,
  writeU32,
  writeU48,
} from "../../wire/little-endian";
import { ManageMemory } from "./memory";

const enum Limit {
  /** Both answer after a write to flash, or after an erase at worst. */
  ANSWER_MS = 15_000,
  INSTALL_CODE_MAX = 18,
  UNIX_SECONDS_MAX = 0xffffffff,
}

const enum Asked {
  NOTHING = 0,
  DEVICE = 1,
  GRANT = 2,
}

/** One for each slot of the session's server. */
const enum Waiting {
  /** An `Asked`. */
  ASKED = 0,
  IS_REMOVAL = 1,
  REFERENCE = 2,
  /** u48 */
  DEADLINE = 4,
  LENGTH = 10,
}

export class ManagementResources implements Resources {
  private reference = 0;

  constructor(
    private readonly firewall: Port,
    private readonly trust: Port,
    private readonly session: Session,
  ) {}

  request(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): void {
    const code = this.start(now, slot, request, bytes);
    if (code !== CoapCode.EMPTY) this.session.server.refuseRequest(now, slot, code);
  }

  cancelled(_now: number, slot: number): void {
    this.clear(slot);
  }

  /** `DEVICE_RESULT`. */
  deviceResult(now: number, message: Uint8Array): void {
    const reference = readU16(message, DeviceResultMessage.REFERENCE);
    const slot = this.find(Asked.DEVICE, reference);
    if (slot < 0) return;
    this.answer(now, slot, deviceCode(message[DeviceResultMessage.RESULT]! as DeviceResult));
  }

  /** `GRANT_RESULT`. */
  grantResult(now: number, message: Uint8Array): void {
    const slot = this.find(Asked.GRANT, readU16(message, GrantResultMessage.REFERENCE));
    if (slot < 0) return;
    this.answer(now, slot, grantCode(message[GrantResultMessage.RESULT]! as GrantResult));
  }

  /** The firewall or `trust` died: what it was asked may or may not have been done. */
  peerRestarted(now: number, isTrust: boolean): void {
    const lost = isTrust ? Asked.GRANT : Asked.DEVICE;
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      if (this.asked(slot) === lost) {
        this.answer(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      }
    }
  }

  tick(now: number): void {
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      if (now >= this.deadline(slot)) {
        this.answer(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      }
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      due = Math.min(due, this.deadline(slot));
    }
    return due;
  }

  /** EMPTY: it is under way. Otherwise the code of the refusal. */
  private start(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): CoapCode {
    const { segments, code } = request;
    const isDevice = segments === 2 && request.isSegment(bytes, 0, "devices");
    const isGrant = segments === 3 && request.isSegment(bytes, 0, "grants");
    if (segments === 1 && request.isSegment(bytes, 0, "network")) {
      return this.network(now, slot, request, bytes);
    }
    if (!isDevice && !isGrant) return CoapCode.NOT_FOUND;
    const provider = isGrant ? providerOf(request, bytes) : Provider.COUNT;
    if (isGrant && provider === Provider.COUNT) return CoapCode.NOT_FOUND;
    const { memory } = this.session;
    const isEui64 = request.eui64(bytes, segments - 1, memory, ManageMemory.REQUEST_EUI64);
    if (!isEui64) return CoapCode.NOT_FOUND;
    if (code !== CoapCode.PUT && code !== CoapCode.DELETE) return CoapCode.METHOD_NOT_ALLOWED;
    const isRemoval = code === CoapCode.DELETE;
    const unfit = isRemoval ? CoapCode.EMPTY : mapRefusal(request, bytes);
    if (unfit !== CoapCode.EMPTY) return unfit;
    this.reference = (this.reference + 1) & 0xffff;
    const map = request.payload;
    const refusal = isDevice
      ? this.device(isRemoval, bytes, map)
      : this.grant(isRemoval, provider, bytes, map);
    if (refusal !== CoapCode.EMPTY) return refusal;
    this.wait(now, slot, isDevice ? Asked.DEVICE : Asked.GRANT, isRemoval);
    return CoapCode.EMPTY;
  }

  private network(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): CoapCode {
    if (request.code !== CoapCode.PUT) return CoapCode.METHOD_NOT_ALLOWED;
    const refusal = mapRefusal(request, bytes);
    if (refusal !== CoapCode.EMPTY) return refusal;
    const map = request.payload;
    const actionField = findField(bytes, map, 0);
    const secondsField = findField(bytes, map, 1);
    const action = isUnsignedField(bytes, actionField) ? fieldValue(bytes, actionField) : -1;
    const isWindow = action === NetworkAction.WINDOW;
    const hasSeconds = isUnsignedField(bytes, secondsField);
    const seconds = hasSeconds ? fieldValue(bytes, secondsField) : 0;
    if (action < 0 || action >= NetworkAction.COUNT || hasSeconds !== isWindow) {
      return CoapCode.BAD_REQUEST;
    }
    if (seconds > JoinWindow.SECONDS_MAX) return CoapCode.BAD_REQUEST;
    this.reference = (this.reference + 1) & 0xffff;
    const message = this.session.small;
    message.fill(0);
    message[0] = Operation.NETWORK_RULE;
    message[NetworkRule.ACTION] = action;
    writeU16(message, NetworkRule.REFERENCE, this.reference);
    writeU16(message, NetworkRule.SECONDS, seconds);
    const code = this.pass(this.firewall, NetworkRule.LENGTH);
    if (code === CoapCode.EMPTY) this.wait(now, slot, Asked.DEVICE, false);
    return code;
  }

  private wait(now: number, slot: number, asked: Asked, isRemoval: boolean): void {
    const { memory } = this.session;
    const waiting = waitingAt(slot);
    memory[waiting + Waiting.ASKED] = asked;
    memory[waiting + Waiting.IS_REMOVAL] = Number(isRemoval);
    writeU16(memory, waiting + Waiting.REFERENCE, this.reference);
    writeU48(memory, waiting + Waiting.DEADLINE, now + Limit.ANSWER_MS);
  }

  /** @param map where the fields are, of an addition */
  private device(isRemoval: boolean, bytes: Uint8Array, map: number): CoapCode {
    const { memory, small: message } = this.session;
    message.fill(0);
    writeU16(message, DeviceAdd.REFERENCE, this.reference);
    copyBytes(memory, ManageMemory.REQUEST_EUI64, message, DeviceAdd.EUI64, 8);
    if (isRemoval) {
      message[0] = Operation.DEVICE_REMOVE;
      return this.pass(this.firewall, DeviceRemove.LENGTH);
    }
    const kindField = findField(bytes, map, 0);
    const codeField = findField(bytes, map, 1);
    if (!isUnsignedField(bytes, kindField) || !isBytesField(bytes, codeField)) {
      return CoapCode.BAD_REQUEST;
    }
    const kind = fieldValue(bytes, kindField);
    const length = fieldValue(bytes, codeField);
    const isKind = kind > DeviceKind.UNKNOWN && kind <= DeviceKind.CONSUMER_ACCESS_DEVICE;
    if (!isKind || length > Limit.INSTALL_CODE_MAX) return CoapCode.BAD_REQUEST;
    message[0] = Operation.DEVICE_ADD;
    message[DeviceAdd.KIND] = kind;
    message[DeviceAdd.CODE_LENGTH] = length;
    copyBytes(bytes, fieldStart(bytes, codeField), message, DeviceAdd.CODE, length);
    const code = this.pass(this.firewall, DeviceAdd.LENGTH);
    // An install code is a secret of the device: no copy stays here.
    message.fill(0);
    return code;
  }

  /** @param map where the fields are, of an addition */
  private grant(isRemoval: boolean, provider: Provider, bytes: Uint8Array, map: number): CoapCode {
    const { memory, small: message } = this.session;
    message.fill(0);
    message[0] = Operation.GRANT_SET;
    message[GrantSet.PROVIDER] = provider;
    writeU16(message, GrantSet.REFERENCE, this.reference);
    copyBytes(memory, ManageMemory.REQUEST_EUI64, message, GrantSet.EUI64, 8);
    if (!isRemoval) {
      const field = findField(bytes, map, 0);
      const end = findField(bytes, map, 1);
      const relationship = isUnsignedField(bytes, field) ? fieldValue(bytes, field) : -1;
      const expires = end === CborField.NONE ? 0 : fieldValue(bytes, end);
      const isOne = relationship >= 0 && relationship < Relationship.COUNT;
      const isTime = end === CborField.NONE || isUnsignedField(bytes, end);
      if (!isOne || !isTime || expires > Limit.UNIX_SECONDS_MAX) return CoapCode.BAD_REQUEST;
      message[GrantSet.RELATIONSHIP] = relationship;
      writeU32(message, GrantSet.EXPIRES, expires);
    }
    return this.pass(this.trust, GrantSet.LENGTH);
  }

  private pass(port: Port, length: number): CoapCode {
    const isSent = port.send(this.session.small, length) === Sent.OK;
    return isSent ? CoapCode.EMPTY : CoapCode.SERVICE_UNAVAILABLE;
  }

  private find(asked: Asked, reference: number): number {
    const { memory } = this.session;
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      const own = readU16(memory, waitingAt(slot) + Waiting.REFERENCE);
      if (this.asked(slot) === asked && own === reference) return slot;
    }
    return -1;
  }

  /** @param code CHANGED for success */
  private answer(now: number, slot: number, code: CoapCode): void {
    const { server, memory } = this.session;
    const isRemoval = memory[waitingAt(slot) + Waiting.IS_REMOVAL] === 1;
    this.clear(slot);
    if (code !== CoapCode.CHANGED) server.refuseRequest(now, slot, code);
    else server.reply(now, slot, isRemoval ? CoapCode.DELETED : CoapCode.CHANGED);
  }

  private clear(slot: number): void {
    this.session.memory[waitingAt(slot) + Waiting.ASKED] = Asked.NOTHING;
  }

  private asked(slot: number): Asked {
    return this.session.memory[waitingAt(slot) + Waiting.ASKED]!;
  }

  private deadline(slot: number): number {
    if (this.asked(slot) === Asked.NOTHING) return Number.POSITIVE_INFINITY;
    return readU48(this.session.memory, waitingAt(slot) + Waiting.DEADLINE);
  }
}

function waitingAt(slot: number): number {
  return ManageMemory.WAITING + slot * Waiting.LENGTH;
}

/** EMPTY: the payload is a map of the fields 0 and 1, or one of them. */
function mapRefusal(request: InnerMessage, bytes: Uint8Array): CoapCode {
  const format = request.contentFormat;
  const isCbor = format === ContentFormat.NONE || format === ContentFormat.CBOR;
  if (!isCbor) return CoapCode.UNSUPPORTED_CONTENT_FORMAT;
  const isMap = checkFields(bytes, request.payload, request.payloadLength);
  const isFit = isMap && hasOnlyFields(bytes, request.payload, 2);
  return isFit ? CoapCode.EMPTY : CoapCode.BAD_REQUEST;
}

/** COUNT: no such provider. */
function providerOf(request: InnerMessage, bytes: Uint8Array): Provider {
  if (request.isSegment(bytes, 1, "supplier")) return Provider.SUPPLIER;
  return request.isSegment(bytes, 1, "operator") ? Provider.OPERATOR : Provider.COUNT;
}

function deviceCode(result: DeviceResult): CoapCode {
  switch (result) {
    case DeviceResult.OK:
      return CoapCode.CHANGED;
    case DeviceResult.BAD_CODE:
      return CoapCode.BAD_REQUEST;
    case DeviceResult.UNKNOWN_DEVICE:
      return CoapCode.NOT_FOUND;
    case DeviceResult.NOT_DELEGATED:
    case DeviceResult.DENIED:
      return CoapCode.FORBIDDEN;
    default:
      return CoapCode.SERVICE_UNAVAILABLE;
  }
}

function grantCode(result: GrantResult): CoapCode {
  switch (result) {
    case GrantResult.OK:
      return CoapCode.CHANGED;
    case GrantResult.BAD_PROVIDER:
      return CoapCode.BAD_REQUEST;
    case GrantResult.BAD_MOVE:
      return CoapCode.CONFLICT;
    default:
      return CoapCode.SERVICE_UNAVAILABLE;
  }
}
