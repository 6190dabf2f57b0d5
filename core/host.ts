/**
 * Runs hooks. The only code that calls into plugins, so the only place where their errors,
 * their answers, their time and their events are handled.
 *
 * @module
 */

import { answerProblem } from "./answers.ts";
import { errorJson, fail, isHaloyError, type Location, reasonOf } from "./errors.ts";
import type { EventSink } from "./events.ts";
import {
  type AllHook,
  type Choice,
  type FirstHook,
  HOOKS,
  type HookName,
  type Input,
  type NamedHook,
  type Output,
} from "./hooks.ts";
import type { Awaitable, HookContext, Hooks, Plugin } from "./plugin.ts";
import { unknownStrategy } from "./unknown-strategy.ts";

/** A plugin after `setup`. */
export interface Running {
  readonly plugin: Plugin;
  readonly hooks: Hooks;
}

/** What the host needs from whoever opens it. */
export interface HostOptions {
  readonly events: EventSink;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Refuse every hook that changes the world: for a plan. */
  readonly readOnly?: boolean;
  /** After this long a hook is reported as slow. Default 3000 ms. */
  readonly slowMs?: number;
}

type Call = (input: unknown, context: HookContext) => Awaitable<unknown>;

/**
 * Set plugins up with their options, checked against their own schemas. `locate` says where an
 * option stands in the config. Throws `PLUGIN_INVALID` with every wrong option of a plugin.
 */
export async function setUpPlugins(
  listed: readonly {
    readonly plugin: Plugin;
    readonly options: unknown;
    readonly locate?: ((option: readonly (string | number)[]) => Location) | undefined;
  }[],
): Promise<Running[]> {
  const running: Running[] = [];
  for (const { plugin, options, locate } of listed) {
    const parsed = await plugin.options.safeParseAsync(options ?? {});
    if (!parsed.success) {
      const places = parsed.error.issues.map(({ path }) => locate?.(path as (string | number)[]));
      const problems = parsed.error.issues.map(({ path, message }, index) => {
        const { line, column } = places[index] ?? {};
        const place = line === undefined ? "" : ` (line ${line}, column ${column})`;
        return `  ${path.join(".") || "options"}: ${message}${place}`;
      });
      throw fail("PLUGIN_INVALID", {
        message: `Cannot use plugin "${plugin.name}" with these options:\n${problems.join("\n")}`,
        hint: `Correct what stands under "with:" for this plugin`,
        at: places[0],
        plugin: plugin.name,
      });
    }
    try {
      running.push({ plugin, hooks: await plugin.setup(parsed.data as never) });
    } catch (cause) {
      throw blame(cause, "setup", plugin);
    }
  }
  return running;
}

/** Runs hooks across a fixed, ordered list of plugins. */
export class PluginHost {
  readonly #running: readonly Running[];
  readonly #options: HostOptions;
  readonly #owners: Map<string, Running> = new Map();

  constructor(running: readonly Running[], options: HostOptions) {
    this.#running = running;
    this.#options = options;
    for (const one of running) this.#claim(one);
  }

  /** Ask plugins in order; the first answer that is not null wins. */
  async first<Name extends FirstHook>(hook: Name, input: Input<Name>): Promise<Output<Name>> {
    const answer = await this.firstOrNull(hook, input);
    if (answer !== null) return answer;
    const asked = this.#running.filter(({ hooks }) => hooks[hook]).map(({ plugin }) => plugin.name);
    throw fail("HOOK_UNANSWERED", {
      message: `Cannot run "${hook}": no plugin answered`,
      hint: asked.length > 0 ? `Plugins asked, in order: ${asked.join(", ")}` : "No plugin has it",
      hook,
    });
  }

  /** Like {@link first}, but nobody needs to answer. */
  async firstOrNull<Name extends FirstHook>(
    hook: Name,
    input: Input<Name>,
  ): Promise<Output<Name> | null> {
    for (const { plugin, hooks } of this.#running) {
      const call = hooks[hook] as Call | undefined;
      if (!call) continue;
      const answer = await this.#call(hook, plugin, call, input);
      if (answer != null) return answer as Output<Name>;
    }
    return null;
  }

  /** Run the one strategy the config names, with that strategy's options. */
  async named<Name extends NamedHook>(
    hook: Name,
    choice: Choice,
    input: Input<Name>,
  ): Promise<Output<Name>> {
    const strategy = this.check(hook, choice);
    const { plugin, hooks } = this.owner(hook, choice.strategy);
    const call = (hooks[hook] as Readonly<Record<string, Call>>)[choice.strategy]!;
    return (await this.#call(hook, plugin, call, { ...input, strategy })) as Output<Name>;
  }

  /**
   * The options of a choice, as its strategy will get them, without running it. `at` says where
   * the choice stands. Throws `STRATEGY_UNKNOWN`, and `CONFIG_INVALID` for wrong options.
   */
  check(hook: NamedHook, { strategy, ...options }: Choice, at?: Location): unknown {
    const { plugin } = this.owner(hook, strategy, at);
    const parsed = plugin.strategies?.[hook]?.[strategy]?.safeParse(options);
    if (!parsed) return {};
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join("."), message].filter((part) => part !== "").join(": "),
    );
    throw fail("CONFIG_INVALID", {
      message: `Cannot ${hook} with strategy "${strategy}": ${problems.join("; ")}`,
      hint: "Correct the options of this strategy in your config",
      at,
      plugin: plugin.name,
      hook,
    });
  }

  /** Who owns a strategy that stands `at` a place. Throws `STRATEGY_UNKNOWN` when nobody does. */
  owner(hook: NamedHook, strategy: string, at?: Location): Running {
    const owner = this.#owners.get(`${hook}:${strategy}`);
    if (owner) return owner;
    throw unknownStrategy(hook, strategy, this.strategies(hook), at);
  }

  /** Names registered for a `named` hook, in plugin order. */
  strategies(hook: NamedHook): string[] {
    return [...this.#owners.keys()]
      .filter((key) => key.startsWith(`${hook}:`))
      .map((key) => key.slice(hook.length + 1));
  }

  /** Tell every plugin, whatever the others throw. Gives back all errors. */
  async all<Name extends AllHook>(hook: Name, input: Input<Name>): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const { plugin, hooks } of this.#running) {
      const call = hooks[hook] as Call | undefined;
      if (!call) continue;
      try {
        await this.#call(hook, plugin, call, input);
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  /** Close plugins, last opened first. */
  async dispose(): Promise<void> {
    for (const { hooks } of [...this.#running].reverse()) await hooks.dispose?.();
  }

  /** Check what `setup` returned, and note who owns which strategy. */
  #claim(one: Running): void {
    const { plugin, hooks } = one;
    const invalid = (reason: string) =>
      fail("PLUGIN_INVALID", {
        message: `Cannot use plugin "${plugin.name}": ${reason}`,
        hint: "Report this to the plugin's author",
        plugin: plugin.name,
      });
    if (hooks === null || typeof hooks !== "object") throw invalid("setup returned no hooks");
    for (const hook of Object.keys(hooks)) {
      if (hook !== "dispose" && !(hook in HOOKS)) throw invalid(`there is no hook "${hook}"`);
    }
    for (const hook of Object.keys(plugin.strategies ?? {}) as NamedHook[]) {
      for (const strategy of Object.keys(plugin.strategies?.[hook] ?? {})) {
        const calls = hooks[hook] as Readonly<Record<string, Call>> | undefined;
        if (typeof calls?.[strategy] !== "function") {
          throw invalid(`setup returned no ${hook} strategy "${strategy}"`);
        }
        const key = `${hook}:${strategy}`;
        const other = this.#owners.get(key);
        if (other) {
          throw fail("STRATEGY_DUPLICATE", {
            message: `Cannot tell who owns the ${hook} strategy "${strategy}": plugins "${other.plugin.name}" and "${plugin.name}" both do`,
            hint: `Remove one of them from "plugins:"`,
          });
        }
        this.#owners.set(key, one);
      }
    }
  }

  async #call(hook: HookName, plugin: Plugin, call: Call, input: unknown): Promise<unknown> {
    const { events, signal, readOnly, slowMs = 3000 } = this.#options;
    const who = { hook, plugin: plugin.name };
    if (readOnly && HOOKS[hook].effect) {
      throw fail("INTERNAL", {
        message: `Cannot run "${hook}" of plugin "${plugin.name}": a plan changes nothing`,
        ...who,
      });
    }
    const began = performance.now();
    const elapsed = () => ({ elapsedMs: Math.round(performance.now() - began) });

    signal.throwIfAborted();
    events.append({ type: "hook:start", ...who });
    const slow = setTimeout(
      () => events.append({ type: "hook:slow", ...who, ...elapsed() }),
      slowMs,
    );
    try {
      const answer = await call(input, this.#context(hook, plugin));
      const problem = answer == null ? null : answerProblem(hook, answer, input);
      if (problem || (answer == null && HOOKS[hook].mode === "named")) {
        throw fail("PLUGIN_ANSWER_INVALID", {
          message: `Cannot use the answer of plugin "${plugin.name}" to "${hook}": ${problem ?? "it answered nothing"}`,
          hint: "Report this to the plugin's author",
          ...who,
        });
      }
      const outcome = answer == null ? "passed" : "answered";
      events.append({ type: "hook:end", ...who, ...elapsed(), outcome });
      return answer;
    } catch (cause) {
      const error = signal.aborted ? cause : blame(cause, hook, plugin);
      events.append({ type: "hook:fail", ...who, ...elapsed(), error: errorJson(error) });
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  #context(hook: HookName, plugin: Plugin): HookContext {
    const { events, signal, env } = this.#options;
    const who = { hook, plugin: plugin.name };
    return {
      ...who,
      signal,
      env,
      log(level, message) {
        events.append({ type: "log", ...who, level, message });
      },
      relay(event) {
        events.append(event);
      },
      progress(label, done, total, unit) {
        events.append({
          type: "progress",
          ...who,
          label,
          done,
          ...(total === undefined ? {} : { total }),
          ...(unit === undefined ? {} : { unit }),
        });
      },
    };
  }
}

/** Name the plugin and the hook exactly once, and keep the cause. */
function blame(cause: unknown, hook: string, plugin: Plugin): unknown {
  if (isHaloyError(cause)) return cause;
  const version = plugin.version === undefined ? "" : ` ${plugin.version}`;
  return fail("PLUGIN_FAILED", {
    message: `Plugin "${plugin.name}"${version} failed in "${hook}": ${reasonOf(cause)}`,
    hint: "The plugin did not expect this; report it to its author with the output above",
    plugin: plugin.name,
    hook,
    cause,
  });
}
