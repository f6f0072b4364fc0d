// zigbee-on-host's coordinator, nobody here wrote it, on the simulated air: a fake radio
// co-processor between its Spinel driver and a transceiver. A development dependency, for tests.

import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OTRCPDriver } from "zigbee-on-host";
import {
  decodeSpinelFrame,
  encodeSpinelFrame,
  getPackedUInt,
  getPackedUIntSize,
  setPackedUInt,
} from "zigbee-on-host/dist/spinel/spinel.js";
import { setLogger } from "zigbee-on-host/dist/utils/logger.js";
import type { Air } from "../../../host-sim/air/air";
import { Transceiver } from "../../../host-sim/air/transceiver";
import type { World } from "../../../host-sim/world";

export const FOREIGN_EUI64 = 0x00124b00aaaaaaaan;
export const FOREIGN_KEY = Buffer.from("01030507090b0d0f00020406080a0c0d", "hex");
export const WELL_KNOWN_KEY = Buffer.from("5a6967426565416c6c69616e63653039", "hex");
export const FOREIGN_PAN = 0x1234;
const CHANNEL = 15;

/** Spinel commands and properties, as OpenThread's spinel.h numbers them. */
const RESET = 1;
const GET = 2;
const SET = 3;
const IS = 6;
const STREAM_RAW = 113;
const RESET_REASON = 112;

/** What a GET of the driver's start-up answers. */
const PROPERTIES = new Map<number, Buffer>([
  [1, Buffer.from([4, 3])],
  [2, Buffer.from("SIMULATED/1.0; TEST\0")],
  [3, Buffer.from([3])],
  [0x24, Buffer.from([0xb5])],
  [0x25, Buffer.from([10])],
  [0x26, Buffer.from([0xb0])],
  [0x27, Buffer.from([0x9c])],
  [0xb0, packed(11)],
  [0xb1, packed(4)],
]);

setLogger({ debug: () => {}, info: () => {}, warning: () => {}, error: () => {} });

export interface ForeignFrame {
  readonly source: number | undefined;
  readonly profile: number | undefined;
  readonly cluster: number | undefined;
  readonly payload: Buffer;
}

class Line extends EventEmitter<{ data: [data: Buffer] }> {
  constructor(private readonly take: (frame: Buffer) => void) {
    super();
  }

  write(frame: Buffer): boolean {
    // A lone flag byte wakes a real co-processor.
    if (frame.length > 1) this.take(frame);
    return true;
  }
}

export class ForeignCoordinator {
  readonly joined: bigint[] = [];
  readonly authorised: bigint[] = [];
  readonly frames: ForeignFrame[] = [];
  readonly driver: OTRCPDriver;
  readonly radio: Transceiver;
  private readonly line = new Line((frame) => this.fromDriver(frame));
  private readonly outbox: Buffer[] = [];
  private readonly directory = mkdtempSync(join(tmpdir(), "foreign-"));

  /**
   * @param tcKey the trust centre link key. zigbee-on-host 0.3 keeps the link keys of install codes
   *   and still wraps the network key with this one key alone, so a test gives that of the device.
   */
  constructor(
    private readonly world: World,
    air: Air,
    private readonly tcKey: Buffer,
  ) {
    this.radio = new Transceiver(air, "foreign", { x: 0, y: 0 });
    this.radio.onFrame = (frame, length) => this.received(frame, length);
    this.driver = this.createDriver();
    // Its state is not needed again, and a disk would take real time while the world's goes on.
    this.driver.context.saveState = () => Promise.resolve();
  }

  async start(): Promise<void> {
    await this.driver.start();
    await this.driver.formNetwork();
    const eui64 = Buffer.alloc(8);
    eui64.writeBigUInt64LE(FOREIGN_EUI64);
    this.radio.configure({
      eui64,
      panId: FOREIGN_PAN,
      short: 0,
      channel: CHANNEL,
      rxOn: true,
      coordinator: true,
    });
    // Whether something waits is the stack's secret: every data request hears that it may be so.
    this.radio.matchSources(false);
  }

  async stop(): Promise<void> {
    await this.driver.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs the world, giving the driver its turns, until `done` or for `seconds`. */
  async run(seconds: number, done: () => boolean = () => false): Promise<void> {
    const end = this.world.now + seconds * 1e6;
    while (this.world.now < end && !done()) {
      this.world.runUntil(this.world.now + 2000);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private createDriver(): OTRCPDriver {
    const callbacks = {
      onFatalError: (message: string) => {
        throw new Error(message);
      },
      onMACFrame: () => {},
      onFrame: (
        source: number | undefined,
        _eui64: bigint | undefined,
        header: { profileId?: number; clusterId?: number },
        payload: Buffer,
      ) => {
        const { profileId: profile, clusterId: cluster } = header;
        this.frames.push({ source, profile, cluster, payload: Buffer.from(payload) });
      },
      onGPFrame: () => {},
      onDeviceJoined: (_short: number, eui64: bigint) => this.joined.push(eui64),
      onDeviceRejoined: () => {},
      onDeviceLeft: () => {},
      onDeviceAuthorized: (_short: number, eui64: bigint) => this.authorised.push(eui64),
    };
    const streamConfig = {
      txChannel: CHANNEL,
      ccaBackoffAttempts: 1,
      ccaRetries: 4,
      enableCSMACA: true,
      headerUpdated: true,
      reTx: false,
      securityProcessed: true,
      txDelay: 0,
      txDelayBaseTime: 0,
      rxChannelAfterTxDone: CHANNEL,
    };
    const network = {
      eui64: FOREIGN_EUI64,
      panId: FOREIGN_PAN,
      extendedPanId: FOREIGN_EUI64,
      channel: CHANNEL,
      nwkUpdateId: 0,
      txPower: 5,
      networkKey: FOREIGN_KEY,
      networkKeyFrameCounter: 0,
      networkKeySequenceNumber: 0,
      tcKey: this.tcKey,
      tcKeyFrameCounter: 0,
    };
    return new OTRCPDriver(this.line, callbacks, streamConfig, network, this.directory, false);
  }

  private fromDriver(octets: Buffer): void {
    const frame = decodeSpinelFrame(octets);
    const { tid } = frame.header;
    if (frame.commandId === RESET) {
      this.toDriver(0, Buffer.concat([packed(0), packed(RESET_REASON + 2)]));
      return;
    }
    const [property, at] = getPackedUInt(frame.payload, 0);
    if (frame.commandId === GET) {
      const value = PROPERTIES.get(property) ?? Buffer.from([0]);
      this.toDriver(tid, Buffer.concat([packed(property), value]));
    } else if (frame.commandId === SET && property === STREAM_RAW) {
      const length = frame.payload.readUInt16LE(at);
      // The last two octets are room for the FCS.
      this.outbox.push(Buffer.from(frame.payload.subarray(at + 2, at + 2 + length - 2)));
      this.toDriver(tid, Buffer.concat([packed(0), packed(0)]));
      this.transmitNext();
    } else if (frame.commandId === SET) {
      this.toDriver(tid, Buffer.concat([packed(property), frame.payload.subarray(at)]));
    }
  }

  private transmitNext(): void {
    const first = this.outbox[0];
    if (first === undefined || this.radio.busy) return;
    this.radio.transmit(first, first.length, {}, () => {
      this.outbox.shift();
      this.transmitNext();
    });
  }

  private received(frame: Uint8Array, length: number): void {
    const header = Buffer.alloc(2);
    header.writeUInt16LE(length + 2);
    const metadata = Buffer.from([0xd8, 0x9c, 0, 0, 0, 0, 0, 0]);
    const mac = Buffer.concat([Buffer.from(frame.subarray(0, length)), Buffer.alloc(2)]);
    this.toDriver(0, Buffer.concat([packed(STREAM_RAW), header, mac, metadata]));
  }

  private toDriver(tid: number, payload: Buffer): void {
    const frame = { header: { tid, nli: 0, flg: 2 }, commandId: IS, payload };
    setImmediate(() => this.line.emit("data", encodeSpinelFrame(frame)));
  }
}

function packed(value: number): Buffer {
  const size = getPackedUIntSize(value);
  const octets = Buffer.alloc(size);
  setPackedUInt(octets, 0, value, size);
  return octets;
}
