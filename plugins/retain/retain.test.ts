import { expect, test } from "vitest";
import { EventLog } from "../../core/events.ts";
import type { ReleaseRecord } from "../../core/hooks.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import local from "./local.ts";
import none from "./none.ts";

const host = new PluginHost(
  await setUpPlugins([local, none].map((plugin) => ({ plugin, options: undefined }))),
  { events: new EventLog(), signal: new AbortController().signal, env: {} },
);

/** Releases d5 … d1, newest first. */
const releases = (current: number, lastGood: number): ReleaseRecord[] =>
  [5, 4, 3, 2, 1].map((sequence) => ({
    deployment: `d${sequence}`,
    sequence,
    image: `app:d${sequence}`,
    imageId: `sha256:${sequence}`,
    current: sequence === current,
    lastGood: sequence === lastGood,
  }));

test.each([
  [3, 5, 4, ["d5", "d4", "d3"]],
  [9, 5, 4, ["d5", "d4", "d3", "d2", "d1"]],
  // What serves and what a rollback brings back stay, whatever the count.
  [1, 5, 4, ["d5", "d4"]],
  // d5 is a rollback to d2: going back again needs d1, not the newest.
  [3, 5, 1, ["d5", "d1", "d4"]],
])(
  "local with count %i keeps current d%i, last good d%i and the newest others",
  async (count, current, lastGood, keep) => {
    const choice = { strategy: "local", count };
    const listed = releases(current, lastGood);
    const kept = await host.named("retain", choice, { app: "app", releases: listed });
    expect(kept.keep).toEqual(keep);
    expect([...kept.keep, ...kept.remove].sort()).toEqual(["d1", "d2", "d3", "d4", "d5"]);
  },
);

test("local refuses a count below 1", async () => {
  const choice = { strategy: "local", count: 0 };
  await expect(host.named("retain", choice, { app: "app", releases: [] })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
});

test("none keeps what runs and nothing else", async () => {
  const kept = await host.named(
    "retain",
    { strategy: "none" },
    { app: "app", releases: releases(4, 3) },
  );
  expect(kept).toEqual({ keep: ["d4"], remove: ["d5", "d3", "d2", "d1"] });
});
