// What a device keeps through a power cut: its network, its key and the frame counters.
// @source Zigbee specification 05-3474-22 clauses 3.6.8, 4.3.1.2, 4.3.4

/** Outgoing counters are reserved in steps, so that no restart reuses one. */
const RESERVE = 1024;
/** A frame counter that high would be refused everywhere: the key must change first. */
const COUNTER_MAX = 0xffffffff;
/** Beyond this a counter begins anew with the next key. */
const COUNTER_HALF = 0x80000000;

export interface NetworkIdentity {
  readonly extendedPanId: bigint;
  readonly panId: number;
  readonly channel: number;
  readonly parent: number;
  /** Undefined: a parent that was not heard by name yet. */
  readonly parentEui64: bigint | undefined;
  readonly short: number;
  /** Hops to the coordinator when it joined. */
  readonly depth: number;
}

/** A device that joined through this one, a router. */
export interface Child {
  readonly eui64: bigint;
  readonly short: number;
  readonly capability: number;
  timeoutUs: number;
  heardUs: number;
  /** Of what came last. */
  lqi: number;
}

export interface NetworkKey {
  readonly key: Buffer;
  readonly sequence: number;
  /** The trust centre that sent it. */
  readonly trustCentre: bigint;
}

/** The smallest frame counter that a sender may still use, and the key that it belongs to. */
interface Incoming {
  readonly keySequence: number;
  readonly next: number;
}

export class NodeMemory {
  network: NetworkIdentity | undefined;
  /** The one that frames are sent under. */
  networkKey: NetworkKey | undefined;
  /** The next one, as long as nobody switched, then the one before. */
  otherKey: NetworkKey | undefined;
  /** A link key of its own, confirmed by the trust centre; undefined: that of the install code. */
  linkKey: Buffer | undefined;
  /** One that came and is not confirmed yet. */
  pendingLinkKey: Buffer | undefined;
  readonly children = new Map<bigint, Child>();
  private readonly incoming = new Map<bigint, Incoming>();
  private counter = 0;
  private reserved = 0;
  private apsCounter = 0;
  private apsReserved = 0;
  private apsIncoming = 0;

  /** The next outgoing frame counter under the network key. */
  nextFrameCounter(): number {
    const counter = this.counter++;
    if (counter >= COUNTER_MAX) throw new Error("network frame counter used up");
    if (counter >= this.reserved) this.reserved = counter + RESERVE;
    return counter;
  }

  /** The next outgoing APS frame counter under a link key. */
  nextApsCounter(): number {
    const counter = this.apsCounter++;
    if (counter >= this.apsReserved) this.apsReserved = counter + RESERVE;
    return counter;
  }

  /** Whether an APS frame counter of the trust centre is new; then only greater ones are. */
  takeApsIncoming(counter: number): boolean {
    if (counter < this.apsIncoming) return false;
    this.apsIncoming = counter + 1;
    return true;
  }

  /**
   * Whether a frame counter of `sender` is new; if it is, only greater ones are from now on. Under
   * a newer key it may begin anew, and nothing is taken under the older one any more.
   */
  takeIncoming(sender: bigint, counter: number, keySequence: number): boolean {
    const known = this.incoming.get(sender);
    const isSame = known?.keySequence === keySequence;
    if (known !== undefined && !isSame && !isNewer(keySequence, known.keySequence)) return false;
    if (known !== undefined && isSame && counter < known.next) return false;
    this.incoming.set(sender, { keySequence, next: counter + 1 });
    return true;
  }

  /** The key of a sequence number, if it is here. */
  keyOf(sequence: number): NetworkKey | undefined {
    if (this.networkKey?.sequence === sequence) return this.networkKey;
    return this.otherKey?.sequence === sequence ? this.otherKey : undefined;
  }

  /** A new key starts new counters of others; its own goes on. */
  setKey(key: NetworkKey): void {
    if (this.networkKey === undefined || !this.networkKey.key.equals(key.key)) {
      this.incoming.clear();
    }
    this.networkKey = key;
  }

  /** The key that is to be used from the next switch on. */
  setNextKey(key: NetworkKey): void {
    if (this.networkKey?.sequence !== key.sequence) this.otherKey = key;
  }

  /**
   * Uses the other key if it has this number and is newer. The frame counter goes on, unless it
   * has come half way. @source clause 4.3.1.1
   */
  switchKey(sequence: number): void {
    const { networkKey, otherKey } = this;
    if (networkKey === undefined || otherKey?.sequence !== sequence) return;
    if (!isNewer(sequence, networkKey.sequence)) return;
    this.networkKey = otherKey;
    this.otherKey = networkKey;
    if (this.counter > COUNTER_HALF) this.counter = this.reserved = 0;
  }

  forgetNetwork(): void {
    this.network = undefined;
    this.networkKey = undefined;
    this.children.clear();
    this.incoming.clear();
  }

  /** What a power cut does: of the counter only the reservation is left. */
  powerCut(): void {
    this.counter = this.reserved;
    this.apsCounter = this.apsReserved;
  }
}

/** Whether a key sequence number comes after another, which wrap at 256. */
function isNewer(sequence: number, than: number): boolean {
  const ahead = (sequence - than) & 0xff;
  return ahead !== 0 && ahead < 128;
}
