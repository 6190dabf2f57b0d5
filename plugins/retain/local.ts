/**
 * `history: { strategy: local, count: 6 }`: the newest images stay on the server.
 *
 * The founding document, "Local Strategy"; the default count is the reference product's. What
 * runs, and what a rollback brings back, stay whatever the count.
 *
 * @module
 */

import { z } from "zod";
import { definePlugin, type Plugin, type ReleaseRecord } from "../../plugin.ts";

const plugin: Plugin = definePlugin({
  name: "retain-local",
  options: z.strictObject({}),
  strategies: {
    retain: { local: z.strictObject({ count: z.int().min(1).default(6) }) },
  },
  setup: () => ({
    retain: {
      local: ({ releases, strategy: { count } }) => {
        const pinned = releases.filter(({ current, lastGood }) => current || lastGood);
        const others = releases.filter((release) => !pinned.includes(release));
        const room = Math.max(count - pinned.length, 0);
        const ids = (some: readonly ReleaseRecord[]) => some.map(({ deployment }) => deployment);
        return {
          keep: ids([...pinned, ...others.slice(0, room)]),
          remove: ids(others.slice(room)),
        };
      },
    },
  }),
});

export default plugin;
