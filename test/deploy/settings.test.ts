/**
 * Settings of an app's containers, on real Docker Engines of every kind: what they do, and that
 * what cannot be is said before the version that serves is touched.
 *
 * @module
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Target } from "../../core/target.ts";
import { containerLogs } from "../../engine/containers.ts";
import { inspectContainer } from "../../plugins/deploy/docker/deployment.ts";
import { testEngines } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { App } from "./harness.ts";

const MIB = 1024 * 1024;

/** What `docker inspect` says of settings. */
interface Inspect {
  readonly Config: { readonly Cmd: string[]; readonly Labels: Record<string, string> };
  readonly HostConfig: {
    readonly Binds: string[];
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly LogConfig: { readonly Type: string; readonly Config: Record<string, string> };
  };
}

/** Serve what `script` writes to the page. */
const serving = (script: string) => ["/bin/sh", "-c", `${script}; exec httpd -f -p 8080 -h /www`];

/** Deploy v1, then v2 with settings that cannot be: v1 must not have been touched. */
async function expectRefused(app: App, target: Partial<Target>, error: object): Promise<void> {
  const replace = { deploymentStrategy: "replace" } as const;
  const old = await app.deploy(await app.image("v1"), { target: replace });
  const id = old.replicas[0]?.id ?? "";
  const before = await inspectContainer(app.engine, id);
  const options = { target: { ...replace, ...target }, previous: old.deployment };
  await expect(app.deploy(await app.image("v2"), options)).rejects.toMatchObject(error);
  expect((await app.containers()).map((one) => [one.id, one.state])).toEqual([[id, "running"]]);
  const after = await inspectContainer(app.engine, id);
  expect(after?.State.StartedAt).toBe(before?.State.StartedAt);
  expect(await app.answers(old.routes.at(-1))).toEqual(["v1"]);
}

afterAll(async () => {
  for (const engine of testEngines()) await new App(engine).removeImages();
});

sideBySide(testEngines(), "$name", (engine) => {
  let app: App;
  let volumes: string[];

  beforeEach(() => {
    app = new App(engine);
    volumes = [];
  });
  afterEach(async () => {
    await app.remove();
    for (const name of volumes) {
      await app.engine.call(`/volumes/${name}`, { method: "DELETE", expect: [404] });
    }
  });

  /** A name for a volume, which is removed after the test. */
  function volume(): string {
    const name = `${app.name}-${volumes.length}`;
    volumes.push(name);
    return name;
  }

  const inspect = (id: string | undefined) => app.engine.json<Inspect>(`/containers/${id}/json`);

  test("a named volume is made for the app, keeps its data over deployments, and is never removed", async () => {
    const name = volume();
    const command = serving("echo line >> /data/log; cp /data/log /www/index.html");
    const target = { deploymentStrategy: "replace", volumes: [`${name}:/data`], command } as const;
    const image = await app.image("v1");
    const first = await app.deploy(image, { target });
    const made = await app.engine.json<{ Labels: object }>(`/volumes/${name}`);
    expect(made.Labels).toEqual({ "dev.haloy.appName": app.name });
    const second = await app.deploy(image, { target, previous: first.deployment });
    expect(await app.answers(second.routes.at(-1))).toEqual(["line\nline"]);
    expect((await inspect(second.replicas[0]?.id)).HostConfig.Binds).toEqual([`${name}:/data`]);
    await app.remove();
    expect(await app.engine.jsonOrNull(`/volumes/${name}`)).not.toBeNull();
  });

  test("a volume that is there already stays as it is", async () => {
    const name = volume();
    const Labels = { mine: "yes" };
    await app.engine.call("/volumes/create", { method: "POST", json: { Name: name, Labels } });
    await app.deploy(await app.image("v1"), { target: { volumes: [`${name}:/data`] } });
    const kept = await app.engine.json<{ Labels: object }>(`/volumes/${name}`);
    expect(kept.Labels).toEqual(Labels);
  });

  test("a directory of the server is mounted, read-only where that is asked for", async () => {
    const dir = mkdtempSync(join(tmpdir(), "haloy-bind-"));
    try {
      writeFileSync(join(dir, "index.html"), "of the server\n");
      const command = serving("touch /www/new && echo written > /www/index.html");
      const bind = `${dir}:/www`;
      const image = await app.image("v1");
      const readOnly = await app.deploy(image, { target: { volumes: [`${bind}:ro`], command } });
      expect(await app.answers(readOnly.routes.at(-1))).toEqual(["of the server"]);
      const writable = await app.deploy(image, { target: { volumes: [bind], command } });
      expect(await app.answers(writable.routes.at(-1))).toEqual(["written"]);
    } finally {
      await app.remove();
      rmSync(dir, { recursive: true });
    }
  });

  test("a path that the server does not have is not made: the old version serves on", async () => {
    const missing = join(tmpdir(), `haloy-missing-${app.name}`);
    await expectRefused(
      app,
      { volumes: [`${tmpdir()}:/tmp`, `${missing}:/data`] },
      { code: "VOLUME_SOURCE_NOT_FOUND", message: expect.stringContaining(`"${missing}"`) },
    );
    expect(existsSync(missing)).toBe(false);
  });

  test("limits of processors and memory hold for the container", async () => {
    const files = "memory.max memory/memory.limit_in_bytes cpu.max cpu/cpu.cfs_quota_us";
    const command = serving(`cd /sys/fs/cgroup; cat ${files} > /www/index.html 2> /dev/null`);
    const target = { cpus: 0.25, memory: 24 * MIB, command };
    const { replicas, routes } = await app.deploy(await app.image("v1"), { target });
    const { HostConfig, Config } = await inspect(replicas[0]?.id);
    expect(HostConfig).toMatchObject({ Memory: 24 * MIB, NanoCpus: 250_000_000 });
    expect(Config.Cmd).toEqual(command);
    const [limits] = await app.answers(routes.at(-1));
    expect(limits?.split(/\s+/)).toEqual(expect.arrayContaining([String(24 * MIB), "25000"]));
  });

  test("an app that needs more memory than it may have is told so", async () => {
    const target = { domains: [], memory: 8 * MIB, command: ["/bin/tail", "/dev/zero"] };
    await expect(app.deploy(await app.image("v1"), { target })).rejects.toMatchObject({
      code: "CONTAINER_EXITED",
      hint: expect.stringContaining("memory"),
      details: { exitCode: 137 },
    });
  });

  test("a command takes the place of the image's, and one that is missing is named as the config's", async () => {
    const command = serving("echo other > /www/index.html");
    const { routes } = await app.deploy(await app.image("v1"), { target: { command } });
    expect(await app.answers(routes.at(-1))).toEqual(["other"]);
    const missing = app.deploy(await app.image("v1"), { target: { command: ["/no/such"] } });
    await expect(missing).rejects.toMatchObject({ hint: expect.stringContaining(`"command"`) });
  });

  test("log options reach the engine's driver, and rotate the log", async () => {
    const log = { options: { "max-size": "10k", "max-file": "1" } };
    const command = serving("seq 1 5000; echo ok > /www/index.html");
    const target = { log, command };
    const { replicas } = await app.deploy(await app.image("v1"), { target });
    const id = replicas[0]?.id ?? "";
    const { LogConfig } = (await inspect(id)).HostConfig;
    expect(LogConfig).toEqual({ Type: "json-file", Config: log.options });
    // The engine takes the lines in after the app has written them.
    const lines = await vi.waitFor(async () => {
      const written: string[] = [];
      for await (const line of containerLogs(app.engine, id, { tail: 9999, follow: false })) {
        written.push(line);
      }
      expect(written.at(-1)).toBe("5000");
      return written;
    });
    expect(lines.length).toBeLessThan(1000);
  });

  test("without a log that can be read, a failure is told all the same", async () => {
    const log = { driver: "none", options: {} };
    const { replicas } = await app.deploy(await app.image("v1"), { target: { log } });
    expect((await inspect(replicas[0]?.id)).HostConfig.LogConfig.Type).toBe("none");
    const failing = app.deploy(await app.image("exits"), { target: { log } });
    await expect(failing).rejects.toMatchObject({
      code: "CONTAINER_EXITED",
      details: { exitCode: 3, logs: [] },
    });
  });

  test("a log option that the engine finds wrong only at the start brings the old version back", async () => {
    const target = { deploymentStrategy: "replace" } as const;
    const old = await app.deploy(await app.image("v1"), { target });
    const log = { options: { "max-size": "much" } };
    const deploy = app.deploy(await app.image("v2"), {
      target: { ...target, log },
      previous: old.deployment,
    });
    await expect(deploy).rejects.toMatchObject({ hint: expect.stringContaining(`"log"`) });
    const [left, ...more] = await app.containers();
    expect(more).toEqual([]);
    expect(left).toMatchObject({ deployment: old.deployment, state: "running" });
  });

  test("labels are the containers', but none of Haloy's own", async () => {
    const labels = { team: "shop", "dev.haloy.appName": "other", "dev.haloy.domain.5": "x.test" };
    const { replicas } = await app.deploy(await app.image("v1"), { target: { labels } });
    const { Labels } = (await inspect(replicas[0]?.id)).Config;
    expect(Labels).toMatchObject({ team: "shop", "dev.haloy.appName": app.name });
    expect(Labels).not.toHaveProperty("dev.haloy.domain.5");
  });

  test("the health check asks a wildcard's app for one of the names it stands for", async () => {
    const lines = [
      "#!/bin/sh",
      "echo $HTTP_HOST > /www/index.html",
      'printf "Content-Type: text/plain\\r\\n\\r\\n"',
    ];
    const script = [
      "mkdir -p /www/cgi-bin",
      ...lines.map((line) => `echo '${line}' >> /www/cgi-bin/ok`),
      "chmod +x /www/cgi-bin/ok",
    ].join("; ");
    const domains = [{ domain: "*.shop.test", aliases: [] }];
    const target = { domains, command: serving(script), healthCheckPath: "/cgi-bin/ok" };
    const { routes } = await app.deploy(await app.image("v1"), { target });
    expect(await app.answers(routes.at(-1))).toEqual(["health-check.shop.test"]);
  });
});

// Beside the others: 20.10 and 28 look for a log driver that nobody has for 15 seconds.
sideBySide(testEngines(), "$name refuses", (engine) => {
  let app: App;

  beforeEach(() => {
    app = new App(engine);
  });
  afterEach(() => app.remove());

  test.each<[keyof Target, Partial<Target>]>([
    ["memory", { memory: 4 * MIB }],
    ["cpus", { cpus: 4000 }],
    ["log", { log: { driver: "no-such-driver", options: {} } }],
    ["log", { log: { options: { "no-such-option": "1" } } }],
    ["log", { log: { driver: "local", options: { tag: "x" } } }],
    ["volumes", { volumes: ["haloy-test-refused:/data:ro,rw"] }],
    ["volumes", { volumes: ["haloy-test-refused:/data:shared"] }],
    ["volumes", { volumes: ["haloy-test-refused:/data", "haloy-test-refused:/data/"] }],
    ["volumes", { volumes: ["/tmp:/data:nocopy"] }],
  ])("wrong %s are named before anything is touched: %j", async (setting, target) => {
    try {
      await expectRefused(app, target, {
        code: "SETTING_REFUSED",
        message: expect.stringContaining(`refuses its "${setting}"`),
      });
    } finally {
      const options = { method: "DELETE", expect: [404] } as const;
      await app.engine.call("/volumes/haloy-test-refused", options);
    }
  });
});
