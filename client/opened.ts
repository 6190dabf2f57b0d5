/**
 * What every step of a run works with.
 *
 * @module
 */

import type { EventSink } from "../core/events.ts";
import type { ServerConnection } from "../core/hooks.ts";
import type { PluginHost } from "../core/host.ts";
import type { Target } from "../core/target.ts";
import { commonEnvironment, EnvFiles, type TargetEnvironment } from "./env-files.ts";
import { NOTHING_CHANGED, Problems } from "./problems.ts";
import type { Workspace } from "./run.ts";
import type { Environment, Session } from "./session.ts";

/** A target of a run. */
export interface OpenTarget {
  /** As in the config. */
  readonly name: string;
  readonly target: Target;
  readonly environment: TargetEnvironment;
  /** Where the target's events go. */
  readonly events: EventSink;
  /** Plugins, with the target's environment; what they say is the target's. */
  readonly host: PluginHost;
}

/** A target whose server is known. */
export interface Connected extends OpenTarget {
  readonly server: ServerConnection;
}

/** A run that is open. */
export interface Opened {
  readonly session: Session;
  readonly workspace: Workspace;
  /** In the order of the config. */
  readonly targets: readonly OpenTarget[];
  /** Nothing may be changed. */
  readonly readOnly: boolean;
}

/** Open a run's targets. Contacts nobody. Throws what is wrong with `.env` files and plugins. */
export async function open(
  session: Session,
  workspace: Workspace,
  names: readonly string[],
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<Opened> {
  const { env, cwd, loaded, config } = session;
  const files = new EnvFiles({ env, cwd, directory: loaded.directory });
  const problems = new Problems(names.length);
  const targets: OpenTarget[] = [];
  for (const name of names) {
    const target = config.targets[name];
    const environment = await problems.collect(name, () => files.of(name));
    if (!target || !environment) continue;
    const events = workspace.events.of(name);
    const { variables } = environment;
    const host = await hostOf({ session, workspace, readOnly }, events, variables);
    targets.push({ name, target, environment, events, host });
  }
  problems.throwIfAny(NOTHING_CHANGED);
  return { session, workspace, targets, readOnly };
}

/** Plugins for something that is done once for `targets`: with what their environments share. */
export async function hostFor(
  run: Opened,
  targets: readonly OpenTarget[],
  env: Environment = commonEnvironment(targets.map(({ environment }) => environment)),
): Promise<PluginHost> {
  return await hostOf(run, eventsOf(run, targets), env);
}

/** Where events about `targets` go: those of one are its own. */
export function eventsOf({ workspace }: Opened, targets: readonly { name: string }[]): EventSink {
  const [first, ...others] = targets;
  return first && others.length === 0 ? workspace.events.of(first.name) : workspace.events;
}

async function hostOf(
  { session, workspace, readOnly }: Omit<Opened, "targets">,
  events: EventSink,
  env: Environment,
): Promise<PluginHost> {
  return await session.host({ events, signal: workspace.signal, env, readOnly });
}
