/**
 * Builds images and brings them to where servers can run them.
 *
 * @module
 */

import type { PushedImage } from "../core/hooks.ts";
import type { Build } from "./builds.ts";
import { commonEnvironment } from "./env-files.ts";
import { eventsOf, hostFor, type Opened } from "./opened.ts";
import type { Prepared } from "./prepare.ts";
import { named } from "./problems.ts";
import { stage } from "./stage.ts";

/** An image where the server can run it. */
export interface Delivered {
  readonly push: PushedImage;
  /** The server itself got it: nobody else may replace it there. */
  readonly direct: boolean;
}

/**
 * Build and push, one image after the other: a tag may be used by two builds. Nothing is deployed
 * before all is where it should be. Gives back what arrived, by target.
 */
export async function deliver(
  run: Opened,
  builds: readonly Build[],
  chosen: number,
): Promise<ReadonlyMap<string, Delivered>> {
  const delivered = new Map<string, Delivered>();
  const attempt = async <Answer>(targets: readonly Prepared[], work: () => Promise<Answer>) => {
    try {
      return await work();
    } catch (error) {
      if (chosen === 1) throw error;
      const targetNames = targets.map(({ name }) => name);
      throw named({ targets: targetNames, error, besides: "\nNo target was deployed" });
    }
  };
  for (const { image, targets, pushes } of builds) {
    const app = targets[0]?.target.name ?? "";
    const { signal } = run.workspace;
    const told = (some: readonly Prepared[]) => ({ events: eventsOf(run, some), signal });
    const environment = commonEnvironment(targets.map((target) => target.environment));
    const host = await hostFor(run, targets, environment);
    const local = await attempt(targets, () =>
      stage(told(targets), "build", `Build ${image.reference}`, () =>
        host.first("build", { app, image }),
      ),
    );
    for (const { choice, to, direct, login, targets: some } of pushes) {
      const [first] = some;
      if (!first) continue;
      const input = { app: first.target.name, image: local, server: first.server, login };
      // The engine that built it is the one to push from, so it is the build's environment.
      const host = await hostFor(run, some, environment);
      const push = await attempt(some, () =>
        stage(told(some), "push", `Push to ${to}`, () => host.named("push", choice, input)),
      );
      for (const { name } of some) delivered.set(name, { push, direct });
    }
  }
  return delivered;
}
