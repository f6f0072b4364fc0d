// A source package from the Debian mirror that this machine installs from. It goes through apt, in
// a configuration of its own, so that the system's sources and lists stay as they are; and as
// apt checks the mirror's signatures, ours come on top: the hash of the archive is pinned.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

export interface DebianSource {
  readonly name: string;
  readonly version: string;
  /** Of `archive`, as the mirror has it. */
  readonly sha256: string;
  readonly archive: string;
}

export class DebianSourceError extends Error {}

/** Downloads `source` into `directory`; answers the path of its checked archive. */
export function downloadSource(source: DebianSource, directory: string): string {
  const archive = join(directory, source.archive);
  if (!existsSync(archive)) download(source, directory);
  const found = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (found === source.sha256) return archive;
  throw new DebianSourceError(
    `${source.archive} has SHA-256 ${found}, expected ${source.sha256}; remove it and try again`,
  );
}

function download(source: DebianSource, directory: string): void {
  const ours = join(directory, "apt");
  for (const name of ["state/lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(ours, name), { recursive: true });
  }
  writeFileSync(join(ours, "sources.list"), sourcesList());
  writeFileSync(join(ours, "apt.conf"), configuration(ours));
  const run = (...all: string[]) => apt(all, directory, join(ours, "apt.conf"));
  run("update", "-q");
  run("source", "-q", "--download-only", `${source.name}=${source.version}`);
  if (existsSync(join(directory, source.archive))) {
    // The lists of all of Debian's sources, 60 MB: not needed again.
    rmSync(ours, { recursive: true });
    return;
  }
  throw new DebianSourceError(`the mirror's ${source.name} has no ${source.archive}`);
}

/** A `deb-src` line for each Debian archive whose binary packages apt knows already. */
function sourcesList(): string {
  const format = "$(REPO_URI) $(CODENAME) $(ORIGIN)";
  const known = apt([
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
    "Component: main",
  ]);
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : "";
  const lines = known
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , origin]) => origin === "Debian")
    .map(([uri, codename]) => `deb-src ${signed}${uri} ${codename} main\n`);
  if (lines.length > 0) return [...new Set(lines)].join("");
  throw new DebianSourceError("apt knows no Debian mirror here: run `apt-get update` first");
}

/**
 * Everything that apt would write lies under `directory`. The system's snippets are left out, as
 * some clean the system's caches after an update; how it reaches the mirror is taken over.
 */
function configuration(directory: string): string {
  const acquire = execFileSync("apt-config", ["dump", "Acquire"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => /^Acquire::(http|https|ftp|Check|Retries)/i.test(line));
  return [
    'Dir::Etc::Parts "/dev/null";',
    `Dir::Etc::SourceList "${join(directory, "sources.list")}";`,
    'Dir::Etc::SourceParts "/dev/null";',
    `Dir::State "${join(directory, "state")}";`,
    'Dir::State::Status "/dev/null";',
    `Dir::Cache "${join(directory, "cache")}";`,
    // No second user: it could not write below a private directory.
    'APT::Sandbox::User "";',
    ...acquire,
    "",
  ].join("\n");
}

function apt(argument: string[], directory?: string, config?: string): string {
  const env = { ...process.env, ...(config === undefined ? {} : { APT_CONFIG: config }) };
  try {
    return execFileSync("apt-get", argument, {
      ...(directory === undefined ? {} : { cwd: directory }),
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    const why =
      code === "ENOENT" ? "apt-get is not here" : String(stderr).trim().split("\n").join("; ");
    throw new DebianSourceError(`apt-get ${argument.join(" ")}: ${why}`);
  }
}
