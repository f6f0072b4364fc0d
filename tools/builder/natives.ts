// Loops that a device does in C (hal/machine/byte-verbs.c): in the place of the function in
// TypeScript, which stays what it must equal, stands the host function of the same name.

import ts from "typescript";

/** The functions, with the names of their parameters as both sides know them. */
const NATIVES: ReadonlyMap<string, string> = new Map([
  ["copyBytes", "from, fromStart, to, toStart, length"],
  ["equalBytes", "a, aStart, b, bStart, length"],
  ["crc32Step", "crc, bytes, start, length"],
  ["findByte", "bytes, at, stride, count, value"],
  ["writeU16", "bytes, at, value"],
  ["writeU32", "bytes, at, value"],
  ["writeU48", "bytes, at, value"],
  ["earliest", "times, first, count"],
]);

/** The text of an ES module, for the image maker: `heddle` is there only while it works. */
export function useNatives(text: string): string {
  const file = ts.createSourceFile("module.js", text, ts.ScriptTarget.ES2022, false);
  let out = "";
  let at = 0;
  for (const statement of file.statements) {
    if (!ts.isFunctionDeclaration(statement) || statement.name === undefined) continue;
    const name = statement.name.text;
    const parameters = NATIVES.get(name);
    if (parameters === undefined) continue;
    const start = statement.getStart(file);
    const written = statement.parameters.map((one) => one.getText(file)).join(", ");
    if (written !== parameters) {
      throw new Error(`${name}(${written}) is not what C does: ${name}(${parameters})`);
    }
    out += `${text.slice(at, start)}const ${name} = heddle.verbs.${name};`;
    at = statement.end;
  }
  return out + text.slice(at);
}
