// The house on a terminal: nodes, readings, mirror, partitions, the last messages.

import Table from "cli-table3";
import { createLogUpdate } from "log-update";
import colours from "picocolors";
import type { HouseStatus, PartitionStatus } from "./house-status";
import { linesOf, PLAIN_TABLE } from "./plain-table";
import { layOut, type Size } from "./screen";

/** Of a terminal that does not tell. */
const USUAL_SIZE: Size = { columns: 80, rows: 24 };
const CLEAR_SCREEN = "\u001b[2J\u001b[H";
/** States of partitions that mean nothing unusual. */
const RUNNING = "running";
const PLANNED = "planned";

export interface LiveView {
  show(status: HouseStatus, speed: string): void;
  close(): void;
}

export function openLiveView(stream: NodeJS.WriteStream): LiveView {
  const update = createLogUpdate(stream);
  // The terminal breaks the lines anew, so that what is on it cannot be erased line by line.
  const resized = (): void => {
    update.clear();
    stream.write(CLEAR_SCREEN);
  };
  stream.on("resize", resized);
  return {
    show: (status, speed) => {
      const { columns, rows } = stream;
      const size = columns > 0 && rows > 0 ? { columns, rows } : USUAL_SIZE;
      update(render(status, speed, size));
    },
    close: () => {
      stream.off("resize", resized);
      update.done();
    },
  };
}

export function render(status: HouseStatus, speed: string, size: Size): string {
  const running = status.partitions.filter(({ state }) => state !== PLANNED);
  const lines = layOut(
    {
      heading: heading(status, speed),
      network: title("Home area network", network(status)),
      nodes: nodes(status),
      figures: [
        title("Readings", readings(status)),
        title("Gas mirror", mirror(status)),
        title("Firewall", firewall(status)),
      ],
      partitions: [...partitions(running), planned(status)],
      partitionsCompact: partitionsCompact(running, size.columns),
      messagesTitle: title("Last messages", ""),
      messages: messages(status),
      footer: colours.dim("Ctrl-C ends it."),
    },
    size,
  );
  return lines.join("\n");
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

function nodes(status: HouseStatus): string[] {
  const table = new Table({ ...PLAIN_TABLE });
  for (const { eui64, kind, state, joinedAt, latest } of status.nodes) {
    const colour = state === "networked" ? colours.green : colours.yellow;
    const since = joinedAt === undefined ? "" : `since ${duration(joinedAt)}`;
    table.push([kind, colours.dim(eui64), colour(state), since, latest]);
  }
  return linesOf(table);
}

function readings({ readings: r, exchanges, kept }: HouseStatus): string {
  if (kept !== undefined) {
    return `${r.measured} measured, ${kept} taken by the hub for the head-end, ${r.missed} missed`;
  }
  const lost = r.lost === 0 ? "0 lost" : colours.red(`${r.lost} lost`);
  const figures = `${r.measured} measured, ${r.delivered} delivered, ${r.pending} on their way`;
  const messages =
    exchanges.sent > 0 ? `; messages ${exchanges.exact}/${exchanges.sent} exact` : "";
  return `${figures}, ${r.missed} missed, ${lost}${messages}`;
}

function firewall({ firewall: f, lastRefused }: HouseStatus): string {
  const counts = `${f.passed} passed, ${f.refused} refused`;
  if (lastRefused === undefined) return counts;
  const { at, from, to, operation } = lastRefused;
  return `${counts}, ${colours.red(`last ${duration(at)} ${from} -> ${to} ${operation}`)}`;
}

function mirror({ mirror: m }: HouseStatus): string {
  if (m.value === undefined) return colours.yellow("waits for the gas meter's first wake");
  const age = m.ageSeconds === undefined ? "" : `, ${duration(m.ageSeconds)} old`;
  const value = `${(m.value / 1000).toFixed(3)} m3${age}`;
  return `${value}; ${m.syncs} syncs, ${m.readsAnswered} reads while it slept`;
}

function partitions(running: readonly PartitionStatus[]): string[] {
  const head = ["state", "queued", "received", "sent", "refused", "restarts"];
  const table = new Table({
    ...PLAIN_TABLE,
    head: [colours.bold(colours.cyan("Partitions")), ...head.map(colours.dim)],
    colAligns: ["left", "left", "right", "right", "right", "right", "right"],
  });
  for (const p of running) {
    const state = p.state === RUNNING ? colours.green(p.state) : colours.yellow(p.state);
    table.push([p.name, state, p.queued, p.received, p.sent, p.refused, p.restarts]);
  }
  return linesOf(table).map((line, index) => (index === 0 ? line.slice(2) : line));
}

function planned({ partitions: all }: HouseStatus): string {
  const names = all.filter(({ state }) => state === PLANNED).map(({ name }) => name);
  return names.length === 0 ? "" : colours.dim(`  planned: ${names.join(", ")}`);
}

/** Two columns; what is not as usual is coloured. */
function partitionsCompact(running: readonly PartitionStatus[], columns: number): string[] {
  const width = Math.floor((columns - 6) / 2);
  const cells = running.map((p) => {
    const counts = `${p.queued} queued, ${p.received}/${p.sent}`;
    const text = `${p.name} ${counts.padStart(width - p.name.length - 1)}`;
    const usual = p.state === RUNNING && p.refused === 0 && p.restarts === 0;
    return usual ? text : colours.yellow(text);
  });
  const half = Math.ceil(cells.length / 2);
  const lines = cells.slice(0, half).map((cell, row) => `  ${cell}    ${cells[half + row] ?? ""}`);
  return [title("Partitions", colours.dim("messages queued, received/sent")), ...lines];
}

function messages(status: HouseStatus): string[] {
  const table = new Table({ ...PLAIN_TABLE });
  for (const { at, from, to, operation, refused } of status.messages) {
    const text = refused ? colours.red(`${operation} refused`) : operation;
    table.push([colours.dim(duration(at)), `${from} -> ${to}`, text]);
  }
  return linesOf(table);
}
