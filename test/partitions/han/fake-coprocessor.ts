// A radio co-processor as Spinel shows it, scripted by tests: it keeps what it is told, reports
// results as a test decides, and can fall silent, lie, or reset at any moment.

import {
  copyReversed8,
  putPacked,
  putSpinel,
  readPacked,
  SpinelCommand,
  spinelCommand,
  spinelProperty,
  spinelTransaction,
  spinelValueAt,
} from "../../../firmware/wire/spinel";
import {
  SpinelCapability,
  SpinelProperty,
  SpinelScanState,
  SpinelStatus,
} from "../../../firmware/wire/spinel-property";
import { putReceived, streamFrameLength } from "../../../firmware/wire/spinel-stream";
import type { Radio } from "../../../hal/radio";
import { Sent } from "../../../hal/sent";

export const HUB_EUI64 = Uint8Array.from([0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]);

export class FakeCoprocessor implements Radio {
  /** What it will say, in order. */
  readonly out: Uint8Array[] = [];
  readonly properties = new Map<number, Uint8Array>();
  readonly matchShort = new Set<number>();
  readonly matchExtended = new Set<string>();
  /** Frames put on the air, without check bytes. */
  readonly air: Uint8Array[] = [];
  /** Every command it got, by property. */
  readonly commands: number[] = [];
  energy: (channel: number) => number = () => -90;
  /** The result of a transmission. */
  result: (psdu: Uint8Array) => number = () => SpinelStatus.OK;
  /** Hears what goes on the air. */
  heard: (psdu: Uint8Array) => void = () => {};
  isSilent = false;
  /** Answers every command with this instead. */
  nonsense: Uint8Array | undefined;
  isLineFull = false;
  pins = 0;
  resets = 0;
  matchLimit = 64;
  channels = Array.from({ length: 16 }, (_, i) => 11 + i);

  send(frame: Uint8Array, length: number): Sent {
    if (this.isLineFull) return Sent.FULL;
    if (this.isSilent) return Sent.OK;
    const bytes = frame.slice(0, length);
    const tid = spinelTransaction(bytes, 0);
    if (spinelCommand(bytes, 0) === SpinelCommand.RESET) {
      this.restart(SpinelStatus.RESET_SOFTWARE);
      return Sent.OK;
    }
    if (this.nonsense !== undefined) {
      this.out.push(this.nonsense.slice());
      return Sent.OK;
    }
    const property = spinelProperty(bytes, 0);
    this.commands.push(property);
    const value = bytes.slice(spinelValueAt(bytes, 0));
    this.handle(tid, spinelCommand(bytes, 0), property, value);
    return Sent.OK;
  }

  reset(): void {
    this.pins++;
    if (!this.isSilent) this.restart(SpinelStatus.RESET_EXTERNAL);
  }

  /** It resets: everything that it was told is gone. */
  restart(status: SpinelStatus): void {
    this.resets++;
    this.properties.clear();
    this.matchShort.clear();
    this.matchExtended.clear();
    this.out.length = 0;
    this.status(0, status);
  }

  /** A frame from the air, without check bytes. */
  receive(psdu: Uint8Array): void {
    if (this.properties.get(SpinelProperty.MAC_RAW_STREAM_ENABLED)?.[0] !== 1) return;
    const bytes = new Uint8Array(320);
    const at = putSpinel(bytes, 0, 0, SpinelCommand.IS, SpinelProperty.STREAM_RAW);
    const channel = this.properties.get(SpinelProperty.PHY_CHAN)?.[0] ?? this.channels[0]!;
    const end = putReceived(bytes, at, psdu, 0, psdu.length, channel, -60, 200, 0);
    this.out.push(bytes.slice(0, end));
  }

  private handle(tid: number, command: number, property: number, value: Uint8Array): void {
    if (command === SpinelCommand.GET) this.answer(tid, property, this.question(property));
    else if (property === SpinelProperty.STREAM_RAW) this.transmit(tid, value);
    else if (property === SpinelProperty.MAC_SRC_MATCH_SHORT_ADDRESSES) {
      this.match(tid, command, property, value, this.matchShort, (v) => v[0]! | (v[1]! << 8));
    } else if (property === SpinelProperty.MAC_SRC_MATCH_EXTENDED_ADDRESSES) {
      const name = (v: Uint8Array) => Buffer.from(v).toString("hex");
      this.match(tid, command, property, value, this.matchExtended, name);
    } else {
      this.properties.set(property, value);
      this.answer(tid, property, value);
      if (property === SpinelProperty.MAC_SCAN_STATE) this.scan();
    }
  }

  private match<T>(
    tid: number,
    command: number,
    property: number,
    value: Uint8Array,
    set: Set<T>,
    name: (value: Uint8Array) => T,
  ): void {
    if (command === SpinelCommand.SET) set.clear();
    else if (command === SpinelCommand.REMOVE) set.delete(name(value));
    else if (set.size >= this.matchLimit) {
      this.status(tid, SpinelStatus.NO_MEMORY);
      return;
    } else set.add(name(value));
    this.answer(tid, property, value);
  }

  private transmit(tid: number, value: Uint8Array): void {
    const psdu = value.slice(2, 2 + streamFrameLength(value, 0));
    const status = this.result(psdu);
    this.air.push(psdu);
    this.status(tid, status);
    if (status === SpinelStatus.OK) this.heard(psdu);
  }

  private scan(): void {
    const channel = this.properties.get(SpinelProperty.MAC_SCAN_MASK)?.[0];
    if (channel === undefined) return;
    const rssi = this.energy(channel) & 0xff;
    this.answer(0, SpinelProperty.MAC_ENERGY_SCAN_RESULT, Uint8Array.from([channel, rssi]));
    this.answer(0, SpinelProperty.MAC_SCAN_STATE, Uint8Array.from([SpinelScanState.IDLE]));
  }

  private question(property: number): Uint8Array {
    if (property === SpinelProperty.PROTOCOL_VERSION) return Uint8Array.from([4, 3]);
    if (property === SpinelProperty.CAPS) {
      const caps = new Uint8Array(8);
      const end = putPacked(caps, putPacked(caps, 0, 34), SpinelCapability.MAC_RAW);
      return caps.slice(0, end);
    }
    if (property === SpinelProperty.PHY_CHAN_SUPPORTED) return Uint8Array.from(this.channels);
    const address = new Uint8Array(8);
    copyReversed8(HUB_EUI64, 0, address, 0);
    return address;
  }

  private answer(tid: number, property: number, value: Uint8Array): void {
    const bytes = new Uint8Array(320);
    const at = putSpinel(bytes, 0, tid, SpinelCommand.IS, property);
    bytes.set(value, at);
    this.out.push(bytes.slice(0, at + value.length));
  }

  private status(tid: number, status: number): void {
    const value = new Uint8Array(3);
    this.answer(tid, SpinelProperty.LAST_STATUS, value.slice(0, putPacked(value, 0, status)));
    if (readPacked(value, 0) !== status) throw new Error("status");
  }
}
