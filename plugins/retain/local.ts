/**
 * `history: { strategy: local, count: 6 }`: the newest images stay on the server.
 *
 * The founding document, "Local Strategy"; the default count is the reference product's.
 *
 * @module
 */

import { z } from "zod";
import { definePlugin, type Plugin } from "../../plugin.ts";

/** The current release and the last good one before it are kept, whatever the count. */
const ALWAYS_KEPT = 2;

const plugin: Plugin = definePlugin({
  name: "retain-local",
  options: z.strictObject({}),
  strategies: {
    retain: { local: z.strictObject({ count: z.int().min(1).default(6) }) },
  },
  setup: () => ({
    retain: {
      local: ({ releases, strategy: { count } }) => {
        const current = releases.find((release) => release.current);
        const newest = releases.filter((release) => release !== current);
        const others = Math.max(count, ALWAYS_KEPT) - (current ? 1 : 0);
        const keep = [...(current ? [current] : []), ...newest.slice(0, others)];
        return {
          keep: keep.map(({ deployment }) => deployment),
          remove: newest.slice(others).map(({ deployment }) => deployment),
        };
      },
    },
  }),
});

export default plugin;
