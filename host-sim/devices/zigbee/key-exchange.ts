// A device's side of its link keys: it opens what the trust centre sends under them, asks for one
// of its own after joining, shows that it has it, and takes it when the trust centre confirms.
// @source Zigbee specification 05-3474-22 clauses 4.4.5 to 4.4.8, 4.6.3.4, 4.7.3.8; Base Device
//   Behavior 16-02828-012 clause 10.2.5

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import type { Aps } from "./aps";
import { ApsCommand, decodeTransportKey, KeyType, openAps, type ReceivedAps } from "./aps-frame";
import type { NodeMemory } from "./memory";
import { COORDINATOR } from "./nwk-frame";
import { OctetWriter } from "./octets";
import { KeyIdentifier, keyedHash, keyLoadKey, keyTransportKey } from "./security";

/** The announcement and the first questions go first. */
const FIRST_US = 2_000_000;
const SPREAD_US = 2_000_000;
/** bdbTCLinkKeyExchangeTimeout. */
const AGAIN_US = 5_000_000;
/** bdbTCLinkKeyExchangeAttemptsMax, then a long rest. */
const TRIES = 3;
const REST_US = 600_000_000;

export interface ExchangeUser {
  readonly eui64: bigint;
  readonly isJoined: boolean;
  /** It can be spoken to: it listens, or asks its parent. */
  readonly isAwake: boolean;
}

export class KeyExchange {
  /** Keys and confirmations that came and did not open, were old, or not its own. */
  refused = 0;
  confirmations = 0;
  private tries = 0;
  private timer: Event | undefined;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly aps: Aps,
    private readonly memory: NodeMemory,
    private readonly installKey: Buffer,
    private readonly user: ExchangeUser,
    /** False: it keeps the install code's key for ever, as older devices do. */
    private readonly asks: boolean,
  ) {}

  /** It waits for an answer: a sleeping device stays awake. */
  get busy(): boolean {
    return this.tries > 0 && this.tries <= TRIES && this.timer !== undefined;
  }

  /** The key that it has shown to have. */
  get linkKey(): Buffer {
    return this.memory.linkKey ?? this.installKey;
  }

  start(): void {
    this.tries = 0;
    if (this.asks) this.plan(FIRST_US + this.random.below(SPREAD_US));
  }

  /** A sleeping device woke. */
  awake(): void {
    if (this.asks && this.timer === undefined && this.isOpen) this.start();
  }

  stop(): void {
    this.world.cancel(this.timer);
    this.timer = undefined;
  }

  /** A network key for a device that has none: only under its own key-transport key. */
  openJoinKey(frame: ReceivedAps, from: bigint): Buffer | undefined {
    if (frame.secured?.key !== KeyIdentifier.KEY_TRANSPORT) return undefined;
    const plain = openAps(frame, keyTransportKey(this.linkKey), from);
    if (plain !== undefined) this.memory.takeApsIncoming(frame.secured.frameCounter);
    return plain;
  }

  /** A command of the trust centre to a device that is in. */
  command(frame: ReceivedAps, source: number, from: bigint): void {
    if (frame.secured === undefined) {
      const switches = frame.payload.length >= 2 && frame.payload[0] === ApsCommand.SWITCH_KEY;
      if (switches && source === COORDINATOR) this.memory.switchKey(frame.payload[1]!);
      return;
    }
    const plain = this.open(frame, from);
    if (plain === undefined || !this.memory.takeApsIncoming(frame.secured.frameCounter)) {
      this.refused++;
      return;
    }
    if (plain[0] === ApsCommand.TRANSPORT_KEY) this.takeKey(plain, frame.secured.key, from);
    else if (plain[0] === ApsCommand.CONFIRM_KEY) this.confirmed(plain, frame.secured.key);
  }

  private get isOpen(): boolean {
    return this.user.isJoined && this.memory.linkKey === undefined;
  }

  private open(frame: ReceivedAps, from: bigint): Buffer | undefined {
    switch (frame.secured?.key) {
      case KeyIdentifier.KEY_TRANSPORT:
        return openAps(frame, keyTransportKey(this.linkKey), from);
      case KeyIdentifier.KEY_LOAD:
        return openAps(frame, keyLoadKey(this.linkKey), from);
      case KeyIdentifier.DATA:
        return openAps(frame, this.memory.pendingLinkKey ?? this.linkKey, from);
      default:
        return undefined;
    }
  }

  private takeKey(plain: Buffer, identifier: KeyIdentifier, from: bigint): void {
    const { type, key, sequence, destination, source } = decodeTransportKey(plain);
    const trustCentre = source === 0n ? from : source;
    if (destination !== this.user.eui64) {
      this.refused++;
    } else if (type === KeyType.STANDARD_NETWORK && identifier === KeyIdentifier.KEY_TRANSPORT) {
      this.memory.setNextKey({ key, sequence, trustCentre });
    } else if (type === KeyType.TRUST_CENTRE_LINK && identifier === KeyIdentifier.KEY_LOAD) {
      this.memory.pendingLinkKey = key;
      this.act();
    } else this.refused++;
  }

  /** @source clause 4.4.10.8 */
  private confirmed(plain: Buffer, identifier: KeyIdentifier): void {
    const SUCCESS = 0;
    const isGood = plain[1] === SUCCESS && plain[2] === KeyType.TRUST_CENTRE_LINK;
    if (!isGood || identifier !== KeyIdentifier.DATA || this.memory.pendingLinkKey === undefined) {
      return;
    }
    this.confirmations++;
    this.memory.linkKey = this.memory.pendingLinkKey;
    this.memory.pendingLinkKey = undefined;
    this.stop();
  }

  private plan(delayUs: number): void {
    this.world.cancel(this.timer);
    this.timer = this.world.schedule(delayUs, () => this.turn());
  }

  private turn(): void {
    this.timer = undefined;
    if (!this.isOpen || !this.user.isAwake) return;
    if (++this.tries > TRIES) {
      this.tries = 0;
      this.plan(REST_US);
    } else this.act();
  }

  /** Shows that it has the key that came, or asks for one. */
  private act(): void {
    this.plan(AGAIN_US);
    if (this.memory.pendingLinkKey === undefined) this.requestKey();
    else this.verifyKey(this.memory.pendingLinkKey);
  }

  /** @source clause 4.4.10.4 */
  private requestKey(): void {
    const payload = Buffer.from([ApsCommand.REQUEST_KEY, KeyType.TRUST_CENTRE_LINK]);
    this.aps.sendSecuredCommand(COORDINATOR, payload, {
      key: this.linkKey,
      identifier: KeyIdentifier.DATA,
      frameCounter: this.memory.nextApsCounter(),
      eui64: this.user.eui64,
    });
  }

  /** The hash of the link key over 0x03. @source clause 4.4.10.7 */
  private verifyKey(key: Buffer): void {
    const payload = new OctetWriter(26)
      .u8(ApsCommand.VERIFY_KEY)
      .u8(KeyType.TRUST_CENTRE_LINK)
      .u64(this.user.eui64)
      .bytes(keyedHash(key, Buffer.from([0x03])))
      .done();
    this.aps.sendCommand(COORDINATOR, payload);
  }
}
