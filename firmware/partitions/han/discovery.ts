// Learns what a meter offers, once it is Networked: its endpoints, where Metering and Tunnelling
// are, how its numbers are scaled; and tells an electricity meter to report every ten seconds.
// One question at a time in all, so that the state stays small whatever joins.
// @source Zigbee 05-3474-22 sections 2.4.3.1.5, 2.4.3.1.6; ZCL 07-5123-06 sections 2.5.1, 2.5.7

import type { Entropy } from "../../../hal/entropy";
import { DeviceKind } from "../../ipc/device";
import { earliest } from "../../kernel/partition";
import { Profile } from "../../wire/aps";
import { Metering } from "../../wire/clusters/metering";
import { readU16, writeU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclCommand } from "../../wire/zcl";
import { putReporting } from "../../wire/zcl-attribute";
import { ZclType } from "../../wire/zcl-type";
import {
  hasCluster,
  putInterestRequest,
  putSimpleDescriptorRequest,
  SimpleDescriptor,
  ZdoCluster,
  ZdoStatus,
} from "../../wire/zdo";
import {
  checkZdoResponse,
  endpointCount,
  endpointOf,
  simpleDescriptorAt,
  zdoStatus,
} from "../../wire/zdo-response";
import type { ApsData, ApsLayer } from "./aps-layer";
import { Endpoint } from "./endpoints";
import { type Knowledge, Known, Stage } from "./knowledge";
import { Due, type Memory } from "./memory";
import type { MeteringClient } from "./metering";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import type { Wakefulness } from "./wakefulness";
import type { ZclMessage, ZclWriter } from "./zcl-message";

export const enum DiscoveryLimit {
  /** A meter has a handful; what is beyond is not looked at. */
  ENDPOINTS_MAX = 8,
  ANSWER_WAIT_MS = 5_000,
  /** After a failure: doubled each time up to the longest, with as much chance again. */
  FIRST_PAUSE_MS = 4_000,
  LONGEST_PAUSE_MS = 600_000,
  /** A new meter is asked within this, so that several that return at once do not collide. */
  FIRST_ASK_MS = 500,
  ROOM_WAIT_MS = 200,
  /** An electricity meter that was told to report and is silent for so long is told again. */
  SILENCE_MS = 60_000,
  REPORT_SECONDS = 10,
}

const enum Pause {
  /** From the first pause beyond the longest. */
  DOUBLINGS_MAX = 8,
}

const enum Asked {
  NOTHING = 0,
  ENDPOINTS = 1,
  DESCRIPTOR = 2,
  SCALE = 3,
  REPORTING = 4,
}

/** What an electricity meter reports every ten seconds: attribute, type. */
const REPORTED: readonly number[] = [
  Metering.CURRENT_SUMMATION_DELIVERED,
  ZclType.UINT48,
  Metering.INSTANTANEOUS_DEMAND,
  ZclType.INT24,
  Metering.READING_SNAPSHOT_TIME,
  ZclType.UTC_TIME,
];

const SCALE: readonly number[] = [
  Metering.UNIT_OF_MEASURE,
  Metering.MULTIPLIER,
  Metering.DIVISOR,
  Metering.SUMMATION_FORMATTING,
  Metering.METERING_DEVICE_TYPE,
];

export class Discovery {
  asked = 0;
  failures = 0;
  completed = 0;
  /** When a node is to be asked next; Infinity: nothing to ask. */
  private readonly numbers: Float64Array;
  private readonly dueTimes: number;
  private readonly bytes: Uint8Array;
  /** How often in a row each node failed to answer. */
  private readonly failed: number;
  private readonly endpoints: number;
  private readonly chance: Uint8Array;
  private endpointsLeft = 0;
  /** The one question under way. */
  private question: Asked = Asked.NOTHING;
  private node = 0;
  private sequence = 0;

  constructor(
    private readonly aps: ApsLayer,
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly wakefulness: Wakefulness,
    private readonly writer: ZclWriter,
    private readonly metering: MeteringClient,
    private readonly entropy: Entropy,
    memory: Memory,
  ) {
    this.numbers = memory.numbers;
    this.dueTimes = memory.takeNumbers(NodeLimit.MAX, Number.POSITIVE_INFINITY);
    this.bytes = memory.bytes;
    this.failed = memory.take(NodeLimit.MAX);
    this.endpoints = memory.take(DiscoveryLimit.ENDPOINTS_MAX);
    this.chance = memory.scratch;
  }

  joined(now: number, node: number): void {
    const kind = this.network.nodes.kind(node);
    if (kind !== DeviceKind.ELECTRICITY_METER && kind !== DeviceKind.GAS_METER) return;
    this.bytes[this.failed + node] = 0;
    const stage = this.knowledge.stage(node);
    if (stage === Stage.DONE) this.watch(now, node);
    else if (stage !== Stage.NOT_A_METER) this.later(now, node, DiscoveryLimit.FIRST_ASK_MS);
  }

  forget(now: number, node: number): void {
    this.setDue(node, Number.POSITIVE_INFINITY);
    if (this.question !== Asked.NOTHING && this.node === node) this.end(now);
  }

  /** A report of the node came: where its Metering server is needs no question. */
  reported(now: number, message: ZclMessage): void {
    const { node } = message;
    if (this.knowledge.byte(node, Known.METERING_ENDPOINT) === 0) {
      this.knowledge.setByte(node, Known.METERING_ENDPOINT, message.sourceEndpoint);
    }
    const stage = this.knowledge.stage(node);
    if (stage === Stage.DONE) this.watch(now, node);
    else if (stage < Stage.SCALE && this.isAsleepMeterKnown(node)) this.complete(now, node);
  }

  /** A response of the device profile. */
  zdoResponse(now: number, data: ApsData): void {
    const { bytes, start, length, cluster } = data;
    if (data.node !== this.node || bytes[start] !== this.sequence) return;
    if (checkZdoResponse(cluster, bytes, start, length) !== Parsed.OK) return;
    const failed = zdoStatus(bytes, start) !== ZdoStatus.SUCCESS;
    const asked = cluster & 0x7fff;
    if (asked === ZdoCluster.ACTIVE_ENDPOINTS && this.question === Asked.ENDPOINTS) {
      if (failed) this.fail(now);
      else this.takeEndpoints(now, bytes, start);
    } else if (asked === ZdoCluster.SIMPLE_DESCRIPTOR && this.question === Asked.DESCRIPTOR) {
      if (!failed) this.takeDescriptor(bytes, simpleDescriptorAt(start));
      this.nextDescriptor(now);
    }
  }

  /** Read Attributes Response of a Metering server. */
  scaleRead(now: number, message: ZclMessage): void {
    const known = this.metering.readScale(message);
    if (known) this.metering.scaleKnown(now, message.node);
    if (!this.isAnswer(Asked.SCALE, message)) return;
    if (!known) {
      this.fail(now);
      return;
    }
    const { node } = this;
    this.end(now);
    if (this.network.nodes.kind(node) === DeviceKind.GAS_METER) {
      this.complete(now, node);
      return;
    }
    this.knowledge.setByte(node, Known.STAGE, Stage.SCALE);
    this.knowledge.save(now, node);
    this.setDue(node, now);
  }

  /**
   * Configure Reporting Response: SUCCESS for all, or what failed; a meter may lack one of them.
   */
  reportingConfigured(now: number, message: ZclMessage): void {
    if (!this.isAnswer(Asked.REPORTING, message)) return;
    const { node } = this;
    this.end(now);
    this.complete(now, node);
  }

  /** A Default Response to our question: the meter refuses it. */
  refused(now: number, message: ZclMessage): void {
    if (this.isAnswer(this.question, message)) this.fail(now);
  }

  tick(now: number): void {
    if (now < this.numbers[Due.DISCOVERY]!) return;
    if (this.question !== Asked.NOTHING) this.fail(now);
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (now < this.numbers[this.dueTimes + node]!) continue;
      if (!this.wakefulness.isReachable(now, node)) {
        // It is looked at again soon after it speaks, and now and then.
        this.setDue(node, now + DiscoveryLimit.ANSWER_WAIT_MS);
        continue;
      }
      this.ask(now, node);
      return;
    }
  }

  /** The node spoke: a sleeping one can be asked now. */
  heard(now: number, node: number): void {
    const due = this.numbers[this.dueTimes + node]!;
    if (due !== Number.POSITIVE_INFINITY && this.network.nodes.sleeps(node)) {
      this.setDue(node, Math.min(due, now));
    }
  }

  private ask(now: number, node: number): void {
    if (!this.writer.hasRoom()) {
      this.setDue(node, now + DiscoveryLimit.ROOM_WAIT_MS);
      return;
    }
    this.node = node;
    this.asked++;
    const stage = this.knowledge.stage(node);
    if (stage === Stage.NEW) this.askEndpoints(now);
    else if (stage === Stage.ENDPOINTS) this.askScale(now);
    else this.askReporting(now);
  }

  private askEndpoints(now: number): void {
    const out = this.openZdo(ZdoCluster.ACTIVE_ENDPOINTS);
    const short = this.network.nodes.short(this.node);
    const { outbox } = this.aps;
    outbox.close(now, putInterestRequest(outbox.bytes, out, this.sequence, short), 0);
    this.begin(now, Asked.ENDPOINTS);
  }

  private takeEndpoints(now: number, bytes: Uint8Array, start: number): void {
    const count = Math.min(endpointCount(bytes, start), DiscoveryLimit.ENDPOINTS_MAX);
    for (let i = 0; i < count; i++) this.bytes[this.endpoints + i] = endpointOf(bytes, start, i);
    this.endpointsLeft = count;
    this.nextDescriptor(now);
  }

  private nextDescriptor(now: number): void {
    if (this.endpointsLeft === 0) {
      this.endpointsKnown(now);
      return;
    }
    if (!this.writer.hasRoom()) {
      this.fail(now);
      return;
    }
    const endpoint = this.bytes[this.endpoints + --this.endpointsLeft]!;
    const out = this.openZdo(ZdoCluster.SIMPLE_DESCRIPTOR);
    const short = this.network.nodes.short(this.node);
    const { outbox } = this.aps;
    const { bytes } = outbox;
    const end = putSimpleDescriptorRequest(bytes, out, this.sequence, short, endpoint);
    outbox.close(now, end, 0);
    this.begin(now, Asked.DESCRIPTOR);
  }

  private takeDescriptor(bytes: Uint8Array, at: number): void {
    if (readU16(bytes, at + SimpleDescriptor.PROFILE) !== Profile.SMART_ENERGY) return;
    const endpoint = bytes[at + SimpleDescriptor.ENDPOINT]!;
    const servers = at + SimpleDescriptor.INPUT_COUNT;
    if (hasCluster(bytes, servers, Cluster.METERING)) {
      this.knowledge.setByte(this.node, Known.METERING_ENDPOINT, endpoint);
    }
    if (hasCluster(bytes, servers, Cluster.TUNNELLING)) {
      this.knowledge.setByte(this.node, Known.TUNNEL_ENDPOINT, endpoint);
    }
  }

  private endpointsKnown(now: number): void {
    const { node } = this;
    this.end(now);
    if (this.knowledge.byte(node, Known.METERING_ENDPOINT) === 0) {
      this.knowledge.setByte(node, Known.STAGE, Stage.NOT_A_METER);
      this.knowledge.save(now, node);
      this.setDue(node, Number.POSITIVE_INFINITY);
      return;
    }
    this.knowledge.setByte(node, Known.STAGE, Stage.ENDPOINTS);
    this.setDue(node, now);
  }

  private askScale(now: number): void {
    const out = this.openZcl(ZclCommand.READ);
    const { bytes } = this.writer;
    for (let i = 0; i < SCALE.length; i++) writeU16(bytes, out + 2 * i, SCALE[i]!);
    this.writer.send(now, out + 2 * SCALE.length);
    this.begin(now, Asked.SCALE);
  }

  private askReporting(now: number): void {
    let at = this.openZcl(ZclCommand.CONFIGURE_REPORTING);
    const seconds = DiscoveryLimit.REPORT_SECONDS;
    for (let i = 0; i < REPORTED.length; i += 2) {
      const { bytes } = this.writer;
      at = putReporting(bytes, at, REPORTED[i]!, REPORTED[i + 1]!, seconds, seconds, 1);
    }
    this.writer.send(now, at);
    this.begin(now, Asked.REPORTING);
  }

  private openZdo(cluster: ZdoCluster): number {
    this.sequence = this.writer.nextSequence();
    const counter = this.aps.nextCounter();
    const { outbox } = this.aps;
    return outbox.open(this.node, Endpoint.ZDO, cluster, Profile.ZDO, Endpoint.ZDO, counter);
  }

  private openZcl(command: ZclCommand): number {
    this.sequence = this.writer.nextSequence();
    return this.writer.begin(
      this.node,
      this.knowledge.byte(this.node, Known.METERING_ENDPOINT),
      Endpoint.HUB,
      Cluster.METERING,
      Profile.SMART_ENERGY,
      0,
      this.sequence,
      command,
    );
  }

  private begin(now: number, question: Asked): void {
    this.question = question;
    this.numbers[Due.DISCOVERY] = now + DiscoveryLimit.ANSWER_WAIT_MS;
  }

  private end(_now: number): void {
    this.question = Asked.NOTHING;
    this.settle();
  }

  private setDue(node: number, due: number): void {
    this.numbers[this.dueTimes + node] = due;
    // The one question under way has its own deadline.
    if (this.question === Asked.NOTHING) this.settle();
  }

  private settle(): void {
    this.numbers[Due.DISCOVERY] = earliest(this.numbers, this.dueTimes, NodeLimit.MAX);
  }

  /** The node does not answer, or not well: others come first, then it is asked again. */
  private fail(now: number): void {
    const { node } = this;
    this.failures++;
    this.end(now);
    const failed = this.bytes[this.failed + node]!;
    const doubled = DiscoveryLimit.FIRST_PAUSE_MS * 2 ** failed;
    const pause = Math.min(doubled, DiscoveryLimit.LONGEST_PAUSE_MS);
    this.bytes[this.failed + node] = Math.min(failed + 1, Pause.DOUBLINGS_MAX);
    this.later(now + pause, node, pause);
  }

  private complete(now: number, node: number): void {
    this.completed++;
    this.bytes[this.failed + node] = 0;
    if (this.knowledge.stage(node) !== Stage.DONE) {
      this.knowledge.setByte(node, Known.STAGE, Stage.DONE);
      this.knowledge.save(now, node);
    }
    this.watch(now, node);
  }

  /** An electricity meter that falls silent may have lost what it was told. */
  private watch(now: number, node: number): void {
    const kind = this.network.nodes.kind(node);
    const watched = kind === DeviceKind.ELECTRICITY_METER;
    this.setDue(node, watched ? now + DiscoveryLimit.SILENCE_MS : Number.POSITIVE_INFINITY);
  }

  /** A sleeping meter that told its scale with its report has nothing left to be asked. */
  private isAsleepMeterKnown(node: number): boolean {
    return this.network.nodes.sleeps(node) && this.knowledge.isScaled(node);
  }

  private isAnswer(question: Asked, message: ZclMessage): boolean {
    if (this.question === Asked.NOTHING || this.question !== question) return false;
    return message.node === this.node && message.sequence === this.sequence;
  }

  private later(now: number, node: number, withinMs: number): void {
    this.entropy.fill(this.chance, 0, 2);
    this.setDue(node, now + Math.floor((readU16(this.chance, 0) * withinMs) / 0x1_0000));
  }
}
