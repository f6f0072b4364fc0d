#!/usr/bin/env bash
# Installs what goes beyond `npm ci`, from Debian packages, and fetches the sources of engine and
# mbed TLS; needs root. `npm start` and `npm test` work without any of it.
#   tools/setup.sh          everything: judges of the interop tests, compilers, QEMU, sources
#   tools/setup.sh --host   the judges alone, which need no `npm ci` before
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 1 ] || [ "${1:---host}" != --host ]; then
  echo "setup: the only option is --host" >&2
  exit 2
fi
packages=(
  tshark          # judges captures: layout, checksums, decryption
  python3-scapy   # a second parser for 802.15.4 and Zigbee
)
if [ $# -eq 0 ]; then
  packages+=(
    gcc gcc-multilib                                            # the host's boards, 64 and 32 bit
    gcc-arm-none-eabi picolibc-arm-none-eabi qemu-system-arm    # Cortex-M4F
    gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc  # RV32IMAC
    dpkg-dev                                                    # unpacks Debian's source of mbed TLS
  )
  [ -d node_modules ] || { echo "setup: run npm ci first" >&2; exit 1; }
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "setup: run as root on a Debian system to install: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends "${missing[@]}"
fi
if [ $# -eq 0 ]; then
  node tools/run.mjs tools/builder/fetch-engine.ts
  node tools/run.mjs tools/builder/fetch-mbedtls.ts
fi
echo "setup: everything is installed"
