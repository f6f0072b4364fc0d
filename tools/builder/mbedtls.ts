// mbed TLS, the library under `hal/crypto`: Debian's source package, fetched by version, checked by
// hash, of which a board compiles the few files named here with `hal/crypto/mbedtls-config.h`.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DebianSource, downloadSource } from "./debian-source";
import { OUR_WARNINGS } from "./objects";

const SOURCE: DebianSource = {
  name: "mbedtls",
  version: "2.28.3-1",
  archive: "mbedtls_2.28.3.orig.tar.gz",
  sha256: "3b4953aa55a681e084d31892d9904cc5328d6b4958ea57b90ae4b4f94ae69a8d",
};

/** Compiled for speed: 2 KB more on a Cortex-M4 for a sixth of the instructions. */
const HOT = ["aes.c", "bignum.c", "ccm.c", "ecp_curves.c"];

const LIBRARY = [
  "asn1parse.c",
  "asn1write.c",
  "cipher.c",
  "cipher_wrap.c",
  "constant_time.c",
  "ecdsa.c",
  "ecp.c",
  "hmac_drbg.c",
  "md.c",
  "memory_buffer_alloc.c",
  "platform.c",
  "platform_util.c",
  "sha256.c",
];

/** The library's assembler for big numbers is in GNU's dialect. */
const THEIRS = ["-std=gnu11", "-w"];

/** Our own files, which serve the verbs of `hal/crypto.ts` with it. */
const PROVIDER = ["crypto.c", "memory.c", "p256.c"];

/** Where the library lies once fetched. */
export function mbedtlsDirectory(root: string): string {
  return join(root, ".heddle", "mbedtls");
}

/** Whether `fetchMbedtls` has nothing to do. */
export function hasMbedtls(root: string): boolean {
  const stamp = join(mbedtlsDirectory(root), "stamp");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === SOURCE.sha256;
}

/** Fetches, checks and unpacks the library. Throws `DebianSourceError` when it cannot. */
export function fetchMbedtls(root: string): void {
  if (hasMbedtls(root)) return;
  const directory = mbedtlsDirectory(root);
  mkdirSync(directory, { recursive: true });
  const archive = downloadSource(SOURCE, directory);
  const unpacked = join(directory, "source");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  execFileSync("tar", ["-xzf", archive, "-C", unpacked, "--strip-components=1"]);
  writeFileSync(join(directory, "stamp"), SOURCE.sha256);
}

/** What a board compiles of the library and over it; flags that come after the board's own. */
export interface CryptoPart {
  readonly flags: readonly string[];
  readonly sources: readonly string[];
}

/** Our files under all warnings, the library's under none, its hot ones for speed. */
export function cryptoParts(root: string): CryptoPart[] {
  const library = (name: string) => join(mbedtlsDirectory(root), "source", "library", name);
  const flags = mbedtlsFlags(root);
  const provider = PROVIDER.map((name) => join(root, "hal", "crypto", name));
  return [
    { flags: [...OUR_WARNINGS, ...flags], sources: provider },
    { flags: [...THEIRS, ...flags], sources: LIBRARY.map(library) },
    { flags: [...THEIRS, ...flags, "-O2"], sources: HOT.map(library) },
  ];
}

/** What every C file that includes the library's headers is compiled with. */
export function mbedtlsFlags(root: string): string[] {
  return [
    '-DMBEDTLS_CONFIG_FILE="mbedtls-config.h"',
    `-I${join(root, "hal", "crypto")}`,
    `-I${join(root, "hal", "kernel")}`,
    // A system header: its own warnings are not ours.
    "-isystem",
    join(mbedtlsDirectory(root), "source", "include"),
    "-fno-common",
    "-ffunction-sections",
    "-fdata-sections",
  ];
}
