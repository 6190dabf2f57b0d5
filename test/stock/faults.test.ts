/**
 * What a stock client can do wrong, and what can go wrong under it: it is told, and nothing else
 * on the server changes.
 */

import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { pack } from "tar-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, makeApp, type TestApp } from "../e2e/app.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { stockHaloy } from "./cli.ts";
import { removeTags, tagsOf } from "./images.ts";

const NAME = "stock-faults";
const SERVE = ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"];

/** Makes the images of this run images that no engine has yet. */
const ONCE = randomUUID();

let server: TestServer;
let app: TestApp;
/** The deployment that serves. */
let serving: string;

beforeAll(async () => {
  server = await startServer({
    engine: "28-overlay2",
    settings: { plugins: [{ use: "deploy-docker", with: { healthTimeoutSeconds: 3 } }] },
  });
  app = await makeApp(NAME, { server: server.haloyd.server });
  app.write("good");
  expect((await deploy()).stdout).toContain(`Deployed ${NAME}`);
  serving = (await server.containers(NAME))[0]?.match(/[0-9a-z]{26}/)?.[0] ?? "";
});
afterAll(async () => {
  await server?.haloy(app, "stop", "--remove-containers");
  await server?.stop();
  await removeTags(NAME);
  rmSync(app.dir, { recursive: true, force: true });
});

/** Deploy the app by the stock command. */
function deploy() {
  return stockHaloy(["deploy"], { cwd: app.dir, env: server.env });
}

/** Ask haloyd. A stock client does not ask for JSON errors. */
async function ask(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; said: string }> {
  const authorization = `Bearer ${server.haloyd.token}`;
  const headers = { authorization, ...(init.headers as Record<string, string>) };
  const answer = await fetch(`${server.haloyd.url}${path}`, { ...init, headers });
  return { status: answer.status, said: await answer.text() };
}

function post(path: string, body: unknown) {
  return ask(path, { method: "POST", body: JSON.stringify(body) });
}

function upload(archive: Uint8Array<ArrayBuffer>, name = "image", fileName = "image.tar") {
  const body = new FormData();
  body.append(name, new Blob([archive]), fileName);
  return ask("/v1/images/upload", { method: "POST", body });
}

/** An image of one small layer as an archive of Engine 20.10, with these tags. */
async function archive(...tags: string[]) {
  const layer = await tar({ hello: ONCE });
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
  });
  const manifest = [{ Config: "config.json", RepoTags: tags, Layers: ["a/layer.tar"] }];
  const whole = await tar({
    "a/layer.tar": layer,
    "config.json": config,
    "manifest.json": JSON.stringify(manifest),
  });
  return { whole, layer, config };
}

async function tar(files: Readonly<Record<string, string | Uint8Array>>) {
  const made = pack();
  for (const [name, content] of Object.entries(files)) {
    made.entry({ name, mtime: new Date(0) }, Buffer.from(content));
  }
  made.finalize();
  return new Uint8Array(await buffer(made as unknown as NodeJS.ReadableStream));
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

test("a version that exits is told with its evidence, however long, and the old one serves on", async () => {
  const line = "/bin/busybox head -c 9000 /dev/zero | /bin/busybox tr '\\000' x; echo";
  app.command("/bin/busybox", "sh", "-c", `for i in 0 1 2 3 4 5 6 7 8 9; do ${line}; done; exit 7`);
  app.write("exits");
  const { stdout, stderr } = await deploy();
  expect(stderr).toContain(`Cannot deploy "${NAME}"`);
  expect(stderr).toContain("7");
  // All ten lines, though they are longer together than the command can read at once.
  expect(stderr.match(/x/g)?.length).toBeGreaterThan(10 * 9000);
  expect(stdout).not.toContain("Deployed");
  expect(await server.containers(NAME)).toEqual([`${NAME}-${serving} running`]);
  expect((await fetchPage(server.caddy.httpPort, app.host)).body).toBe("good");
  app.command(...SERVE);
});

test("a deployment's log can be read again from its beginning, and ends", async () => {
  const { status, said } = await ask(`/v1/deploy/${serving}/logs`);
  expect(status).toBe(200);
  expect(said).toMatch(/^: /);
  const entries = [...said.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(String(json)));
  expect(entries.length).toBeGreaterThan(2);
  expect(entries.filter((entry) => entry.isDeploymentComplete)).toEqual([entries.at(-1)]);
  expect(entries.at(-1)).toMatchObject({ isDeploymentSuccess: true, domains: [app.host] });
  expect((await ask("/v1/deploy/01nobody/logs")).status).toBe(404);
});

test("no upload takes over the tag of a release", async () => {
  const tag = `${NAME}:${serving}`;
  const before = (await tagsOf(server.engine, NAME)).get(tag);
  expect(before).toBeDefined();
  const { whole, layer, config } = await archive(`docker.io/library/${tag}`);
  const full = await upload(whole);
  expect(full).toMatchObject({ status: 409, said: expect.stringContaining("kept for a release") });

  const digest = digestOf(layer);
  const headers = { "x-layer-digest": digest };
  const sent = await ask("/v1/images/layers", { method: "POST", headers, body: layer });
  expect(sent.status).toBe(201);
  const manifest = {
    Config: "config.json",
    RepoTags: [tag],
    Layers: [`blobs/sha256/${digest.slice(7)}`],
  };
  const assemble = { imageRef: tag, config: Buffer.from(config).toString("base64"), manifest };
  expect((await post("/v1/images/layers/assemble", assemble)).status).toBe(409);
  expect((await tagsOf(server.engine, NAME)).get(tag)).toBe(before);
});

test("an archive without a tag, with another name, or of another form is refused and not loaded", async () => {
  const images = async () =>
    (await server.engine.json<{ Id: string }[]>("/images/json")).map(({ Id }) => Id).sort();
  const { whole, config } = await archive(`${NAME}:other`);
  const untagged = await archive();
  const id = digestOf(Buffer.from(config));
  const refused = [
    await upload(untagged.whole),
    await upload(whole, "file"),
    await upload(whole, "image", "image.zip"),
    await upload(whole.slice(0, -2000)),
    await upload(new Uint8Array(3000).fill(65)),
    await ask("/v1/images/upload", { method: "POST", body: whole }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
  expect(await images()).not.toContain(id);
  // Broken inside: the engine says so in an answer that begins as a success.
  const broken = await tar({
    "manifest.json": JSON.stringify([
      { Config: "gone.json", RepoTags: [`${NAME}:other`], Layers: [] },
    ]),
  });
  const answer = await upload(broken);
  expect(answer.status).toBe(500);
  expect(answer.said).toMatch(/did not load the image|refused/);
  expect((await tagsOf(server.engine, NAME)).has(`${NAME}:other`)).toBe(false);

  expect((await upload(whole)).status).toBe(202);
  expect((await tagsOf(server.engine, NAME)).get(`${NAME}:other`)).toBe(id);
});

test("an upload whose connection breaks leaves no image, and haloyd goes on", async () => {
  const { whole } = await archive(`${NAME}:cut`);
  const url = new URL("/v1/images/upload", server.haloyd.url);
  const authorization = `Bearer ${server.haloyd.token}`;
  const type = "multipart/form-data; boundary=b";
  await new Promise<void>((resolve) => {
    const sending = request(url, {
      method: "POST",
      headers: { authorization, "content-type": type },
    });
    sending.on("error", () => resolve());
    sending.write('--b\r\nContent-Disposition: form-data; name="image"; filename="i.tar"\r\n\r\n');
    // All of the archive but its end: only the missing boundary tells that it is not whole.
    sending.write(whole, () => setTimeout(() => sending.destroy(), 100));
  });
  await sleep(500);
  expect((await tagsOf(server.engine, NAME)).has(`${NAME}:cut`)).toBe(false);
  expect((await ask("/health")).status).toBe(200);
});

test("layers are checked, and an image is made only of layers that are here", async () => {
  const { layer, config } = await archive();
  const other = new Uint8Array(await tar({ other: "other" }));
  const digest = digestOf(other);
  const put = (body: Uint8Array<ArrayBuffer>, header: string) =>
    ask("/v1/images/layers", { method: "POST", headers: { "x-layer-digest": header }, body });
  expect((await put(layer, digest)).status).toBe(400);
  expect((await put(layer, "md5:1")).status).toBe(400);
  const check = () => post("/v1/images/layers/check", { digests: [digest] });
  expect(JSON.parse((await check()).said)).toEqual({ missing: [digest], exists: [] });
  expect((await put(other, digest)).status).toBe(201);
  expect(JSON.parse((await check()).said)).toEqual({ missing: [], exists: [digest] });
  expect((await post("/v1/images/layers/check", { digests: [] })).status).toBe(400);

  const assemble = (configPath: string, layers: string[]) =>
    post("/v1/images/layers/assemble", {
      imageRef: `${NAME}:assembled`,
      config: Buffer.from(config).toString("base64"),
      manifest: { Config: configPath, RepoTags: null, Layers: layers },
    });
  const path = `blobs/sha256/${digest.slice(7)}`;
  const missing = await assemble("c.json", [`blobs/sha256/${"0".repeat(64)}`]);
  expect(missing).toMatchObject({ status: 400, said: expect.stringContaining("was not sent") });
  expect((await assemble("c.json", ["chain/layer.tar"])).status).toBe(400);
  expect((await assemble(`blobs/sha256/${"0".repeat(64)}`, [path])).status).toBe(400);
  // The configuration is that of an image with another layer.
  expect((await assemble("c.json", [path])).status).toBe(400);
  expect((await tagsOf(server.engine, NAME)).has(`${NAME}:assembled`)).toBe(false);
});

test("what comes in a later step is not there, and an empty list of registries is", async () => {
  expect(JSON.parse((await ask("/v1/registries")).said)).toEqual({ registries: [] });
  expect((await post(`/v1/exec/${NAME}`, { command: ["ls"] })).status).toBe(404);
  expect((await post("/v1/images/prune", {})).status).toBe(404);
  const { url } = server.haloyd;
  expect((await fetch(`${url}/v1/registries`)).status).toBe(401);
});
