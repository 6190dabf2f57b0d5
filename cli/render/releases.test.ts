import { expect, test } from "vitest";
import type { RollbackTarget } from "../../client/api.ts";
import { plainText } from "../output.ts";
import { releasesText } from "./releases.ts";

const NOW = Date.parse("2026-01-03T12:00:01.000Z");

const release = (deployment: string, set: Partial<RollbackTarget> = {}): RollbackTarget => ({
  ...{ deployment, image: `shop:${deployment}`, imageId: `sha256:${"a".repeat(64)}` },
  ...{ changes: [], at: "2026-01-03T11:00:00.123Z", current: false, lastGood: false },
  ...set,
});

test("releases tell when they served, which image they have and what differs from now", () => {
  const changes = [
    { setting: "env.GREETING", from: "two", to: "one" },
    { setting: "replicas", from: "1", to: "2" },
  ];
  expect(
    plainText(
      releasesText(
        [
          release("04", { current: true }),
          release("03", { lastGood: true, at: "2026-01-01T11:00:00.000Z" }),
          release("02", { changes, imageId: `sha256:${"b".repeat(64)}` }),
          release("01", { image: "ghcr.io/acme/shop:v1", imageId: "", at: "" }),
        ],
        NOW,
      ),
    ),
  ).toBe(`DEPLOYMENT              HEALTHY SINCE                     IMAGE                 DIFFERS FROM NOW IN
04          serves now  1 hour ago, 2026-01-03T11:00:00Z  aaaaaaaaaaaa
03          last good   2 days ago, 2026-01-01T11:00:00Z  aaaaaaaaaaaa          nothing
02                      1 hour ago, 2026-01-03T11:00:00Z  bbbbbbbbbbbb          image, env.GREETING, replicas
01                                                        ghcr.io/acme/shop:v1  nothing`);
});
