// No frame leaves the HAN unencrypted after joining: from and to every node that has shown the
// network key, each NWK frame is secured; before that, the hub says nothing in clear but an APS
// command that is secured under the node's own key.
// @source Zigbee specification 05-3474-22 clauses 3.3.1, 2.2.5.1, 4.4

import type { Air, Station, Transmission } from "../air/air";
import { FrameType, frameType, headerOctets, sourceAt, sourceIsExtended } from "../air/frame";
import { find } from "./finding";

const NWK_HEADER = 8;

/** Bits of the second byte of the frame control. */
const enum Nwk {
  MULTICAST = 0x01,
  SECURITY = 0x02,
  SOURCE_ROUTE = 0x04,
  DESTINATION_EUI64 = 0x08,
  SOURCE_EUI64 = 0x10,
}

const enum NwkType {
  DATA = 0,
  COMMAND = 1,
}

const REJOIN_REQUEST = 6;

const enum Aps {
  COMMAND = 1,
  SECURITY = 0x20,
  TRANSPORT_KEY = 5,
}

const ASSOCIATION_RESPONSE = 2;
/** An acknowledgement or an announcement was lost: the wrapped key is repeated for so long. */
const KEY_REPEAT_US = 10_000_000;
const BROADCAST = 0xffff;

export class EncryptedAir {
  readonly name = "encrypted air";
  /** Short addresses that have sent a frame under the network key, and when they first did. */
  private readonly networked = new Map<number, number>();
  frames = 0;
  private readonly others = new Set<Station>();

  /**
   * @param hub the hub's radio
   * @param repeaters radios that hand their children the key which the hub has wrapped
   */
  constructor(
    private readonly air: Air,
    private readonly hub: Station,
    private readonly repeaters: ReadonlySet<Station> = new Set(),
  ) {
    air.observe((transmission) => this.look(transmission));
  }

  /** What this one says is not the house's. */
  ignore(station: Station): void {
    this.others.add(station);
  }

  private look(transmission: Transmission): void {
    if (this.others.has(transmission.sender)) return;
    const { bytes, length, sender } = transmission;
    const type = frameType(bytes, length);
    if (type === FrameType.COMMAND && this.isParent(sender)) this.command(bytes, length);
    if (type !== FrameType.DATA) return;
    const start = headerOctets(bytes);
    if (length < start + NWK_HEADER) return;
    this.frames++;
    const from = sourceIsExtended(bytes) ? -1 : u16(bytes, sourceAt(bytes));
    const to = ((bytes[1]! >> 2) & 3) === 2 ? u16(bytes, 5) : -1;
    if ((bytes[start + 1]! & Nwk.SECURITY) !== 0) {
      if (sender !== this.hub && !this.networked.has(from)) {
        this.networked.set(from, transmission.startUs);
      }
      return;
    }
    this.clear(bytes, start, length, sender, from, to);
  }

  private clear(
    bytes: Uint8Array,
    start: number,
    length: number,
    sender: Station,
    from: number,
    to: number,
  ): void {
    const payload = start + nwkHeader(bytes, start);
    const type = bytes[start]! & 3;
    const plea = type === NwkType.COMMAND && bytes[payload] === REJOIN_REQUEST;
    // A node that lost its network may ask in clear; the answer must not follow in clear.
    if (plea && sender !== this.hub) return;
    if (type === NwkType.DATA && isOpenKey(bytes, payload, length)) {
      find(this.air.world, this.name, `${sender.name} sent a key that no key protects`);
    }
    const wrapped = type === NwkType.DATA && isSecuredCommand(bytes, payload);
    if (this.isParent(sender) && wrapped && !this.isOverdue(to)) return;
    if (this.networked.has(to) || (sender !== this.hub && this.networked.has(from))) {
      const whose = this.networked.has(to) ? to : from;
      this.say(sender, `in clear, from or to ${hex(whose)}, which is Networked`);
    } else if (
      sender === this.hub &&
      !(type === NwkType.DATA && isSecuredCommand(bytes, payload))
    ) {
      this.say(sender, to === BROADCAST ? "in clear to all" : `in clear to ${hex(to)}`);
    }
  }

  private isParent(station: Station): boolean {
    return station === this.hub || this.repeaters.has(station);
  }

  /** Whether the hub must know by now that the node has the key: it may say it again till then. */
  private isOverdue(short: number): boolean {
    const since = this.networked.get(short);
    return since !== undefined && this.air.world.now > since + KEY_REPEAT_US;
  }

  private say(sender: Station, what: string): void {
    find(this.air.world, this.name, `${sender.name} sent a frame ${what}`);
  }

  /** An association that is granted begins a new life of that address. */
  private command(bytes: Uint8Array, length: number): void {
    const at = headerOctets(bytes);
    if (bytes[at] === ASSOCIATION_RESPONSE && length >= at + 4 && bytes[at + 3] === 0) {
      this.networked.delete(u16(bytes, at + 1));
    }
  }
}

function nwkHeader(bytes: Uint8Array, start: number): number {
  const control = bytes[start + 1]!;
  let octets = NWK_HEADER;
  if ((control & Nwk.DESTINATION_EUI64) !== 0) octets += 8;
  if ((control & Nwk.SOURCE_EUI64) !== 0) octets += 8;
  if ((control & Nwk.MULTICAST) !== 0) octets += 1;
  if ((control & Nwk.SOURCE_ROUTE) !== 0) octets += 2 + 2 * (bytes[start + octets] ?? 0);
  return octets;
}

function isSecuredCommand(bytes: Uint8Array, at: number): boolean {
  const control = bytes[at]!;
  return (control & 3) === Aps.COMMAND && (control & Aps.SECURITY) !== 0;
}

function isOpenKey(bytes: Uint8Array, at: number, length: number): boolean {
  const control = bytes[at]!;
  if ((control & 3) !== Aps.COMMAND || (control & Aps.SECURITY) !== 0) return false;
  return at + 2 < length && bytes[at + 2] === Aps.TRANSPORT_KEY;
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function hex(short: number): string {
  return `0x${(short & 0xffff).toString(16).padStart(4, "0")}`;
}
