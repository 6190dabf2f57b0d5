/**
 * Corrections of what is written about containers: ports, limits, volumes, commands.
 *
 * @module
 */

import { parseVolume } from "../../volume.ts";
import { draft } from "../merge.ts";
import { ELLIPSIS } from "../notation.ts";
import {
  advice,
  alone,
  asText,
  type Correct,
  type Corrections,
  isText,
  write,
} from "./correction.ts";

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

const labels: Correct = (input) => {
  const [first] = Array.isArray(input) ? input : [];
  const [key = "", ...value] = isText(first) ? first.split("=") : ["com.example.team"];
  return write({ [key]: value.join("=") || ELLIPSIS });
};

/** By kind of setting. */
export const CONTAINER: Corrections = {
  port,
  healthCheckPath: path,
  minReadySeconds: seconds,
  volumes,
  "volumes[]": volume,
  network: (input, notation) =>
    alone(input, notation) ??
    (Array.isArray(input) ? advice("A container joins one network") : undefined),
  cpus,
  memory,
  command,
  log: (input) => (isText(input) ? write({ driver: input.trim() }) : undefined),
  labels,
};
