// The network key and its change: a next key is made and stored, `han` spreads it, and when the
// nodes have it, or had time enough, it becomes the active one; the old one is dropped when nobody
// needs it any more. Each step lies in flash before `han` hears of it, so that no power cut leaves
// the network with a key that the trust centre does not have.
// @source Zigbee 05-3474-22 section 4.6.3.4

import { TimeQuality, type UtcClock } from "../../../hal/clock";
import type { Entropy } from "../../../hal/entropy";
import { AuditCode } from "../../ipc/audit";
import { KeyMove, KeyMoved, KeyUse } from "../../ipc/join";
import { sooner } from "../../kernel/partition";
import { copyBytes } from "../../wire/little-endian";
import { type CredentialStore, KeyPhase, NetworkKeys } from "./credential-store";
import type { News } from "./news";

const enum KeyLife {
  /** A network key serves for two weeks: far fewer frames than counters, and few late sleepers. */
  SECONDS = 14 * 86_400,
}

const enum Wait {
  RETRY_MS = 50,
  /** How often the key's age is looked at. */
  LOOK_MS = 3_600_000,
}

export class KeyRotation {
  private isSaving = false;
  /** `han` is to hear of the keys as they are now. */
  private isNews = false;
  private retryAt = Infinity;
  private lookAt = Infinity;

  constructor(
    private readonly entropy: Entropy,
    private readonly clock: UtcClock,
    private readonly store: CredentialStore,
    private readonly news: News,
    private readonly scratch: Uint8Array,
  ) {}

  /** The store has been read: the first start makes a key. */
  opened(now: number): void {
    this.lookAt = now + Wait.LOOK_MS;
    if (this.store.hasNetworkKey) return;
    this.entropy.fill(this.store.networkKeys, NetworkKeys.ACTIVE, 16);
    this.store.keySequence = 0;
    this.store.madeAt = this.seconds();
    this.save(now);
  }

  /** `han` asks: it is told once all lies in flash. */
  asked(now: number): void {
    if (this.store.hasNetworkKey && !this.isSaving) this.tell(now);
  }

  /** Begins a change. False: one is under way. */
  begin(now: number): boolean {
    const { store } = this;
    if (!store.hasNetworkKey || this.isSaving || store.phase !== KeyPhase.SETTLED) return false;
    this.entropy.fill(store.networkKeys, NetworkKeys.OTHER, 16);
    store.otherSequence = (store.keySequence + 1) & 0xff;
    store.phase = KeyPhase.SPREADING;
    store.madeAt = this.seconds();
    this.audit(now, KeyUse.NEXT, store.otherSequence);
    this.save(now);
    return true;
  }

  /** `KEY_MOVED`. */
  moved(now: number, message: Uint8Array): void {
    const { store } = this;
    if (this.isSaving) return;
    const sequence = message[KeyMoved.KEY_SEQUENCE]!;
    const isOther = store.phase !== KeyPhase.SETTLED && sequence === store.otherSequence;
    if (message[KeyMoved.MOVE] === KeyMove.SPREAD) {
      if (isOther && store.phase === KeyPhase.SPREADING) this.switchKeys(now);
      else this.tell(now);
    } else if (isOther && store.phase === KeyPhase.SWITCHED) {
      store.networkKeys.fill(0, NetworkKeys.OTHER, NetworkKeys.LENGTH);
      store.phase = KeyPhase.SETTLED;
      this.save(now);
    }
  }

  stored(now: number, ok: boolean): void {
    if (!ok) {
      this.retryAt = now + Wait.RETRY_MS;
      return;
    }
    this.isSaving = false;
    const isFirst = !this.store.hasNetworkKey;
    this.store.hasNetworkKey = true;
    // At the first start `han` asks until there is a key.
    if (!isFirst) this.tell(now);
  }

  hanRestarted(): void {
    this.isNews = false;
  }

  tick(now: number): void {
    if (now >= this.retryAt) {
      this.retryAt = Infinity;
      if (this.isSaving) this.save(now);
      else if (this.isNews) this.tell(now);
    }
    if (now >= this.lookAt) this.look(now);
  }

  dueAt(): number {
    return sooner(this.retryAt, this.lookAt);
  }

  private look(now: number): void {
    this.lookAt = now + Wait.LOOK_MS;
    const seconds = this.seconds();
    const { store } = this;
    if (seconds === 0 || !store.hasNetworkKey || this.isSaving) return;
    if (store.madeAt === 0) {
      store.madeAt = seconds;
      this.save(now);
    } else if (seconds - store.madeAt >= KeyLife.SECONDS) this.begin(now);
  }

  private switchKeys(now: number): void {
    const { networkKeys } = this.store;
    copyBytes(networkKeys, NetworkKeys.ACTIVE, this.scratch, 0, 16);
    copyBytes(networkKeys, NetworkKeys.OTHER, networkKeys, NetworkKeys.ACTIVE, 16);
    copyBytes(this.scratch, 0, networkKeys, NetworkKeys.OTHER, 16);
    this.scratch.fill(0, 0, 16);
    const old = this.store.keySequence;
    this.store.keySequence = this.store.otherSequence;
    this.store.otherSequence = old;
    this.store.phase = KeyPhase.SWITCHED;
    this.audit(now, KeyUse.ACTIVE, this.store.keySequence);
    this.save(now);
  }

  private save(now: number): void {
    this.isSaving = true;
    this.retryAt = this.store.saveNetworkKey() ? Infinity : now + Wait.RETRY_MS;
  }

  /** Says it again while the channel is full. */
  private tell(now: number): void {
    const { store } = this;
    const keys = store.networkKeys;
    this.isNews = !this.news.networkKey(KeyUse.ACTIVE, store.keySequence, keys, NetworkKeys.ACTIVE);
    if (!this.isNews && store.phase !== KeyPhase.SETTLED) {
      const use = store.phase === KeyPhase.SPREADING ? KeyUse.NEXT : KeyUse.OLD;
      this.isNews = !this.news.networkKey(use, store.otherSequence, keys, NetworkKeys.OTHER);
    }
    if (this.isNews) this.retryAt = now + Wait.RETRY_MS;
  }

  private audit(now: number, use: KeyUse, sequence: number): void {
    this.news.auditNetwork(now, AuditCode.NETWORK_KEY_CHANGED, use | (sequence << 8));
  }

  /** Unix seconds; 0: unknown. */
  private seconds(): number {
    if (this.clock.quality() === TimeQuality.UNKNOWN) return 0;
    return Math.floor(this.clock.utcMs() / 1000);
  }
}
