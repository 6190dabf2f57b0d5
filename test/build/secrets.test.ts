/**
 * Secret mounts: the Dockerfile reads the value while it is built, and it stays nowhere.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../plugin.ts";
import { testEngines } from "../engines.ts";
import { engineAt } from "../push/image.ts";
import { savedBytes, told } from "./contents.ts";
import { BUSYBOX, workshop } from "./harness.ts";
import { commandLinesDuring } from "./process-list.ts";

const TOKEN = `s3ntinel-${crypto.randomUUID()}\n//registry.example/:_auth="quoted, and more"\n`;

test.each(testEngines())(
  "a secret mount is read by RUN, and its value is nowhere afterwards (Docker Engine $name)",
  async (engine) => {
    const { dir, reference, build, said } = await workshop(
      engine,
      // BuildKit's cache does not look at secrets, so every run of the test has other layers.
      `${BUSYBOX}RUN echo ${crypto.randomUUID()} > /fresh
RUN --mount=type=secret,id=NPM_TOKEN /bin/busybox sha256sum /run/secrets/NPM_TOKEN > /sum && /bin/busybox sleep 1
RUN --mount=type=secret,id=EMPTY /bin/busybox wc -c /run/secrets/EMPTY > /empty || echo absent > /empty
RUN --mount=type=secret,id=PLAIN,target=/plain /bin/busybox cat /plain > /copy`,
      {
        // Variables of the same names: another value must not be taken from them.
        env: { NPM_TOKEN: "another", HALOY_BUILD_SECRET_1: "another" },
        request: {
          secrets: [
            { name: "NPM_TOKEN", value: new Secret(TOKEN) },
            { name: "EMPTY", value: new Secret("") },
            { name: "PLAIN", value: "written-in-the-config" },
          ],
        },
      },
    );
    const seen = await commandLinesDuring(build);
    const client = engineAt(engine.host);
    const bytes = await savedBytes(client, reference);
    const sum = createHash("sha256").update(TOKEN).digest("hex");
    expect(bytes.includes(`${sum}  /run/secrets/NPM_TOKEN`)).toBe(true);
    // BuildKit in Docker 20.10 leaves an empty secret out.
    expect(bytes.includes(engine.name === "20.10" ? "absent\n" : "0 /run/secrets/EMPTY")).toBe(
      true,
    );
    expect(bytes.includes("written-in-the-config")).toBe(true);
    expect(seen.join("\n")).toContain("--secret=id=NPM_TOKEN,env=HALOY_BUILD_SECRET_2");

    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
    const places = {
      "the process list": seen.join("\n"),
      "files of docker and of ours": Buffer.concat(files),
      "docker inspect and docker history": await told(client, reference),
      "docker save": bytes,
      "events of the build": await said(),
    };
    const [token = ""] = TOKEN.split("\n");
    for (const [place, text] of Object.entries(places)) {
      expect(text.includes("NPM_TOKEN"), `the secret's name is in ${place}`).toBe(true);
      expect(text.includes(token), `its value is in ${place}`).toBe(false);
    }
  },
);

test("a secret that the Dockerfile wants and the config lacks is told by its name", async () => {
  const [engine] = testEngines().slice(1);
  if (!engine) throw new Error("there is no engine");
  const { build } = await workshop(
    engine,
    `${BUSYBOX}RUN --mount=type=secret,id=NPM_TOKEN,required=true /bin/busybox true`,
  );
  await expect(build()).rejects.toMatchObject({
    code: "BUILD_FAILED",
    hint: expect.stringContaining('add "- name: NPM_TOKEN"'),
  });
});
