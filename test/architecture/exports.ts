// Exports that nobody uses: in the firmware, the boards, the simulator and the tools, whatever a
// file exports has its name somewhere else too. Interfaces of the HAL may wait for their board.

import ts from "typescript";
import { type Source, visit } from "./source-file";

const HAL_NOUN = /^hal\/[^/]+\.ts$/;

/** A sentence for each export whose name stands nowhere but where it is declared. */
export function exportProblems(sources: readonly Source[]): string[] {
  const uses = new Map<string, number>();
  for (const { tree } of sources)
    visit(tree, (node) => {
      if (ts.isIdentifier(node)) uses.set(node.text, (uses.get(node.text) ?? 0) + 1);
    });
  return sources
    .filter(({ path }) => !path.startsWith("test/") && !HAL_NOUN.test(path))
    .filter(({ path }) => path.includes("/"))
    .flatMap((source) =>
      exportedNames(source)
        .filter((name) => uses.get(name) === 1)
        .map((name) => `${source.path}: nobody uses ${name}`),
    );
}

function exportedNames({ tree }: Source): string[] {
  return tree.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText(tree));
    const { name } = statement as ts.DeclarationStatement;
    return name === undefined ? [] : [name.getText(tree)];
  });
}
