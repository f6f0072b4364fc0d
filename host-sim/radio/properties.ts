// The co-processor's Spinel properties: what can be asked, what can be set, and what setting does.

import { NO_CHANNEL, type Phy } from "../air/phy";
import type { Transceiver } from "../air/transceiver";
import type { World } from "../world";
import {
  CAPABILITIES,
  Command,
  Property,
  RADIO_CAPS,
  type SpinelReader,
  type SpinelWriter,
  Status,
} from "./spinel";

const VERSION = "OPENTHREAD/heddle-sim; SIMULATION";
const PROTOCOL_MAJOR = 4;
const PROTOCOL_MINOR = 3;
const THREAD_INTERFACE = 3;
const RCP_API_VERSION = 11;
const RCP_MIN_HOST_API_VERSION = 4;
const SCAN_PERIOD_MS = 200;

export class Properties {
  phyEnabled = false;
  scanning = false;
  scanPeriodMs = SCAN_PERIOD_MS;
  lastStatus: number = Status.OK;
  private rawStream = false;
  private promiscuous = 0;
  private rxOnWhenIdle = true;
  private readonly phy: Phy;
  private channel: number;
  private txPower: number;
  private panId = 0xffff;
  private short = 0xfffe;
  private matching = false;
  private scanMask: number[] = [];

  constructor(
    private readonly radio: Transceiver,
    /** Another board has another. */
    public hardwareAddress: Uint8Array,
    private readonly world: World,
  ) {
    this.phy = radio.phy;
    this.channel = this.phy.firstChannel;
    this.txPower = this.phy.transmitDbm;
    this.radio.configure({ eui64: hardwareAddress });
  }

  /** Everything as after power-on. */
  reset(): void {
    this.phyEnabled = false;
    this.scanning = false;
    this.scanPeriodMs = SCAN_PERIOD_MS;
    this.rawStream = false;
    this.promiscuous = 0;
    this.rxOnWhenIdle = true;
    this.channel = this.phy.firstChannel;
    this.panId = 0xffff;
    this.short = 0xfffe;
    this.matching = false;
    this.scanMask = [];
    this.radio.configure({ eui64: this.hardwareAddress });
    this.radio.matchSources(false);
    this.radio.clearPending(2);
    this.radio.clearPending(8);
    this.apply();
  }

  /** Received frames go to the hub. */
  get listens(): boolean {
    return this.phyEnabled && this.rawStream && !this.scanning;
  }

  /** The one channel of the scan mask; `NO_CHANNEL`: none, or several, which the radio cannot. */
  scanChannel(): number {
    return this.scanMask.length === 1 ? this.scanMask[0]! : NO_CHANNEL;
  }

  beginScan(): void {
    this.scanning = true;
    this.apply();
  }

  endScan(): void {
    this.scanning = false;
    this.apply();
  }

  setChannel(channel: number): void {
    this.channel = channel;
    this.apply();
  }

  /** Writes the property's value behind what `writer` has; false: there is no such property. */
  write(property: Property, writer: SpinelWriter): boolean {
    switch (property) {
      case Property.LAST_STATUS:
        writer.packed(this.lastStatus);
        return true;
      case Property.PROTOCOL_VERSION:
        writer.packed(PROTOCOL_MAJOR).packed(PROTOCOL_MINOR);
        return true;
      case Property.NCP_VERSION:
        writer.text(VERSION);
        return true;
      case Property.INTERFACE_TYPE:
        writer.packed(THREAD_INTERFACE);
        return true;
      case Property.CAPS:
        for (const capability of CAPABILITIES) writer.packed(capability);
        return true;
      case Property.HWADDR:
        writer.eui64(this.hardwareAddress);
        return true;
      case Property.RADIO_CAPS:
        writer.packed(RADIO_CAPS);
        return true;
      case Property.RCP_API_VERSION:
        writer.packed(RCP_API_VERSION);
        return true;
      case Property.RCP_MIN_HOST_API_VERSION:
        writer.packed(RCP_MIN_HOST_API_VERSION);
        return true;
      default:
        return this.writeRadio(property, writer);
    }
  }

  /** Sets a property, or one entry of it; a `Status`. */
  change(command: Command, property: Property, values: SpinelReader): Status {
    const table = property === Property.SRC_MATCH_SHORT || property === Property.SRC_MATCH_EXTENDED;
    if (command !== Command.SET && !table) return Status.INVALID_COMMAND_FOR_PROPERTY;
    const status = table ? this.match(command, property, values) : this.set(property, values);
    if (!values.good) return Status.PARSE_ERROR;
    if (status === Status.OK) this.apply();
    return status;
  }

  private writeRadio(property: Property, writer: SpinelWriter): boolean {
    switch (property) {
      case Property.PHY_ENABLED:
        writer.u8(this.phyEnabled ? 1 : 0);
        break;
      case Property.PHY_CHAN:
        writer.u8(this.channel);
        break;
      case Property.PHY_CHAN_SUPPORTED:
        for (let i: number = this.phy.firstChannel; i <= this.phy.lastChannel; i++) writer.u8(i);
        break;
      case Property.PHY_TX_POWER:
        writer.u8(this.txPower & 0xff);
        break;
      case Property.PHY_RX_SENSITIVITY:
        writer.u8(this.phy.sensitivityDbm & 0xff);
        break;
      case Property.MAC_SCAN_STATE:
        writer.u8(this.scanning ? 2 : 0);
        break;
      case Property.MAC_SCAN_MASK:
        for (const channel of this.scanMask) writer.u8(channel);
        break;
      case Property.MAC_SCAN_PERIOD:
        writer.u16(this.scanPeriodMs);
        break;
      default:
        return this.writeMac(property, writer);
    }
    return true;
  }

  private writeMac(property: Property, writer: SpinelWriter): boolean {
    switch (property) {
      case Property.MAC_LADDR:
        writer.eui64(this.radio.eui64);
        break;
      case Property.MAC_SADDR:
        writer.u16(this.short);
        break;
      case Property.MAC_PANID:
        writer.u16(this.panId);
        break;
      case Property.MAC_RAW_STREAM_ENABLED:
        writer.u8(this.rawStream ? 1 : 0);
        break;
      case Property.MAC_PROMISCUOUS_MODE:
        writer.u8(this.promiscuous);
        break;
      case Property.MAC_RX_ON_WHEN_IDLE:
        writer.u8(this.rxOnWhenIdle ? 1 : 0);
        break;
      case Property.SRC_MATCH_ENABLED:
        writer.u8(this.matching ? 1 : 0);
        break;
      case Property.RCP_TIMESTAMP:
        writer.u32(this.world.now).u32(Math.floor(this.world.now / 0x100000000));
        break;
      case Property.SRC_MATCH_SHORT:
      case Property.SRC_MATCH_EXTENDED:
        break;
      default:
        return false;
    }
    return true;
  }

  private set(property: Property, values: SpinelReader): Status {
    switch (property) {
      case Property.PHY_ENABLED:
        this.phyEnabled = values.u8() !== 0;
        return Status.OK;
      case Property.PHY_CHAN:
        return this.tune(values.u8());
      case Property.PHY_TX_POWER:
        this.txPower = (values.u8() << 24) >> 24;
        return Status.OK;
      case Property.MAC_SCAN_MASK:
        return this.mask(values);
      case Property.MAC_SCAN_PERIOD:
        this.scanPeriodMs = values.u16();
        return Status.OK;
      case Property.MAC_LADDR:
        this.radio.configure({ eui64: values.eui64() });
        return Status.OK;
      case Property.MAC_SADDR:
        this.short = values.u16();
        return Status.OK;
      case Property.MAC_PANID:
        this.panId = values.u16();
        return Status.OK;
      case Property.MAC_RAW_STREAM_ENABLED:
        this.rawStream = values.u8() !== 0;
        return Status.OK;
      case Property.MAC_PROMISCUOUS_MODE:
        this.promiscuous = values.u8();
        return Status.OK;
      case Property.MAC_RX_ON_WHEN_IDLE:
        this.rxOnWhenIdle = values.u8() !== 0;
        return Status.OK;
      case Property.SRC_MATCH_ENABLED:
        this.matching = values.u8() !== 0;
        this.radio.matchSources(this.matching);
        return Status.OK;
      default:
        return Status.PROPERTY_NOT_FOUND;
    }
  }

  private tune(channel: number): Status {
    if (!this.has(channel)) return Status.INVALID_ARGUMENT;
    this.channel = channel;
    return Status.OK;
  }

  private has(channel: number): boolean {
    return channel >= this.phy.firstChannel && channel <= this.phy.lastChannel;
  }

  private mask(values: SpinelReader): Status {
    const channels: number[] = [];
    while (values.left > 0) channels.push(values.u8());
    if (channels.some((one) => !this.has(one))) {
      return Status.INVALID_ARGUMENT;
    }
    this.scanMask = channels;
    return Status.OK;
  }

  private match(command: Command, property: Property, values: SpinelReader): Status {
    const octets = property === Property.SRC_MATCH_SHORT ? 2 : 8;
    if (command === Command.SET) this.radio.clearPending(octets);
    while (values.left >= octets) {
      const address = octets === 2 ? values.data(2) : values.eui64();
      this.radio.setPending(address, command !== Command.REMOVE);
      if (command !== Command.SET) break;
    }
    return Status.OK;
  }

  private apply(): void {
    this.radio.configure({
      panId: this.panId,
      short: this.short,
      channel: this.channel,
      // The hub is a coordinator; the hardware's filter is told so with the short address 0.
      coordinator: this.short === 0,
      promiscuous: this.promiscuous !== 0,
      rxOn: this.phyEnabled && this.rawStream && this.rxOnWhenIdle && !this.scanning,
    });
  }
}
