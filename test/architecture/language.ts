// What the firmware may use of the language, so that every engine runs it and no state hides.

import ts from "typescript";
import { importsOf, isOnDevice, lineOf, type Source, visit } from "./source-file";

/** Names that not every board has, or that bring time and chance past the arguments. */
const FORBIDDEN_NAMES = new Set([
  "Buffer",
  "Date",
  "Promise",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "WebAssembly",
  "alert",
  "clearInterval",
  "clearTimeout",
  "console",
  "eval",
  "fetch",
  "Function",
  "global",
  "globalThis",
  "performance",
  "process",
  "queueMicrotask",
  "require",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "structuredClone",
]);

/** Younger than ES2022, with names of their own; the types refuse all others. */
const FORBIDDEN_MEMBERS = new Set([
  "findLast",
  "findLastIndex",
  "toReversed",
  "toSorted",
  "toSpliced",
  "groupBy",
  "withResolvers",
  "isWellFormed",
  "toWellFormed",
]);

const COLLECTIONS = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

/** A sentence for each forbidden word in a file of the firmware or the hardware interfaces. */
export function languageProblems(source: Source): string[] {
  if (!isOnDevice(source.path)) return [];
  const problems: string[] = [];
  const say = (node: ts.Node, what: string): void => {
    problems.push(`${source.path}:${lineOf(source, node)}: ${what}`);
  };
  for (const { name } of importsOf(source)) {
    if (name.startsWith("node:")) problems.push(`${source.path}: imports ${name}`);
    if (/\.(ts|js|mjs)$/.test(name)) problems.push(`${source.path}: extension in ${name}`);
  }
  visit(source.tree, (node) => {
    const what = forbidden(node);
    if (what !== undefined) say(node, what);
  });
  for (const statement of source.tree.statements) {
    for (const [node, what] of moduleState(statement)) say(node, what);
  }
  return problems;
}

function forbidden(node: ts.Node): string | undefined {
  if (ts.isPrivateIdentifier(node)) return `${node.text}: write \`private\``;
  if (ts.isAwaitExpression(node)) return "await";
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return "async";
  if (ts.isPropertyAccessExpression(node)) return forbiddenMember(node);
  if (ts.isPropertyDeclaration(node) && isStatic(node)) return "a static field is module state";
  if (ts.isClassStaticBlockDeclaration(node)) return "a static block is module state";
  if (ts.isIdentifier(node) && FORBIDDEN_NAMES.has(node.text) && isReference(node))
    return node.text;
  return undefined;
}

function forbiddenMember(node: ts.PropertyAccessExpression): string | undefined {
  const { name, expression } = node;
  if (ts.isIdentifier(expression) && expression.text === "Math" && name.text === "random") {
    return "Math.random";
  }
  return FORBIDDEN_MEMBERS.has(name.text) ? name.text : undefined;
}

/**
 * Whether the identifier stands for a value of that name, and is not a member's or a key's name.
 */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isExpression(parent) || ts.isTypeNode(parent)) return true;
  const isValue = ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent);
  return isValue && parent.initializer === node;
}

function isStatic(node: ts.PropertyDeclaration): boolean {
  return node.modifiers?.some((one) => one.kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

/** The code is evaluated when the image is made and lies in flash: what it keeps cannot change. */
function moduleState(statement: ts.Statement): [ts.Node, string][] {
  if (!ts.isVariableStatement(statement)) return [];
  const { declarationList } = statement;
  if ((declarationList.flags & ts.NodeFlags.Const) === 0) {
    return [[statement, "a variable at module level"]];
  }
  return declarationList.declarations.flatMap((declaration): [ts.Node, string][] => {
    const made = declaration.initializer;
    if (made === undefined || !ts.isNewExpression(made) || !ts.isIdentifier(made.expression)) {
      return [];
    }
    const { text } = made.expression;
    return COLLECTIONS.has(text) ? [[declaration, `new ${text} at module level`]] : [];
  });
}

/** `hal/*.ts` are nouns: interfaces, types and const enums, and nothing that runs. */
export function halProblems(source: Source): string[] {
  if (!/^hal\/[^/]+\.ts$/.test(source.path)) return [];
  return source.tree.statements
    .filter((statement) => !isDeclarationOnly(statement))
    .map(
      (statement) => `${source.path}:${lineOf(source, statement)}: an interface file runs nothing`,
    );
}

function isDeclarationOnly(statement: ts.Statement): boolean {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return true;
  if (ts.isImportDeclaration(statement)) return true;
  if (!ts.isEnumDeclaration(statement)) return false;
  return statement.modifiers?.some((one) => one.kind === ts.SyntaxKind.ConstKeyword) ?? false;
}
