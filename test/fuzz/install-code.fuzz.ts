// Install codes as an operator types them.

import { checkInstallCode, installCodeLinkKey } from "../../firmware/crypto/install-code";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { hex } from "../hex";
import { examineTwice } from "./surroundings";

export const name = "install-code";
export const seeds = [
  hex("83FED3407A939723A5C639B26916D505C3B5"),
  hex("11223344556677884AF7"),
  hex("7A939723A5C639B269161802819B"),
];

const crypto = nodeCrypto();
const linkKey = new Uint8Array(16);

export function fuzz(input: Uint8Array): void {
  examineTwice(input, (bytes, start, length) => {
    const code = checkInstallCode(bytes, start, length);
    if (code !== Parsed.OK) return [code];
    installCodeLinkKey(crypto, bytes, start, length, linkKey);
    return Array.from(linkKey);
  });
}
