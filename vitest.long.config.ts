import { defineConfig } from "vitest/config";

// What takes minutes, one file after the other: third-party programs that judge what we put on a
// wire, and partitions killed on a board. What is absent is skipped with a line.
export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts", "test/kill/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
