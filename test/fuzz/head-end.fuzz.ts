// The head-end's parsers: CoAP datagrams, the OSCORE option, SenML, and everything behind them.

import { Encoder } from "cbor-x";
import { BlockAssembly } from "../../host-sim/head-end/block-assembly";
import { decodeBody, decodeDatagram, encodeDatagram } from "../../host-sim/head-end/coap";
import { HeadEnd } from "../../host-sim/head-end/head-end";
import { decodeOption, encodeOption } from "../../host-sim/head-end/oscore";
import { decodeSenml } from "../../host-sim/head-end/senml";
import { NO_CHANCE } from "../host-sim/head-end/chance";
import { HUB, keysOf, ScriptedHub } from "../host-sim/head-end/scripted-hub";

export const name = "head-end";

const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });
const pack = encoder.encode([
  new Map<number, unknown>([
    [-2, "urn:dev:mac:70b3d52b60000001_"],
    [0, "gas"],
    [1, "m3"],
    [2, 1.001],
    [6, 1_767_225_600],
  ]),
]);

/** A datagram of a hub, a pack, an option. */
export const seeds: Uint8Array[] = [sample(), pack, Buffer.from("1914052501aa01", "hex")];

export function fuzz(bytes: Uint8Array): void {
  const datagram = decodeDatagram(bytes);
  if (datagram !== undefined && !encodeDatagram(datagram).equals(bytes)) {
    throw new Error("a datagram does not come back as it was");
  }
  const value = Buffer.from(bytes);
  const option = decodeOption(value);
  if (option !== undefined && !encodeOption(option).equals(value)) {
    throw new Error("an OSCORE option does not come back as it was");
  }
  for (const record of decodeSenml(bytes) ?? []) {
    if (!Number.isFinite(record.value)) throw new Error("a value is no number");
  }
  const body = decodeBody(value);
  if (body !== undefined) {
    const assembly = new BlockAssembly();
    assembly.add(body);
    assembly.add(body);
  }
  serve(bytes, value);
}

/** The octets as a datagram of a stranger, and as the payload of a hub whose key is right. */
function serve(bytes: Uint8Array, payload: Buffer): void {
  const hub = new ScriptedHub(keysOf(1));
  let sequence = 0;
  const context = { keys: keysOf(1), takeSequence: () => sequence++, fresh: true };
  const head = new HeadEnd(
    [{ name: "supplier", kind: "provider", ...context }],
    NO_CHANCE,
    () => 0,
    () => undefined,
    {
      // As the command prints it: a time that no calendar has would throw.
      reading: (_now, { time }) => void new Date(time * 1_000).toISOString(),
      registered: (_now, _context, boots) => whole(boots),
      fate: (_now, { messageId, result }) => whole(messageId + result),
    },
  );
  head.receive(0, HUB, bytes);
  hub.head = head;
  if (payload.length > 1_000) return;
  hub.ask("0.02", ["readings", "register", "fates"][payload.length % 3]!, { payload });
}

function whole(number: number): void {
  if (!Number.isSafeInteger(number) || number < 0) throw new Error("no whole number");
}

function sample(): Uint8Array {
  const hub = new ScriptedHub(keysOf(1));
  hub.ask("0.02", "readings", { payload: Buffer.from(pack) });
  return hub.fromHub[0]!;
}
