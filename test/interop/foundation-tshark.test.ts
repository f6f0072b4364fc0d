// Wireshark reads the global commands of the cluster library: questions of a meter, and what the
// hub really answers to them, each in a secured frame from end to end.

import { describe, expect, it } from "vitest";
import { UpperBench } from "../partitions/han/upper-bench";
import { dataFrame, NETWORK_KEY } from "../wire/sample-frames";
import { type PdmlField, tsharkPdml } from "./pdml";
import { hasTshark, LinkType, pcap, zigbeeKeyOption } from "./tshark";

const IDENTIFY = 0x0003;
const TIME = 0x000a;
const KEEP_ALIVE = 0x0025;
const TUNNELLING = 0x0704;

/** Cluster, command, payload, and the number of the command that answers it. */
const QUESTIONS: readonly [string, number, number, readonly number[], number | undefined][] = [
  ["Read Attributes", KEEP_ALIVE, 0x00, [0, 0, 1, 0, 9, 9], 0x01],
  ["Write Attributes", IDENTIFY, 0x02, [0, 0, 0x21, 10, 0], 0x04],
  ["Write Attributes that fails", TIME, 0x02, [0, 0, 0xe2, 1, 2, 3, 4], 0x04],
  ["Write Attributes Undivided", IDENTIFY, 0x03, [0, 0, 0x21, 0, 0], 0x04],
  ["Write Attributes No Response", IDENTIFY, 0x05, [0, 0, 0x21, 0, 0], undefined],
  ["Configure Reporting", TIME, 0x06, [0, 2, 0, 0x2b, 1, 0, 60, 0, 5, 0, 0, 0], 0x07],
  ["Read Reporting Configuration", TIME, 0x08, [0, 0, 0], 0x09],
  ["Discover Attributes", TIME, 0x0c, [0, 0, 3], 0x0d],
  ["Read Attributes Structured", TIME, 0x0e, [0, 0, 0], 0x0b],
  ["Write Attributes Structured", TIME, 0x0f, [0, 0, 0, 0x20, 1], 0x0b],
  ["Discover Commands Received", TUNNELLING, 0x11, [0, 9], 0x12],
  ["Discover Commands Generated", TUNNELLING, 0x13, [0, 9], 0x14],
  ["Discover Attributes Extended", TIME, 0x15, [0, 0, 9], 0x16],
];

/** Bytes that Wireshark 4.0 passes over: whether the list of attributes is complete. */
const PASSED_OVER: Readonly<Record<number, number>> = { 13: 1 };

describe.skipIf(!hasTshark())("the global commands, read by Wireshark", () => {
  const bench = new UpperBench();
  const meter = bench.meter();
  const frames = QUESTIONS.flatMap(([name, cluster, command, payload, answerId]) => {
    const answer = bench.ask(meter, cluster, command, payload);
    expect(answer?.[2], name).toBe(answerId);
    const asked = { name, id: command, zcl: Uint8Array.of(0x00, 77, command, ...payload), cluster };
    if (answer === undefined) return [asked];
    return [asked, { name: `answer to ${name}`, id: answerId!, zcl: answer, cluster }];
  });
  const capture = pcap(
    LinkType.IEEE802154_NO_FCS,
    frames.map(({ zcl, cluster }, i) =>
      dataFrame(i % 2 === 1, cluster, (bytes, at) => {
        bytes.set(zcl, at);
        return at + zcl.length;
      }),
    ),
  );
  const packets = tsharkPdml(capture, [zigbeeKeyOption(NETWORK_KEY, "network")]);

  it("are all there", () => {
    expect(packets.length).toBe(frames.length);
    const ids = new Set(frames.map(({ id }) => id));
    // All but a report, of which there is one among the other samples, and the response to Write
    // Attributes Structured, which the hub does not have.
    for (let id = 0; id <= 0x16; id++)
      expect(ids.has(id), `command ${id}`).toBe(id !== 0x0a && id !== 0x10);
  });

  it.each(frames.map((frame, i) => ({ ...frame, i })))("$name", ({ id, zcl, i }) => {
    const fields = packets[i]!;
    const names = fields.map(({ name }) => name);
    expect(names).not.toContain("_ws.malformed");
    expect(names).not.toContain("_ws.expert.message");
    const command = fields.find(({ name }) => name === "zbee_zcl.cmd.id");
    expect(Number(command?.show)).toBe(id);
    expect(explained(fields)).toBe(zcl.length - 3 - (PASSED_OVER[id] ?? 0));
  });
});

/** Bytes of the payload that named fields take up. */
function explained(fields: readonly PdmlField[]): number {
  const zcl = fields.findIndex(({ name, length }) => name === "zbee_zcl" && length > 0);
  const start = fields[zcl]!.at + 3;
  const taken = new Set<number>();
  for (const { name, at, length, isHidden } of fields.slice(zcl + 1)) {
    if (name === "" || isHidden || at < start) continue;
    for (let i = 0; i < length; i++) taken.add(at + i);
  }
  return taken.size;
}
