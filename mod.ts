/**
 * Haloy as a library: load a configuration, or write one in place, and deploy it.
 *
 * ```ts
 * import { createHaloy, loadConfig } from "haloy";
 *
 * await using haloy = createHaloy(await loadConfig("haloy.yaml"));
 * const run = haloy.deploy();
 * for await (const event of run) console.log(event.type);
 * console.log((await run).deployment);
 * ```
 *
 * @module
 */

export type {
  AppStatus,
  DeployOptions,
  DeployResult,
  Haloy,
  LogsOptions,
  Plan,
  RollbackOptions,
  RollbackTarget,
  Run,
  RunOptions,
  StopOptions,
} from "./client/api.ts";
export { createHaloy, type HaloyOptions } from "./client/haloy.ts";
export { type LoadedConfig, loadConfig } from "./core/config/load.ts";
export {
  type Config,
  type ConfigInput,
  defineConfig,
  type ImageInput,
} from "./core/config/types.ts";
export {
  ERROR_CODES,
  type ErrorCode,
  type ErrorJson,
  HaloyError,
  isHaloyError,
  type Location,
} from "./core/errors.ts";
export type { HaloyEvent, LogLevel, Operation, Stage, Stamped } from "./core/events.ts";
export { definePlugin, type Plugin } from "./core/plugin.ts";
export { Secret } from "./core/secret.ts";
export { VERSION } from "./core/version.ts";
