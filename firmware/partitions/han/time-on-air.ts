// How long the hub was on air in the last hour, where its band limits that. The co-processor keeps
// the law by itself; what stands here keeps enough of the hour for what nodes listen for. Each try
// of a frame counts, and each acknowledgement that the co-processor gives for us.
// @source Zigbee 05-3474-22 annex D.12

import { readU32, writeU32 } from "../../wire/little-endian";
import type { Memory } from "./memory";
import { Transmission } from "./radio-owner";
import type { RadioSettings } from "./radio-setup";

const enum Part {
  /** The one under way, and the twelve of an hour before it. */
  COUNT = 13,
  MS = 300_000,
  LENGTH = 4,
}

const enum Frame {
  /** The first, and three more that nobody acknowledged. */
  TRIES_MAX = 4,
  ACK_OCTETS = 3,
}

export class TimeOnAir {
  private readonly bytes: Uint8Array;
  /** Microseconds of each part, by its number modulo their count. */
  private readonly parts: number;
  private part = 0;
  private hourUs = 0;

  constructor(
    private readonly settings: RadioSettings,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.parts = memory.take(Part.COUNT * Part.LENGTH);
  }

  /** @param urgent a node listens for it right now */
  isAllowed(now: number, urgent: boolean): boolean {
    const { criticalMs, regulatedMs } = this.settings.band;
    if (regulatedMs === 0) return true;
    this.advance(now);
    return this.hourUs < (urgent ? regulatedMs : criticalMs) * 1000;
  }

  /** A frame of `octets` without check bytes was sent, or tried. */
  sent(now: number, octets: number, result: Transmission): void {
    if (result === Transmission.CHANNEL_BUSY) return;
    this.add(now, octets, result === Transmission.NO_ACK ? Frame.TRIES_MAX : 1);
  }

  /** The co-processor acknowledged a frame. */
  acknowledged(now: number): void {
    this.add(now, Frame.ACK_OCTETS, 1);
  }

  private add(now: number, octets: number, tries: number): void {
    const { regulatedMs, octetUs, overheadOctets } = this.settings.band;
    if (regulatedMs === 0) return;
    this.advance(now);
    const us = (overheadOctets + octets) * octetUs * tries;
    const at = this.parts + (this.part % Part.COUNT) * Part.LENGTH;
    writeU32(this.bytes, at, readU32(this.bytes, at) + us);
    this.hourUs += us;
  }

  private advance(now: number): void {
    const part = Math.floor(now / Part.MS);
    for (let i = Math.max(this.part + 1, part - Part.COUNT + 1); i <= part; i++) {
      const at = this.parts + (i % Part.COUNT) * Part.LENGTH;
      this.hourUs -= readU32(this.bytes, at);
      writeU32(this.bytes, at, 0);
    }
    this.part = part;
  }
}
