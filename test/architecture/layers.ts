// Who may import whom.

import { type Import, importsOf, type Source } from "./source-file";

interface Layer {
  /** The files that it holds. */
  readonly of: RegExp;
  /** The files and packages that they may import; `PARTITION` stands for their own partition. */
  readonly may: readonly RegExp[];
}

const HAL = /^hal\/[^/]+$/;
const IPC = /^firmware\/ipc\//;
const WIRE = /^firmware\/wire\//;
const CRYPTO = /^firmware\/crypto\//;
const STORAGE = /^firmware\/storage\//;
// What several partitions are built from: OSCORE sessions, the bookkeeping of readings.
const SHARED = /^firmware\/(session|readings)\//;
const CONTRACT = /^firmware\/(kernel\/partition|system)$/;
const NODE = /^node:/;
const FIRMWARE = /^firmware\//;

const LAYERS: readonly Layer[] = [
  { of: /^hal\/[^/]+\.ts$/, may: [HAL] },
  { of: IPC, may: [IPC, WIRE] },
  { of: WIRE, may: [WIRE, IPC, HAL] },
  { of: CRYPTO, may: [CRYPTO, WIRE, IPC, HAL, CONTRACT] },
  { of: STORAGE, may: [STORAGE, WIRE, IPC, HAL, CONTRACT] },
  { of: SHARED, may: [SHARED, STORAGE, CRYPTO, WIRE, IPC, HAL, CONTRACT] },
  { of: /^firmware\/kernel\//, may: [/^firmware\/kernel\//, /^firmware\/system$/, IPC, WIRE, HAL] },
  { of: /^firmware\/system\.ts$/, may: [/^firmware\/kernel\/(partition|table)$/, IPC, HAL] },
  {
    of: /^firmware\/constructors\.ts$/,
    may: [/^firmware\/kernel\/board$/, /^firmware\/partitions\/[^/]+\/partition$/],
  },
  {
    of: /^firmware\/partitions\//,
    may: [SHARED, STORAGE, CRYPTO, WIRE, IPC, HAL, CONTRACT],
  },
  { of: /^hal\/node\//, may: [HAL, /^hal\/node\//, CRYPTO, WIRE, /^@noble\//, NODE] },
  // What is evaluated into a device's image besides the partitions.
  { of: /^hal\/machine\//, may: [HAL, /^firmware\/system$/] },
  {
    of: /^host-sim\//,
    may: [/^host-sim\//, FIRMWARE, HAL, NODE, /^(cbor-x|coap-packet|csv-parse(\/sync)?)$/],
  },
  {
    of: /^tools\//,
    may: [
      /^tools\//,
      /^host-sim\//,
      FIRMWARE,
      HAL,
      NODE,
      /^(commander|picocolors|log-update|cli-table3|cbor-x|coap-packet|csv-parse(\/sync)?|esbuild|typescript)$/,
    ],
  },
  { of: /^test\//, may: [/./] },
];

// Only those who put a hub together name a board.
const BOARD = /^hal\/(node|linux|qemu-arm|qemu-riscv|moddable)\//;
const NAMES_BOARD = /^(host-sim\/(hub|house)\/|tools\/|test\/|hal\/[^/]+\/)/;

/** A sentence for each import that the layers do not allow. */
export function importProblems(source: Source): string[] {
  const layer = LAYERS.find(({ of }) => of.test(source.path));
  if (layer === undefined) return [`${source.path}: the file is in no layer`];
  return importsOf(source)
    .filter((one) => !mayImport(source.path, layer, one))
    .map((one) => `${source.path}: must not import ${one.name}`);
}

function mayImport(path: string, layer: Layer, { target, isRelative }: Import): boolean {
  if (path.startsWith("test/")) return true;
  if (isRelative && BOARD.test(target)) return NAMES_BOARD.test(path);
  if (isRelative && isOwnPartition(path, target)) return true;
  return layer.may.some((allowed) => allowed.test(target));
}

function isOwnPartition(path: string, target: string): boolean {
  const own = /^firmware\/partitions\/[^/]+\//.exec(path);
  return own !== null && target.startsWith(own[0]);
}
