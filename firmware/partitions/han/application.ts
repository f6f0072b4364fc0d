// The upper half of `han` put together: APS, the device profile, the cluster library, tunnels. It
// speaks with Networked nodes alone; what is not Networked never reaches it.

import { MirrorValue } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { ProfileAsk, ReadingStored } from "../../ipc/reading";
import type { Environment } from "../../system";
import { Profile } from "../../wire/aps";
import { Zdo } from "../../wire/zdo";
import { type ApsData, ApsLayer, type ApsUser } from "./aps-layer";
import { Discovery } from "./discovery";
import { Endpoint } from "./endpoints";
import { IdentifyServer } from "./identify-server";
import { Knowledge, type KnowledgeStore } from "./knowledge";
import { MailLimit } from "./mail-directory";
import { Due, type Memory } from "./memory";
import { MeteringClient } from "./metering";
import { MirrorEndpoints } from "./mirror-endpoint";
import { MirrorNotification, type Waiting } from "./mirror-notification";
import type { Network, NetworkUser } from "./network";
import { PollControl } from "./poll-control";
import { ProfileClient } from "./profile-client";
import { Tunnelling } from "./tunnelling";
import { Wakefulness } from "./wakefulness";
import { ZclDispatch } from "./zcl-dispatch";
import { ZclMessage, ZclWriter } from "./zcl-message";
import { ZclServer } from "./zcl-server";
import { ZdoServer } from "./zdo-server";

export class Application implements NetworkUser, ApsUser, Waiting {
  readonly aps: ApsLayer;
  readonly knowledge: Knowledge;
  readonly metering: MeteringClient;
  readonly profile: ProfileClient;
  readonly mirrors: MirrorEndpoints;
  readonly discovery: Discovery;
  readonly tunnelling: Tunnelling;
  readonly zcl: ZclDispatch;
  readonly zdo: ZdoServer;
  /** Payloads of other profiles than Smart Energy and the device profile. */
  otherProfiles = 0;
  /** Payloads that found no room above; they come again. */
  postponed = 0;
  private readonly wakefulness: Wakefulness;
  private readonly writer: ZclWriter;
  private readonly numbers: Float64Array;

  constructor(
    environment: Environment<"han">,
    network: Network,
    store: KnowledgeStore,
    memory: Memory,
  ) {
    const { clock, entropy, startedAt } = environment;
    this.numbers = memory.numbers;
    this.numbers[Due.MAIL_OPEN] = startedAt + MailLimit.OPEN_AFTER_MS;
    this.aps = new ApsLayer(network, this, entropy, memory);
    this.knowledge = new Knowledge(network.nodes, store, memory);
    this.wakefulness = new Wakefulness(network.nodes);
    this.writer = new ZclWriter(this.aps);
    const { aps, knowledge, wakefulness, writer } = this;
    const notification = new MirrorNotification(knowledge, writer, this);
    this.metering = new MeteringClient(
      environment,
      network,
      knowledge,
      writer,
      notification,
      memory,
    );
    this.profile = new ProfileClient(environment, network, knowledge, wakefulness, writer, memory);
    this.mirrors = new MirrorEndpoints(environment, network, knowledge, writer, memory);
    this.discovery = new Discovery(
      aps,
      network,
      knowledge,
      wakefulness,
      writer,
      this.metering,
      entropy,
      memory,
    );
    const message = new ZclMessage(memory.scratch);
    this.tunnelling = new Tunnelling(environment, network, aps, writer, knowledge, message, memory);
    const identify = new IdentifyServer(writer);
    this.zcl = new ZclDispatch(network, knowledge, writer, message, {
      server: new ZclServer(writer, clock, identify),
      identify,
      pollControl: new PollControl(writer, this),
      metering: this.metering,
      notification,
      profile: this.profile,
      mirrors: this.mirrors,
      discovery: this.discovery,
      tunnelling: this.tunnelling,
    });
    this.zdo = new ZdoServer(aps, network, knowledge, memory);
  }

  // The network.

  apsFrame(now: number, node: number, bytes: Uint8Array, start: number, length: number): void {
    this.wakefulness.heard(now, node);
    this.aps.frameFrom(now, node, bytes, start, length);
    this.profile.heard(now, node);
    this.discovery.heard(now, node);
  }

  sent(now: number, token: number, delivered: boolean): void {
    this.aps.sent(now, token, delivered);
  }

  nextCounter(): number {
    return this.aps.nextCounter();
  }

  nodeRestored(now: number, node: number): void {
    this.knowledge.joined(node);
    this.discovery.joined(now, node);
  }

  nodeJoined(now: number, node: number): void {
    // A node that joined anew counts anew.
    this.forget(now, node);
    this.knowledge.joined(node);
    this.discovery.joined(now, node);
    this.tunnelling.client.look(now);
  }

  nodeLeft(now: number, node: number): void {
    this.forget(now, node);
    this.knowledge.left(now, node);
  }

  // APS.

  data(now: number, data: ApsData): boolean {
    const isZdo = data.destinationEndpoint === Endpoint.ZDO && data.profile === Profile.ZDO;
    if (isZdo && (data.cluster & Zdo.RESPONSE) !== 0) {
      this.discovery.zdoResponse(now, data);
      return true;
    }
    if (!isZdo && data.profile !== Profile.SMART_ENERGY) {
      this.otherProfiles++;
      return true;
    }
    const taken = this.writer.hasRoom() && (isZdo ? this.ask(now, data) : this.zcl.data(now, data));
    if (!taken) this.postponed++;
    return taken;
  }

  confirm(now: number, token: number, delivered: boolean): void {
    this.tunnelling.delivery.confirm(now, token, delivered);
  }

  fetch(now: number, transfer: number, offset: number, length: number): void {
    this.tunnelling.delivery.fetch(now, transfer, offset, length);
  }

  ended(now: number, transfer: number, delivered: boolean): void {
    this.tunnelling.delivery.ended(now, transfer, delivered);
  }

  begin(
    now: number,
    node: number,
    endpoint: number,
    sourceEndpoint: number,
    cluster: number,
    bound: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number {
    if (!this.zcl.mayTransfer(now, node, cluster)) return MailLimit.NONE;
    return this.tunnelling.beginLong(
      now,
      node,
      endpoint,
      sourceEndpoint,
      cluster,
      bound,
      bytes,
      start,
      length,
    );
  }

  piece(_now: number, payload: number, bytes: Uint8Array, start: number, length: number): boolean {
    return this.tunnelling.continueLong(payload, bytes, start, length);
  }

  complete(now: number, payload: number): void {
    this.tunnelling.completeLong(now, payload);
  }

  abort(now: number, payload: number): void {
    this.tunnelling.abortLong(now, payload);
  }

  // What waits for a node that sleeps.

  hasMail(node: number): boolean {
    return this.tunnelling.isWaitingFor(node);
  }

  hasQuestion(node: number): boolean {
    return this.profile.isWaitingFor(node);
  }

  // The partition.

  /** A message of `gas`, `demand` or `firewall`. */
  message(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === Party.FIREWALL) {
      this.tunnelling.stream(now, buffer, length);
      return;
    }
    switch (buffer[0] as Operation) {
      case Operation.READING_STORED:
        if (length >= ReadingStored.LENGTH) this.metering.stored(now, buffer);
        break;
      case Operation.PROFILE_ASK:
        if (length >= ProfileAsk.LENGTH) this.profile.ask(now, buffer);
        break;
      case Operation.MIRROR_VALUE:
        if (length >= MirrorValue.LENGTH) this.mirrors.value(now, buffer);
        break;
      default:
        break;
    }
  }

  /** A completion of the mailbox's region. */
  flashDone(now: number, buffer: Uint8Array, length: number): void {
    this.tunnelling.mailbox.flashDone(now, buffer, length);
  }

  peerRestarted(now: number, peer: number): void {
    if (peer === Party.GAS || peer === Party.DEMAND) this.metering.resend(now);
    this.tunnelling.peerRestarted(now, peer);
  }

  tick(now: number): void {
    if (now >= this.numbers[Due.MAIL_OPEN]!) {
      this.numbers[Due.MAIL_OPEN] = Number.POSITIVE_INFINITY;
      this.tunnelling.open(now);
    }
    this.aps.tick(now);
    this.metering.tick(now);
    this.profile.tick(now);
    this.mirrors.tick(now);
    this.discovery.tick(now);
    this.tunnelling.tick(now);
  }

  private ask(now: number, data: ApsData): boolean {
    this.zdo.request(now, data);
    return true;
  }

  private forget(now: number, node: number): void {
    this.aps.forget(now, node);
    this.metering.forget(now, node);
    this.profile.forget(now, node);
    this.mirrors.forget(node);
    this.discovery.forget(now, node);
    this.tunnelling.forget(now, node);
  }
}
