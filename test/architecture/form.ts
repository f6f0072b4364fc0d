// How files look: their names, their lengths, their functions, what they refer to.

import { basename } from "node:path";
import ts from "typescript";
import { importsOf, lineOf, type Source, visit } from "./source-file";

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|fuzz|bench|types|config))?\.(ts|mjs)$/;
const VAGUE_NAME = /(^|-)(util|utils|helper|helpers|manager|common|misc)(-|\.)|^index\./;

// In pieces, so that this file does not refer to what it forbids.
const REFERENCES = [
  /(^|[^\w.])\/(work|root|home|tmp|Users)\/\w/m,
  /registry\.(npmjs|yarnpkg)|npm\.pkg\.github/,
  new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME"].join("|")})\\b`),
];

export function formProblems(source: Source): string[] {
  return [
    ...nameProblems(source),
    ...lengthProblems(source),
    ...functionProblems(source),
    ...barrelProblems(source),
    ...commentProblems(source),
  ];
}

function nameProblems({ path }: Source): string[] {
  const name = basename(path);
  if (!KEBAB_CASE.test(name)) return [`${path}: the name is not kebab-case`];
  return VAGUE_NAME.test(name) ? [`${path}: the name does not say what it is`] : [];
}

function lengthProblems({ path, text }: Source): string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const problems: string[] = [];
  if (lines.length >= FILE_LINES_MAX) problems.push(`${path}: ${lines.length} lines`);
  lines.forEach((line, i) => {
    if ([...line].length <= COLUMNS_MAX || isUnbreakable(line)) return;
    problems.push(`${path}:${i + 1}: ${[...line].length} columns`);
  });
  return problems;
}

/** One word (an address, a vector), or code that the formatter left so for the text in it. */
function isUnbreakable(line: string): boolean {
  if (/^\s*(\/\/ )?\S+$/.test(line)) return true;
  return !/^\s*(\/\/|\/?\*)/.test(line) && /["'`]/.test(line);
}

function functionProblems(source: Source): string[] {
  const problems: string[] = [];
  visit(source.tree, (node) => {
    if (!ts.isFunctionLike(node) || isCallback(node) || isList(source, node)) return;
    const first = lineOf(source, node);
    const last = source.tree.getLineAndCharacterOfPosition(node.end).line + 1;
    const lines = last - first + 1;
    if (lines >= FUNCTION_LINES_MAX) problems.push(`${source.path}:${first}: ${lines} lines`);
  });
  return problems;
}

/** The body of a `describe` or a `test` holds many functions and is none to speak of. */
function isCallback(node: ts.Node): boolean {
  if (!ts.isArrowFunction(node) || !ts.isCallExpression(node.parent)) return false;
  return /^(describe|test|it)\b/.test(node.parent.expression.getText());
}

/** A test's list of samples is data, however long it is. */
function isList({ path }: Source, node: ts.Node): boolean {
  if (!path.startsWith("test/") || !ts.isFunctionDeclaration(node)) return false;
  const last = node.body?.statements.at(-1);
  if (last === undefined || !ts.isReturnStatement(last)) return false;
  return last.expression !== undefined && ts.isArrayLiteralExpression(last.expression);
}

/** A file that hands on what others export hides who depends on whom. */
function barrelProblems(source: Source): string[] {
  return importsOf(source)
    .filter((one) => one.isExport)
    .map((one) => `${source.path}: hands on what ${one.name} exports`);
}

/** A file begins by saying what it is; `#!` may stand before that. */
function commentProblems({ path, text }: Source): string[] {
  if (path.startsWith("test/") || /^(#!.*\n)?\/[/*]/.test(text)) return [];
  return [`${path}: it does not say what it is`];
}

/** References to one machine, one registry, or to work that was put off. */
export function referenceProblems(path: string, text: string): string[] {
  return REFERENCES.map((reference) => reference.exec(text)?.[0])
    .filter((found) => found !== undefined)
    .map((found) => `${path}: refers to ${found.trim()}`);
}
