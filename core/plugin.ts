/**
 * What a plugin is, and the function that checks one while you write it.
 *
 * @module
 */

import type { z } from "zod";
import type { HaloyEvent, LogLevel } from "./events.ts";
import type { AllHook, FirstHook, HookName, Input, NamedHook, Output } from "./hooks.ts";

/** A value, or a promise of it. */
export type Awaitable<Value> = Value | Promise<Value>;

/** What every hook receives besides its input. */
export interface HookContext {
  /** The plugin being run. */
  readonly plugin: string;
  readonly hook: HookName;
  /** Aborted on Ctrl-C and when the run fails elsewhere. */
  readonly signal: AbortSignal;
  /** Environment of the process. Plugins never read the global one. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Say something. Secrets are masked before anyone hears it. */
  log(level: LogLevel, message: string): void;
  /** Report how far along the work is. */
  progress(label: string, done: number, total?: number, unit?: "bytes" | "steps"): void;
  /** Pass on an event that happened on the server. */
  relay(event: HaloyEvent): void;
}

type FirstCall<Name extends FirstHook> = (
  input: Input<Name>,
  context: HookContext,
) => Awaitable<Output<Name> | null>;

type AllCall<Name extends AllHook> = (input: Input<Name>, context: HookContext) => Awaitable<void>;

type StrategyCall<Name extends NamedHook, Options> = (
  input: Input<Name> & { readonly strategy: Options },
  context: HookContext,
) => Awaitable<Output<Name>>;

/** Option schemas of the strategies a plugin offers, by hook and by name. */
export type StrategySchemas = {
  readonly [Name in NamedHook]?: Readonly<Record<string, z.ZodObject>>;
};

/** What `setup` returns: only the hooks the plugin cares about. */
export type Hooks<Schemas extends StrategySchemas = StrategySchemas> = {
  [Name in FirstHook]?: FirstCall<Name>;
} & { [Name in AllHook]?: AllCall<Name> } & {
  [Name in NamedHook & keyof Schemas]: {
    [Key in keyof Schemas[Name]]: StrategyCall<Name, z.output<Schemas[Name][Key]>>;
  };
} & {
  /** Close what the plugin opened. */
  dispose?: () => Awaitable<void>;
};

/** A plugin as its author writes it. */
export interface Definition<Options extends z.ZodType, Schemas extends StrategySchemas> {
  /** Short name, as in `plugins: [vault]`. Shown in errors and logs. */
  readonly name: string;
  readonly version?: string;
  /** Schema of what stands under `with:` in the config. */
  readonly options: Options;
  /** Strategies offered to `named` hooks, with the schema of each one's options. */
  readonly strategies?: Schemas;
  /** Called once, after the whole config is valid. Connect lazily, not here. */
  setup(options: z.output<Options>): Awaitable<Hooks<Schemas>>;
}

/** A plugin as the core sees it: the option types are checked, then forgotten. */
export interface Plugin {
  readonly name: string;
  readonly version?: string;
  readonly options: z.ZodType;
  readonly strategies?: StrategySchemas;
  setup(options: never): Awaitable<Hooks>;
}

/**
 * Check a plugin while you write it.
 *
 * Does nothing at run time: a plain object of the same shape works too.
 */
export function definePlugin<
  Options extends z.ZodType,
  const Schemas extends StrategySchemas = Record<never, never>,
>(definition: Definition<Options, Schemas>): Plugin {
  return definition as unknown as Plugin;
}
