/**
 * How tests run: against real engines that are started once for the whole run.
 *
 * @module
 */

import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["node_modules/**", ".cache/**"],
    globalSetup: ["test/engines.setup.ts"],
    // Real containers on two cores: patience, and not everything at once.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default"],
  },
});

export default config;
