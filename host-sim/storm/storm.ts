// One storm: two hours of whatever the seed brings, then calm, then the question whether everything
// is as it was.

import { Finding } from "../checkers/finding";
import type { ExchangePair } from "../head-end/exchange-run";
import { House, type HouseOptions } from "../house/house";
import { DEFAULT_HOUSE, type HouseConfig } from "../house/house-config";
import { Random } from "../random";
import type { HouseReport } from "../report";
import { type Service, ServiceWatch } from "./service";
import { stormyHouse } from "./stormy-house";

export const enum Hours {
  STORM_S = 7_200,
  /** A mains device is served again within. */
  MAINS_S = 900,
  /** Two half-hours, each a few seconds early or late, and the time that it is awake. */
  SLEEPER_S = 3_900,
  CALM_S = 4_500,
}

/** A sleeper is served again within so many of its wakes. */
const WAKES_MAX = 2;
/** Of an electricity meter, one comes every ten seconds and may be half a minute on its way. */
const ON_THE_WAY_MAX = 6;
const MESSAGES = 10;
const MESSAGE_MAX = 1_500;
const MESSAGE_MIN = 40;

export interface StormOptions {
  readonly seed: number;
  /** The house that the storm befalls. */
  readonly base?: HouseConfig;
  readonly files?: Pick<HouseOptions, "pcap" | "wanPcap" | "keylog">;
}

export interface StormResult {
  readonly seed: number;
  /** Sentences for a person; none: it passed. */
  readonly problems: readonly string[];
  readonly services: readonly Service[];
  readonly report: HouseReport;
}

export class Storm {
  readonly house: House;
  private watch: ServiceWatch | undefined;
  private finding: string | undefined;

  constructor(private readonly options: StormOptions) {
    const { seed, base = DEFAULT_HOUSE, files } = options;
    const config = stormyHouse(seed, Hours.STORM_S, base);
    const exchanges = messages(seed, base);
    this.house = new House({ seed, config, exchanges, ...files });
    this.house.world.at(Hours.STORM_S * 1e6, () => {
      this.watch = new ServiceWatch(this.house);
    });
  }

  /** Goes on until so many seconds since the start; false: it is over. */
  runUntil(seconds: number): boolean {
    const end = Hours.STORM_S + Hours.CALM_S;
    try {
      this.house.runUntil(Math.min(seconds, end));
      if (seconds < end) return true;
      this.house.finish();
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      this.finding = error.message;
      this.house.close();
    }
    return false;
  }

  /** Once it is over. */
  result(): StormResult {
    const { seed } = this.options;
    const services = this.watch?.services() ?? [];
    const report = this.house.report(0);
    const problems =
      this.finding === undefined
        ? [...services.flatMap(unserved), ...unfinished(report), ...lostMessages(this.house)]
        : [this.finding];
    return { seed, problems, services, report };
  }
}

function unserved({ device, afterSeconds, wakes }: Service): string[] {
  const { sleeps } = device.device.node;
  const most = sleeps ? Hours.SLEEPER_S : Hours.MAINS_S;
  const { kind, eui64 } = device.config;
  const isLate = afterSeconds === undefined || afterSeconds > most;
  if (!isLate && (!sleeps || wakes <= WAKES_MAX)) return [];
  const when =
    afterSeconds === undefined ? "was not served" : `was served ${Math.round(afterSeconds)} s`;
  return [`${kind} ${eui64} ${when} after the calm began${sleeps ? `, ${wakes} wakes` : ""}`];
}

function unfinished({ readings, han, gasMirror }: HouseReport): string[] {
  const problems: string[] = [];
  const meters = han.nodes.filter(({ kind }) => kind === "electricity-meter").length;
  if (readings.lost > 0) problems.push(`${readings.lost} acknowledged readings were lost`);
  if (readings.pending > meters * ON_THE_WAY_MAX) {
    problems.push(`${readings.pending} readings are still on their way`);
  }
  const { meterWakesCausedByReads: caused } = gasMirror;
  if (caused > 0) problems.push(`reads of the mirror woke the gas meter ${caused} times`);
  return problems;
}

/**
 * A message that the hub took ends with the meter's answer, or with the news of its true fate: a
 * meter may have given up its answer while nothing got through.
 */
function lostMessages({ headEnd, truth }: House): string[] {
  const run = headEnd?.exchanges;
  if (run === undefined) return [];
  const lost = run.outcomes.filter(({ name, exact, isFate }) => {
    if (exact) return false;
    const { command } = run.pairOf(name);
    const isDelivered = truth.exchanges.some((one) => {
      return one.delivered && one.command.equals(command);
    });
    return !isFate || isDelivered;
  });
  const problems = lost.map(({ name, why }) => `${name}: ${why}`);
  return run.done ? problems : [...problems, "messages are still on their way"];
}

/** Messages for the first electricity meter, of random lengths and contents. */
function messages(seed: number, base: HouseConfig): ExchangePair[] {
  const random = new Random(`messages ${seed}`);
  const message = (): Buffer => {
    const bytes = Buffer.alloc(MESSAGE_MIN + random.below(MESSAGE_MAX));
    random.fill(bytes, 0, bytes.length);
    return bytes;
  };
  const meter = base.devices.find(({ kind, registered }) => {
    return registered && kind === "electricity-meter";
  });
  if (meter === undefined) return [];
  return Array.from({ length: MESSAGES }, (_, i) => ({
    name: `message ${i}`,
    to: meter.eui64,
    command: message(),
    response: message(),
  }));
}
