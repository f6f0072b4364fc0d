// What of the house fits on a terminal: the more important first, no line longer than it is wide.

/** Parts of a screen, each a list of lines. */
export interface Parts {
  readonly heading: string;
  readonly network: string;
  readonly nodes: readonly string[];
  readonly figures: readonly string[];
  /** A line each. */
  readonly partitions: readonly string[];
  /** The same in two columns, with less of each. */
  readonly partitionsCompact: readonly string[];
  readonly messagesTitle: string;
  /** The newest last. */
  readonly messages: readonly string[];
  readonly footer: string;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const MESSAGES_MAX = 8;
const NODES_MIN = 3;
/** Lines besides nodes that a low terminal still has room for: heading, network, figures, gaps. */
const AROUND_NODES = 7;
const ESCAPE = "\u001b";
const RESET = `${ESCAPE}[0m`;

/** At most `rows - 1` lines: the cursor stands on the last. */
export function layOut(parts: Parts, size: Size): string[] {
  const limit = Math.max(1, size.rows - 1);
  const nodes = fewer(parts.nodes, Math.max(NODES_MIN, limit - AROUND_NODES));
  const lines = [parts.heading, "", parts.network, ...nodes, "", ...parts.figures];
  const form = formOf(parts, limit - lines.length);
  if (form.length > 0) lines.push("", ...form);
  const room = Math.min(MESSAGES_MAX, limit - lines.length - 2);
  const newest = room > 0 ? parts.messages.slice(-room) : [];
  if (newest.length > 0) lines.push("", parts.messagesTitle, ...newest);
  if (lines.length + 2 <= limit) lines.push("", parts.footer);
  return lines.slice(0, limit).map((line) => cut(line, size.columns));
}

/** The partitions' best form that leaves room for some messages, or for none. */
function formOf(parts: Parts, room: number): readonly string[] {
  const { partitions, partitionsCompact } = parts;
  const forms: [readonly string[], number][] = [
    [partitions, 4],
    [partitionsCompact, 3],
    [partitionsCompact, 0],
  ];
  for (const [form, messages] of forms) {
    const wanted = 1 + form.length + (messages > 0 ? 2 + messages : 0);
    if (wanted <= room) return form;
  }
  return [];
}

function fewer(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `  and ${lines.length - most + 1} more`];
}

/** The first `columns` characters that are seen; colours take no place and end with the line. */
export function cut(line: string, columns: number): string {
  let seen = 0;
  let at = 0;
  let coloured = false;
  while (at < line.length) {
    if (line[at] === ESCAPE) {
      at = line.indexOf("m", at) + 1;
      coloured = true;
      continue;
    }
    if (seen === columns) return `${line.slice(0, at)}${coloured ? RESET : ""}`;
    seen++;
    at++;
  }
  return line;
}
