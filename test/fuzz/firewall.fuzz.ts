// Any messages from anybody, in any order, with peers that die and ports that are full: the
// firewall never faults, passes nothing that a grant does not cover, and holds every stream to its
// header.

import { Right } from "../../firmware/ipc/grant";
import { MirrorRead, MirrorValue } from "../../firmware/ipc/mirror";
import { Operation } from "../../firmware/ipc/operation";
import { Party, Provider } from "../../firmware/ipc/party";
import { Reading } from "../../firmware/ipc/reading";
import { StreamEnd, StreamOpen, StreamResult, StreamSegment } from "../../firmware/ipc/stream";
import { RULES } from "../../firmware/partitions/firewall/rules";
import { readU16, writeU16 } from "../../firmware/wire/little-endian";
import { Sent } from "../../hal/sent";
import { FirewallBench, type Passed } from "../partitions/firewall/fixture";

export const name = "firewall";

const DEVICES = 3;
const INPUTS = RULES.filter(({ from }) => from !== Party.FIREWALL);
const PEERS = [
  Party.DEMAND,
  Party.GAS,
  Party.ESI_SUPPLIER,
  Party.ESI_OPERATOR,
  Party.HAN,
  Party.ACCESS,
  Party.MANAGE,
  Party.TRUST,
  Party.AUDIT,
];

/** Watches what leaves. */
class Watch {
  /** Bytes that a stream may still bring, by receiver and number. */
  private readonly rest = new Map<string, number>();

  look(bench: FirewallBench, passed: readonly Passed[]): void {
    for (const one of passed) this.judge(bench, one);
  }

  private judge(bench: FirewallBench, { to, operation, bytes }: Passed): void {
    const line = RULES.find((rule) => rule.operation === operation && rule.to === to);
    if (line === undefined) throw new Error(`operation ${operation} to ${to} has no line`);
    const esi = to === Party.ESI_SUPPLIER || to === Party.ESI_OPERATOR;
    const provider = to === Party.ESI_SUPPLIER ? Provider.SUPPLIER : Provider.OPERATOR;
    if (operation === Operation.READING) {
      this.need(bench, provider, bytes[Reading.EUI64]!, Right.READ);
    } else if (operation === Operation.MIRROR_READ) {
      const device = bytes[MirrorRead.EUI64]!;
      const some = [0, 1].some((p) => bench.grants.has(`${p}:${device}:${Right.READ}`));
      if (!some) throw new Error("a question to the mirror without a grant");
    } else if (operation === Operation.MIRROR_VALUE && bytes[MirrorValue.STATUS]! < 3) {
      if (!esi) throw new Error("a value to nobody who asks");
    } else if (operation === Operation.STREAM_OPEN) {
      const named = bytes[StreamOpen.PROVIDER]!;
      if (esi && named !== provider) throw new Error("a stream to the wrong provider");
      this.need(bench, named, bytes[StreamOpen.EUI64]!, Right.MESSAGE);
      this.rest.set(`${to}:${readU16(bytes, StreamOpen.STREAM)}`, readU16(bytes, StreamOpen.TOTAL));
    } else if (operation === Operation.STREAM_SEGMENT) {
      this.take(to, bytes);
    } else if (operation === Operation.STREAM_END && esi) {
      const result = bytes[StreamEnd.RESULT]!;
      const isFate = result >= StreamResult.DELIVERED && result <= StreamResult.UNANSWERED;
      if (isFate) this.need(bench, provider, bytes[StreamEnd.EUI64]!, Right.MESSAGE);
    }
  }

  private take(to: Party, bytes: Uint8Array): void {
    const stream = `${to}:${readU16(bytes, StreamSegment.STREAM)}`;
    const rest = (this.rest.get(stream) ?? -1) - (bytes.length - StreamSegment.DATA);
    if (rest < 0) throw new Error("a segment beyond its stream's header");
    this.rest.set(stream, rest);
  }

  private need(bench: FirewallBench, provider: number, device: number, right: Right): void {
    if (!bench.grants.has(`${provider}:${device}:${right}`)) {
      throw new Error(`passed to ${provider} about ${device} without right ${right}`);
    }
  }
}

export function fuzz(bytes: Uint8Array): void {
  const bench = new FirewallBench();
  const watch = new Watch();
  // What the firewall numbered itself, so that answers can hit.
  const numbers: number[] = [0x8001, 1];
  let at = 0;
  const next = () => bytes[at++] ?? 0;
  const grants = next();
  for (let i = 0; i < 8; i++) {
    if ((grants >> i) & 1) bench.grant(i & 1, (i >> 1) % DEVICES, (i >> 2) + 1);
  }
  while (at < bytes.length) {
    const action = next();
    let passed: Passed[] = [];
    if (action < 200) passed = bench.say(...message(next, numbers));
    else if (action < 215) passed = bench.wait(next() * (action === 214 ? 500 : 5));
    else if (action < 225) passed = bench.restart(PEERS[next() % PEERS.length]!);
    else if (action < 245) bench.sent.set(PEERS[next() % PEERS.length]!, next() % 3);
    else if (action < 250) bench.trustAnswers = !bench.trustAnswers;
    else passed = bench.look();
    for (const { bytes: out } of passed) numbers.push(readU16(out, 2), readU16(out, 4));
    watch.look(bench, passed);
  }
  for (const peer of PEERS) bench.sent.set(peer, Sent.OK);
  bench.trustAnswers = true;
  watch.look(bench, bench.look());
  watch.look(bench, bench.wait(200_000));
  if (bench.firewall.dueAt() !== Number.POSITIVE_INFINITY) throw new Error("something is kept");
}

/** A line's message, more or less: often well formed, so that it gets further than the gate. */
function message(next: () => number, numbers: readonly number[]): [Party, Uint8Array] {
  const rule = INPUTS[next() % INPUTS.length]!;
  const wild = next();
  const span = rule.lengthMax - rule.lengthMin + 1;
  const length = wild > 250 ? next() : rule.lengthMin + (next() % span);
  const made = new Uint8Array(length);
  if (length === 0) return [rule.from, made];
  made[0] = wild === 250 ? next() : rule.operation;
  for (let i = 1; i < Math.min(length, 8); i++) made[i] = next() % 4;
  if (length > 8) made.fill(next() % DEVICES, 8, 16);
  const number = numbers[next() % numbers.length]!;
  if (length >= 4) writeU16(made, 2, wild % 2 === 0 ? number : next());
  if (length >= 6 && wild % 3 === 0) writeU16(made, 4, numbers[next() % numbers.length]!);
  if (rule.operation === Operation.READING && length >= 3) {
    made[1] = 0;
    made[2] = rule.from === Party.GAS ? 1 : 0;
  }
  // The trust centre's word is what counts: only what it denies is invented here.
  if (rule.from === Party.TRUST && length >= 2) made[1] = 2 * (next() % 2);
  if (rule.operation === Operation.STREAM_OPEN && length >= 6) writeU16(made, 4, next() * 4);
  return [wild === 249 ? PEERS[next() % PEERS.length]! : rule.from, made];
}
