/**
 * Which stage of a Dockerfile is built, by the docker command and by the engine's own builder.
 */

import { expect, test } from "vitest";
import { testEngines } from "../engines.ts";
import { engineAt } from "../push/image.ts";
import { workshop } from "./harness.ts";

const DOCKERFILE = `FROM scratch AS first
COPY busybox /busybox
LABEL stage=first
FROM scratch AS second
COPY busybox /busybox
LABEL stage=second
FROM scratch
COPY busybox /busybox
LABEL stage=last`;

const builders = testEngines().flatMap((engine) => [
  { engine, name: engine.name, by: "docker command", cli: engine.dockerCli },
  { engine, name: engine.name, by: "engine's own builder", cli: null },
]);

test.each(builders)("the stage asked for is built, else the last one ($name, $by)", async (one) => {
  const { engine, cli } = one;
  const labelOf = async (stage: string | null) => {
    const options = { request: { stage }, ...(cli === undefined ? {} : { cli }) };
    const { reference, build } = await workshop(engine, DOCKERFILE, options);
    await build();
    const { Config } = await engineAt(engine.host).json<{ Config: { Labels: object } }>(
      `/images/${reference}/json`,
    );
    return Config.Labels;
  };
  expect(await labelOf("second")).toEqual({ stage: "second" });
  expect(await labelOf(null)).toEqual({ stage: "last" });
  await expect(labelOf("sceond")).rejects.toMatchObject({
    code: "BUILD_FAILED",
    hint: expect.stringMatching(/image\.build_config\.target.*AS sceond/),
  });
});
