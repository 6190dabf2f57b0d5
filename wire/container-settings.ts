/**
 * What a `targetConfig` says about the containers themselves: mounts, network, name, limits,
 * command, logging and labels. Volumes, network and naming are the stock protocol's, the rest is
 * ours.
 *
 * @module
 */

import { z } from "zod";
import { type NamingStrategy, OWN_LABELS, type Target } from "../core/target.ts";
import { parseVolume } from "../core/volume.ts";
import type { Capability } from "./routes.ts";

/** The part of a target that this module reads and writes. */
export type ContainerSettings = Pick<
  Target,
  | "namingStrategy"
  | "protected"
  | "volumes"
  | "network"
  | "cpus"
  | "memory"
  | "command"
  | "log"
  | "labels"
>;

const volume = z.string().superRefine((written, context) => {
  const parsed = parseVolume(written);
  if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
});

const labels = z.record(z.string(), z.string()).superRefine((written, context) => {
  const own = Object.keys(written).find((name) => name.startsWith(OWN_LABELS));
  if (own === undefined) return;
  context.addIssue({ code: "custom", message: `"${own}" is one of Haloy's own labels` });
});

/** The fields as they cross the wire: absent, null and empty mean the same. */
export interface WireSettings {
  readonly namingStrategy?: "" | NamingStrategy | null | undefined;
  readonly protected?: boolean | null | undefined;
  readonly volumes?: readonly string[] | null | undefined;
  readonly network?: string | null | undefined;
  readonly cpus?: number | null | undefined;
  /** Bytes. */
  readonly memory?: number | null | undefined;
  readonly command?: readonly string[] | null | undefined;
  readonly log?:
    | {
        readonly driver?: string | null | undefined;
        readonly options?: Readonly<Record<string, string>> | null | undefined;
      }
    | null
    | undefined;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
}

/** Their rules, for the schema of a `targetConfig`. */
export const containerFields: {
  readonly [Key in keyof WireSettings]-?: z.ZodType<WireSettings[Key]>;
} = {
  namingStrategy: z.enum(["", "dynamic", "static"]).nullish(),
  protected: z.boolean().nullish(),
  volumes: z.array(volume).nullish(),
  network: z.string().nullish(),
  cpus: z.number().positive().nullish(),
  memory: z.int().positive().nullish(),
  command: z.array(z.string()).min(1).nullish(),
  log: z
    .looseObject({
      driver: z.string().nullish(),
      options: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
  labels: labels.nullish(),
};

/** What the fields say, with all defaults filled in. */
export function readContainerSettings(wire: WireSettings): ContainerSettings {
  const { network, cpus, memory, command, log } = wire;
  return {
    namingStrategy: wire.namingStrategy || "dynamic",
    protected: wire.protected ?? false,
    volumes: wire.volumes ?? [],
    labels: wire.labels ?? {},
    ...(network ? { network } : {}),
    ...(cpus ? { cpus } : {}),
    ...(memory ? { memory } : {}),
    ...(command ? { command } : {}),
    ...(log
      ? { log: { options: log.options ?? {}, ...(log.driver ? { driver: log.driver } : {}) } }
      : {}),
  };
}

/** The fields of a target, only those that say something: a stock haloyd does not know all of them. */
export function writeContainerSettings(target: ContainerSettings): object {
  const { network, cpus, memory, command, log, volumes, labels } = target;
  return {
    ...(target.namingStrategy === "static" ? { namingStrategy: "static" } : {}),
    ...(target.protected ? { protected: true } : {}),
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(network === undefined ? {} : { network }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memory }),
    ...(command === undefined ? {} : { command }),
    ...(log === undefined ? {} : { log }),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };
}

/** What a target asks of a haloyd beyond what every one can do, in words of its `capabilities`. */
export function capabilitiesFor(target: Target): Capability[] {
  const { cpus, memory, command, log, labels, domains, name } = target;
  const ours = [cpus, memory, command, log].some((setting) => setting !== undefined);
  const hosts = domains.flatMap(({ domain, aliases }) => [domain, ...aliases]);
  const needed: Capability[] = [];
  if (ours || Object.keys(labels).length > 0) needed.push("container-settings");
  if (name.includes(".")) needed.push("dotted-names");
  if (hosts.some((host) => host.startsWith("*."))) needed.push("wildcard-domains");
  return needed;
}
