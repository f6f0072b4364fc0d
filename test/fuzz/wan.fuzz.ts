// One datagram from the peer's address into a running pair of wan and esi: as it comes; and its
// bytes protected with the session's key, as a head-end gone wrong would send them. No fault, no
// operation without a good request, and a genuine request is served afterwards.

import { Operation } from "../../firmware/ipc/operation";
import { FlashMemory } from "../../host-sim/flash-memory";
import { hex } from "../hex";
import { ProviderHub, type SessionMemories } from "../partitions/esi/hub";
import { seeds as coapSeeds } from "./coap.fuzz";

export const name = "wan";

const memories = new ProviderHub().ready().memories;

export const seeds: readonly Uint8Array[] = [
  ...coapSeeds,
  // kid 0x53 with a Partial IV that is new, and a ciphertext.
  hex("420200015353930963 53ff000102030405060708090a0b0c0d0e0f"),
  hex("60000001"),
  hex("70000001"),
  hex("4000aaaa"),
];

export function fuzz(input: Uint8Array): void {
  const hub = new ProviderHub("fuzz", copyOf(memories));
  hub.bench.advance(10);
  hub.prove(hub.supplier);
  const { bench, supplier } = hub;
  // What a stranger's datagram makes the hub say is of no session of the peer's.
  const route = bench.onDatagram;
  bench.onDatagram = () => {};
  supplier.send(input.subarray(0, 494));
  bench.advance(3000);
  if (hub.toFirewall(Operation.STREAM_OPEN).length > 0) throw new Error("it was obeyed");
  supplier.askRaw(input.subarray(0, 250), Math.min(input.length, 250));
  bench.advance(30_000);
  bench.onDatagram = route;
  const asked = supplier.ask(1, "nothing");
  bench.advance(1000);
  const code = asked.outcomes[0]?.inner?.code;
  if (code !== "4.04") throw new Error(`a genuine request got ${code}`);
}

function copyOf(from: SessionMemories): SessionMemories {
  const copy = (memory: FlashMemory): FlashMemory => {
    const fresh = new FlashMemory(memory.length);
    fresh.bytes.set(memory.bytes);
    return fresh;
  };
  return {
    supplierSession: copy(from.supplierSession),
    supplierOutbox: copy(from.supplierOutbox),
    operatorSession: copy(from.operatorSession),
    operatorOutbox: copy(from.operatorOutbox),
  };
}
