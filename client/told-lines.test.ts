import { expect, test } from "vitest";
import { toldLines } from "./told-lines.ts";

test("of a command that writes without end the first part is told, and that more follows", () => {
  const told: string[] = [];
  const hear = toldLines((line) => told.push(line), 1000);
  for (let line = 0; line < 100; line += 1) hear(`line ${line}`);
  expect(told).toEqual([
    ...["line 0", "line 1", "line 2", "line 3"],
    "… more output follows and is left out",
  ]);
  const long: string[] = [];
  toldLines((line) => long.push(line), 1000)("x".repeat(2000));
  expect(long).toEqual(["… more output follows and is left out"]);
});
