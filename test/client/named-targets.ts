/**
 * What the compiler must accept and refuse about names of targets: checked by `tsc`, never run.
 *
 * @module
 */

import { createHaloy, type DeployResult, defineConfig } from "../../mod.ts";

/** Never called: it would deploy. */
export async function checked(): Promise<DeployResult[]> {
  const config = defineConfig({
    image: "nginx:alpine",
    targets: { production: { server: "a.example.com" }, staging: null },
  });
  const haloy = createHaloy(config);
  const one = await haloy.deploy({ targets: ["production"] });
  const both = await haloy.rollback({ all: true });
  // @ts-expect-error There is no such target.
  void haloy.deploy({ targets: ["prodution"] });
  // @ts-expect-error The answer is about the chosen target only.
  void one.staging;
  // @ts-expect-error A name is not known in an answer either.
  void (await haloy.status({ all: true })).prodution;
  void haloy.logs({ targets: ["staging"] });
  const plan = await haloy.plan({ targets: ["staging"] });
  const starts: number = plan.targets.staging.starts;
  void starts;
  return [one.production, both.production, both.staging];
}
