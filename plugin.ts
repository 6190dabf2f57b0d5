/**
 * What a plugin is written against: `import { definePlugin } from "haloy/plugin"`.
 *
 * @module
 */

export {
  type ErrorCode,
  type ErrorJson,
  fail,
  HaloyError,
  isHaloyError,
  reasonOf,
} from "./core/errors.ts";
export type { HaloyEvent, LogLevel } from "./core/events.ts";
export type {
  BuildArgument,
  BuildRequest,
  Choice,
  DeploymentHost,
  DeployOutcome,
  HookMap,
  HookName,
  Input,
  LocalImage,
  Output,
  PullPolicy,
  PushedImage,
  RegistryCredentials,
  RegistryLogin,
  Release,
  ReleaseRecord,
  Replica,
  ResolvedImage,
  Retention,
  Route,
  ServerConnection,
  ServerRequest,
} from "./core/hooks.ts";
export {
  type Definition,
  definePlugin,
  type HookContext,
  type Hooks,
  type Plugin,
} from "./core/plugin.ts";
export { parseReference, printReference, type Reference, registryOf } from "./core/reference.ts";
export { Masker, Secret } from "./core/secret.ts";
export {
  type EnvEntry,
  isBuilt,
  OWN_LABELS,
  type Target,
  type ValueSource,
} from "./core/target.ts";
export { parseVolume, type Volume } from "./core/volume.ts";
