// The device profile's server: who the hub is and what its endpoints offer.
// @source Zigbee 05-3474-22 sections 2.4.3.1, 2.4.4.2

import { DeviceKind } from "../../ipc/device";
import { NodeRule } from "../../ipc/join";
import { Profile } from "../../wire/aps";
import { readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import {
  checkZdoRequest,
  IeeeAddressRequest,
  InterestRequest,
  LogicalType,
  MatchRequest,
  matchAsksInput,
  matchAsksOutput,
  matchProfile,
  NwkAddressRequest,
  SmartEnergyDevice,
  Zdo,
  ZdoCluster,
  ZdoStatus,
  zdoShort,
} from "../../wire/zdo";
import {
  putAddressResponse,
  putInterestFailure,
  putNodeDescriptor,
  putSimpleDescriptor,
  putZdoStatus,
} from "../../wire/zdo-response";
import type { ApsData, ApsLayer } from "./aps-layer";
import {
  Endpoint,
  HUB_CLIENTS,
  HUB_SERVERS,
  isMirror,
  MIRROR_CLIENTS,
  MIRROR_SERVERS,
} from "./endpoints";
import type { Knowledge } from "./knowledge";
import type { Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";

const enum Hub {
  SHORT = 0x0000,
  /** Full function, mains powered, always listening, allocates addresses; may coordinate. */
  CAPABILITY = 0x8f,
  /** Primary trust centre and network manager. */
  SERVER_MASK = 0x0041,
  /** A message of 4,096 bytes with its ZCL and tunnel headers. */
  TRANSFER_MAX = 4_102,
}

/** No code is assigned to this project. */
const NO_MANUFACTURER = 0;

export class ZdoServer {
  malformed = 0;
  private readonly found: Uint8Array;

  constructor(
    private readonly aps: ApsLayer,
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    memory: Memory,
  ) {
    this.found = memory.scratch;
  }

  request(now: number, data: ApsData): void {
    const { bytes, start, length, cluster } = data;
    const code = checkZdoRequest(cluster, bytes, start, length);
    if (code !== Parsed.OK && code !== Parsed.UNSUPPORTED) {
      this.malformed++;
      return;
    }
    // An announcement is not answered; to a broadcast only those answer who are meant.
    if (cluster === ZdoCluster.DEVICE_ANNOUNCE) return;
    if (data.broadcast && !this.isAnsweredToAll(data)) return;
    const out = this.open(data);
    if (out < 0) return;
    const end = this.answer(now, data, out);
    this.aps.outbox.close(now, end, 0);
  }

  private open(data: ApsData): number {
    const cluster = data.cluster | Zdo.RESPONSE;
    const counter = this.aps.nextCounter();
    const { outbox } = this.aps;
    return outbox.open(data.node, Endpoint.ZDO, cluster, Profile.ZDO, Endpoint.ZDO, counter);
  }

  private isAnsweredToAll(data: ApsData): boolean {
    const { bytes, start } = data;
    switch (data.cluster as ZdoCluster) {
      case ZdoCluster.NWK_ADDRESS:
        return this.isHub(bytes, start + NwkAddressRequest.EUI64);
      case ZdoCluster.IEEE_ADDRESS:
        return readU16(bytes, start + IeeeAddressRequest.SHORT) === Hub.SHORT;
      case ZdoCluster.MATCH_DESCRIPTOR:
        return this.matches(bytes, start) > 0;
      default:
        return false;
    }
  }

  private answer(now: number, data: ApsData, out: number): number {
    const { bytes, start } = data;
    const to = this.aps.outbox.bytes;
    const sequence = bytes[start + Zdo.SEQUENCE]!;
    if (this.asksOfOthers(data)) {
      this.network.link.refused(now, data.node, NodeRule.ADDRESS, 0, data.cluster);
      return putZdoStatus(to, out, sequence, ZdoStatus.NOT_AUTHORIZED);
    }
    switch (data.cluster as ZdoCluster) {
      case ZdoCluster.NWK_ADDRESS:
        return this.shortOf(bytes, start, to, out, sequence);
      case ZdoCluster.IEEE_ADDRESS:
        return this.eui64Of(bytes, start, to, out, sequence);
      case ZdoCluster.NODE_DESCRIPTOR:
      case ZdoCluster.SIMPLE_DESCRIPTOR:
      case ZdoCluster.ACTIVE_ENDPOINTS:
      case ZdoCluster.MATCH_DESCRIPTOR:
        return this.describe(data, to, out, sequence);
      default:
        return putZdoStatus(to, out, sequence, ZdoStatus.NOT_SUPPORTED);
    }
  }

  /** A consumer access device that asks for the address of another device than the hub. */
  private asksOfOthers({ node, cluster, bytes, start }: ApsData): boolean {
    if (this.network.nodes.kind(node) !== DeviceKind.CONSUMER_ACCESS_DEVICE) return false;
    if (cluster === ZdoCluster.NWK_ADDRESS) {
      return !this.isHub(bytes, start + NwkAddressRequest.EUI64);
    }
    if (cluster !== ZdoCluster.IEEE_ADDRESS) return false;
    return readU16(bytes, start + IeeeAddressRequest.SHORT) !== Hub.SHORT;
  }

  private describe(data: ApsData, to: Uint8Array, out: number, sequence: number): number {
    const { bytes, start } = data;
    const short = zdoShort(bytes, start);
    // A match request may name the broadcast address that it was sent to.
    const isMatch = data.cluster === ZdoCluster.MATCH_DESCRIPTOR;
    if (short !== Hub.SHORT && !(isMatch && short >= 0xfff8)) {
      return putInterestFailure(to, out, sequence, ZdoStatus.DEVICE_NOT_FOUND, short);
    }
    if (isMatch) return this.match(bytes, start, to, out, sequence);
    if (data.cluster === ZdoCluster.ACTIVE_ENDPOINTS) return this.active(to, out, sequence);
    if (data.cluster === ZdoCluster.SIMPLE_DESCRIPTOR) {
      return this.simple(bytes[start + InterestRequest.ENDPOINT]!, to, out, sequence);
    }
    return putNodeDescriptor(
      to,
      out,
      sequence,
      Hub.SHORT,
      LogicalType.COORDINATOR,
      Hub.CAPABILITY,
      NO_MANUFACTURER,
      Hub.TRANSFER_MAX,
      Hub.SERVER_MASK,
    );
  }

  private simple(endpoint: number, to: Uint8Array, out: number, sequence: number): number {
    const short = Hub.SHORT;
    const profile = Profile.SMART_ENERGY;
    if (endpoint === Endpoint.HUB) {
      const device = SmartEnergyDevice.ENERGY_SERVICE_INTERFACE;
      return putSimpleDescriptor(
        to,
        out,
        sequence,
        short,
        endpoint,
        profile,
        device,
        HUB_SERVERS,
        HUB_CLIENTS,
      );
    }
    if (this.isMirrorInUse(endpoint)) {
      const device = SmartEnergyDevice.METERING_DEVICE;
      return putSimpleDescriptor(
        to,
        out,
        sequence,
        short,
        endpoint,
        profile,
        device,
        MIRROR_SERVERS,
        MIRROR_CLIENTS,
      );
    }
    const reserved = endpoint === 0 || endpoint > 240;
    const status = reserved ? ZdoStatus.INVALID_ENDPOINT : ZdoStatus.NOT_ACTIVE;
    return putInterestFailure(to, out, sequence, status, short);
  }

  private active(to: Uint8Array, out: number, sequence: number): number {
    const list = putInterestFailure(to, out, sequence, ZdoStatus.SUCCESS, Hub.SHORT);
    let at = list;
    to[at++] = Endpoint.HUB;
    for (let endpoint = Endpoint.MIRROR_FIRST; endpoint <= Endpoint.MIRROR_LAST; endpoint++) {
      if (this.isMirrorInUse(endpoint)) to[at++] = endpoint;
    }
    to[list - 1] = at - list;
    return at;
  }

  private match(
    bytes: Uint8Array,
    start: number,
    to: Uint8Array,
    out: number,
    sequence: number,
  ): number {
    const found = this.matches(bytes, start);
    const status = found === 0 ? ZdoStatus.NO_MATCH : ZdoStatus.SUCCESS;
    const list = putInterestFailure(to, out, sequence, status, Hub.SHORT);
    let at = list;
    for (let bit = 0; bit <= Endpoint.MIRROR_LAST; bit++) {
      if ((found & (1 << bit)) !== 0) to[at++] = bit;
    }
    to[list - 1] = at - list;
    return at;
  }

  /** A bit for each endpoint that has a cluster that is asked for, on the side asked for. */
  private matches(bytes: Uint8Array, start: number): number {
    const profile = matchProfile(bytes, start);
    if (profile !== Profile.SMART_ENERGY && profile !== 0xffff) return 0;
    if (bytes[start + MatchRequest.INPUT_COUNT] === undefined) return 0;
    let found = 0;
    if (asks(bytes, start, HUB_SERVERS, HUB_CLIENTS)) found |= 1 << Endpoint.HUB;
    for (let endpoint = Endpoint.MIRROR_FIRST; endpoint <= Endpoint.MIRROR_LAST; endpoint++) {
      if (!this.isMirrorInUse(endpoint)) continue;
      if (asks(bytes, start, MIRROR_SERVERS, MIRROR_CLIENTS)) found |= 1 << endpoint;
    }
    return found;
  }

  private shortOf(
    bytes: Uint8Array,
    start: number,
    to: Uint8Array,
    out: number,
    sequence: number,
  ): number {
    const at = start + NwkAddressRequest.EUI64;
    let short: number = Hub.SHORT;
    let status = ZdoStatus.SUCCESS;
    if (!this.isHub(bytes, at)) {
      const { nodes } = this.network;
      const node = nodes.findEui64(bytes, at);
      const known = node !== NodeLimit.NONE && nodes.isNetworked(node);
      short = known ? nodes.short(node) : 0xffff;
      if (!known) status = ZdoStatus.DEVICE_NOT_FOUND;
    }
    return putAddressResponse(to, out, sequence, status, bytes, at, short);
  }

  private eui64Of(
    bytes: Uint8Array,
    start: number,
    to: Uint8Array,
    out: number,
    sequence: number,
  ): number {
    const short = readU16(bytes, start + IeeeAddressRequest.SHORT);
    const { nodes, eui64 } = this.network;
    if (short === Hub.SHORT) {
      return putAddressResponse(to, out, sequence, ZdoStatus.SUCCESS, eui64, 0, short);
    }
    const node = nodes.findShort(short);
    if (node === NodeLimit.NONE || !nodes.isNetworked(node)) {
      return putZdoStatus(to, out, sequence, ZdoStatus.DEVICE_NOT_FOUND);
    }
    nodes.copyEui64(node, this.found, 0);
    return putAddressResponse(to, out, sequence, ZdoStatus.SUCCESS, this.found, 0, short);
  }

  private isHub(bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < 8; i++) if (bytes[at + i] !== this.network.eui64[i]) return false;
    return true;
  }

  private isMirrorInUse(endpoint: number): boolean {
    return isMirror(endpoint) && this.knowledge.ownerOfMirror(endpoint) !== NodeLimit.NONE;
  }
}

function asks(
  bytes: Uint8Array,
  start: number,
  servers: readonly number[],
  clients: readonly number[],
): boolean {
  for (const cluster of servers) if (matchAsksInput(bytes, start, cluster)) return true;
  for (const cluster of clients) if (matchAsksOutput(bytes, start, cluster)) return true;
  return false;
}
