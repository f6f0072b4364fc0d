// One reading on its way to the hub: the report, its Default Response, and two repetitions.

import type { Event, World } from "../world";
import { ClusterId } from "./clusters";
import type { MeasuredReading } from "./meter-truth";
import type { Node } from "./zigbee/node";
import type { Endpoint, Peer } from "./zigbee/zcl";
import { ZclCommand, ZclStatus } from "./zigbee/zcl-frame";

/** Between a report and its repetition. */
const REPEAT_US = 3_000_000;
const REPEATS = 2;
/** Readings under way at once: three tries of three seconds overlap with one that follows. */
const UNDER_WAY_MAX = 4;

interface UnderWay {
  readonly reading: MeasuredReading;
  readonly payload: Buffer;
  readonly peer: Peer;
  readonly done: () => void;
  left: number;
  timer: Event | undefined;
}

export class ReportSender {
  acknowledged = 0;
  missed = 0;
  repeated = 0;
  private readonly underWay: UnderWay[] = [];

  constructor(
    private readonly world: World,
    private readonly node: Node,
    private readonly endpoint: Endpoint,
  ) {}

  get busy(): boolean {
    return this.underWay.length > 0;
  }

  /** Reports; `done` when it was acknowledged, or missed for good. */
  report(reading: MeasuredReading, payload: Buffer, peer: Peer, done: () => void): void {
    const one: UnderWay = { reading, payload, peer, done, left: REPEATS, timer: undefined };
    this.underWay.push(one);
    if (this.underWay.length > UNDER_WAY_MAX) this.drop(this.underWay[0]!);
    this.send(one);
  }

  /** There is no network to report it to. */
  miss(reading: MeasuredReading): void {
    reading.missed = true;
    this.missed++;
  }

  /** The network is gone: what was not acknowledged is missed. */
  giveUp(): void {
    while (this.underWay.length > 0) this.drop(this.underWay[0]!);
  }

  private send(one: UnderWay): void {
    this.node.zcl.request(
      this.endpoint,
      one.peer,
      {
        cluster: ClusterId.METERING,
        fromServer: true,
        clusterSpecific: false,
        command: ZclCommand.REPORT_ATTRIBUTES,
        payload: one.payload,
      },
      (response) => {
        if (response?.command !== ZclCommand.DEFAULT_RESPONSE) return;
        if (response.payload[1] === ZclStatus.SUCCESS) this.acknowledge(one);
      },
    );
    one.timer = this.world.schedule(REPEAT_US, () => this.repeat(one));
  }

  private repeat(one: UnderWay): void {
    if (one.left === 0) {
      this.drop(one);
      return;
    }
    one.left--;
    this.repeated++;
    this.send(one);
  }

  /** A response may come late, to an earlier try: it counts all the same. */
  private acknowledge(one: UnderWay): void {
    if (one.reading.acknowledged) return;
    this.acknowledged++;
    if (one.reading.missed) this.missed--;
    one.reading.acknowledged = true;
    one.reading.missed = false;
    this.finish(one);
  }

  private drop(one: UnderWay): void {
    this.miss(one.reading);
    this.finish(one);
  }

  private finish(one: UnderWay): void {
    const at = this.underWay.indexOf(one);
    if (at < 0) return;
    this.underWay.splice(at, 1);
    this.world.cancel(one.timer);
    one.done();
  }
}
