// What the factory writes into the hub's flash: the security contexts of its sessions.

import { Journal } from "../../firmware/storage/journal";
import type { RegionName } from "../../firmware/system";
import { SYSTEM } from "../../firmware/system";
import {
  putReserved,
  putSessionRecord,
  SessionKey,
  SessionRecord,
} from "../../firmware/wire/session-record";
import type { SimulatedFlash } from "../flash";
import { DirectFlash } from "../flash-direct";

/** One OSCORE context; IDs as the hub has them. */
export interface SessionContext {
  readonly name: "management" | "supplier" | "operator";
  readonly masterSecret: Uint8Array;
  readonly masterSalt: Uint8Array;
  readonly idContext: Uint8Array | undefined;
  readonly senderId: Uint8Array;
  readonly recipientId: Uint8Array;
}

const REGION_OF: Readonly<Record<SessionContext["name"], RegionName>> = {
  management: "management",
  supplier: "supplier-session",
  operator: "operator-session",
};

/** Journals of sessions hold few keys; the capacity only has to be one that reads them back. */
const CAPACITY = 8;
const TOKEN = 1;

/** What an earlier hub did under the same keys. */
export interface EarlierHub {
  /** Sender sequence numbers below were used. */
  readonly firstSequence: number;
  /** How often it started; after any start, requests must prove that they are fresh. */
  readonly starts: number;
}

/** Writes the context as the first record of its session's region. */
export function provision(
  flash: Pick<SimulatedFlash, "memory">,
  context: SessionContext,
  { firstSequence, starts }: EarlierHub = { firstSequence: 0, starts: 0 },
): void {
  const name = REGION_OF[context.name];
  const row = SYSTEM.regions.find((one) => one.name === name)!;
  const chip = new DirectFlash(flash.memory(row.id), row.id);
  let stored = false;
  const journal = new Journal(
    chip,
    {
      restored: () => {},
      opened: () => {},
      stored: (_now, token, ok) => {
        stored = token === TOKEN && ok;
      },
    },
    CAPACITY,
    SessionRecord.LENGTH_MAX,
  );
  const settle = (): void =>
    chip.settle((message, length) => journal.flashDone(0, message, length));
  journal.open(0);
  settle();
  const record = new Uint8Array(SessionRecord.LENGTH_MAX);
  const { senderId, recipientId, idContext, masterSalt, masterSecret } = context;
  const length = putSessionRecord(
    record,
    0,
    senderId,
    recipientId,
    idContext ?? null,
    masterSalt,
    masterSecret,
  );
  const taken = journal.put(SessionKey.CONTEXT, record, 0, length, TOKEN);
  settle();
  if (firstSequence > 0) {
    const used = putReserved(record, firstSequence, starts);
    stored = stored && journal.put(SessionKey.RESERVED, record, 0, used, TOKEN);
    settle();
  }
  if (!taken || !stored) throw new Error(`manufacture: the ${context.name} context was not stored`);
}
