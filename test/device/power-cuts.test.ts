// Power cuts in the middle of everything, with the hub on a board: each time its program starts
// anew on the flash as it was. What it holds is whole, nothing acknowledged is lost, and no counter
// or sequence number is used again. Node does the same, byte for byte.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../firmware/system";
import type { CryptoProvider } from "../../hal/crypto";
import { nodeCrypto } from "../../hal/node/crypto";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import type { FaultConfig } from "../../host-sim/faults/table";
import type { ExchangeOutcome } from "../../host-sim/head-end/exchange-run";
import { House } from "../../host-sim/house/house";
import { DEFAULT_HOUSE, type HouseConfig } from "../../host-sim/house/house-config";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import { Random } from "../../host-sim/random";
import type { HouseReport } from "../../host-sim/report";
import { buildBoard } from "../../tools/builder/build";
import { exchangeFile } from "../../tools/home/exchange-file";
import { toHex } from "../hex";
import { boardsHere } from "./boards-here";
import { ROOT } from "./compiler";

const SEED = 11;
const BUILD_MS = 600_000;
/** The gas meter has woken since the last cut, and both providers have what was measured. */
const END_S = 4_500;

/** While devices join and registrations are under way; then, while messages and readings are. */
const EARLY = { cuts: 10, fromS: 1, toS: 90 };
const LATE = { cuts: 16, fromS: 90, toS: 1_800 };

const directory = mkdtempSync(join(tmpdir(), "heddle-cuts-"));
afterAll(() => rmSync(directory, { recursive: true }));

function powerCuts(): FaultConfig[] {
  const random = new Random(`power cuts ${SEED}`);
  return [EARLY, LATE].flatMap(({ cuts, fromS, toS }) =>
    Array.from({ length: cuts }, (): FaultConfig => {
      const at = fromS + random.float() * (toS - fromS);
      return { kind: "power-cut", target: "hub", at, forSeconds: 0.2 + 2 * random.float() };
    }),
  );
}

const CONFIG: HouseConfig = { ...DEFAULT_HOUSE, faults: powerCuts() };

interface Run {
  readonly han: Buffer;
  readonly wan: Buffer;
  readonly report: HouseReport;
  readonly outcomes: readonly ExchangeOutcome[];
  readonly boots: number;
}

function run(name: string, crypto: CryptoProvider, makeKernel?: MakeKernel): Run {
  const [pcap, wanPcap] = [join(directory, `${name}-han`), join(directory, `${name}-wan`)];
  const exchanges = exchangeFile(join(ROOT, "docs", "examples", "exchanges.jsonl"), () => true);
  const around = { pcap, wanPcap, crypto, exchanges, ...(makeKernel && { makeKernel }) };
  const house = new House({ seed: SEED, config: CONFIG, ...around });
  try {
    house.runUntil(END_S);
    house.finish();
  } finally {
    house.close();
    house.hub.end();
  }
  const [han, wan] = [readFileSync(pcap), readFileSync(wanPcap)];
  const { outcomes } = house.headEnd!.exchanges!;
  return { han, wan, report: house.report(0), outcomes, boots: house.hub.boots };
}

/** Every nonce under every key that the hub seals with, and what it sealed: once, or the same. */
class NonceWatch {
  readonly again: string[] = [];
  seals = 0;
  private readonly sealed = new Map<string, string>();

  private readonly real = nodeCrypto();
  readonly crypto: CryptoProvider = Object.assign(Object.create(this.real) as CryptoProvider, {
    ccmSeal: (...given: Parameters<CryptoProvider["ccmSeal"]>): void => {
      this.seals++;
      this.look(...given);
      this.real.ccmSeal(...given);
    },
  });

  private look(...given: Parameters<CryptoProvider["ccmSeal"]>): void {
    const [key, nonce, aad, aadStart, aadLength, bytes, start, length] = given;
    const name = `${toHex(key)} ${toHex(nonce)}`;
    const open = toHex(aad, aadStart, aadStart + aadLength);
    const what = `${open} ${toHex(bytes, start, start + length)}`;
    if ((this.sealed.get(name) ?? what) !== what) this.again.push(name);
    this.sealed.set(name, what);
  }
}

describe("a hub whose power is cut in the middle of everything", () => {
  const watch = new NonceWatch();
  let here: Run;

  beforeAll(() => {
    here = run("node", watch.crypto);
  }, BUILD_MS);

  test("boots as often, keeps its network, and delivers all that it acknowledged", () => {
    expect(here.boots).toBeGreaterThan((EARLY.cuts + LATE.cuts) / 2);
    const { han, readings, checks } = here.report;
    expect(han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
    expect(readings.measured).toBeGreaterThan(300);
    expect(readings.lost).toBe(0);
    expect(readings.pending).toBeLessThan(6);
    expect(here.outcomes.length).toBeGreaterThan(6);
    expect(here.outcomes.filter(({ exact }) => !exact)).toEqual([]);
    expect(checks.filter(({ finding }) => finding !== null)).toEqual([]);
  });

  test("seals no two things with one nonce of one key", () => {
    expect(watch.seals).toBeGreaterThan(1_000);
    expect(watch.again).toEqual([]);
  });

  test.each(boardsHere("linux", "qemu-arm", "qemu-riscv"))(
    "says the same bytes on $name",
    async (board) => {
      const { program } = await buildBoard(ROOT, board, join(directory, board.name));
      const there = run(board.name, nodeCrypto(), (around, observer) => {
        return new DeviceKernel(SYSTEM, around, observer, board.command(program));
      });
      expect(there.han.equals(here.han)).toBe(true);
      expect(there.wan.equals(here.wan)).toBe(true);
      expect(there.report.trace).toBe(here.report.trace);
      expect(there.boots).toBe(here.boots);
    },
    BUILD_MS,
  );
});
