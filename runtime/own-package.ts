/**
 * Lets a config or a plugin import "haloy" without having it installed: it means the copy that
 * runs. Deno reads this from `deno.json`. Under Node an installed copy wins, where there is one.
 *
 * @module
 */

import * as nodeModule from "node:module";
import { currentRuntime } from "./name.ts";

/** What Bun's plugin API needs of `globalThis`. */
interface BunGlobal {
  readonly Bun: {
    plugin(plugin: {
      name: string;
      setup(build: {
        module(specifier: string, load: () => Promise<{ exports: object; loader: "object" }>): void;
      }): void;
    }): void;
  };
}

let offered = false;

/** Offer our own modules under the package's name. `entries` maps specifiers to file URLs. */
export function offerOwnPackage(entries: Readonly<Record<string, URL>>): void {
  if (offered) return;
  offered = true;
  const runtime = currentRuntime().name;
  if (runtime === "node") {
    nodeModule.registerHooks({
      resolve(specifier, context, next) {
        const own = entries[specifier];
        if (!own) return next(specifier, context);
        try {
          return next(specifier, context);
        } catch {
          return { url: own.href, shortCircuit: true };
        }
      },
    });
  } else if (runtime === "bun") {
    const { Bun } = globalThis as unknown as BunGlobal;
    Bun.plugin({
      name: "haloy",
      setup(build) {
        for (const [specifier, own] of Object.entries(entries)) {
          build.module(specifier, async () => ({
            exports: (await import(own.href)) as object,
            loader: "object",
          }));
        }
      },
    });
  }
}
