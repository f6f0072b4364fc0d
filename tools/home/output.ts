// What a run shows while it goes: the live view on a terminal, else plain lines; a progress line at
// full speed.

import type { HouseStatus } from "../view/house-status";
import { duration, openLiveView } from "../view/live-view";
import type { HouseWatch } from "./house-watch";

export interface Output {
  /** Called some times a second. */
  readonly progress: () => void;
  readonly close: () => void;
}

const VIEW_MS = 250;
const PLAIN_MS = 2_000;
const PROGRESS_COLUMNS = 80;
const CLEAR_TO_END = "\u001b[K";

/**
 * @param until simulated seconds; `Infinity`: for ever
 * @param quiet nothing but the report may stand on standard output
 */
export function openOutput(
  watch: HouseWatch,
  speed: number,
  until: number,
  quiet: boolean,
): Output {
  if (quiet || speed === Number.POSITIVE_INFINITY) return progressLine(watch, until);
  return process.stdout.isTTY === true ? liveView(watch, speed) : plainLines(watch);
}

function liveView(watch: HouseWatch, speed: number): Output {
  const view = openLiveView(process.stdout);
  const show = (): void => view.show(watch.status(), `${speed} times real time`);
  return { progress: every(VIEW_MS, show), close: () => view.close() };
}

function progressLine(watch: HouseWatch, until: number): Output {
  const stream = process.stderr;
  if (stream.isTTY !== true) return { progress: () => undefined, close: () => undefined };
  const show = (): void => {
    const { simulatedSeconds, readings } = watch.status();
    const of = Number.isFinite(until) ? ` of ${duration(until)}` : "";
    const text = `${duration(simulatedSeconds)}${of}, ${readings.measured} readings measured`;
    stream.write(`\r${text.slice(0, (stream.columns || PROGRESS_COLUMNS) - 1)}${CLEAR_TO_END}`);
  };
  return { progress: every(VIEW_MS, show), close: () => stream.write(`\r${CLEAR_TO_END}`) };
}

/** A line when something changed: a node, or the figures. */
function plainLines(watch: HouseWatch): Output {
  const states = new Map<string, string>();
  let network = false;
  let figures = "";
  const show = (): void => {
    const status = watch.status();
    const at = duration(status.simulatedSeconds);
    if (!network && status.channel !== undefined && status.panId !== undefined) {
      network = true;
      line(at, `network formed on channel ${status.channel}, PAN 0x${status.panId.toString(16)}`);
    }
    for (const { eui64, kind, state } of status.nodes) {
      if (states.get(eui64) === state) continue;
      states.set(eui64, state);
      line(at, `${kind} ${eui64}: ${state}`);
    }
    const now = figuresOf(status);
    if (now === figures) return;
    figures = now;
    line(at, now);
  };
  return { progress: every(PLAIN_MS, show), close: show };
}

function figuresOf({ readings, mirror, nodes, kept }: HouseStatus): string {
  const { measured, delivered, missed, lost } = readings;
  const meters = nodes.filter(({ latest }) => latest !== "");
  const latest = meters.map((node) => `${node.kind} ${node.latest}`).join(", ");
  const age = mirror.ageSeconds === undefined ? "empty" : `${duration(mirror.ageSeconds)} old`;
  const counts =
    kept === undefined
      ? `${delivered} of ${measured} readings delivered, ${missed} missed, ${lost} lost`
      : `${kept} of ${measured} readings taken by the hub, ${missed} missed`;
  return `${latest}${latest && "; "}${counts}; gas mirror ${age}, ${mirror.syncs} syncs`;
}

function line(at: string, text: string): void {
  process.stdout.write(`${at}  ${text}\n`);
}

function every(milliseconds: number, show: () => void): () => void {
  let next = 0;
  return () => {
    const now = performance.now();
    if (now < next) return;
    next = now + milliseconds;
    show();
  };
}
