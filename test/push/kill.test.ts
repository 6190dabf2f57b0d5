import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Layers } from "../../daemon/layers/layers.ts";
import { LayerStore } from "../../daemon/layers/store.ts";
import { EngineClient } from "../../engine/client.ts";

const KILLS = 12;

test("a store whose process is killed at any moment holds whole layers only, and goes on", async () => {
  const directory = await mkdtemp(join(tmpdir(), "haloy-killed-"));
  const writer = fileURLToPath(new URL("store-writer.ts", import.meta.url));
  let layers = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [writer, directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await sleep(20 + Math.random() * 150);
    child.kill("SIGKILL");
    await once(child, "close");

    const engine = new EngineClient({ socketPath: "/nonexistent" });
    await new LayerStore({ directory, engine }).recover();

    const names = await readdir(directory, { recursive: true });
    expect(names.filter((name) => /\.tmp$|^trash|blob-/.test(name))).toEqual([]);
    const store = new Layers(directory, join(directory, "trash"));
    for (const name of await readdir(directory)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      layers++;
      for await (const _part of store.read(`sha256:${name}`));
    }
  }
  expect(layers).toBeGreaterThan(KILLS);
  await rm(directory, { recursive: true });
});
