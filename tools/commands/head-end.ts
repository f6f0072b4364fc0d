// `heddle head-end`: the energy companies' side of the WAN as a process of its own.

import { Command } from "commander";
import { Commissioning } from "../../host-sim/head-end/commissioning";
import { nodeChance } from "../../host-sim/head-end/node-chance";
import { headEndKeys } from "../../host-sim/head-end/oscore-file";
import { HeadEndServer } from "../../host-sim/head-end/server";
import { DEVICE_KINDS } from "../../host-sim/house/make-device";
import { type Endpoint, endpoint, positiveNumber } from "../argument";
import { printer } from "../head-end/printer";
import { contextsFile, houseFile, sequenceFile } from "../read-file";
import { UsageError } from "../usage-error";

interface HeadEndOptions {
  readonly listen: Endpoint;
  readonly oscore: string;
  readonly house?: string;
  readonly speed: number;
  readonly json?: true;
}

const COMMISSIONING_TICK_MS = 1_000;

export function headEndCommand(): Command {
  return new Command("head-end")
    .description("Run the energy companies' side of the WAN: print readings, pass messages on.")
    .requiredOption("--oscore <file>", "the security contexts (docs/wan.md)")
    .option("--listen <host:port>", "where hubs reach it, over UDP", endpoint("--listen"), {
      host: "127.0.0.1",
      port: 5683,
    })
    .option(
      "--house <file|name>",
      "whose devices it tells the hub of (default: the built-in house)",
    )
    .option(
      "--speed <n>",
      "how fast its clock runs, for a house at that speed",
      positiveNumber("--speed", 1_000_000),
      1,
    )
    .option("--json", "print everything as JSON lines")
    .addHelpText(
      "after",
      `
It also listens on the same port over TCP, on 127.0.0.1, for heddle send.

Examples:
  heddle head-end --listen 127.0.0.1:5683 --oscore contexts.json --speed 60
  heddle home --wan udp://127.0.0.1:5683 --oscore contexts.json   (in another terminal)
  heddle send --to 70b3d52b60000001 message.bin                   (in a third)

Exit codes: 0 ended by Ctrl-C, 1 it cannot listen, 2 a bad argument, file or value.`,
    )
    .action(run);
}

async function run(options: HeadEndOptions): Promise<void> {
  const shared = contextsFile(options.oscore);
  const house = houseFile(options.house);
  const sequences = sequenceFile(options.oscore, "head-end");
  const contexts = shared.map((context) => ({
    name: context.name,
    kind: context.kind,
    keys: headEndKeys(context),
    takeSequence: () => sequences.take(context.name),
    fresh: !sequences.existed,
  }));
  const print = printer(options.json === true, (line) => process.stdout.write(`${line}\n`));
  let lastBoots: number | undefined;
  const server = new HeadEndServer(contexts, nodeChance, clock(options.speed), {
    ...print,
    registered: (now, context, boots, version) => {
      print.registered?.(now, context, boots, version);
      if (context !== "management" || boots === lastBoots) return;
      // A hub that was reset has forgotten what it was told, and looks like one that restarted.
      lastBoots = boots;
      commissioning.start(now);
    },
    alert: (now, alert) => {
      print.alert?.(now, alert);
      const JOINED = 0;
      if (Math.floor(alert.detail / 256) === JOINED) commissioning.joined(alert.eui64);
    },
  });
  const devices = house.devices
    .filter(({ registered }) => registered)
    .map(({ eui64, kind, installCode }) => ({
      eui64,
      kind: DEVICE_KINDS[kind],
      installCode: Buffer.from(installCode, "hex"),
    }));
  const providers = shared.filter(({ kind }) => kind === "provider").map(({ name }) => name);
  const commissioning = new Commissioning(server.headEnd, devices, providers);
  const { host, port } = options.listen;
  try {
    await server.listen(host, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new Error(`${host}:${port} is taken; give another --listen`);
    throw new UsageError(`--listen ${host}:${port} is no address to listen on (${code})`);
  }
  process.stderr.write(`listening for hubs on udp://${host}:${server.port}\n`);
  const ticker = setInterval(() => commissioning.tick(server.now), COMMISSIONING_TICK_MS);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  clearInterval(ticker);
  server.close();
}

/** The present, going on so many times as fast. Unix milliseconds. */
function clock(speed: number): () => number {
  const startMs = Date.now();
  return () => startMs + (Date.now() - startMs) * speed;
}
