// A radio co-processor as OpenThread's RCP firmware is one: Spinel over a serial line on one side,
// an 802.15.4 transceiver on the other.
// @source OpenThread src/ncp/ncp_base.cpp, ncp_base_radio.cpp; draft-rquattle-spinel-unified

import type { Air, Place } from "../air/air";
import { frameCheck } from "../air/fcs";
import { asksForAck } from "../air/frame";
import { FRAME_MAX, MAX_RETRIES, NO_CHANNEL } from "../air/phy";
import { Transceiver, TxStatus } from "../air/transceiver";
import { TraceKind } from "../trace";
import type { Event, World } from "../world";
import { frameLine, LineReader } from "./line-code";
import { Properties } from "./properties";
import type { SerialLine } from "./serial-line";
import {
  Command,
  Property,
  ReceivedFlag,
  SpinelReader,
  SpinelWriter,
  Status,
  TX_DONE_HEADER_UPDATED,
} from "./spinel";

/** From reset to the first byte. */
const BOOT_US = 30_000;

export class Coprocessor {
  readonly transceiver: Transceiver;
  resets = 0;
  private readonly world: World;
  private readonly properties: Properties;
  private readonly reader: LineReader;
  private readonly values = new SpinelReader();
  private readonly writer = new SpinelWriter();
  private readonly line = new Uint8Array(1100);
  private running = false;
  private boot: Event | undefined;
  /** Transaction of the transmission under way, 0: none. */
  private transmitting = 0;
  private generation = 0;
  private silentUntil = 0;

  /** @param out the line towards the hub; bytes from the hub come to `take` */
  constructor(
    air: Air,
    place: Place,
    eui64: Uint8Array,
    private readonly out: SerialLine,
  ) {
    this.world = air.world;
    this.transceiver = new Transceiver(air, "hub", place);
    this.properties = new Properties(this.transceiver, eui64, this.world);
    this.transceiver.onFrame = (frame, length, rssi, lqi) =>
      this.received(frame, length, rssi, lqi);
    this.reader = new LineReader((frame, length) => this.command(frame, length));
  }

  /** Bytes from the hub. */
  take(bytes: Uint8Array, length: number): void {
    if (this.running && this.world.now >= this.silentUntil) this.reader.take(bytes, length);
  }

  /** Another chip takes its place, with an address of its own. */
  replace(eui64: Uint8Array): void {
    this.properties.hardwareAddress = eui64;
  }

  /** Starts anew with nothing configured, and says why. */
  reset(reason: Status): void {
    this.halt();
    this.resets++;
    this.boot = this.world.schedule(BOOT_US, () => {
      this.running = true;
      this.status(0, reason);
    });
  }

  /** Supply gone: it is dead until `reset`. */
  halt(): void {
    this.world.cancel(this.boot);
    this.running = false;
    this.generation++;
    this.transmitting = 0;
    this.reader.reset();
    this.out.clear();
    this.transceiver.abort();
    this.properties.reset();
  }

  /** A fault: it neither hears nor answers the hub for so long. */
  fallSilent(durationUs: number): void {
    this.silentUntil = this.world.now + durationUs;
  }

  /** A fault: these bytes on the line to the hub. */
  garble(bytes: Uint8Array): void {
    this.world.trace.record(TraceKind.FAULT, this.world.now, 1, 0, bytes, 0, bytes.length);
    this.out.write(bytes, bytes.length);
  }

  private command(frame: Uint8Array, length: number): void {
    const values = this.values.begin(frame, 0, length);
    const header = values.u8();
    if ((header & 0xc0) !== 0x80) return;
    const transaction = header & 0x0f;
    if ((header & 0x30) !== 0) {
      this.status(transaction, Status.INVALID_INTERFACE);
      return;
    }
    const command = values.packed();
    if (command === Command.NOOP) this.status(transaction, Status.OK);
    else if (command === Command.RESET) this.reset(Status.RESET_SOFTWARE);
    else if (command < Command.GET || command > Command.REMOVE) {
      this.status(transaction, Status.INVALID_COMMAND);
    } else this.propertyCommand(transaction, command, values);
  }

  private propertyCommand(transaction: number, command: Command, values: SpinelReader): void {
    const property = values.packed();
    if (!values.good) {
      this.status(transaction, Status.PARSE_ERROR);
      return;
    }
    if (property === Property.STREAM_RAW && command === Command.SET) {
      this.transmit(transaction, values);
      return;
    }
    if (property === Property.MAC_SCAN_STATE && command === Command.SET) {
      this.scan(transaction, values.u8());
      return;
    }
    if (command === Command.GET) {
      this.answer(transaction, Command.IS, property);
      return;
    }
    const listed = command !== Command.SET;
    const start = listed ? values.left : 0;
    const status = this.properties.change(command, property, values);
    if (status !== Status.OK) this.status(transaction, status);
    else if (!listed) this.answer(transaction, Command.IS, property);
    else this.echoEntry(transaction, command, property, values, start);
  }

  /** An insertion or removal is confirmed with the entry itself. */
  private echoEntry(
    transaction: number,
    command: Command,
    property: Property,
    values: SpinelReader,
    octets: number,
  ): void {
    const confirmed = command === Command.INSERT ? Command.INSERTED : Command.REMOVED;
    const entry = values.taken(octets);
    this.say(this.writer.begin(transaction, confirmed, property).data(entry, entry.length));
  }

  private answer(transaction: number, command: Command, property: Property): void {
    const writer = this.writer.begin(transaction, command, property);
    if (this.properties.write(property, writer)) this.say(writer);
    else this.status(transaction, Status.PROPERTY_NOT_FOUND);
  }

  private scan(transaction: number, state: number): void {
    const radio = this.properties;
    const channel = radio.scanChannel();
    if (state === 0) {
      this.answer(transaction, Command.IS, Property.MAC_SCAN_STATE);
      return;
    }
    if (state !== 2) {
      this.status(transaction, Status.INVALID_ARGUMENT);
      return;
    }
    if (!radio.phyEnabled || radio.scanning) {
      this.status(transaction, Status.INVALID_STATE);
      return;
    }
    if (channel === NO_CHANNEL) {
      this.status(transaction, Status.INVALID_ARGUMENT);
      return;
    }
    radio.beginScan();
    this.answer(transaction, Command.IS, Property.MAC_SCAN_STATE);
    const generation = this.generation;
    this.transceiver.measureEnergy(channel, radio.scanPeriodMs * 1000, (dbm) => {
      if (generation !== this.generation) return;
      radio.endScan();
      this.say(
        this.writer
          .begin(0, Command.IS, Property.MAC_ENERGY_SCAN_RESULT)
          .u8(channel)
          .u8(dbm & 0xff),
      );
      this.answer(0, Command.IS, Property.MAC_SCAN_STATE);
    });
  }

  private transmit(transaction: number, values: SpinelReader): void {
    const frame = values.data(values.u16());
    const channel = values.u8();
    if (!values.good || frame.length < 5 || frame.length > FRAME_MAX + 2) {
      this.status(transaction, Status.PARSE_ERROR);
      return;
    }
    const maxBackoffs = values.u8Or(this.transceiver.phy.maxBackoffs);
    const maxRetries = values.u8Or(MAX_RETRIES);
    const csma = values.u8Or(1) !== 0;
    const busy = this.transceiver.busy || this.properties.scanning;
    if (!this.properties.phyEnabled || busy || this.transmitting !== 0) {
      this.status(transaction, Status.INVALID_STATE);
      return;
    }
    this.transmitting = transaction;
    this.properties.setChannel(channel);
    const generation = this.generation;
    const options = { csma, maxBackoffs, maxRetries };
    this.transceiver.transmit(frame, frame.length - 2, options, (status, pending) => {
      if (generation === this.generation) this.transmitted(status, pending, frame);
    });
  }

  private transmitted(status: TxStatus, pending: boolean, frame: Uint8Array): void {
    const transaction = this.transmitting;
    this.transmitting = 0;
    if (transaction === 0) return;
    const code =
      status === TxStatus.OK
        ? Status.OK
        : status === TxStatus.NO_ACK
          ? Status.NO_ACK
          : status === TxStatus.CHANNEL_ACCESS
            ? Status.CCA_FAILURE
            : Status.FAILURE;
    const writer = this.writer
      .begin(transaction, Command.IS, Property.LAST_STATUS)
      .packed(code)
      .u8(pending ? 1 : 0)
      .u8(TX_DONE_HEADER_UPDATED);
    if (code === Status.OK && asksForAck(frame)) {
      const ack = new Uint8Array([pending ? 0x12 : 0x02, 0, frame[2]!]);
      const { ackRssi, ackLqi } = this.transceiver;
      this.writeFrame(writer, ack, ack.length, ackRssi, 0, ackLqi);
    }
    this.say(writer);
  }

  private received(frame: Uint8Array, length: number, rssi: number, lqi: number): void {
    if (!this.properties.listens) return;
    const writer = this.writer.begin(0, Command.IS, Property.STREAM_RAW);
    const flags = this.transceiver.ackedWithPending ? ReceivedFlag.ACKED_WITH_PENDING : 0;
    this.writeFrame(writer, frame, length, rssi, flags, lqi);
    this.say(writer);
  }

  private writeFrame(
    writer: SpinelWriter,
    frame: Uint8Array,
    length: number,
    rssi: number,
    flags: number,
    lqi: number,
  ): void {
    writer
      .u16(length + 2)
      .data(frame, length)
      .u16(frameCheck(frame, length));
    writer
      .u8(rssi & 0xff)
      .u8(0x80)
      .u16(flags);
    const now = this.world.now;
    writer.u16(10).u8(this.transceiver.channel).u8(lqi);
    writer.u32(now).u32(Math.floor(now / 0x100000000));
    // Vendor data: the receive error, none. MAC data: key of a secured acknowledgement, none.
    writer.u16(1).u8(0).u16(5).u8(0).u32(0);
  }

  private status(transaction: number, status: Status): void {
    this.properties.lastStatus = status;
    this.say(this.writer.begin(transaction, Command.IS, Property.LAST_STATUS).packed(status));
  }

  private say(writer: SpinelWriter): void {
    if (!this.running || this.world.now < this.silentUntil) return;
    this.out.write(this.line, frameLine(writer.bytes, writer.length, this.line));
  }
}
