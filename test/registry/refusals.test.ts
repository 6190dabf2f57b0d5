/**
 * Registries in trouble, as every engine tells of them: one code each, the registry and the
 * reference named, and something to do.
 */

import { describe, expect, test } from "vitest";
import { errorJson } from "../../core/errors.ts";
import { prepareImage } from "../../daemon/images.ts";
import { until } from "../e2e/until.ts";
import { testEngines } from "../engines.ts";
import { makeRelease } from "../fixtures/release.ts";
import { engineAt } from "../push/image.ts";
import { anImage, newName, push } from "./harness.ts";
import { troubledRegistry } from "./troubled.ts";

const engines = testEngines();
/** They try a push again for 50 s, except when they are told that they ask too often. */
const graphs = engines.filter(({ name }) => name !== "28-containerd");

/** The server's part of a pull. */
function pull(host: string, image: string, signal = AbortSignal.timeout(100_000)) {
  const release = makeRelease("troubled", "d1", { image, pushed: false });
  const serverLogin = async () => null;
  const options = { known: () => [], serverLogin, log: () => {}, signal };
  return prepareImage(engineAt(host), release, options);
}

async function failureOf(work: Promise<unknown>) {
  return await work.then(() => ({ code: "none", message: "", hint: "" }), errorJson);
}

const troubles = [
  [429, "REGISTRY_RATE_LIMITED", "had too many requests"],
  [403, "REGISTRY_DENIED", "does not allow it"],
  [503, "REGISTRY_UNREACHABLE", "does not answer as it should"],
] as const;

describe.each(engines)("through $name", ({ name, host }) => {
  const isGraph = graphs.some((graph) => graph.name === name);

  test.each(troubles)(
    "a pull that a registry answers with %i is %s",
    async (status, code, said) => {
      await using registry = await troubledRegistry(status);
      const reference = newName(registry.host);

      const { code: given, message, hint } = await failureOf(pull(host, reference));

      expect(given, message).toBe(code);
      expect(message).toContain(`Cannot pull "${reference}": ${registry.host} `);
      expect(message).toContain(said);
      expect(hint).toMatch(/./);
    },
  );

  test.each(troubles.filter(([status]) => !isGraph || status === 429))(
    "a push that a registry answers with %i is %s",
    async (status, code, said) => {
      await using registry = await troubledRegistry(status);
      const reference = newName(registry.host);
      const image = await anImage(host, reference, "troubled");

      const { code: given, message, hint } = await failureOf(push(host, image).pushed);

      expect(given, message).toBe(code);
      expect(message).toContain(`Cannot push "${reference}": ${registry.host} `);
      expect(message).toContain(said);
      expect(hint).toMatch(/./);
    },
  );

  test("a registry that is not there is REGISTRY_UNREACHABLE both ways", async () => {
    const registry = await troubledRegistry(503);
    await registry[Symbol.asyncDispose]();
    const reference = newName(registry.host);
    const image = await anImage(host, reference, "alone");

    const errors = [
      await failureOf(push(host, image).pushed),
      await failureOf(pull(host, reference)),
    ];

    for (const { code, message, hint } of errors) {
      expect(code, message).toBe("REGISTRY_UNREACHABLE");
      expect(message).toContain(`"${reference}": ${registry.host} `);
      expect(hint).toContain(`https://${registry.host}/v2/`);
    }
  });

  test("a cancelled push or pull ends at once, however silent the registry", async () => {
    await using registry = await troubledRegistry("silent");
    const reference = newName(registry.host);
    const image = await anImage(host, reference, "silence");
    const attempts = [
      (signal: AbortSignal) => push(host, image, { signal }).pushed,
      (signal: AbortSignal) => pull(host, reference, signal),
    ];
    for (const begin of attempts) {
      const abort = new AbortController();
      const reason = new Error("Enough");
      const work = begin(abort.signal).then(
        () => "done",
        (error) => error,
      );
      await until(async () => registry.open > 0, 10);

      const aborted = performance.now();
      abort.abort(reason);

      expect(await work).toBe(reason);
      expect(performance.now() - aborted).toBeLessThan(2000);
    }
  });
});

test.each(graphs)("a push is said to be tried again by $name", async ({ host }) => {
  await using registry = await troubledRegistry(503);
  const image = await anImage(host, newName(registry.host), "again");
  const abort = new AbortController();

  const { pushed, events } = push(host, image, { signal: abort.signal });
  const failure = failureOf(pushed);

  const isTold = () => events.some((event) => event.type === "log" && event.level === "warn");
  await until(async () => isTold(), 20);
  abort.abort(new Error("Enough"));
  await failure;
  const lines = events.flatMap((event) => (event.type === "log" ? [event.message] : []));
  expect(lines.filter((line) => line.includes("tries again"))).toEqual([
    `${registry.host} does not take the image yet: the Docker Engine tries again`,
  ]);
});
