// A replacement hub takes over a network from its backup: the same EUI-64 and PAN, the same keys
// and devices, and every counter beyond all that the hub before can have used since the backup.

import { CredentialKey, NetworkRecord } from "../../firmware/partitions/access/credential-store";
import { DeviceRecord } from "../../firmware/partitions/access/device-log";
import { NetworkKey } from "../../firmware/partitions/han/network-store";
import { type Backup, BackupError } from "./backup";
import { type Chip, type Records, readRecords, writeRecords } from "./region-records";

const enum Jump {
  /** Frames secured with the network key: a step, and more a second than any hub here sends. */
  NWK = 1 << 20,
  NWK_A_SECOND = 32,
  /** Frames under a device's link key: its joins and its keys. */
  APS = 1 << 16,
  APS_A_SECOND = 1,
  /** Beyond it the network key would have to change within weeks. */
  LIMIT = 0xf000_0000,
}

/** So old that the trust centre changes the key at its first look at it. */
const MADE_LONG_AGO = 1;

export interface Restored {
  readonly devices: number;
  /** Outgoing frame counters below were skipped. */
  readonly firstCounter: number;
}

/**
 * Writes a backup into a chip that has no network, or one that was restored from an older backup.
 * @param nowSeconds Unix seconds
 * @throws BackupError
 */
export function restoreBackup(chip: Chip, backup: Backup, nowSeconds: number): Restored {
  const here = readRecords(chip, "credentials");
  checkTarget(here, backup);
  // A clock that is wrong must not make the jump smaller than the step.
  const age = Math.ceil(Math.max(0, nowSeconds - backup.seconds));
  const network = new Map(backup.records.get("network"));
  const credentials = new Map(backup.records.get("credentials"));
  const counter = network.get(NetworkKey.COUNTER);
  const devices = devicesIn(backup);
  if (counter === undefined || devices === undefined) {
    throw new BackupError("has no network in it");
  }
  const used = readRecords(chip, "network").get(NetworkKey.COUNTER)?.readUInt32LE() ?? 0;
  const firstCounter = Math.max(counter.readUInt32LE(), used) + Jump.NWK + age * Jump.NWK_A_SECOND;
  if (firstCounter > Jump.LIMIT) {
    throw new BackupError("is so old that the frame counter may have run out: pair anew");
  }
  network.set(NetworkKey.COUNTER, u32(firstCounter));
  for (const [key, record] of credentials) {
    if (key < CredentialKey.DEVICE) continue;
    const limit = record.readUInt32LE(DeviceRecord.COUNTER_LIMIT);
    const jumped = limit + Jump.APS + age * Jump.APS_A_SECOND;
    record.writeUInt32LE(Math.min(jumped, 0xffff_ffff), DeviceRecord.COUNTER_LIMIT);
  }
  // Frames that the hub before heard after the backup could be played to this one: the key changes.
  credentials.get(CredentialKey.NETWORK)!.writeUInt32LE(MADE_LONG_AGO, NetworkRecord.MADE_AT);
  writeRecords(chip, "grants", backup.records.get("grants") ?? []);
  writeRecords(chip, "network", network);
  // The mark goes last: without it the chip counts as one with a network of its own.
  writeRecords(chip, "credentials", credentials);
  writeRecords(chip, "credentials", [[CredentialKey.RESTORED, u32(backup.seconds)]]);
  return { devices, firstCounter };
}

/** How many devices a backup has; undefined: there is no network in it. */
export function devicesIn({ records }: Backup): number | undefined {
  const credentials = records.get("credentials");
  if (!credentials?.has(CredentialKey.NETWORK)) return undefined;
  if (!records.get("network")?.has(NetworkKey.IDENTITY)) return undefined;
  return [...credentials.keys()].filter((key) => key >= CredentialKey.DEVICE).length;
}

function checkTarget(here: Records, { seconds }: Backup): void {
  const restored = here.get(CredentialKey.RESTORED)?.readUInt32LE();
  if (restored !== undefined && seconds < restored) {
    throw new BackupError("is older than the one that was restored here");
  }
  if (restored === undefined && here.has(CredentialKey.NETWORK)) {
    throw new BackupError("would overwrite a network: this hub has one of its own");
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
