// What a device keeps through a power cut: its network, its key and the frame counters.
// @source Zigbee specification 05-3474-22 clauses 3.6.8, 4.3.1.2, 4.3.4

/** Outgoing counters are reserved in steps, so that no restart reuses one. */
const RESERVE = 1024;
/** A frame counter that high would be refused everywhere: the key must change first. */
const COUNTER_MAX = 0xffffffff;

export interface NetworkIdentity {
  readonly extendedPanId: bigint;
  readonly panId: number;
  readonly channel: number;
  readonly parent: number;
  readonly parentEui64: bigint;
  readonly short: number;
}

export interface NetworkKey {
  readonly key: Buffer;
  readonly sequence: number;
  /** The trust centre that sent it. */
  readonly trustCentre: bigint;
}

export class NodeMemory {
  network: NetworkIdentity | undefined;
  networkKey: NetworkKey | undefined;
  private readonly incoming = new Map<bigint, number>();
  private counter = 0;
  private reserved = 0;

  /** The next outgoing frame counter under the network key. */
  nextFrameCounter(): number {
    const counter = this.counter++;
    if (counter >= COUNTER_MAX) throw new Error("network frame counter used up");
    if (counter >= this.reserved) this.reserved = counter + RESERVE;
    return counter;
  }

  /** Whether a frame counter of `sender` is new; if it is, only greater ones are from now on. */
  takeIncoming(sender: bigint, counter: number): boolean {
    if (counter < (this.incoming.get(sender) ?? 0)) return false;
    this.incoming.set(sender, counter + 1);
    return true;
  }

  /** A new key starts new counters of others; its own goes on. */
  setKey(key: NetworkKey): void {
    if (this.networkKey === undefined || !this.networkKey.key.equals(key.key)) {
      this.incoming.clear();
    }
    this.networkKey = key;
  }

  forgetNetwork(): void {
    this.network = undefined;
    this.networkKey = undefined;
    this.incoming.clear();
  }

  /** What a power cut does: of the counter only the reservation is left. */
  powerCut(): void {
    this.counter = this.reserved;
  }
}
