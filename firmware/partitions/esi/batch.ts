// Readings from the outbox as one SenML pack of at most one block.

import { Commodity, Reading, ReadingFlags } from "../../ipc/reading";
import { readI32, readU32, readU48 } from "../../wire/little-endian";
import { SenmlKind, SenmlWriter } from "../../wire/senml";
import { EsiMemory } from "./memory";

export class Batch {
  /** Readings in it. */
  count = 0;
  private readonly senml = new SenmlWriter();

  /** @param bytes the partition's memory */
  constructor(private readonly bytes: Uint8Array) {}

  clear(): void {
    this.senml.open(EsiMemory.BATCH, EsiMemory.BATCH + EsiMemory.BATCH_LENGTH);
    this.count = 0;
  }

  /** Adds a `READING` whole, register and demand together. False: no room for it. */
  add(reading: Uint8Array, start: number): boolean {
    const { at, records } = this.senml;
    if (this.records(reading, start)) {
      this.count++;
      return true;
    }
    this.senml.rewind(at, records);
    return false;
  }

  /** Ends the pack; answers its length. */
  close(): number {
    return this.senml.close(this.bytes);
  }

  private records(reading: Uint8Array, start: number): boolean {
    const eui64 = start + Reading.EUI64;
    const time = readU32(reading, start + Reading.METER_TIME);
    const value = readU48(reading, start + Reading.VALUE);
    const demand = readI32(reading, start + Reading.DEMAND);
    const isInterval = (reading[start + Reading.FLAGS]! & ReadingFlags.INTERVAL) !== 0;
    const { bytes, senml } = this;
    if (reading[start + Reading.COMMODITY] === Commodity.GAS) {
      const kind = isInterval ? SenmlKind.GAS_INTERVAL : SenmlKind.GAS;
      return senml.put(bytes, reading, eui64, kind, time, value);
    }
    const kind = isInterval ? SenmlKind.ELECTRICITY_INTERVAL : SenmlKind.ELECTRICITY;
    if (!senml.put(bytes, reading, eui64, kind, time, value)) return false;
    if (isInterval || demand === Reading.NO_DEMAND) return true;
    return senml.put(bytes, reading, eui64, SenmlKind.DEMAND, time, demand);
  }
}
