// Fetches mbed TLS for the boards: `node tools/run.mjs tools/builder/fetch-mbedtls.ts`.

import { DebianSourceError } from "./debian-source";
import { fetchMbedtls, mbedtlsDirectory } from "./mbedtls";

try {
  fetchMbedtls(process.cwd());
  process.stdout.write(`mbed TLS is in ${mbedtlsDirectory(".")}\n`);
} catch (error) {
  if (!(error instanceof DebianSourceError)) throw error;
  process.stderr.write(`mbed TLS cannot be fetched: ${error.message}\n`);
  process.exitCode = 1;
}
