import { expect, test } from "vitest";
import type { HaloyEvent } from "../../../core/events.ts";
import type { DeploymentRecord } from "../../journal.ts";
import { entriesOf, lastEntries } from "./log-entries.ts";

const AT = "2026-11-22T18:00:00.000Z";
const RECORD: DeploymentRecord = {
  id: "01abc",
  app: "web",
  sequence: 1,
  state: "succeeded",
  image: "web:latest",
  imageId: null,
  rolledBackFrom: null,
  error: null,
  outcome: null,
  createdAt: AT,
  finishedAt: AT,
  steps: [],
};

function entries(event: HaloyEvent): ReturnType<typeof entriesOf> {
  return entriesOf(RECORD, { seq: 1, at: AT, event });
}

test("a log line becomes an entry with the stock names", () => {
  expect(
    entries({ type: "deployment:log", deployment: "01abc", level: "warn", message: "careful" }),
  ).toEqual([
    { level: "WARN", message: "careful", timestamp: AT, deploymentID: "01abc", appName: "web" },
  ]);
});

test("a state and a wait are told in words; final states and foreign events are left to others", () => {
  const state = (state: DeploymentRecord["state"]) =>
    entries({ type: "deployment:state", deployment: "01abc", state });
  expect(state("checking")).toMatchObject([
    { level: "INFO", message: "Waiting until the containers are healthy" },
  ]);
  expect(state("succeeded")).toEqual([]);
  expect(
    entries({ type: "deployment:queued", deployment: "01abc", behind: "01aaa" }),
  ).toMatchObject([{ message: "Waiting for deployment 01aaa of this app to end" }]);
  expect(entries({ type: "run:start", operation: "deploy", app: "web", targets: ["web"] })).toEqual(
    [],
  );
});

test("the last entry of a success has its flags and the app's names", () => {
  expect(lastEntries(RECORD, ["a.example.com"])).toEqual([
    {
      level: "INFO",
      message: "Deployed web",
      timestamp: AT,
      deploymentID: "01abc",
      appName: "web",
      domains: ["a.example.com"],
      isDeploymentComplete: true,
      isDeploymentSuccess: true,
    },
  ]);
});

test("the last entry of a rollback names what was brought back", () => {
  const [entry] = lastEntries({ ...RECORD, rolledBackFrom: "01aaa" }, []);
  expect(entry?.message).toBe("Rolled web back to 01aaa");
});

test("a failure tells message and hint, and is flagged as failed", () => {
  const failed: DeploymentRecord = {
    ...RECORD,
    state: "failed",
    error: { code: "CONTAINER_EXITED", message: "It exited with code 1", hint: "See its log" },
  };
  expect(lastEntries(failed, ["a.example.com"])).toMatchObject([
    {
      level: "ERROR",
      message: "It exited with code 1\nSee its log",
      isDeploymentComplete: true,
      isDeploymentFailed: true,
    },
  ]);
  const [cancelled] = lastEntries({ ...RECORD, state: "cancelled" }, []);
  expect(cancelled).toMatchObject({ message: expect.stringContaining("cancelled") });
});

test("no entry is longer than a stock client reads, and nothing of a long message is lost", () => {
  // Control characters take six bytes each in JSON, the emoji is two units that belong together.
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} \u0000🙂`).join("\n");
  for (const text of [lines, "\u0000".repeat(100_000), `x${"🙂".repeat(50_000)}`]) {
    const found = entries({
      type: "deployment:log",
      deployment: "01abc",
      level: "info",
      message: text,
    });
    expect(found.length).toBeGreaterThan(1);
    for (const entry of found) {
      const data = Buffer.from(JSON.stringify(entry));
      expect(data.byteLength).toBeLessThan(64 * 1024 - 100);
      expect(data.toString()).not.toContain("\\ud83d");
    }
    const whole = found.map(({ message }) => message).join("");
    expect(whole.replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
  }
});

test("only the last piece of a long failure is flagged, and very many names are cut", () => {
  const error = { code: "CONTAINER_EXITED", message: "out\n".repeat(10_000) } as const;
  const pieces = lastEntries({ ...RECORD, state: "failed", error }, []);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.filter((entry) => entry.isDeploymentComplete)).toEqual([pieces.at(-1)]);

  const names = Array.from({ length: 1000 }, (_, index) => `name-${index}.example.com`);
  const [entry] = lastEntries(RECORD, names);
  expect(JSON.stringify(entry).length).toBeLessThan(64 * 1024);
  expect(entry?.domains?.[0]).toBe("name-0.example.com");
});
