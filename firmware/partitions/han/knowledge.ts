// What the hub has learned of each meter: where its clusters are and how its numbers are scaled.
// One record for each node, stored next to the node's own; it carries the EUI-64, so that a record
// left behind by a power cut is never taken for another node's.

import { copyBytes, readU24 } from "../../wire/little-endian";
import type { Memory } from "./memory";
import { NodeLimit, type Nodes } from "./nodes";

export const enum Stage {
  /** Nothing is known. */
  NEW = 0,
  /** Endpoints are known, the scale is not. */
  ENDPOINTS = 1,
  /** Scale known; an electricity meter is not yet told to report. */
  SCALE = 2,
  DONE = 3,
  /** It has no metering cluster: nothing to do. */
  NOT_A_METER = 4,
}

export const enum Known {
  EUI64 = 0,
  STAGE = 8,
  /** 0: none. */
  METERING_ENDPOINT = 9,
  TUNNEL_ENDPOINT = 10,
  /** UnitofMeasure as read; 0xff: not known. */
  UNIT = 11,
  /** u24 each; 0: not known. */
  MULTIPLIER = 12,
  DIVISOR = 15,
  DEVICE_TYPE = 18,
  FORMATTING = 19,
  /** Of a gas meter; 0: none. */
  MIRROR_ENDPOINT = 20,
  /** How its mirror answers its reports, a `Scheme`; 0: by a Default Response. */
  NOTIFICATION = 21,
  /** The last tunnel that it gave us, u16; 0xffff: none. */
  TUNNEL_ID = 22,
  LENGTH = 24,
}

/** Stores one node's record; the owner of the journal decides when. */
export interface KnowledgeStore {
  saveKnowledge(now: number, node: number): void;
  eraseKnowledge(now: number, node: number): void;
}

export class Knowledge {
  private readonly records: Uint8Array;
  private readonly first: number;

  constructor(
    private readonly nodes: Nodes,
    private readonly store: KnowledgeStore,
    memory: Memory,
  ) {
    this.records = memory.bytes;
    this.first = memory.take(NodeLimit.MAX * Known.LENGTH);
    this.clear(0);
    // Upwards byte by byte: each record becomes a copy of the one before it.
    const second = this.first + Known.LENGTH;
    const rest = (NodeLimit.MAX - 1) * Known.LENGTH;
    copyBytes(this.records, this.first, this.records, second, rest);
  }

  /** The node is Networked. What a record says of another EUI-64 is forgotten. */
  joined(node: number): void {
    if (!this.nodes.hasEui64(node, this.records, this.first + node * Known.LENGTH))
      this.clear(node);
    this.nodes.copyEui64(node, this.records, this.first + node * Known.LENGTH + Known.EUI64);
  }

  left(now: number, node: number): void {
    this.clear(node);
    this.store.eraseKnowledge(now, node);
  }

  save(now: number, node: number): void {
    this.store.saveKnowledge(now, node);
  }

  /** For the journal: writes `Known.LENGTH` bytes. */
  copyRecord(node: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.records, this.first + node * Known.LENGTH, bytes, start, Known.LENGTH);
  }

  restore(node: number, bytes: Uint8Array, start: number, length: number): void {
    if (node >= NodeLimit.MAX || length !== Known.LENGTH) return;
    copyBytes(bytes, start, this.records, this.first + node * Known.LENGTH, Known.LENGTH);
  }

  stage(node: number): Stage {
    return this.byte(node, Known.STAGE);
  }

  byte(node: number, field: Known): number {
    return this.records[this.first + node * Known.LENGTH + field]!;
  }

  setByte(node: number, field: Known, value: number): void {
    this.records[this.first + node * Known.LENGTH + field] = value;
  }

  number(node: number, field: Known, length: number): number {
    let value = 0;
    const at = this.first + node * Known.LENGTH + field;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + this.records[at + i]!;
    return value;
  }

  /** The multiplier or the divisor. */
  factor(node: number, field: Known.MULTIPLIER | Known.DIVISOR): number {
    return readU24(this.records, this.first + node * Known.LENGTH + field);
  }

  /** The meter counts in thousandths of its unit: its own numbers are what we want. */
  countsThousandths(node: number): boolean {
    const { records } = this;
    const at = this.first + node * Known.LENGTH;
    return readU24(records, at + Known.MULTIPLIER) * 1000 === readU24(records, at + Known.DIVISOR);
  }

  setNumber(node: number, field: Known, value: number, length: number): void {
    const at = this.first + node * Known.LENGTH + field;
    for (let i = 0; i < length; i++) this.records[at + i] = value / 256 ** i;
  }

  isScaled(node: number): boolean {
    const { records } = this;
    const at = this.first + node * Known.LENGTH;
    if (records[at + Known.UNIT] === 0xff || readU24(records, at + Known.MULTIPLIER) === 0) {
      return false;
    }
    return readU24(records, at + Known.DIVISOR) !== 0;
  }

  /** The node whose mirror this endpoint is; `NodeLimit.NONE`. */
  ownerOfMirror(endpoint: number): number {
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (this.byte(node, Known.MIRROR_ENDPOINT) !== endpoint) continue;
      if (this.nodes.isNetworked(node)) return node;
    }
    return NodeLimit.NONE;
  }

  private clear(node: number): void {
    const at = this.first + node * Known.LENGTH;
    this.records.fill(0, at, at + Known.LENGTH);
    this.records[at + Known.UNIT] = 0xff;
    this.setNumber(node, Known.TUNNEL_ID, 0xffff, 2);
  }
}
