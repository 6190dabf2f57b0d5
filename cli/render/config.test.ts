/**
 * What a checked config shows of itself.
 */

import { expect, test } from "vitest";
import { checkConfig } from "../../core/config/load.ts";
import type { ConfigInput } from "../../core/config/types.ts";
import { shownConfig, snakeCased } from "./config.ts";

const shown = (input: ConfigInput, reveal = false) =>
  JSON.stringify(shownConfig(checkConfig({ name: "shop", ...input }).config, { reveal }));

const secretive: ConfigInput = {
  image: "redis:7",
  plugins: [{ use: "./plugin.ts", with: { name: "hunter2", from: { user: "hunter3" } } }],
  secretProviders: { vault: { app: { login: { token: { name: "hunter4", from: "hunter5" } } } } },
  command: ["redis-server", "--requirepass", "hunter6"],
  labels: { name: "hunter7" },
  log: { driver: "splunk", options: { "splunk-token": "hunter8" } },
  env: [
    { name: "MYSQL_PWD", value: "hunter9" },
    { name: "URL", from: { env: "DATABASE_URL" } },
  ],
};

test("a value in a masked block is hidden, whatever its key is called", () => {
  expect(shown(secretive)).not.toContain("hunter");
  for (const number of [2, 3, 4, 5, 6, 7, 8, 9]) {
    expect(shown(secretive, true)).toContain(`hunter${number}`);
  }
});

test("names of settings and where their values come from are shown", () => {
  const text = shown(secretive);
  for (const name of ["shop", "MYSQL_PWD", "URL", "DATABASE_URL", "splunk", "redis:7"]) {
    expect(text).toContain(`"${name}"`);
  }
});

test("internationalised domains are shown as people write them, and in JSON as programs do", () => {
  const domains = [{ domain: "bücher.example", aliases: ["*.bücher.example"] }];
  const { config } = checkConfig({ name: "shop", domains });
  const json = shownConfig(config, { reveal: false });
  expect(json).toMatchObject({
    domains: [{ domain: "xn--bcher-kva.example", aliases: ["*.xn--bcher-kva.example"] }],
  });
  expect(snakeCased(json)).toMatchObject({ domains });
});
