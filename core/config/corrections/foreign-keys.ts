/**
 * Keys of other tools (Compose, Kamal, Kubernetes), and ours for the same thing: where no likeness
 * of the words would tell.
 *
 * @module
 */

/** Our settings in the same place, one of which is meant; or what to do, in words. */
export type Ours = readonly string[] | { readonly advice: string };

const one = (words: string, ours: Ours): [string, Ours][] =>
  words.split(" ").map((word) => [word, ours]);

/** By kind of map, then by key in lower case without dashes and underscores. */
const FOREIGN: Readonly<Record<string, ReadonlyMap<string, Ours>>> = {
  "": new Map([
    ...one("secret secrets", ["env", "secretProviders"]),
    ...one("target apps environments services destinations stages", ["targets"]),
    ...one("ports expose containerport appport", ["port"]),
    ...one("environment variables envvars envs", ["env"]),
    ...one("envfile envfiles dotenv", {
      advice: "Files named .env beside the config are read without being named",
    }),
    ...one("host hosts hostname hostnames url urls", ["domains"]),
    ...one("mounts", ["volumes"]),
    ...one("cmd entrypoint run start", ["command"]),
    ...one("scale instances containers", ["replicas"]),
    ...one("mem memlimit memorylimit", ["memory"]),
    ...one("cpulimit", ["cpus"]),
    ...one("resources limits", ["cpus", "memory"]),
    ...one("logging logs", ["log"]),
    ...one("strategy deploystrategy updatestrategy", ["deploymentStrategy"]),
    ...one("restart restartpolicy", { advice: "Haloy starts containers again by itself" }),
    ...one("dependson", { advice: "Targets do not wait for each other: remove it" }),
    ...one("version", { advice: "Remove it" }),
    ...one("token apikey", ["apiToken"]),
    ...one("hooks", ["preDeploy", "postDeploy"]),
    ...one("providers", ["secretProviders"]),
  ]),
  image: new Map([
    ...one("name image repo ref reference", ["repository"]),
    ...one("version", ["tag"]),
    ...one("pull imagepullpolicy", ["pullPolicy"]),
    ...one("auth credentials login", ["registry"]),
    ...one("rollback retention keep", ["history"]),
  ]),
  "image.buildConfig": new Map([
    ...one("file", ["dockerfile"]),
    ...one("path dir directory", ["context"]),
    ...one("stage", ["target"]),
    ...one("arch architecture", ["platform"]),
    ...one("buildargs arguments", ["args"]),
    ...one("cache", ["cacheFrom"]),
  ]),
  "image.registry": new Map([
    ...one("user login", ["username"]),
    ...one("pass token secret", ["password"]),
    ...one("host hostname url address", ["server"]),
  ]),
  "domains[]": new Map([
    ...one("name host hostname url", ["domain"]),
    ...one("redirects", ["aliases"]),
  ]),
  log: new Map([
    ...one("type", ["driver"]),
    ...one("opts", ["options"]),
    ...one("maxsize maxfile", ["options"]),
  ]),
};

const VARIABLE: ReadonlyMap<string, Ours> = new Map([
  ...one("key variable var id", ["name"]),
  ...one("val default", ["value"]),
  ...one("valuefrom source", ["from"]),
  ...one("build", ["buildArg"]),
]);

/** What another tool's key is called here; `kind` is that of the map it stands in. */
export function oursFor(kind: string, key: string): Ours | undefined {
  const place = kind === "target" ? "" : kind;
  const words = place.endsWith("[]") && place !== "domains[]" ? VARIABLE : FOREIGN[place];
  return words?.get(key);
}
