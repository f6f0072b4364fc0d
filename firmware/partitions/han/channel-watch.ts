// The network manager's eye on the channel: when frames keep failing for a quarter of an hour and
// the energy on the channel says that another one is much quieter, the network moves there. Only
// with the 16 channels of 2.4 GHz, for which Mgmt_NWK_Update_req has names.
// @source Zigbee 05-3474-22 annex E.3 (frequency agility)

import type { Memory } from "./memory";
import type { NetworkMove } from "./network-move";
import type { NetworkIdentity } from "./network-store";
import type { RadioLink } from "./radio-link";

const enum WatchLimit {
  MINUTE_MS = 60_000,
  /** Of the last sixteen minutes so many must have been bad. */
  BAD_MINUTES = 12,
  /** Frames in a minute that say anything about it. */
  FRAMES = 8,
  /** A minute in which a third of them or more failed is bad. */
  FAILED_SHARE = 3,
  /** The radio hears nothing else while it measures: a second in all. */
  SCAN_AGAIN_MS = 1_800_000,
  /** Sleeping devices look for us after each move: not more often than this. */
  MOVE_AGAIN_MS = 21_600_000,
  ENERGY_MS = 60,
  FIRST_CHANNEL = 11,
  CHANNELS = 16,
}

const enum Quieter {
  /** So much quieter the other channel must be, and one with Wi-Fi beside it twice as much. */
  DB = 10,
}

const enum Minutes {
  /** A bit for each of the last ones. */
  MASK = 0xffff,
}

export class ChannelWatch {
  scans = 0;
  private readonly numbers: Float64Array;
  private readonly due: number;
  private minutes = 0;
  private frames = 0;
  private failures = 0;
  /** The channel that is being measured; 0: none. */
  private measured = 0;
  private present = 0;
  private best = 0;
  private bestChannel = 0;
  private scannedAt = -Infinity;
  private movedAt = -Infinity;

  constructor(
    private readonly radio: RadioLink,
    private readonly identity: NetworkIdentity,
    private readonly move: NetworkMove,
    memory: Memory,
  ) {
    this.numbers = memory.numbers;
    this.due = memory.takeDues(1);
  }

  /** The network runs. */
  start(now: number): void {
    if (this.radio.settings.band.firstChannel !== WatchLimit.FIRST_CHANNEL) return;
    this.numbers[this.due] = now + WatchLimit.MINUTE_MS;
  }

  tick(now: number): void {
    if (now < this.numbers[this.due]!) return;
    this.numbers[this.due] = now + WatchLimit.MINUTE_MS;
    this.judgeMinute();
    if (this.measured !== 0 || this.move.isMoving() || !this.isBad()) return;
    if (now < this.scannedAt + WatchLimit.SCAN_AGAIN_MS) return;
    if (now < this.movedAt + WatchLimit.MOVE_AGAIN_MS) return;
    this.scannedAt = now;
    this.scans++;
    this.bestChannel = 0;
    this.measure(now, WatchLimit.FIRST_CHANNEL);
  }

  energyMeasured(now: number, channel: number, rssi: number): void {
    if (channel !== this.measured) return;
    if (channel === this.identity.channel) this.present = rssi;
    const { preferred } = this.radio.settings.band;
    const loudness = rssi + (preferred.includes(channel) ? 0 : Quieter.DB);
    if (this.bestChannel === 0 || loudness < this.best) {
      this.best = loudness;
      this.bestChannel = channel;
    }
    if (channel + 1 < WatchLimit.FIRST_CHANNEL + WatchLimit.CHANNELS) {
      this.measure(now, channel + 1);
      return;
    }
    this.measured = 0;
    this.decide(now);
  }

  /** The co-processor was reset, or reconfigured: what was being measured is lost. */
  radioReady(): void {
    this.measured = 0;
  }

  private measure(now: number, channel: number): void {
    this.measured = channel;
    this.radio.measureEnergy(now, channel, WatchLimit.ENERGY_MS);
  }

  private decide(now: number): void {
    if (this.bestChannel === this.identity.channel) return;
    if (this.present < this.best + Quieter.DB) return;
    if (!this.move.toChannel(now, this.bestChannel)) return;
    this.movedAt = now;
    this.minutes = 0;
  }

  private judgeMinute(): void {
    const { counts } = this.radio;
    const failures = counts.noAck + counts.channelBusy;
    const frames = counts.sent + failures;
    const of = frames - this.frames;
    const failed = failures - this.failures;
    this.frames = frames;
    this.failures = failures;
    const isBad = of >= WatchLimit.FRAMES && failed * WatchLimit.FAILED_SHARE >= of;
    this.minutes = ((this.minutes << 1) | (isBad ? 1 : 0)) & Minutes.MASK;
  }

  private isBad(): boolean {
    let bad = 0;
    for (let rest = this.minutes; rest !== 0; rest >>= 1) bad += rest & 1;
    return bad >= WatchLimit.BAD_MINUTES;
  }
}
