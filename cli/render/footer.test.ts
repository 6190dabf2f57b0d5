import { expect, test } from "vitest";
import type { HaloyEvent } from "../../core/events.ts";
import { plainText } from "../output.ts";
import { Footer } from "./footer.ts";

const push = { plugin: "server", hook: "push" } as const;

function footerAfter(events: readonly HaloyEvent[]): Footer {
  const footer = new Footer();
  for (const [seq, event] of events.entries()) {
    footer.update({ ...event, seq, time: "2026-01-01T00:00:00.000Z" }, 1000);
  }
  return footer;
}
const picture = (events: readonly HaloyEvent[]) => plainText(footerAfter(events).draw(3500));

const start: HaloyEvent = { type: "stage:start", stage: "push", label: "Push" };
const progress = (label: string, done: number): HaloyEvent => ({
  type: "progress",
  ...push,
  label,
  done,
  total: 10_000_000,
  unit: "bytes",
});

test("nothing is drawn before, between and after stages", () => {
  expect(picture([])).toBe("");
  expect(
    picture([start, progress("a", 1), { type: "stage:end", stage: "push", elapsedMs: 1 }]),
  ).toBe("");
});

test("a stage shows its time and how far its parts are; a finished part goes", () => {
  expect(
    picture([start, progress("layer a", 2_500_000), progress("layer b", 10_000_000)]).slice(2),
  ).toBe("Push 2.5 s\n  layer a  █████░░░░░░░░░░░░░░░ 2.5 MB / 10.0 MB");
});

test("many parts do not fill the screen", () => {
  const parts = Array.from({ length: 9 }, (_, index) => progress(`layer ${index}`, 1));
  const drawn = picture([start, ...parts]).split("\n");
  expect(drawn).toHaveLength(7);
  expect(drawn.at(-1)).toBe("  and 4 more");
});

test("a deployment shows its state", () => {
  expect(
    picture([
      { type: "stage:start", stage: "deploy", label: "Deploy" },
      { type: "deployment:state", deployment: "01", state: "checking" },
    ]),
  ).toContain("Deploy: checking");
});
