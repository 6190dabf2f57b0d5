/**
 * The list of events: masked, numbered, and each with the target it belongs to.
 */

import { expect, test } from "vitest";
import { EventLog, type Stamped } from "./events.ts";

const log = (message: string) =>
  ({ type: "log", level: "info", plugin: "p", hook: "build", message }) as const;

async function all(events: EventLog): Promise<Stamped[]> {
  events.close();
  const seen: Stamped[] = [];
  for await (const event of events.from(0)) seen.push(event);
  return seen;
}

test("what is added for a target carries its name, in one numbering with all other events", async () => {
  const events = new EventLog();
  const staging = events.of("staging");
  staging.append(log("a"));
  events.append(log("b"));
  events.of("production").append(log("c"));
  staging.append(log("d"));
  expect((await all(events)).map(({ seq, target }) => [seq, target])).toEqual([
    [0, "staging"],
    [1, undefined],
    [2, "production"],
    [3, "staging"],
  ]);
});

test("what is added for a target is masked and ends with the list like everything else", async () => {
  const events = new EventLog((event) => ({ ...event, message: "***" }) as typeof event);
  const staging = events.of("staging");
  staging.append(log("a secret"));
  const seen = await all(events);
  staging.append(log("too late"));
  expect(seen).toMatchObject([{ message: "***", target: "staging" }]);
});
