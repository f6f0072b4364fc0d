// Requirement 128 for the network: a hub that is destroyed is replaced by a blank one, which takes
// the network over from a backup.

import { describe, expect, test } from "vitest";
import { SealedPage } from "../../../firmware/crypto/sealed-page";
import { PageSize } from "../../../firmware/ipc/page";
import { SYSTEM } from "../../../firmware/system";
import { decodeMac } from "../../../host-sim/devices/zigbee/mac-frame";
import { withCrc } from "../../../host-sim/devices/zigbee/security";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { House } from "../../../host-sim/house/house";
import { readHouse } from "../../../host-sim/house/read-house";
import { BACKUP_LENGTH, makeBackup, openBackup } from "../../../host-sim/hub/backup";
import { restoreBackup } from "../../../host-sim/hub/restore";
import { ServiceWatch } from "../../../host-sim/storm/service";

const NEW_HUB = "70b3d52b600000ff";
const options = { timeout: 300_000 };

/** A house of so many devices, all of which the hub hears itself. */
function houseOf(count: number, seed = 3): House {
  const devices = Array.from({ length: count }, (_, i) => {
    const kind = i % 8 === 1 ? "gas-meter" : i % 4 === 0 ? "electricity-meter" : "in-home-display";
    return {
      kind,
      eui64: `70b3d52b61${(i + 1).toString(16).padStart(6, "0")}`,
      installCode: withCrc(Buffer.alloc(16, i + 1)).toString("hex"),
      place: { x: 1 + (i % 6), y: 1 + Math.floor(i / 6) },
    };
  });
  return new House({ seed, config: readHouse({ devices }) });
}

function backupOf(house: House): Buffer {
  let backup: Buffer | undefined;
  house.headEnd!.headEnd.readBackup(house.headEnd!.now, (_now, read) => {
    backup = read;
  });
  house.headEnd!.plan();
  house.runUntil(house.world.now / 1e6 + 120);
  return backup!;
}

/** Associations on the air, and the NWK frame counters of the hub. */
function watchAir(house: House): { associations: number; counter: number; lowest: number } {
  const seen = { associations: 0, counter: 0, lowest: Number.POSITIVE_INFINITY };
  const { transceiver } = house.hub.coprocessor;
  house.air.observe(({ sender, bytes, length }) => {
    if ((bytes[0]! & 7) === 3) {
      const [command] = decodeMac(Buffer.from(bytes.subarray(0, length))).payload;
      if (command === 1 || command === 2) seen.associations++;
    }
    if (sender !== transceiver || (bytes[0]! & 7) !== 1 || length < 24) return;
    const nwk = 9;
    const isSecured = (bytes[nwk + 1]! & 0x02) !== 0;
    if (!isSecured) return;
    const hasExtended = (bytes[nwk + 1]! & 0x10) !== 0;
    const hasRoute = (bytes[nwk + 1]! & 0x04) !== 0;
    if (hasRoute) return;
    const auxiliary = nwk + 8 + (hasExtended ? 8 : 0) + ((bytes[nwk + 1]! & 0x08) !== 0 ? 8 : 0);
    const counter = Buffer.from(bytes.slice(auxiliary + 1, auxiliary + 5)).readUInt32LE();
    seen.counter = Math.max(seen.counter, counter);
    seen.lowest = Math.min(seen.lowest, counter);
  });
  return seen;
}

describe("a replacement hub", () => {
  test(
    "takes over 32 devices from a backup that is older than the last use: all served, none paired",
    options,
    () => {
      const house = houseOf(32);
      house.runUntil(1_800);
      const joined = house.devices.filter(({ device }) => device.node.isJoined);
      expect(joined).toHaveLength(32);
      const backup = backupOf(house);
      expect(backup).toHaveLength(BACKUP_LENGTH);
      const air = watchAir(house);
      house.runUntil(5_000);
      const used = air.counter;
      expect(used).toBeGreaterThan(0);
      const [channel, panId] = [house.han.channel, house.han.panId];
      const hubEui64 = house.hub.coprocessor.transceiver.eui64;
      air.lowest = Number.POSITIVE_INFINITY;
      air.associations = 0;
      house.replaceHub(NEW_HUB, (chip) => {
        const opened = openBackup(backup, house.recoveryKey);
        const restored = restoreBackup(chip, opened, house.world.utcMs / 1000);
        expect(restored.devices).toBe(32);
      });
      const service = new ServiceWatch(house);
      house.runUntil(5_000 + 3_900);
      house.finish();
      const late = service.services().filter(({ device, afterSeconds }) => {
        return (afterSeconds ?? 1e9) > (device.device.node.sleeps ? 3_900 : 900);
      });
      expect(late.map(({ device }) => device.config)).toEqual([]);
      expect(air.associations).toBe(0);
      expect(air.lowest).toBeGreaterThan(used);
      expect([house.han.channel, house.han.panId]).toEqual([channel, panId]);
      expect(house.hub.coprocessor.transceiver.eui64).toEqual(hubEui64);
      expect(house.report(0).readings.lost).toBe(0);
    },
  );

  test(
    "has the network key changed an hour later, so that old frames are worth nothing",
    options,
    () => {
      const house = houseOf(3);
      house.runUntil(600);
      const backup = backupOf(house);
      const { memory } = house.devices[0]!.device.node;
      const before = memory.networkKey!.sequence;
      house.replaceHub(NEW_HUB, (chip) => {
        restoreBackup(chip, openBackup(backup, house.recoveryKey), house.world.utcMs / 1000);
      });
      house.runUntil(600 + 120 + 3 * 3_600);
      house.finish();
      expect(memory.networkKey!.sequence).toBe((before + 1) & 0xff);
    },
  );

  test("without a backup has a network of its own, and nobody in it", options, () => {
    const house = houseOf(3);
    house.runUntil(600);
    const { panId } = house.han;
    house.replaceHub(NEW_HUB, () => {});
    house.runUntil(660);
    expect(house.han.panId).not.toBe(panId);
  });
});

describe("a backup", () => {
  const house = houseOf(3);
  house.runUntil(600);
  const backup = backupOf(house);
  const key = house.recoveryKey;
  const now = house.world.utcMs / 1000;
  const blank = () => {
    const memories = new Map(SYSTEM.regions.map(({ id, bytes }) => [id, new FlashMemory(bytes)]));
    return { memory: (id: number) => memories.get(id)! };
  };
  const refusal = (bytes: Buffer, under: Uint8Array = key): string => {
    try {
      openBackup(bytes, under);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  test("shows nothing of what is in it", () => {
    const { memory } = house.devices[0]!.device.node;
    expect(backup.includes(memory.networkKey!.key)).toBe(false);
    const pages = Array.from({ length: backup.length / PageSize.PAGE }, (_, i) =>
      backup.subarray(i * PageSize.PAGE, (i + 1) * PageSize.PAGE),
    );
    // Places without a record look like the others.
    const texts = new Set(pages.map((page) => page.subarray(SealedPage.NONCE).toString("hex")));
    expect(texts.size).toBe(pages.length);
    for (const page of pages) expect([page[0], page[1]]).toEqual([0x58, 126]);
  });

  test("read of the running hub and made of its flash has the same records", () => {
    house.hub.powerOff();
    const online = openBackup(backup, key);
    const offline = openBackup(makeBackup(house.hub.flash, key, now), key);
    for (const [region, records] of offline.records) {
      for (const [place, value] of records) {
        const there = online.records.get(region)!.get(place)!;
        // Counters of the network go on while it is read.
        if (region === "network") expect(there.length).toBe(value.length);
        else expect(there).toEqual(value);
      }
      expect(records.size).toBeGreaterThan(3);
    }
  });

  test("is refused under another recovery key, cut short, damaged, mixed, or of another version", () => {
    const other = Uint8Array.from(key, (byte) => byte ^ 1);
    expect(refusal(backup, other)).toBe("was sealed under another recovery key, or was damaged");
    expect(refusal(backup.subarray(0, 1_000))).toBe("is cut short: 7 of 116 pages are whole");
    expect(refusal(Buffer.concat([backup, Buffer.alloc(1)]))).toBe("goes on behind its end");
    expect(refusal(Buffer.alloc(0))).toBe("is no backup of a hub");
    expect(refusal(Buffer.from("hello there"))).toBe("is no backup of a hub");
    const newer = Buffer.from(backup);
    newer[SealedPage.VERSION] = 2;
    expect(refusal(newer)).toBe("is a backup of version 2; this is for version 1");
    for (const at of [40, 130, 150, 14_847]) {
      const damaged = Buffer.from(backup);
      damaged[at] = damaged[at]! ^ 1;
      expect(refusal(damaged)).toMatch(/damaged$/);
    }
    const swapped = Buffer.concat([
      backup.subarray(0, 256),
      backup.subarray(384, 512),
      backup.subarray(256, 384),
      backup.subarray(512),
    ]);
    expect(refusal(swapped)).toMatch(/several backups/);
  });

  test("is refused where a newer one was restored, or a hub has a network of its own", () => {
    const older = openBackup(backup, key);
    const newer = { ...openBackup(backup, key), seconds: older.seconds + 60 };
    const chip = blank();
    const first = restoreBackup(chip, newer, now).firstCounter;
    expect(() => restoreBackup(chip, older, now)).toThrow("is older than the one");
    // The same once more: counters go on from where they are.
    const again = { ...openBackup(backup, key), seconds: newer.seconds };
    expect(restoreBackup(chip, again, now).firstCounter).toBeGreaterThan(first);
    expect(() => restoreBackup(house.hub.flash, older, now)).toThrow("has one of its own");
    const ancient = { ...openBackup(backup, key), seconds: 1 };
    expect(() => restoreBackup(blank(), ancient, now)).toThrow("so old that");
    expect(() => restoreBackup(blank(), { seconds: 1, records: new Map() }, 2)).toThrow(
      "no network",
    );
  });
});
