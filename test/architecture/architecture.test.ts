// The rules of the architecture and of style, over every file of the project.

import { expect, test } from "vitest";
import { exportProblems } from "./exports";
import { formProblems, referenceProblems } from "./form";
import { halProblems, languageProblems } from "./language";
import { importProblems } from "./layers";
import { projectSources, projectTexts } from "./source-file";

const SOURCES = projectSources();

test("there are files to look at", () => {
  const paths = SOURCES.map((source) => source.path);
  expect(paths).toContain("firmware/system.ts");
  expect(paths).toContain("hal/flash.ts");
  expect(paths).toContain("test/architecture/architecture.test.ts");
});

test("every file imports only what its layer may", () => {
  expect(SOURCES.flatMap(importProblems)).toEqual([]);
});

test("the firmware uses nothing that a board lacks, and keeps no state at module level", () => {
  expect(SOURCES.flatMap(languageProblems)).toEqual([]);
});

test("hardware interfaces are interfaces", () => {
  expect(SOURCES.flatMap(halProblems)).toEqual([]);
});

test("files and functions are short, and named for what they are", () => {
  expect(SOURCES.flatMap(formProblems)).toEqual([]);
});

test("nothing is exported that nobody uses", () => {
  expect(exportProblems(SOURCES)).toEqual([]);
});

test("no file refers to one machine, one registry, or to work that was put off", () => {
  const problems = projectTexts().flatMap(({ path, text }) => referenceProblems(path, text));
  expect(problems).toEqual([]);
});
