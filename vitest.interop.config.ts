import { defineConfig } from "vitest/config";

// Third-party programs judge what we put on a wire; a program that is absent is skipped with a line.
export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
