// The project's own files as the rules see them.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const FOLDERS = ["firmware", "hal", "host-sim", "tools", "test"];
const SOURCES = [".ts", ".mjs"];
const TEXTS = [...SOURCES, ".md", ".json", ".yml", ".yaml", ".csv", ".sh"];
const SKIPPED = ["node_modules", "dist", "coverage"];

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

export function parse(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  return { path, text, tree };
}

export function projectSources(): Source[] {
  return FOLDERS.flatMap((folder) => filesUnder(folder))
    .filter((path) => SOURCES.some((end) => path.endsWith(end)))
    .map((path) => parse(path, readFileSync(join(ROOT, path), "utf8")));
}

/** Paths and contents of all text files, those at the top too. */
export function projectTexts(): { path: string; text: string }[] {
  const top = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  return [...top, ...[...FOLDERS, "docs"].flatMap((folder) => filesUnder(folder))]
    .filter((path) => TEXTS.some((end) => path.endsWith(end)) && path !== "package-lock.json")
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

export interface Import {
  /** As it is written. */
  readonly name: string;
  /** A path from the root without its extension, or the package's name. */
  readonly target: string;
  readonly isRelative: boolean;
  /** `export ... from`. */
  readonly isExport: boolean;
}

export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const add = (name: string, isExport: boolean): void => {
    const isRelative = name.startsWith(".");
    const target = isRelative ? posix.join(posix.dirname(source.path), name) : name;
    found.push({ name, target, isRelative, isExport });
  };
  visit(source.tree, (node) => {
    if (ts.isImportDeclaration(node)) add(textOf(node.moduleSpecifier), false);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(textOf(node.moduleSpecifier), true);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name !== undefined && ts.isStringLiteral(name)) add(name.text, false);
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(textOf(node.argument.literal), false);
    }
  });
  return found;
}

export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

/** The line of a node, counted from 1. */
export function lineOf(source: Source, node: ts.Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1;
}

/** Firmware and the hardware interfaces: what runs on every board. */
export function isOnDevice(path: string): boolean {
  return path.startsWith("firmware/") || /^hal\/[^/]+\.ts$/.test(path);
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteral(node) ? node.text : "";
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !path.split("/").some((part) => SKIPPED.includes(part)));
}
