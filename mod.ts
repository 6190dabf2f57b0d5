/**
 * Haloy as a library: load a configuration, or write one in place, and deploy it.
 *
 * ```ts
 * import { createHaloy, loadConfig } from "haloy";
 *
 * await using haloy = createHaloy(await loadConfig("haloy.yaml"));
 * const run = haloy.deploy({ targets: ["production"] });
 * for await (const event of run) console.log(event.target, event.type);
 * console.log((await run).production?.deployment);
 * ```
 *
 * Names of a configuration written in place with `defineConfig` are checked by the compiler.
 *
 * @module
 */

export type {
  AppStatus,
  ByTarget,
  Change,
  DeployOptions,
  DeployResult,
  Haloy,
  LogLine,
  LogsOptions,
  Plan,
  PlannedBuild,
  PlannedPush,
  RollbackOptions,
  RollbackTarget,
  Run,
  RunOptions,
  StopOptions,
  TargetOptions,
  TargetPlan,
} from "./client/api.ts";
export { createHaloy, type HaloyOptions } from "./client/haloy.ts";
export { type LoadedConfig, loadConfig } from "./core/config/load.ts";
export {
  type Config,
  type ConfigInput,
  defineConfig,
  type ImageInput,
  type TargetInput,
  type TargetName,
} from "./core/config/types.ts";
export {
  ERROR_CODES,
  type ErrorCode,
  type ErrorJson,
  HaloyError,
  isHaloyError,
  type Location,
} from "./core/errors.ts";
export type {
  CommandPhase,
  HaloyEvent,
  LogLevel,
  Operation,
  Stage,
  Stamped,
} from "./core/events.ts";
export { definePlugin, type Plugin } from "./core/plugin.ts";
export { Secret } from "./core/secret.ts";
export { VERSION } from "./core/version.ts";
