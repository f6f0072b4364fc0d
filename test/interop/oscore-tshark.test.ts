// Wireshark decrypts a capture of our OSCORE traffic, both ways: registration, readings, a device's
// answer in blocks, requests of the head-end, Echo, observation.

import { describe, expect, it } from "vitest";
import { Commodity } from "../../firmware/ipc/reading";
import { toHex } from "../hex";
import { OPERATOR_KEYS, ProviderHub, SUPPLIER_KEYS } from "../partitions/esi/hub";
import { bytesOf, eui64Text, reading, streamOpen, streamSegment } from "../partitions/esi/messages";
import { PEER, type SessionKeys } from "../session/bench";
import { hasTshark, pcap, tsharkFields } from "./tshark";

const RAW_IPV4 = 228;
const FIELDS = [
  "frame.number",
  "_ws.malformed",
  "_ws.expert.message",
  "coap.opt.name",
  "oscore.tag",
  "oscore.code",
  "oscore.opt.uri_path",
  "oscore.payload_length",
  "udp.srcport",
];

/** IPv4 and UDP around a CoAP message; checksums 0 where allowed. */
function packet(payload: Uint8Array, isFromHub: boolean): Uint8Array {
  const bytes = Buffer.alloc(28 + payload.length);
  bytes.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17]);
  bytes.writeUInt16BE(bytes.length, 2);
  const [hub, peer] = [Buffer.from([192, 0, 2, 2]), Buffer.from([192, 0, 2, 1])];
  bytes.set(isFromHub ? hub : peer, 12);
  bytes.set(isFromHub ? peer : hub, 16);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += bytes.readUInt16BE(i);
  bytes.writeUInt16BE(~((sum & 0xffff) + (sum >> 16)) & 0xffff, 10);
  bytes.writeUInt16BE(isFromHub ? 49152 : 5683, 20);
  bytes.writeUInt16BE(isFromHub ? 5683 : 49152, 22);
  bytes.writeUInt16BE(8 + payload.length, 24);
  bytes.set(payload, 28);
  return bytes;
}

/** For the head-end's side and for ours: Wireshark wants a context for each direction's sender. */
function contexts({ senderId, recipientId, idContext, salt, secret }: SessionKeys): string[] {
  const line = (sender: Uint8Array, recipient: Uint8Array) =>
    `uat:oscore_contexts:"${toHex(sender)}","${toHex(recipient)}","${toHex(secret)}",` +
    `"${toHex(salt)}","${idContext === null ? "" : toHex(idContext)}","AES-CCM-16-64-128 (CCM*)"`;
  return [line(senderId, recipientId), line(recipientId, senderId)];
}

function traffic(): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const hub = new ProviderHub("tshark");
  const { bench } = hub;
  const route = bench.onDatagram;
  bench.onDatagram = (datagram, link) => {
    packets.push(packet(datagram.subarray(PEER.length), true));
    route(datagram, link);
  };
  const deliver = bench.datagram.bind(bench);
  bench.datagram = (link, owner, payload, source) => {
    packets.push(packet(payload, false));
    deliver(link, owner, payload, source);
  };
  bench.advance(1000);
  hub.startEsi();
  hub.ready();
  hub.prove(hub.operator);
  hub.supplier.ask(1, `devices/${eui64Text(2)}/mirror`, { Observe: 0 });
  for (let i = 0; i < 4; i++) {
    hub.fromFirewall(reading({ reference: i, time: 1_790_000_000 + i, value: i, demand: 7 }));
  }
  hub.fromFirewall(
    reading({ reference: 9, time: 1_790_000_100, value: 1, meter: 2, commodity: Commodity.GAS }),
  );
  const body = bytesOf(250);
  hub.fromFirewall(streamOpen(1, body.length, 5, 1));
  hub.fromFirewall(streamSegment(1, 0, body));
  bench.advance(60_000);
  hub.operator.ask(2, `devices/${eui64Text(1)}/messages`, {}, bytesOf(100));
  bench.advance(60_000);
  return packets;
}

describe.skipIf(!hasTshark())("our OSCORE traffic, read by Wireshark", () => {
  const packets = traffic();
  const rows = tsharkFields(
    pcap(RAW_IPV4, packets),
    [...contexts(SUPPLIER_KEYS), ...contexts(OPERATOR_KEYS)],
    FIELDS,
  );

  it("has no malformed packet and no complaint", () => {
    expect(rows).toHaveLength(packets.length);
    // Echo, RFC 9175, is younger than tshark 4.0: it alone is a stranger there.
    const isEcho = (row: Record<string, string>) =>
      row["_ws.expert.message"] === "Invalid Option Number 252";
    for (const row of rows.filter((one) => !isEcho(one))) {
      expect(row["_ws.malformed"], JSON.stringify(row)).toBe("");
      expect(row["_ws.expert.message"], JSON.stringify(row)).toBe("");
    }
    expect(rows.filter(isEcho).length).toBeLessThanOrEqual(4);
  });

  it("decrypts whole: every message with an OSCORE option shows its tag and its code", () => {
    const protectedRows = rows.filter((row) => row["coap.opt.name"]!.includes("OSCORE"));
    expect(protectedRows.length).toBeGreaterThan(20);
    for (const row of protectedRows) {
      expect(row["oscore.tag"], JSON.stringify(row)).not.toBe("");
      expect(row["oscore.code"], JSON.stringify(row)).not.toBe("");
    }
  });

  it("shows the resources and the codes that were meant", () => {
    const paths = new Set(rows.map((row) => row["oscore.opt.uri_path"]));
    for (const path of ["register", "readings", `messages,${eui64Text(1)}`]) {
      expect(paths).toContain(path);
    }
    // 2.04, 2.31, 4.01, 4.04 among them.
    const codes = new Set(rows.map((row) => Number(row["oscore.code"])));
    for (const code of [2, 0x44, 0x81, 0x84]) expect(codes).toContain(code);
  });
});
