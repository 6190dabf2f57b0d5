/**
 * A deploy as a program: the same steps as `haloy deploy`, with the result in your hands.
 *
 * Run it with Node, Deno or Bun: `node examples/script/deploy.ts [path of a haloy.yaml]`.
 *
 * @module
 */

import { createHaloy, loadConfig } from "haloy";

const config = await loadConfig(process.argv[2] ?? "examples/hello/haloy.yaml");
await using haloy = createHaloy(config);

const plan = await haloy.plan();
console.log(
  `${plan.app}: ${plan.image} to ${plan.server}, now ${plan.current?.deployment ?? "nothing"}`,
);

const run = haloy.deploy();
for await (const event of run) {
  if (event.type === "stage:end") console.log(`${event.stage}: ${event.elapsedMs} ms`);
  if (event.type === "deployment:state") console.log(`on the server: ${event.state}`);
}
const { deployment, push, replicas } = await run;
console.log(
  `${deployment} runs in ${replicas.length} container(s), ${push?.bytesSent ?? 0} bytes sent`,
);
