// The house on a terminal: nodes, readings, mirror, partitions, the last messages.

import Table from "cli-table3";
import { createLogUpdate } from "log-update";
import colours from "picocolors";
import type { HouseStatus } from "./house-status";

const MESSAGES_SHOWN = 8;
const PLAIN_TABLE = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "  ",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
};

export interface LiveView {
  show(status: HouseStatus, speed: string): void;
  close(): void;
}

export function openLiveView(stream: NodeJS.WriteStream): LiveView {
  const update = createLogUpdate(stream, { showCursor: false });
  return {
    show: (status, speed) => update(render(status, speed)),
    close: () => update.done(),
  };
}

export function render(status: HouseStatus, speed: string): string {
  return [
    heading(status, speed),
    "",
    title("Home area network", network(status)),
    nodes(status),
    "",
    title("Readings", readings(status)),
    title("Gas mirror", mirror(status)),
    title("Firewall", `${status.firewall.passed} passed, ${status.firewall.refused} refused`),
    "",
    title("Partitions", ""),
    partitions(status),
    "",
    title("Last messages", ""),
    messages(status),
    "",
    colours.dim("Ctrl-C ends it."),
  ].join("\n");
}

/** 2 d 03:04:05 */
export function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = [3_600, 60, 1].map((unit, place) => {
    const limit = place === 0 ? 24 : 60;
    return String(Math.floor(seconds / unit) % limit).padStart(2, "0");
  });
  return `${days > 0 ? `${days} d ` : ""}${clock.join(":")}`;
}

function heading(status: HouseStatus, speed: string): string {
  const civil = `${new Date(status.utcMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const running = `running for ${duration(status.simulatedSeconds)}, ${speed}`;
  return `${colours.bold("Heddle")}  ${civil}  ${colours.dim(running)}`;
}

function title(name: string, text: string): string {
  return `${colours.bold(colours.cyan(name))}${text && `  ${text}`}`;
}

function network({ channel, panId }: HouseStatus): string {
  if (channel === undefined || panId === undefined) return colours.yellow("forming");
  return `channel ${channel}, PAN 0x${panId.toString(16).padStart(4, "0")}`;
}

function nodes(status: HouseStatus): string {
  const table = new Table({ ...PLAIN_TABLE });
  for (const { eui64, kind, state, joinedAt, latest } of status.nodes) {
    const colour = state === "networked" ? colours.green : colours.yellow;
    const since = joinedAt === undefined ? "" : `since ${duration(joinedAt)}`;
    table.push([kind, colours.dim(eui64), colour(state), since, latest]);
  }
  return table.toString();
}

function readings({ readings: r, exchanges }: HouseStatus): string {
  const lost = r.lost === 0 ? "0 lost" : colours.red(`${r.lost} lost`);
  const figures = `${r.measured} measured, ${r.delivered} delivered, ${r.pending} on their way`;
  const messages =
    exchanges.sent > 0 ? `; messages ${exchanges.exact}/${exchanges.sent} exact` : "";
  return `${figures}, ${r.missed} missed, ${lost}${messages}`;
}

function mirror({ mirror: m }: HouseStatus): string {
  if (m.value === undefined) return colours.yellow("waits for the gas meter's first wake");
  const age = m.ageSeconds === undefined ? "" : `, ${duration(m.ageSeconds)} old`;
  const value = `${(m.value / 1000).toFixed(3)} m3${age}`;
  return `${value}; ${m.syncs} syncs, ${m.readsAnswered} reads answered while the meter slept`;
}

function partitions(status: HouseStatus): string {
  const head = ["", "state", "queued", "received", "sent", "refused", "restarts"].map(colours.dim);
  const table = new Table({ ...PLAIN_TABLE, head });
  for (const p of status.partitions) {
    const state = p.state === "running" ? colours.green(p.state) : colours.yellow(p.state);
    table.push([p.name, state, p.queued, p.received, p.sent, p.refused, p.restarts]);
  }
  return table.toString();
}

function messages(status: HouseStatus): string {
  const table = new Table({ ...PLAIN_TABLE });
  for (const { at, from, to, operation, refused } of status.messages.slice(-MESSAGES_SHOWN)) {
    const text = refused ? colours.red(`${operation} refused`) : operation;
    table.push([colours.dim(duration(at)), `${from} -> ${to}`, text]);
  }
  return table.toString();
}
