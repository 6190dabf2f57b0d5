/**
 * What is meant where nothing is written, and what the presets change about it.
 *
 * @module
 */

import type { Preset } from "../target.ts";

/** Of a target. */
export const TARGET_DEFAULTS = {
  port: 8080,
  domains: [],
  env: [],
  replicas: 1,
  healthCheckPath: "/",
  minReadySeconds: 0,
  deploymentStrategy: "rolling",
  namingStrategy: "dynamic",
  protected: false,
  volumes: [],
  preDeploy: [],
  postDeploy: [],
  labels: {},
} as const;

/** Of an image (founding document, "Pull Policy" and "Rollback Strategies"). */
export const IMAGE_DEFAULTS = {
  pullPolicy: "always",
  history: { strategy: "local" },
} as const;

/** Of a build (founding document, "Build Configuration"). */
export const BUILD_DEFAULTS = {
  context: ".",
  dockerfile: "Dockerfile",
  platform: "linux/amd64",
  args: [],
  secrets: [],
  cacheFrom: [],
  cacheTo: [],
} as const;

const STATEFUL = {
  deploymentStrategy: "replace",
  namingStrategy: "static",
  image: { pullPolicy: "if_missing", history: { strategy: "none" } },
} as const;

/** What a preset means. Its `image` counts only where an image is configured. */
export const PRESETS: Readonly<Record<Preset, Readonly<Record<string, unknown>>>> = {
  database: { ...STATEFUL, protected: true },
  service: STATEFUL,
};
