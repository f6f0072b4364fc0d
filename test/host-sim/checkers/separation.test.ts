import { expect, test } from "vitest";
import { CONSTRUCTORS } from "../../../firmware/constructors";
import { DeviceAdd } from "../../../firmware/ipc/device";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import type { Partition } from "../../../firmware/kernel/partition";
import { createFirewall } from "../../../firmware/partitions/firewall/partition";
import { createManage } from "../../../firmware/partitions/manage/partition";
import type { Environment } from "../../../firmware/system";
import type { CryptoProvider } from "../../../hal/crypto";
import { nodeCrypto } from "../../../hal/node/crypto";
import { CanaryIndex } from "../../../host-sim/checkers/canaries";
import { House, type HouseOptions } from "../../../host-sim/house/house";
import { Random } from "../../../host-sim/random";

function run(options: Partial<HouseOptions>, seconds: number): House {
  const house = new House({ seed: 1, ...options });
  house.runUntil(seconds);
  house.finish();
  return house;
}

/** A provider that seals everything but what contains the mark. */
function leaky(mark: () => Uint8Array | undefined): CryptoProvider {
  const inner = nodeCrypto();
  return {
    aesEncrypt: (...all) => inner.aesEncrypt(...all),
    ccmOpen: (...all) => inner.ccmOpen(...all),
    sha256: (...all) => inner.sha256(...all),
    hmacSha256: (...all) => inner.hmacSha256(...all),
    ccmSeal: (key, nonce, aad, aadStart, aadLength, bytes, start, length, tagLength) => {
      const plain = Buffer.from(bytes.slice(start, start + length));
      inner.ccmSeal(key, nonce, aad, aadStart, aadLength, bytes, start, length, tagLength);
      const wanted = mark();
      if (wanted !== undefined && plain.includes(Buffer.from(wanted))) bytes.set(plain, start);
    },
  };
}

type Firewall = Environment<"firewall">;

/** The firewall, and something more for each message that it gets. */
function firewallThat(
  more: (ports: Firewall["ports"], from: number, bytes: Uint8Array, length: number) => void,
) {
  return (environment: Firewall): Partition => {
    const inner = createFirewall(environment);
    return {
      receive: (now, from, buffer, length) => {
        inner.receive(now, from, buffer, length);
        more(environment.ports, from, buffer, length);
      },
      tick: (now) => inner.tick(now),
      dueAt: () => inner.dueAt(),
      peerRestarted: (now, peer) => inner.peerRestarted(now, peer),
    };
  };
}

function messageOf(octets: number): Buffer {
  const bytes = Buffer.alloc(octets);
  new Random("message").fill(bytes, 0, octets);
  return bytes;
}

test("a house that keeps its secrets passes, messages of a provider included", () => {
  const exchanges = [
    { name: "a", to: "electricity-meter", command: messageOf(400), response: messageOf(600) },
  ];
  const house = run({ exchanges }, 300);
  expect(house.headEnd!.exchanges!.exact).toBe(1);
});

test("a reading that OSCORE does not cover is found before it reaches the WAN", () => {
  const mark = Buffer.from("urn:dev:mac:");
  expect(() => run({ crypto: leaky(() => mark) }, 120)).toThrow(
    /^separation: a reading in clear in a message from esi-\w+ to wan-application/,
  );
});

test("a network key that access does not wrap is found on the air", () => {
  const crypto = leaky((): Uint8Array | undefined => house.separation.networkKeyBytes);
  const house = new House({ seed: 1, crypto });
  expect(() => house.runUntil(60)).toThrow(/^separation: the network key on the air/);
});

test("an install code that the firewall lets through to a provider is found", () => {
  const firewall = firewallThat((ports, _from, bytes) => {
    if (bytes[0] !== Operation.DEVICE_ADD) return;
    const copy = bytes.slice(0, DeviceAdd.LENGTH);
    copy[0] = Operation.READING;
    ports["esi-operator"].send(copy, copy.length);
  });
  const constructors = { ...CONSTRUCTORS, firewall };
  expect(() => run({ constructors }, 60)).toThrow(
    /^separation: the install code of the \S+ in a message from firewall to esi-operator/,
  );
});

test("one provider's message in the other's esi is found", () => {
  const firewall = firewallThat((ports, from, bytes, length) => {
    if (from !== Party.ESI_SUPPLIER || bytes[0] !== Operation.STREAM_SEGMENT) return;
    ports["esi-operator"].send(bytes, length);
  });
  const constructors = { ...CONSTRUCTORS, firewall };
  const exchanges = [
    { name: "a", to: "electricity-meter", command: messageOf(400), response: messageOf(600) },
  ];
  expect(() => run({ constructors, exchanges }, 300)).toThrow(
    /^separation: a message of the supplier in a message from firewall to esi-operator/,
  );
});

test("a secret in a flash region of another is found as it is written", () => {
  let secret: Uint8Array | undefined;
  const manage = (environment: Environment<"manage">): Partition => {
    const inner = createManage(environment);
    const region = environment.regions.management;
    return {
      receive: (now, from, buffer, length) => inner.receive(now, from, buffer, length),
      peerRestarted: (now, peer) => inner.peerRestarted(now, peer),
      dueAt: () => Math.min(inner.dueAt(), secret === undefined ? inner.dueAt() : 5000),
      tick: (now) => {
        if (inner.dueAt() <= now) inner.tick(now);
        if (now >= 5000 && secret !== undefined) {
          region.write(region.length - 64, secret, 0, secret.length);
        }
      },
    };
  };
  const house = new House({ seed: 1, constructors: { ...CONSTRUCTORS, manage } });
  secret = house.contexts.find(({ name }) => name === "supplier")!.masterSecret;
  expect(() => house.runUntil(10)).toThrow(
    /^separation: manage wrote the supplier secret into the flash region management/,
  );
});

test("canaries are found wherever they stand, and only whole", () => {
  const index = new CanaryIndex();
  for (const text of ["abcd", "abce", "bcda"]) index.add({ name: text, bytes: Buffer.from(text) });
  const found = (text: string, from = 0, length = text.length - from): string[] => {
    const names: string[] = [];
    index.search(Buffer.from(text), from, length, ({ name }) => names.push(name));
    return names;
  };
  expect(found("xxabcdabce")).toEqual(["abcd", "bcda", "abce"]);
  expect(found("abc")).toEqual([]);
  expect(found("abcd", 1)).toEqual([]);
  expect(found("abcdx", 0, 3)).toEqual([]);
  expect(found("a")).toEqual([]);
});
