// `heddle send`: a message for a device, through a head-end that runs.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { Command } from "commander";
import type { ControlReply, ControlRequest } from "../../host-sim/head-end/control-line";
import { type Endpoint, endpoint, eui64 } from "../argument";
import { UsageError } from "../usage-error";

const MESSAGE_MAX = 4_096;
const DELIVERED = 1;

interface SendOptions {
  readonly to: string;
  readonly headEnd: Endpoint;
  readonly context?: string;
  readonly hex?: true;
  readonly json?: true;
  readonly wait: boolean;
}

export function sendCommand(): Command {
  return new Command("send")
    .description("Send a message to a device through a running head-end, and print its answer.")
    .argument("<file>", "the message, as it is (1 to 4,096 bytes); - reads standard input")
    .requiredOption("--to <eui64>", "the device, 16 hexadecimal digits", eui64("--to"))
    .option("--head-end <host:port>", "where it listens", endpoint("--head-end"), {
      host: "127.0.0.1",
      port: 5683,
    })
    .option("--context <name>", "the provider that sends it (default: the first of its file)")
    .option("--hex", "the file holds hexadecimal digits")
    .option("--no-wait", "end when the hub has taken it, without its answer")
    .option("--json", "print the head-end's replies as JSON lines")
    .addHelpText(
      "after",
      `
Examples:
  heddle send --to 70b3d52b60000001 command.bin
  echo dd00 | heddle send --to 70b3d52b60000001 --hex -

Exit codes: 0 answered (or taken, with --no-wait), 1 refused or undeliverable, 2 a bad argument.`,
    )
    .action(async (file: string, options: SendOptions) => {
      process.exitCode = await send(read(file, options.hex === true), options);
    });
}

async function send(payload: Buffer, options: SendOptions): Promise<number> {
  const { host, port } = options.headEnd;
  const connection = connect({ host, port });
  const failed = new Promise<never>((_, reject) =>
    connection.once("error", () =>
      reject(new Error(`no head-end answers on ${host}:${port}; start one with heddle head-end`)),
    ),
  );
  const request: ControlRequest = {
    to: options.to,
    payload: payload.toString("hex"),
    ...(options.context === undefined ? {} : { context: options.context }),
  };
  connection.write(`${JSON.stringify(request)}\n`);
  const code = await Promise.race([
    follow(createInterface({ input: connection }), options),
    failed,
  ]);
  connection.destroy();
  return code;
}

/** Prints replies until the story ends; answers the exit code. */
async function follow(lines: AsyncIterable<string>, options: SendOptions): Promise<number> {
  for await (const line of lines) {
    const reply = JSON.parse(line) as ControlReply;
    if (options.json) process.stdout.write(`${line}\n`);
    switch (reply.event) {
      case "accepted":
        note(options, `the hub has taken it as message ${reply.messageId}`);
        if (!options.wait) return 0;
        break;
      case "answer":
        if (!options.json) process.stdout.write(`${reply.payload}\n`);
        return 0;
      case "fate":
        if (reply.result === DELIVERED) {
          note(options, "the device has it");
          break;
        }
        throw new Error(
          reply.result === 2
            ? "it expired before the device fetched it"
            : reply.result === 4
              ? "the device had it and did not answer"
              : "the device did not take it",
        );
      case "refused":
        throw new Error(`refused${reply.code && ` with ${reply.code}`}: ${reply.why}`);
    }
  }
  throw new Error("the head-end ended before the answer came");
}

function note(options: SendOptions, text: string): void {
  if (!options.json) process.stderr.write(`${text}\n`);
}

function read(file: string, hex: boolean): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? 0 : file);
  } catch {
    throw new UsageError(`${file}: cannot be read; name a file that exists`);
  }
  if (hex) {
    const digits = bytes.toString().replace(/\s/g, "");
    if (!/^([0-9a-fA-F]{2})*$/.test(digits)) {
      throw new UsageError(`${file}: must hold hexadecimal digits, two a byte`);
    }
    bytes = Buffer.from(digits, "hex");
  }
  if (bytes.length === 0 || bytes.length > MESSAGE_MAX) {
    throw new UsageError(`${file}: a message has 1 to ${MESSAGE_MAX} bytes, not ${bytes.length}`);
  }
  return bytes;
}
