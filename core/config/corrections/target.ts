/**
 * Corrections of what is written about targets.
 *
 * @module
 */

import { parseVolume } from "../../volume.ts";
import { draft } from "../merge.ts";
import { appName } from "../names.ts";
import { ELLIPSIS } from "../notation.ts";
import {
  advice,
  alone,
  asText,
  type Correct,
  type Corrections,
  flag,
  isText,
  listed,
  write,
} from "./correction.ts";

/** A name that follows the rule, close to one that does not. */
export function lawfulName(written: string): string | undefined {
  const name = written
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return name !== written && appName.safeParse(name).success ? name : undefined;
}

const name: Correct = (input) => {
  if (input === "") return write("my-app");
  const lawful = isText(input) ? lawfulName(input) : undefined;
  return lawful === undefined ? undefined : write(lawful);
};

/** `"8080:80"`, `"80/tcp"`, `[80]`: what other tools publish. */
const port: Correct = (input, { setting }) => {
  const first = Array.isArray(input) ? input[0] : input;
  const [, inside] = /^(?:.*:)?(\d{1,5})(?:\/tcp)?$/.exec(asText(first)) ?? [];
  const number = Number(inside);
  if (!(number >= 1 && number <= 65535)) return undefined;
  return advice(
    `Write \`${setting("port", number)}\`, the port inside the container: nothing is published`,
  );
};

const seconds: Correct = (input) => {
  const [, amount, unit] = /^(\d{1,4})\s*([sm])/i.exec(isText(input) ? input : "") ?? [];
  if (amount === undefined) return undefined;
  return write(Number(amount) * (unit?.toLowerCase() === "m" ? 60 : 1));
};

const path: Correct = (input) => {
  if (!isText(input)) return undefined;
  const [url, within] = /^https?:\/\/[^/\s]*(\/\S*)?$/.exec(input) ?? [];
  return write(url === undefined ? `/${input}` : (within ?? "/"));
};

const cpus: Correct = (input) => {
  const [, thousandths] = /^(\d{1,6})m$/.exec(isText(input) ? input : "") ?? [];
  return thousandths === undefined ? undefined : write(Number(thousandths) / 1000);
};

const memory: Correct = (input, { setting }) => {
  if (/^\d{1,6}$/.test(asText(input))) {
    return advice(`A number alone is bytes: for MiB write \`${setting("memory", `${input}m`)}\``);
  }
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])/i.exec(isText(input) ? input : "") ?? [];
  return unit === undefined ? undefined : write(`${amount}${unit.toLowerCase()}`);
};

const command: Correct = (input) => {
  if (!isText(input)) return undefined;
  const forShell = /["'\\$&|;<>*?`(){}~#]/.test(input);
  return write(forShell ? ["sh", "-c", input.trim()] : input.trim().split(/\s+/));
};

/** One command as a map: `{ run: "make" }`, or a text with a colon in it. */
const oneCommand: Correct = (input) => {
  const [[key = "", value] = [], ...more] = Object.entries(draft(input));
  if (more.length > 0 || !isText(value)) return undefined;
  return write(/^(?:run|cmd|command|exec|script|shell)$/i.test(key) ? value : `${key}: ${value}`);
};

const domains: Correct = (input) => {
  const { domain, aliases } = draft(input);
  const found = [input, domain].find(isText) ?? "app.example.com";
  return write([{ domain: found.trim(), ...(Array.isArray(aliases) ? { aliases } : {}) }]);
};

const domain: Correct = (input) => {
  const [first, ...aliases] = (Array.isArray(input) ? input : [input]).filter(isText);
  if (first === undefined) return undefined;
  return write({ domain: first.trim(), ...(aliases.length === 0 ? {} : { aliases }) });
};

const oneDomain: Correct = (input, { key }) => {
  if (input === undefined) return write("app.example.com");
  if (!Array.isArray(input)) return undefined;
  return advice(`Write one as "${key("domain")}", and the others as "${key("aliases")}"`);
};

const volumes: Correct = (input) => {
  if (isText(input)) return write([input.trim()]);
  const [[source, path] = ["data", "/data"]] = Object.entries(draft(input));
  return write([`${source}:${isText(path) ? path : "/data"}`]);
};

const volume: Correct = (input) => {
  if (!isText(input) || input.includes("\\")) return undefined;
  const [source = "", path, ...options] = input.trim().split(":");
  if (path === undefined) return write(`${/^\w[\w.-]+$/.test(source) ? source : "data"}:/data`);
  if (!source.startsWith("/") && /^[.~]|\//.test(source)) {
    return advice(
      `Name a volume, as in "data:${path}", or a path of the server, as in "/srv/data:${path}": directories beside the config are not mounted`,
    );
  }
  const right = options.map((option) => option.replace(/^read-?_?only$/i, "ro"));
  const absolute = path.startsWith("/") ? path : `/${path}`;
  const written = [source, absolute, ...right].join(":");
  return written === input || "problem" in parseVolume(written) ? undefined : write(written);
};

/** What Kubernetes and others call them. */
const strategy: Correct = (input) => {
  const word = isText(input) ? input.toLowerCase().replace(/[-_]/g, "") : "";
  if (/^(?:bluegreen|rollingupdate|startfirst)$/.test(word)) return write("rolling");
  return /^(?:recreate|stopfirst)$/.test(word) ? write("replace") : undefined;
};

const labels: Correct = (input) => {
  const [first] = Array.isArray(input) ? input : [];
  const [key = "", ...value] = isText(first) ? first.split("=") : ["com.example.team"];
  return write({ [key]: value.join("=") || ELLIPSIS });
};

const targets: Correct = (input) => {
  const [first] = Array.isArray(input) ? input : [];
  const found = [first, draft(first).name].find(isText) ?? "production";
  return write({ [found]: { server: ELLIPSIS } });
};

const plugins: Correct = (input) => {
  if (isText(input)) return write([input.trim()]);
  const [first] = Object.keys(draft(input));
  return first === undefined ? undefined : write([{ use: first }]);
};

const HOOKS = ["preDeploy", "postDeploy", "globalPreDeploy", "globalPostDeploy"];

/** By kind of setting. */
export const TARGET: Corrections = {
  name,
  preset: (input) =>
    input === "default" ? advice("Leave it out: then nothing is preset") : undefined,
  server: (input) =>
    Array.isArray(input) ? advice(`A target has one server: for more, write "targets"`) : undefined,
  port,
  domains,
  "domains[]": domain,
  "domains[].domain": oneDomain,
  "domains[].aliases": listed,
  healthCheckPath: path,
  minReadySeconds: seconds,
  protected: flag,
  "env[].buildArg": flag,
  volumes,
  "volumes[]": volume,
  network: (input, notation) =>
    alone(input, notation) ??
    (Array.isArray(input) ? advice("A container joins one network") : undefined),
  deploymentStrategy: strategy,
  ...Object.fromEntries(
    HOOKS.flatMap((hook) => [
      [hook, listed],
      [`${hook}[]`, oneCommand],
    ]),
  ),
  cpus,
  memory,
  command,
  log: (input) => (isText(input) ? write({ driver: input.trim() }) : undefined),
  labels,
  targets,
  target: (input) => (isText(input) ? write({ server: input.trim() }) : undefined),
  plugins,
};
