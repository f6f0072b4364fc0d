// wan-application alone: the owners are the test, the head-end is coap-packet.

import { generate, type ParsedPacket, parse } from "coap-packet";
import { Exchange, ExchangeFlags, WanBind } from "../../../firmware/ipc/exchange";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { createWanApplication, type Wan } from "../../../firmware/partitions/wan/partition";
import { writeU16 } from "../../../firmware/wire/little-endian";
import { Bench, PEER } from "../../session/bench";

export interface Content {
  readonly code: number;
  readonly exchange: number;
  readonly flags?: number;
  readonly observe?: number;
  readonly option?: readonly number[];
  readonly payload?: Uint8Array;
}

export function exchangeMessage(operation: Operation, content: Content): Uint8Array {
  const option = content.option ?? [];
  const payload = content.payload ?? new Uint8Array(0);
  const bytes = new Uint8Array(Exchange.OPTION + option.length + payload.length);
  bytes[0] = operation;
  bytes[Exchange.CODE] = content.code;
  writeU16(bytes, Exchange.EXCHANGE, content.exchange);
  bytes[Exchange.FLAGS] = content.flags ?? ExchangeFlags.HAS_OSCORE;
  bytes[Exchange.OBSERVE] = content.observe ?? 0;
  bytes[Exchange.OPTION_LENGTH] = option.length;
  bytes.set(option, Exchange.OPTION);
  bytes.set(payload, Exchange.OPTION + option.length);
  return bytes;
}

/** kid 0x53, Partial IV 5. */
export const OPTION = Buffer.from([0x09, 5, 0x53]);

export class Stage {
  readonly bench = new Bench("stage");
  readonly sent: ParsedPacket[] = [];
  readonly sentAt: number[] = [];
  readonly wan: Wan;
  private messageId = 1;

  constructor() {
    const { bench } = this;
    bench.onDatagram = (datagram) => {
      this.sent.push(parse(Buffer.from(datagram.subarray(PEER.length))));
      this.sentAt.push(bench.now);
    };
    this.wan = createWanApplication({
      ...bench.surroundings,
      ports: {
        "esi-supplier": bench.port(Party.WAN_APPLICATION, Party.ESI_SUPPLIER),
        "esi-operator": bench.port(Party.WAN_APPLICATION, Party.ESI_OPERATOR),
        audit: bench.port(Party.WAN_APPLICATION, Party.AUDIT),
      },
      devices: { "application-link": bench.link(Party.APPLICATION_LINK) },
      regions: {},
    }) as Wan;
    bench.start(Party.WAN_APPLICATION, this.wan);
    this.bind(Party.ESI_SUPPLIER, [0x53]);
    this.bind(Party.ESI_OPERATOR, [0x4f, 0x50]);
  }

  bind(owner: Party, kid: readonly number[]): void {
    const bytes = new Uint8Array(WanBind.KID + kid.length);
    bytes[0] = Operation.WAN_BIND;
    bytes[WanBind.KID_LENGTH] = kid.length;
    bytes.set(kid, WanBind.KID);
    this.bench.say(owner, Party.WAN_APPLICATION, bytes);
  }

  owner(owner: Party, operation: Operation, content: Content): void {
    this.bench.say(owner, Party.WAN_APPLICATION, exchangeMessage(operation, content));
  }

  datagram(payload: Uint8Array, source = PEER): void {
    this.bench.datagram(Party.APPLICATION_LINK, Party.WAN_APPLICATION, payload, source);
  }

  /** A request of the head-end. Answers its message id. */
  request(change: Parameters<typeof generate>[0] = {}): number {
    const messageId = change.messageId ?? this.messageId++;
    this.datagram(
      generate({
        code: "POST",
        confirmable: true,
        token: Buffer.from([7, 7]),
        options: [{ name: "OSCORE", value: OPTION }],
        payload: Buffer.alloc(12),
        messageId,
        ...change,
      }),
    );
    return messageId;
  }

  /** What owners and the audit log were told. */
  told(to: Party, operation: Operation): Uint8Array[] {
    return this.bench.outside
      .filter((one) => one.to === to && one.bytes[0] === operation)
      .map((one) => one.bytes);
  }

  get last(): ParsedPacket {
    return this.sent.at(-1)!;
  }
}
