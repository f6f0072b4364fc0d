// The one table: who exists, what memory it has, who may say what to whom, who owns which device.
// Types are derived from it, so an undeclared `send` does not compile; the kernel refuses it again
// at run time, and `kernel/check-table.ts` refuses a table that breaks the rules of the design.

import type { WallClock } from "../hal/clock";
import type { DatagramLink } from "../hal/datagram";
import type { FlashRegion } from "../hal/flash";
import type { Lan } from "../hal/lan";
import type { Plc } from "../hal/plc";
import type { Power } from "../hal/power";
import type { Radio } from "../hal/radio";
import type { SecureElement } from "../hal/secure-element";
import type { Serial } from "../hal/serial";
import type { Tamper } from "../hal/tamper";
import { longestMessage } from "./ipc/longest";
import { Operation } from "./ipc/operation";
import { Party } from "./ipc/party";
import type { Port, Surroundings } from "./kernel/partition";
import { Side, type SystemTable } from "./kernel/table";

const KIB = 1024;
const STEPS = 200_000;
const STREAM_OPERATIONS = [
  Operation.STREAM_OPEN,
  Operation.STREAM_SEGMENT,
  Operation.STREAM_CREDIT,
  Operation.STREAM_END,
];
/** What the management party asks of the device log and the network. */
const DEVICE_QUESTIONS = [
  Operation.DEVICE_ADD,
  Operation.DEVICE_REMOVE,
  Operation.NETWORK_RULE,
  Operation.PAGE_ASK,
];
const DEVICE_ANSWERS = [Operation.DEVICE_RESULT, Operation.DEVICE_EVENT, Operation.PAGE];

export const SYSTEM = {
  machineStackBytes: 10 * KIB,

  boards: [
    {
      name: "nrf52840",
      ramBytes: 256 * KIB,
      // The C stack, crypto, drivers with line buffers, and the kernel.
      systemBytes: 18 * KIB,
      reservePermille: 200,
      flashBytes: 1024 * KIB,
    },
    {
      name: "esp32-c6",
      ramBytes: 512 * KIB,
      systemBytes: 128 * KIB,
      reservePermille: 200,
      flashBytes: 4096 * KIB,
    },
  ],

  // No heap is used by more than four fifths in the house that docs/figures.md was measured in.
  // `vault`, `policy` and `console` hold their planned memory and are not written yet.
  partitions: [
    row(Party.AUDIT, "audit", Side.LEAF, 0, 4.375, 20),
    row(Party.VAULT, "vault", Side.LEAF, 0, 6, 24),
    row(Party.TRUST, "trust", Side.LEAF, 0, 8.5, 20),
    row(Party.ACCESS, "access", Side.HAN, 1, 12.375, 64),
    row(Party.HAN, "han", Side.HAN, 2, 42.5, 344),
    row(Party.WAN_MANAGEMENT, "wan-management", Side.WAN, 3, 4.875, 36),
    row(Party.WAN_APPLICATION, "wan-application", Side.WAN, 4, 6.625, 36),
    row(Party.FIREWALL, "firewall", Side.FIREWALL, 5, 8, 56),
    row(Party.MANAGE, "manage", Side.WAN, 6, 8.875, 32),
    row(Party.ESI_SUPPLIER, "esi-supplier", Side.WAN, 7, 13.5, 72),
    row(Party.ESI_OPERATOR, "esi-operator", Side.WAN, 7, 13.5, 72),
    row(Party.GAS, "gas", Side.HAN, 6, 6.375, 16),
    row(Party.DEMAND, "demand", Side.HAN, 6, 7.75, 16),
    row(Party.POLICY, "policy", Side.HAN, 8, 6, 24),
    row(Party.CONSOLE, "console", Side.HAN, 9, 6, 32),
  ],

  // A queue fills only while its receiver waits for more important ones. Those of long messages
  // hold one: a full one answers `FULL`, and the sender tries again. In simulated houses each is
  // taken before the next one comes, so with two nothing would be sooner. Their rates allow more
  // at once than they hold.
  channels: [
    // Network access.
    channel("han", "access", 4, 20, [
      Operation.NETWORK_ASK,
      Operation.JOIN_ASK,
      Operation.JOIN_STORED,
      Operation.NODE_SAID,
      Operation.KEY_MOVED,
      Operation.NODE_REFUSED,
    ]),
    channel("access", "han", 4, 20, [
      Operation.NETWORK_SET,
      Operation.JOIN_ANSWER,
      Operation.PERMIT_JOIN,
      Operation.NODE_TELL,
    ]),
    // The consumer's word on who is in the network; `console` is not written yet.
    waiting("console", "access", 2, 5, [Operation.CONSUMER_ASK]),
    channel("access", "console", 2, 10, [Operation.CONSUMER_ANSWER]),
    // Readings on their way out, and the news of their storage on its way back.
    channel("han", "demand", 4, 20, [Operation.READING, Operation.PROFILE_DONE]),
    channel("han", "gas", 4, 20, [
      Operation.READING,
      Operation.PROFILE_DONE,
      Operation.MIRROR_READ,
    ]),
    channel("demand", "han", 4, 20, [Operation.READING_STORED, Operation.PROFILE_ASK]),
    channel("gas", "han", 4, 20, [
      Operation.READING_STORED,
      Operation.PROFILE_ASK,
      Operation.MIRROR_VALUE,
    ]),
    waiting("demand", "firewall", 4, 20, [Operation.READING]),
    waiting("gas", "firewall", 4, 20, [Operation.READING, Operation.MIRROR_VALUE]),
    channel("firewall", "demand", 4, 20, [Operation.READING_STORED]),
    channel("firewall", "gas", 4, 20, [Operation.READING_STORED, Operation.MIRROR_READ]),
    ...provider("esi-supplier"),
    ...provider("esi-operator"),
    // Messages to and from devices, in segments under credit.
    channel("firewall", "han", 1, 100, [...STREAM_OPERATIONS, Operation.PAGE_ASK], 12),
    channel("han", "firewall", 1, 100, [...STREAM_OPERATIONS, Operation.PAGE], 12),
    // The device log.
    waiting("manage", "firewall", 4, 20, DEVICE_QUESTIONS),
    channel("firewall", "access", 4, 20, DEVICE_QUESTIONS),
    channel("access", "firewall", 2, 20, DEVICE_ANSWERS, 4),
    channel("firewall", "manage", 2, 20, DEVICE_ANSWERS, 4),
    // Grants.
    waiting("firewall", "trust", 4, 200, [Operation.GRANT_CHECK]),
    channel("trust", "firewall", 4, 200, [Operation.GRANT_ANSWER]),
    waiting("manage", "trust", 4, 20, [Operation.GRANT_SET, Operation.PAGE_ASK]),
    channel("trust", "manage", 1, 20, [Operation.GRANT_RESULT, Operation.PAGE], 4),
    // Sessions over the WAN.
    ...session("manage", "wan-management"),
    ...session("esi-supplier", "wan-application"),
    ...session("esi-operator", "wan-application"),
    // The audit log. The kernel reports to it too.
    audited("access"),
    audited("trust"),
    audited("firewall"),
    audited("manage"),
    audited("esi-supplier"),
    audited("esi-operator"),
    audited("han"),
    audited("wan-management"),
    audited("wan-application"),
  ],

  // A frame takes longer on the radio's line than in `han`. The powerline modem keeps what finds no
  // room here; a datagram that finds none is repeated, as any lost one, and so is a question of the
  // meter on its line.
  devices: [
    device("radio", Party.RADIO, "han", 4, 320),
    device("plc", Party.PLC, "han", 1, 1514),
    device("meter-serial", Party.METER_SERIAL, "han", 1, 320),
    device("lan", Party.LAN, "access", 1, 512),
    device("management-link", Party.MANAGEMENT_LINK, "wan-management", 1, 512),
    device("application-link", Party.APPLICATION_LINK, "wan-application", 1, 512),
    device("wall-clock", Party.WALL_CLOCK, "manage", 1, 1),
    device("power", Party.POWER, "manage", 4, 1),
    device("tamper", Party.TAMPER, "manage", 4, 1),
    device("secure-element", Party.SECURE_ELEMENT, "vault", 1, 1),
  ],

  regions: [
    region("network", 0, "han", 64),
    region("mailbox", 1, "han", 256),
    region("credentials", 2, "access", 32),
    region("grants", 3, "trust", 16),
    region("log", 4, "audit", 128),
    region("management", 5, "manage", 32),
    region("supplier-session", 6, "esi-supplier", 32),
    region("supplier-outbox", 7, "esi-supplier", 1024),
    region("operator-session", 8, "esi-operator", 32),
    region("operator-outbox", 9, "esi-operator", 1024),
    region("mirror", 10, "gas", 64),
    region("samples", 11, "demand", 64),
    region("keys", 12, "vault", 32),
  ],
} as const satisfies SystemTable;

type Table = typeof SYSTEM;
type Row<T, K> = Extract<T, K>;

export type PartitionName = Table["partitions"][number]["name"];
export type ChannelOf = Table["channels"][number];
export type RegionName = Table["regions"][number]["name"];

/** The sending ends that the table gives to a partition, by the receiver's name. */
export type PortsOf<P extends PartitionName> = {
  readonly [C in Row<ChannelOf, { from: P }> as C["to"]]: Port;
};

interface DeviceInterfaces {
  readonly radio: Radio;
  readonly plc: Plc;
  readonly "meter-serial": Serial;
  readonly lan: Lan;
  readonly "management-link": DatagramLink;
  readonly "application-link": DatagramLink;
  readonly "wall-clock": WallClock;
  readonly power: Power;
  readonly tamper: Tamper;
  readonly "secure-element": SecureElement;
}

export type DevicesOf<P extends PartitionName> = {
  readonly [D in Row<
    Table["devices"][number],
    { owner: P }
  > as D["name"]]: DeviceInterfaces[D["name"]];
};

export type RegionsOf<P extends PartitionName> = {
  readonly [R in Row<Table["regions"][number], { owner: P }> as R["name"]]: FlashRegion;
};

/** Everything a partition can touch: handed to its constructor, and nothing else. */
export interface Environment<P extends PartitionName> extends Surroundings {
  readonly ports: PortsOf<P>;
  readonly devices: DevicesOf<P>;
  readonly regions: RegionsOf<P>;
}

function row<const N extends string>(
  id: Party,
  name: N,
  side: Side,
  priority: number,
  heapKib: number,
  codeKib: number,
) {
  return {
    id,
    name,
    side,
    priority,
    heapBytes: heapKib * KIB,
    codeBytes: codeKib * KIB,
    stepsPerCall: STEPS,
  };
}

function channel<const F extends string, const T extends string>(
  from: F,
  to: T,
  depth: number,
  perSecond: number,
  carries: readonly Operation[],
  burst = depth,
) {
  const maxBytes = Math.max(...carries.map(longestMessage));
  return { from, to, carries, maxBytes, depth, perSecond, burst, waits: false };
}

function waiting<const F extends string, const T extends string>(
  from: F,
  to: T,
  depth: number,
  perSecond: number,
  carries: readonly Operation[],
  burst = depth,
) {
  const maxBytes = Math.max(...carries.map(longestMessage));
  return { from, to, carries, maxBytes, depth, perSecond, burst, waits: true };
}

function audited<const F extends string>(from: F) {
  return channel(from, "audit", 4, 10, [Operation.AUDIT_EVENT]);
}

/** What an energy services interface and the firewall say to each other. */
function provider<const E extends string>(esi: E) {
  return [
    channel(
      esi,
      "firewall",
      1,
      100,
      [Operation.READING_STORED, Operation.MIRROR_READ, ...STREAM_OPERATIONS],
      12,
    ),
    channel(
      "firewall",
      esi,
      1,
      100,
      [Operation.READING, Operation.MIRROR_VALUE, ...STREAM_OPERATIONS],
      12,
    ),
  ] as const;
}

/** What the owner of a session and its WAN module say to each other. */
function session<const O extends string, const W extends string>(owner: O, wan: W) {
  return [
    waiting(
      owner,
      wan,
      1,
      100,
      [Operation.WAN_BIND, Operation.EXCHANGE_REQUEST, Operation.SERVE_RESPONSE],
      8,
    ),
    channel(
      wan,
      owner,
      1,
      100,
      [
        Operation.EXCHANGE_RESPONSE,
        Operation.EXCHANGE_FAILED,
        Operation.SERVE_REQUEST,
        Operation.SERVE_CANCEL,
      ],
      8,
    ),
  ] as const;
}

function device<const N extends string, const O extends string>(
  name: N,
  party: Party,
  owner: O,
  depth: number,
  maxBytes: number,
) {
  return { name, party, owner, depth, maxBytes };
}

function region<const N extends string, const O extends string>(
  name: N,
  id: number,
  owner: O,
  kib: number,
) {
  return { name, id, owner, bytes: kib * KIB };
}
