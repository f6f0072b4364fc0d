#!/usr/bin/env bash
# Installs what the interop tests need beyond `npm ci`, from Debian packages. Needs root.
# `npm start` and `npm test` work without any of it.
set -euo pipefail

packages=(
  tshark          # judges captures: layout, checksums, decryption
  python3-scapy   # a second parser for 802.15.4 and Zigbee
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "setup: everything is installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup: run as root on a Debian system to install: ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
