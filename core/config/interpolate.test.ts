/**
 * `${NAME}` in the values of variables.
 *
 * @module
 */

import { expect, test } from "vitest";
import { errorJson } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { EnvEntry } from "../target.ts";
import { interpolate } from "./interpolate.ts";

/** Values after interpolation. What is given as a `Secret` comes from somewhere else. */
function shown(variables: Readonly<Record<string, string | Secret>>) {
  const entries = Object.entries(variables).map(
    ([name, value]): EnvEntry =>
      value instanceof Secret ? { name, from: { env: "X" } } : { name, value },
  );
  const resolved = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const found = interpolate(entries, resolved, (index) => ({
    file: "haloy.yaml",
    line: 10 + index,
  }));
  return Object.fromEntries(
    found.map(({ name, value }) => [name, value instanceof Secret ? [value.reveal()] : value]),
  );
}

/** A reference. */
const $ = (name: string) => `\${${name}}`;

test("a reference becomes the value, wherever in the list it is and through other references", () => {
  expect(
    shown({
      URL: `http://${$("HOST")}:${$("PORT")}`,
      HOST: `${$("NAME")}.test`,
      NAME: "shop",
      PORT: "80",
    }),
  ).toEqual({ URL: "http://shop.test:80", HOST: "shop.test", NAME: "shop", PORT: "80" });
});

test("an empty value is put in; an unknown name and what is no reference stay as written", () => {
  const text = `[${$("EMPTY")}] ${$("NOBODY")} ${$("toString")} $EMPTY $\{1} \${ EMPTY } \${`;
  expect(shown({ EMPTY: "", TEXT: text }).TEXT).toBe(
    `[] ${$("NOBODY")} ${$("toString")} $EMPTY $\{1} \${ EMPTY } \${`,
  );
});

test("what contains a secret is a secret, also at second hand; a secret's own text is left alone", () => {
  expect(
    shown({
      PASSWORD: new Secret(`p${$("NAME")}$&`),
      URL: `db://${$("PASSWORD")}@${$("NAME")}`,
      COPY: `${$("URL")}/x`,
      NAME: "shop",
    }),
  ).toEqual({
    PASSWORD: [`p${$("NAME")}$&`],
    URL: [`db://p${$("NAME")}$&@shop`],
    COPY: [`db://p${$("NAME")}$&@shop/x`],
    NAME: "shop",
  });
});

test.each([
  [{ A: $("A") }, "A → A", 10],
  [{ X: "1", A: $("B"), B: `x${$("C")}`, C: $("A") }, "A → B → C → A", 11],
])("%j leads back to itself, and the way is shown", (variables, way, line) => {
  try {
    shown(variables as Record<string, string>);
  } catch (error) {
    expect(errorJson(error)).toMatchObject({
      code: "CONFIG_INVALID",
      message: `Cannot interpolate "A": it refers to itself: ${way} (line ${line})`,
      at: { file: "haloy.yaml", line },
    });
    return;
  }
  expect.unreachable();
});

test("a chain of 20,000 references is followed, and one that doubles is refused, both quickly", () => {
  const began = performance.now();
  const chain = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`V${index}`, $(`V${index + 1}`)]),
  );
  expect(shown({ ...chain, V20000: "end" }).V0).toBe("end");
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`V${index}`, $(`V${index + 1}`).repeat(2)]),
  );
  expect(() => shown({ ...doubling, V60: "ha" })).toThrow(/longer than a process can take/);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("many variables of one long value are refused before they fill the memory", () => {
  const many = Object.fromEntries(
    Array.from({ length: 8000 }, (_, index) => [`V${index}`, $("LONG")]),
  );
  expect(() => shown({ LONG: "x".repeat(130_000), ...many })).toThrow(
    /longer than a process can take/,
  );
});
