/**
 * Push strategy `registry`, from every engine to a real registry.
 */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isHaloyError } from "../../core/errors.ts";
import type { LocalImage } from "../../plugin.ts";
import { run } from "../../scripts/environment/command.ts";
import { ROOT } from "../../scripts/environment/haloyd.ts";
import type { Registry } from "../../scripts/environment/registry.ts";
import { testEngine, testEngines } from "../engines.ts";
import { engineAt, localImage } from "../push/image.ts";
import { proxyEngine } from "../push/proxy.ts";
import { sideBySide } from "../side-by-side.ts";
import { anImage, aRegistry, loginTo, manifestOf, newName, push } from "./harness.ts";

let registry: Registry;
beforeAll(async () => {
  registry = await aRegistry();
});

sideBySide(testEngines(), "a push from $name", ({ name, host }) => {
  test("brings the image to the registry, and pins what arrived by its digest", async () => {
    const reference = newName(registry.host);
    const image = await anImage(host, reference, randomBytes(200_000).toString("hex"));

    const { pushed, events } = push(host, image, { login: loginTo(registry) });
    const result = await pushed;

    const there = await manifestOf(registry, reference);
    expect(result.reference).toBe(`${reference}@${there?.digest}`);
    expect(await isManifestOf(image, reference)).toBe(true);
    expect(result).toMatchObject({ id: null, layersSent: 2, layersTotal: 2 });
    // As engines count: what they did not report on is not made up.
    if (name !== "28-containerd") expect(result.bytesSent).toBeGreaterThan(400_000);
    const layers = events.flatMap((event) => (event.type === "progress" ? [event.label] : []));
    expect(new Set(layers).size).toBe(2);
    expect(layers.every((label) => /^Layer [0-9a-f]{12}$/.test(label))).toBe(true);
  });

  test("sends nothing that the registry has already", async () => {
    const image = await anImage(host, newName(registry.host), "twice");
    const first = await push(host, image, { login: loginTo(registry) }).pushed;

    const second = await push(host, image, { login: loginTo(registry) }).pushed;

    expect(second).toEqual({ ...first, bytesSent: 0, layersSent: 0 });
  });

  test("with a wrong password, or without one, is refused in words that say what to do", async () => {
    const reference = newName(registry.host);
    const image = await anImage(host, reference, "private");

    const wrong = await failure(push(host, image, { login: loginTo(registry, "wrong") }).pushed);
    const none = await failure(push(host, image).pushed);

    for (const error of [wrong, none]) {
      expect(error.code).toBe("REGISTRY_UNAUTHORIZED");
      expect(error.message).toContain(`"${reference}"`);
    }
    expect(wrong.message).toContain(`${registry.host} does not accept the user name and password`);
    expect(none.message).toContain(`${registry.host} asks for a login`);
    expect(none.hint).toContain(`"registry" with "username" and "password"`);
    expect(await manifestOf(registry, reference)).toBeNull();
  });

  test("sends the image that was built, also when another build has taken its tag", async () => {
    const reference = newName(registry.host);
    const image = await anImage(host, reference, "mine");
    await anImage(host, reference, "of another build");

    const { pushed, events } = push(host, image, { login: loginTo(registry) });
    const result = await pushed;

    expect(result.reference).toContain(`${reference}@sha256:`);
    expect(await isManifestOf(image, reference)).toBe(true);
    expect(JSON.stringify(events)).toContain("Another build has taken the name");
  });

  test("sends the image that was built, also when its tag is taken in the middle", async () => {
    const reference = newName(registry.host);
    const image = await anImage(host, reference, "mine");
    const other = await anImage(host, newName(registry.host), "of another build");
    await using proxy = await proxyEngine(host);
    const [repo = "", tag = ""] = splitTag(reference);
    let taken = 0;
    proxy.before = async (request) => {
      if (request !== `POST /images/${repo}/push` || taken++ > 0) return;
      const options = { method: "POST", query: { repo, tag } } as const;
      await engineAt(host).call(`/images/${other.id}/tag`, options);
    };

    const result = await push(proxy.host, image, { login: loginTo(registry) }).pushed;

    expect(taken).toBe(2);
    const there = await manifestOf(registry, reference);
    expect(result.reference).toBe(`${reference}@${there?.digest}`);
    expect(await isManifestOf(image, reference)).toBe(true);
  });

  test("of an image that was removed after its build says so", async () => {
    const reference = newName(registry.host);
    const image = await anImage(host, reference, "removed");
    const options = { method: "DELETE", query: { force: true } } as const;
    await engineAt(host).call(`/images/${image.id}`, options);

    const error = await failure(push(host, image, { login: loginTo(registry) }).pushed);

    expect(error.code).toBe("IMAGE_PUSH_FAILED");
    expect(error.message).toContain("is gone from the Docker Engine");
  });

  test("never sends a login to another registry than its own", async () => {
    const image = await anImage(host, newName(registry.host), "elsewhere");
    await using proxy = await proxyEngine(host);
    const login = { ...loginTo(registry), registry: "registry.example.com" };

    const error = await failure(push(proxy.host, image, { login }).pushed);

    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(`an image of ${registry.host}`);
    expect(error.message).toContain("registry.example.com");
    expect(proxy.requests.filter((request) => request.endsWith("/push"))).toEqual([]);
  });
});

test("an image of several platforms arrives with all of them", async () => {
  const { host, dockerCli = "docker" } = testEngine("28-containerd");
  const reference = newName(registry.host);
  const image = await anImage(host, reference, "replaced by the next build");
  const dir = mkdtempSync(join(tmpdir(), "haloy-platforms-"));
  writeFileSync(join(dir, "Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
  const args = ["--platform", "linux/amd64,linux/arm64", "--tag", reference, dir];
  await run(dockerCli, ["buildx", "build", ...args], { env: { DOCKER_HOST: host } });
  rmSync(dir, { recursive: true });
  const several = await localImage(engineAt(host), reference);
  expect(several.id).not.toBe(image.id);

  const { pushed } = push(host, several, { login: loginTo(registry) });

  expect((await pushed).reference).toBe(`${reference}@${several.id}`);
  const there = await manifestOf(registry, reference);
  const built = there?.manifest.manifests?.map(({ platform }) => platform.architecture);
  expect(built).toEqual(expect.arrayContaining(["amd64", "arm64"]));
});

test.each(["deno", "bun"] as const)("a push under %s brings the same", async (runtime) => {
  const { host } = testEngine("20.10");
  const reference = newName(registry.host);
  const image = await anImage(host, reference, runtime);
  const { username, password } = registry;
  const job = { host, image, login: { registry: registry.host, username, password } };

  const said = execFileSync(
    join(ROOT, "node_modules/.bin", runtime),
    [
      ...(runtime === "deno" ? ["run", "--allow-all"] : []),
      join(import.meta.dirname, "push-once.ts"),
    ],
    { input: JSON.stringify(job), encoding: "utf8" },
  );

  const there = await manifestOf(registry, reference);
  expect(JSON.parse(said)).toMatchObject({
    right: { reference: `${reference}@${there?.digest}`, layersSent: 2, layersTotal: 2 },
    wrong: { code: "REGISTRY_UNAUTHORIZED" },
  });
});

/** Whether the registry has this very image under the reference. */
async function isManifestOf(image: LocalImage, reference: string): Promise<boolean> {
  const there = await manifestOf(registry, reference);
  // containerd's image store names an image by its manifest, a graph driver by its configuration.
  return there?.digest === image.id || there?.manifest.config?.digest === image.id;
}

function splitTag(reference: string): [repository: string, tag: string] {
  const colon = reference.lastIndexOf(":");
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => new Error("It did not fail"),
    (thrown) => thrown,
  );
  if (!isHaloyError(error)) throw error;
  return error;
}
