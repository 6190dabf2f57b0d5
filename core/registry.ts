/**
 * Finds plugins by the name written in the config.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { resolveModuleURL } from "exsolve";
import type { Path } from "./config/tree.ts";
import type { PluginEntry } from "./config/types.ts";
import { fail, type HaloyError, isHaloyError, type Location, reasonOf } from "./errors.ts";
import type { Plugin } from "./plugin.ts";

/** Where names are looked up. */
export interface RegistryOptions {
  /** Absolute path of the config file: packages and paths resolve from beside it. */
  readonly from: string;
  /** Plugins that ship with the toolkit, by name, each loaded when it is wanted. */
  readonly builtins: ReadonlyMap<string, () => Promise<Plugin>>;
  /** Where a setting stands in the config, for errors. */
  readonly locate?: ((path: Path) => Location) | undefined;
}

/** A plugin that is loaded and not yet set up. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** What stands under `with:`, unchecked. */
  readonly options: unknown;
  /** What the config calls it. */
  readonly use: string;
  /** Where one of its options stands in the config. Absent for a plugin the config does not list. */
  readonly locate?: ((option: Path) => Location) | undefined;
}

/**
 * Load every plugin: those the config lists, in its order, then the built-in ones it does not
 * mention, so a listed plugin is asked first. Throws `PLUGIN_NOT_FOUND`, `PLUGIN_INVALID` and
 * `PLUGIN_DUPLICATE`, each with the place of the entry.
 */
export async function loadPlugins(
  entries: readonly PluginEntry[],
  options: RegistryOptions,
): Promise<LoadedPlugin[]> {
  const listed = await Promise.all(entries.map((entry, index) => load(entry, index, options)));
  const loaded = new Map<string, LoadedPlugin>();
  for (const one of listed) {
    const { name } = one.plugin;
    const builtin = one.use === name ? undefined : await options.builtins.get(name)?.();
    if (loaded.has(name) || (builtin !== undefined && builtin !== one.plugin)) {
      const other = loaded.has(name) ? "is listed twice" : "is the name of a built-in plugin";
      throw fail("PLUGIN_DUPLICATE", {
        message: `Cannot use plugin "${one.use}": "${name}" ${other}`,
        hint: `Keep one plugin of that name under "plugins:"`,
        at: one.locate?.([]),
        plugin: name,
      });
    }
    loaded.set(name, one);
  }
  for (const [use, builtin] of options.builtins) {
    if (!loaded.has(use)) loaded.set(use, { use, plugin: await builtin(), options: undefined });
  }
  return [...loaded.values()];
}

const PREFIX = "haloy-plugin-";

/**
 * The package a short name stands for: `vault` means `haloy-plugin-vault`, and `@acme/vault`
 * means `@acme/haloy-plugin-vault`. A full name, a path or a URL means itself.
 */
export function packageName(name: string): string {
  if (/^(?:\.{0,2}\/|[a-z]+:)/i.test(name)) return name;
  const [, scope = "", base = name] = /^(@[^/]+\/)?(.+)$/.exec(name) ?? [];
  return base.startsWith(PREFIX) ? name : `${scope}${PREFIX}${base}`;
}

async function load(
  { use, with: options }: PluginEntry,
  index: number,
  registry: RegistryOptions,
): Promise<LoadedPlugin> {
  const locate =
    registry.locate && ((option: Path) => registry.locate?.(["plugins", index, "with", ...option]));
  const entry = () => registry.locate?.(["plugins", index, "use"]);
  const located = { options, ...(locate ? { locate: locate as LoadedPlugin["locate"] } : {}) };
  if (typeof use !== "string") {
    const name = String((use as Partial<Plugin> | null)?.name);
    return { plugin: checked(use, name, entry()), use: name, ...located };
  }
  const builtin = registry.builtins.get(use);
  if (builtin) return { plugin: await builtin(), use, ...located };
  const module = await importPlugin(use, registry.from, entry());
  return { plugin: checked(module.default, use, entry()), use, ...located };
}

async function importPlugin(
  use: string,
  from: string,
  at: Location | undefined,
): Promise<{ default?: unknown }> {
  const specifier = packageName(use);
  const url = resolve(specifier, from);
  if (url === undefined) throw notFound(use, specifier, at);
  try {
    return (await import(url)) as { default?: unknown };
  } catch (cause) {
    if (isHaloyError(cause)) throw cause;
    // Only Deno knows npm: and jsr:.
    if (!url.startsWith("file:")) throw notFound(use, specifier, at, cause);
    throw invalid(use, `it failed while loading: ${reasonOf(cause)}`, at, cause);
  }
}

/** The module's URL, or undefined. Resolved by hand: an import here would start from here. */
function resolve(specifier: string, from: string): string | undefined {
  if (/^(?:npm|jsr|https?|data):/.test(specifier)) return specifier;
  return resolveModuleURL(specifier, {
    from: pathToFileURL(from),
    conditions: [runtimeCondition(), "node", "import"],
    try: true,
  });
}

function runtimeCondition(): "deno" | "bun" | "node" {
  if ("Deno" in globalThis) return "deno";
  return "Bun" in globalThis ? "bun" : "node";
}

function notFound(
  use: string,
  specifier: string,
  at: Location | undefined,
  cause?: unknown,
): HaloyError {
  const path = /^\.{0,2}\//.test(specifier);
  const url = /^[a-z]+:/i.test(specifier);
  const state = path
    ? "there is no such file, seen from the config's directory"
    : `"${specifier}" is not installed where the config is`;
  const command = `Run "npm install ${specifier}" in the config's directory`;
  return fail("PLUGIN_NOT_FOUND", {
    message: `Cannot find plugin "${use}": ${url ? reasonOf(cause) : state}`,
    hint: path || url ? `Correct the name under "plugins:"` : command,
    at,
    plugin: use,
    cause,
  });
}

function invalid(
  use: string,
  reason: string,
  at: Location | undefined,
  cause?: unknown,
): HaloyError {
  return fail("PLUGIN_INVALID", {
    message: `Cannot use plugin "${use}": ${reason}`,
    hint: "A plugin module has one default export, made with definePlugin",
    at,
    plugin: use,
    cause,
  });
}

/** `plugin` itself, when it has the shape of one. */
function checked(plugin: unknown, use: string, at: Location | undefined): Plugin {
  const reason = complaint(plugin);
  if (reason !== undefined) throw invalid(use, reason, at);
  return plugin as Plugin;
}

function complaint(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "it has no default export";
  const { name, options, setup } = value as { readonly [Key in keyof Plugin]?: unknown };
  if (typeof name !== "string" || name === "") return `its "name" is missing`;
  if (typeof setup !== "function") return `its "setup" is missing`;
  if (typeof options !== "object" || options === null) return `its "options" are missing`;
  if ("_zod" in options) return undefined;
  return "_def" in options
    ? `its "options" are a zod 3 schema, and zod 4 is needed`
    : `its "options" are not a zod schema`;
}
