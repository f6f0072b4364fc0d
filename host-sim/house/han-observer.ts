// What can be seen of a HAN from the air alone: its channel and PAN ID, and how often the gas meter
// spoke after a silence.

import type { Air, Station } from "../air/air";
import { FrameType, frameType } from "../air/frame";

/** A sleeping meter is silent for half an hour, an awake one never for this long. */
const SILENCE_US = 20_000_000;

export class HanObserver {
  channel: number | undefined;
  panId: number | undefined;
  private readonly watched = new Map<Station, Watched>();

  constructor(air: Air, hub: Station) {
    air.observe(({ sender, bytes, length, channel, startUs, endUs }) => {
      const type = frameType(bytes, length);
      if (type === FrameType.ACK) return;
      if (sender === hub) {
        if (type !== FrameType.BEACON && type !== FrameType.DATA) return;
        this.channel = channel;
        this.panId = bytes[3]! | (bytes[4]! << 8);
        return;
      }
      const watched = this.watched.get(sender);
      if (watched === undefined) return;
      if (watched.counts() && startUs - watched.lastUs > SILENCE_US) watched.bursts++;
      watched.lastUs = endUs;
    });
  }

  /** Counts how often this station speaks after a silence, while `counts` says so. */
  watch(station: Station, counts: () => boolean): void {
    this.watched.set(station, { counts, bursts: 0, lastUs: 0 });
  }

  burstsOf(station: Station): number {
    return this.watched.get(station)?.bursts ?? 0;
  }
}

interface Watched {
  readonly counts: () => boolean;
  bursts: number;
  lastUs: number;
}
