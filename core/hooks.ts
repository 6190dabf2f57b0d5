/**
 * The contract between the core and its plugins: what each hook takes and gives, and one table
 * that says how every hook behaves.
 *
 * @module
 */

import type { ErrorJson } from "./errors.ts";
import type {
  DeploymentHost,
  DeployOutcome,
  LocalImage,
  PushedImage,
  RegistryCredentials,
  RegistryLogin,
  Release,
  ReleaseRecord,
  ResolvedImage,
  Retention,
  Route,
  ServerConnection,
} from "./flow.ts";
import type { Secret } from "./secret.ts";
import type { Target } from "./target.ts";

export type * from "./flow.ts";
export type { Choice, PullPolicy } from "./target.ts";

/** Ask plugins in order; the first answer that is not null wins. */
interface First<Input, Output> {
  readonly mode: "first";
  readonly input: Input;
  readonly output: Output;
}

/** The config names a strategy; exactly one plugin owns that name. */
interface Named<Input, Output> {
  readonly mode: "named";
  readonly input: Input;
  readonly output: Output;
}

/** Tell every plugin in order; answers are ignored. */
interface All<Input> {
  readonly mode: "all";
  readonly input: Input;
  readonly output: undefined;
}

/** Every hook by name. */
export interface HookMap {
  /** Check tools, credentials and reachability before anything changes. */
  verify: All<{ readonly target: Target; readonly server: ServerConnection }>;
  /** Turn the configured image into a concrete reference. */
  resolveImage: First<{ readonly target: Target; readonly directory: string }, ResolvedImage>;
  /**
   * Fetch all wanted values of one source at once. `options` is what the config says about the
   * source under `secret_providers`. The answer has one value per key.
   */
  resolveSecret: Named<
    {
      readonly source: string;
      readonly keys: readonly string[];
      readonly options: unknown;
      readonly directory: string;
    },
    Readonly<Record<string, Secret>>
  >;
  /** Produce the image in the local engine. */
  build: First<{ readonly app: string; readonly image: ResolvedImage }, LocalImage>;
  /** Bring the image to where the server can run it. */
  push: Named<
    {
      readonly app: string;
      readonly image: LocalImage;
      readonly server: ServerConnection;
      /** From `image.registry`. Null: none are configured. */
      readonly login: RegistryLogin | null;
    },
    PushedImage
  >;
  /** Run the release: `server` is set where the command is typed, `host` on the server. */
  deploy: First<
    {
      readonly release: Release;
      readonly server?: ServerConnection;
      readonly host?: DeploymentHost;
      /** Refuse instead of waiting behind another deployment of the app. */
      readonly noWait?: boolean;
      /** What to keep for a later rollback: the target as written, references unresolved. */
      readonly rollback?: unknown;
      /** The deployment whose release this one brings back. */
      readonly rolledBackFrom?: string;
    },
    DeployOutcome
  >;
  /**
   * Apply the full wanted set of routes, atomically, then wait for `draining` upstreams. A call may
   * come while another one waits: routes are applied in the order of the calls.
   */
  route: Named<
    {
      readonly routes: readonly Route[];
      readonly draining: readonly string[];
      /** Only find out whether the router can be reached, and change nothing. */
      readonly check?: true;
    },
    { readonly changed: boolean }
  >;
  /** Credentials for a registry host, also minted ones. */
  credentials: First<{ readonly registry: string }, RegistryCredentials>;
  /** Decide which releases of one app stay. */
  retain: Named<{ readonly app: string; readonly releases: readonly ReleaseRecord[] }, Retention>;
  /** Hear that a deploy succeeded. */
  done: All<{ readonly app: string; readonly deployment: string }>;
  /** Hear that a deploy failed. */
  fail: All<{ readonly app: string; readonly error: ErrorJson }>;
}

/** A hook's name. */
export type HookName = keyof HookMap;
/** What hook `Name` takes. */
export type Input<Name extends HookName> = HookMap[Name]["input"];
/** What hook `Name` gives back. */
export type Output<Name extends HookName> = HookMap[Name]["output"];

type WithMode<Mode> = {
  [Name in HookName]: HookMap[Name]["mode"] extends Mode ? Name : never;
}[HookName];

/** Hooks where the first answer wins. */
export type FirstHook = WithMode<"first">;
/** Hooks where the config picks a strategy by name. */
export type NamedHook = WithMode<"named">;
/** Hooks that run in every plugin. */
export type AllHook = WithMode<"all">;

/** How a hook runs. */
export interface HookRule<Mode extends string = string> {
  readonly mode: Mode;
  /** Whether the hook changes the world. `plan` never calls such a hook. */
  readonly effect: boolean;
}

/** The rules, in the order a deploy uses them. */
export const HOOKS: {
  readonly [Name in HookName]: HookRule<HookMap[Name]["mode"]>;
} = {
  verify: { mode: "all", effect: false },
  resolveImage: { mode: "first", effect: false },
  resolveSecret: { mode: "named", effect: false },
  credentials: { mode: "first", effect: false },
  build: { mode: "first", effect: true },
  push: { mode: "named", effect: true },
  deploy: { mode: "first", effect: true },
  route: { mode: "named", effect: true },
  retain: { mode: "named", effect: false },
  done: { mode: "all", effect: true },
  fail: { mode: "all", effect: true },
};
