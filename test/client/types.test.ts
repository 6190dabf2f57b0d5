/**
 * Names of targets are known to the compiler; `named-targets.ts` is what it must refuse.
 */

import { expect, test } from "vitest";
import { createHaloy, defineConfig, type Haloy, isHaloyError } from "../../mod.ts";

test("names of a config written in place are known, those of a loaded one are text", () => {
  const single = createHaloy(defineConfig({ name: "shop", image: "nginx:alpine" }));
  const names: readonly "shop"[] = single.targets;
  expect(names).toEqual(["shop"]);
  const several = createHaloy({
    image: "nginx:alpine",
    targets: { production: {}, staging: { server: "b.example.com" } },
  });
  const some: readonly ("production" | "staging")[] = several.targets;
  expect(some).toEqual(["production", "staging"]);
  // What takes any Haloy takes these too.
  const any: readonly Haloy[] = [single, several];
  expect(any).toHaveLength(2);
});

test("what the compiler refuses is refused at run time, too", async () => {
  const haloy = createHaloy({ image: "nginx:alpine", targets: { production: {}, staging: {} } });
  // @ts-expect-error There is no such target.
  const run = haloy.deploy({ targets: ["prodution"] });
  const error = await run.result.catch((thrown: unknown) => thrown);
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("TARGET_UNKNOWN");
  expect(error.hint).toContain('"production"');
  const types = [];
  for await (const event of run) types.push(event.type);
  expect(types).toEqual(["run:start", "run:fail"]);
});
