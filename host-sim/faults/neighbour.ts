// A neighbour's hub that chose the channel and the PAN ID of ours. It answers beacon requests with
// an extended PAN ID of its own, its radio acknowledges what our devices send to the coordinator of
// that PAN, and it broadcasts frames under a network key that nobody here has.
// @source Zigbee 05-3474-22 clauses 3.3.1 (NWK header), 3.6.7 (beacon), 4.5.1 (auxiliary header)

import type { Air } from "../air/air";
import { Transceiver } from "../air/transceiver";
import {
  BROADCAST,
  decodeMac,
  encodeMac,
  MacCommand,
  type MacFrame,
  MacType,
} from "../devices/zigbee/mac-frame";
import { COORDINATOR } from "../devices/zigbee/nwk-frame";
import { MalformedFrame, OctetWriter } from "../devices/zigbee/octets";
import type { Random } from "../random";
import type { Event, World } from "../world";

/** Locally administered, so that it is nobody's. */
const EUI64_BASE = 0x0200_0000_0000_0000n;
/** Behind a wall or two. */
const METRES = 12;
const BROADCAST_EVERY_US = 5_000_000;
const SECURED_OCTETS = 24;
/** No beacons, no battery saving, a coordinator, joining closed. @source table 7.2.2.1.2 */
const SUPERFRAME = 0x4fff;
const STACK = 0x22;
const CAPACITY = 0x84;

export class Neighbour {
  private readonly radio: Transceiver;
  private readonly random: Random;
  private readonly eui64: bigint;
  private timer: Event | undefined;
  private sequence: number;
  private counter: number;

  constructor(
    private readonly world: World,
    air: Air,
    private readonly where: { readonly channel: number; readonly panId: number },
  ) {
    this.radio = new Transceiver(air, "neighbour's hub", { x: METRES, y: 0 });
    this.random = world.random.fork(`neighbour ${this.radio.id}`);
    this.eui64 = EUI64_BASE + BigInt(this.random.u32());
    this.sequence = this.random.below(256);
    this.counter = this.random.u32();
    const eui64 = new OctetWriter(8).u64(this.eui64).done();
    this.radio.configure({ ...where, eui64, short: COORDINATOR, rxOn: true, coordinator: true });
    this.radio.onFrame = (bytes, length) => this.heard(Buffer.from(bytes.subarray(0, length)));
    this.broadcastLater();
  }

  /** It moves on, or is switched off. */
  end(): void {
    this.world.cancel(this.timer);
    this.radio.onFrame = () => {};
    this.radio.configure({ rxOn: false });
  }

  private broadcastLater(): void {
    const delay = BROADCAST_EVERY_US + this.random.below(BROADCAST_EVERY_US);
    this.timer = this.world.schedule(delay, () => {
      this.broadcast();
      this.broadcastLater();
    });
  }

  private heard(octets: Buffer): void {
    let frame: MacFrame;
    try {
      frame = decodeMac(octets);
    } catch (error) {
      if (error instanceof MalformedFrame) return;
      throw error;
    }
    if (frame.type !== MacType.COMMAND || frame.payload[0] !== MacCommand.BEACON_REQUEST) return;
    this.send(MacType.BEACON, undefined, this.beacon());
  }

  private beacon(): Buffer {
    const out = new OctetWriter(24).u16(SUPERFRAME).u8(0).u8(0).u8(0).u8(STACK).u8(CAPACITY);
    return out
      .u64(~this.eui64 & 0xffff_ffff_ffff_ffffn)
      .u24(0xffffff)
      .u8(0)
      .done();
  }

  private broadcast(): void {
    const DATA_WITH_SECURITY = 0x0208;
    const NETWORK_KEY_WITH_SENDER = 0x28;
    this.counter = (this.counter + 1) >>> 0;
    const secured = Buffer.alloc(SECURED_OCTETS);
    this.random.fill(secured, 0, SECURED_OCTETS);
    const out = new OctetWriter(64).u16(DATA_WITH_SECURITY).u16(0xfffd).u16(COORDINATOR);
    out.u8(30).u8(this.random.below(256)).u8(NETWORK_KEY_WITH_SENDER).u32(this.counter);
    this.send(MacType.DATA, BROADCAST, out.u64(this.eui64).u8(0).bytes(secured).done());
  }

  private send(type: MacType, destination: number | undefined, payload: Buffer): void {
    if (this.radio.busy) return;
    this.sequence = (this.sequence + 1) & 0xff;
    const { panId } = this.where;
    const frame = encodeMac({
      type,
      sequence: this.sequence,
      ackRequest: false,
      pending: false,
      destinationPan: destination === undefined ? undefined : panId,
      destination,
      sourcePan: panId,
      source: COORDINATOR,
      payload,
    });
    this.radio.transmit(frame, frame.length, {}, () => {});
  }
}
