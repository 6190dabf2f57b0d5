/**
 * A deploy as a program: the same steps as `haloy deploy`, with the results in your hands.
 *
 * Run it with Node, Deno or Bun: `node examples/script/deploy.ts [path of a haloy.yaml] [target …]`.
 *
 * @module
 */

import { createHaloy, loadConfig } from "haloy";

const [path = "examples/hello/haloy.yaml", ...targets] = process.argv.slice(2);
await using haloy = createHaloy(await loadConfig(path));
const chosen = targets.length > 0 ? { targets } : {};

const plan = await haloy.plan(chosen);
for (const { target, image, server, current } of Object.values(plan.targets)) {
  console.log(`${target}: ${image} to ${server}, now ${current?.deployment ?? "nothing"}`);
}

const run = haloy.deploy(chosen);
for await (const event of run) {
  const whose = event.target === undefined ? "" : `${event.target}: `;
  if (event.type === "stage:end") console.log(`${whose}${event.stage}, ${event.elapsedMs} ms`);
  if (event.type === "deployment:state") console.log(`${whose}${event.state} on the server`);
}
for (const { target, deployment, push, replicas } of Object.values(await run)) {
  const sent = push?.bytesSent ?? 0;
  console.log(
    `${target}: ${deployment} runs in ${replicas.length} container(s), ${sent} bytes sent`,
  );
}
