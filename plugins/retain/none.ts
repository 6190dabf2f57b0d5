/**
 * `history: { strategy: none }`: nothing to go back to, only the current release stays.
 *
 * The founding document, "None Strategy".
 *
 * @module
 */

import { z } from "zod";
import { definePlugin, type Plugin } from "../../plugin.ts";

const plugin: Plugin = definePlugin({
  name: "retain-none",
  options: z.strictObject({}),
  strategies: { retain: { none: z.strictObject({}) } },
  setup: () => ({
    retain: {
      none: ({ releases }) => ({
        keep: releases.filter(({ current }) => current).map(({ deployment }) => deployment),
        remove: releases.filter(({ current }) => !current).map(({ deployment }) => deployment),
      }),
    },
  }),
});

export default plugin;
