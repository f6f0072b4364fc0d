// A router for tests, and a node behind it. Its frames are made and read by the codec of the
// simulated devices, which shares nothing with the hub's.

import {
  ApsCommand,
  decodeAps,
  decodeTransportKey,
  openAps,
} from "../../../host-sim/devices/zigbee/aps-frame";
import { decodeMac, MacType } from "../../../host-sim/devices/zigbee/mac-frame";
import {
  encodeLinkStatus,
  encodeRouteRecord,
  type LinkEntry,
} from "../../../host-sim/devices/zigbee/nwk-command-frame";
import {
  decodeNwk,
  encodeNwk,
  NwkType,
  openNwk,
  type ReceivedNwk,
} from "../../../host-sim/devices/zigbee/nwk-frame";
import { OctetWriter } from "../../../host-sim/devices/zigbee/octets";
import { DeviceUpdate } from "../../../host-sim/devices/zigbee/parenting";
import { keyTransportKey, linkKeyOf } from "../../../host-sim/devices/zigbee/security";
import { deviceAnnounce } from "../../../host-sim/devices/zigbee/zdo-frame";
import type { Bench } from "./fixture";
import { eui64Of, installCode, TestNode } from "./test-node";

const ROUTER_CAPABILITY = 0x8e;
const SLEEPER_CAPABILITY = 0x80;

/** What the hub gave a router, opened. */
export interface Heard {
  readonly frame: ReceivedNwk;
  readonly plain: Buffer;
  readonly toAll: boolean;
}

/** A node that nobody but its router hears. */
export class FarNode {
  key: Buffer | undefined;
  readonly code: Uint8Array;
  readonly eui64: bigint;

  constructor(
    readonly octets: Uint8Array,
    public short: number,
    secret = 0x61,
  ) {
    this.code = installCode(secret);
    this.eui64 = Buffer.from(octets).readBigUInt64LE();
  }

  /** The network key of a Transport-Key that its router handed on. */
  unwrap(aps: Buffer, hub: bigint): void {
    const plain = openAps(decodeAps(aps), keyTransportKey(linkKeyOf(Buffer.from(this.code))), hub);
    if (plain !== undefined) this.key = decodeTransportKey(plain).key;
  }

  /** Device_annce, as an APS frame. */
  announcement(capability = SLEEPER_CAPABILITY): Buffer {
    const head = Buffer.from([0x08, 0, 0x13, 0, 0, 0, 0, 1, 7]);
    return Buffer.concat([head, deviceAnnounce(this.short, this.eui64, capability)]);
  }
}

export class TestRouter {
  readonly node: TestNode;
  readonly heard: Heard[] = [];
  readonly eui64: bigint;
  apsCounter = 0;

  private constructor(
    readonly bench: Bench,
    last: number,
  ) {
    this.node = new TestNode(bench, eui64Of(last), false, last);
    this.node.capability = ROUTER_CAPABILITY;
    this.eui64 = Buffer.from(this.node.eui64).readBigUInt64LE();
    const before = bench.radio.heard;
    bench.radio.heard = (psdu) => {
      before(psdu);
      this.hear(psdu);
    };
  }

  /** A router that has joined at the hub. */
  static joined(bench: Bench, last = 0x71): TestRouter {
    const router = new TestRouter(bench, last);
    bench.add(router.node.eui64, router.node.code);
    if (!router.node.join()) throw new Error("the router did not join");
    return router;
  }

  /** The same router, with the network that it had, before another hub. */
  static again(bench: Bench, node: TestNode): TestRouter {
    const router = new TestRouter(bench, node.eui64[0]!);
    router.node.short = node.short;
    router.node.key = node.key;
    router.node.counter = node.counter + 100;
    return router;
  }

  get short(): number {
    return this.node.short;
  }

  /** What the hub said to it since the last look. */
  take(): Heard[] {
    return this.heard.splice(0);
  }

  /** Commands of one kind that it heard since the last look. */
  commands(command: number): Heard[] {
    return this.take().filter(
      ({ frame, plain }) => frame.type === NwkType.COMMAND && plain[0] === command,
    );
  }

  /** Hands a frame of `source` on to the hub. */
  carry(
    source: number,
    payload: Buffer,
    type = NwkType.DATA,
    sequence = this.node.nwkSequence++ & 0xff,
    destination = 0,
  ): void {
    const frame = {
      type,
      destination,
      source,
      radius: 9,
      sequence,
      destinationEui64: undefined,
      sourceEui64: undefined,
      endDeviceInitiator: false,
      payload,
    };
    this.transmit(encodeNwk(frame, this.security()));
  }

  /** A command of its own for those around. */
  tellAround(payload: Buffer): void {
    this.carry(this.short, payload, NwkType.COMMAND, undefined, 0xfffc);
  }

  linkStatus(entries: readonly LinkEntry[]): void {
    this.tellAround(encodeLinkStatus(entries));
  }

  record(source: number, relays: readonly number[]): void {
    this.carry(source, encodeRouteRecord(relays), NwkType.COMMAND);
  }

  updateDevice(eui64: bigint, short: number, status: number): void {
    const update = new OctetWriter(14)
      .u8(0x01)
      .u8(this.apsCounter++ & 0xff)
      .u8(ApsCommand.UPDATE_DEVICE)
      .u64(eui64)
      .u16(short)
      .u8(status);
    this.carry(this.short, update.done());
  }

  /** A registered node that is nobody's neighbour but this router's asks to be let in here. */
  takeIn(): FarNode {
    const far = new FarNode(eui64Of(0x31), 0x3131);
    this.bench.add(far.octets, far.code);
    this.updateDevice(far.eui64, far.short, DeviceUpdate.UNSECURED_JOIN);
    this.bench.run(50);
    return far;
  }

  /** The APS commands of one kind for it, behind their identifiers. */
  apsCommands(command: ApsCommand): Buffer[] {
    return this.heard
      .filter(({ frame }) => frame.type === NwkType.DATA)
      .map(({ plain }) => decodeAps(plain))
      .filter(({ type, secured }) => type === 1 && secured === undefined)
      .filter(({ payload }) => payload[0] === command)
      .map(({ payload }) => payload.subarray(1));
  }

  private security() {
    const { key, keySequence } = this.node;
    if (key === undefined) throw new Error("no key");
    const frameCounter = this.node.counter++;
    return { key: Buffer.from(key), keySequence, frameCounter, eui64: this.eui64 };
  }

  private transmit(nwk: Buffer): void {
    this.bench.hear(this.node.framed(nwk, nwk.length));
  }

  private hear(psdu: Uint8Array): void {
    const mac = decodeMac(Buffer.from(psdu));
    if (mac.type !== MacType.DATA || this.node.key === undefined) return;
    const toAll = mac.destination === 0xffff;
    if (!toAll && mac.destination !== this.short) return;
    const frame = decodeNwk(mac.payload);
    const plain = openNwk(frame, Buffer.from(this.node.key));
    if (plain !== undefined) this.heard.push({ frame, plain: Buffer.from(plain), toAll });
  }
}
