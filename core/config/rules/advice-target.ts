/**
 * Advice about targets: their containers, variables and servers.
 *
 * @module
 */

import { referencesIn } from "../interpolation.ts";
import type { Finding } from "../tree.ts";
import type { Advice } from "./advice.ts";
import { referenceOf } from "./rule.ts";
import { domainNames } from "./target.ts";

/** Images of databases: two of one on the same files destroy them. */
const DATABASES: ReadonlySet<string> = new Set([
  ...["postgres", "mysql", "mariadb", "mongo", "redis", "valkey", "influxdb", "elasticsearch"],
  ...["clickhouse", "neo4j", "couchdb", "rabbitmq", "timescaledb", "postgis", "pgvector"],
]);

/** Each is its own function. */
export const TARGET_ADVICE: readonly Advice[] = [
  function tokenInFile({ apiToken }, { setting }) {
    if (!apiToken || !("value" in apiToken)) return [];
    return [
      {
        path: ["apiToken"],
        message: "is written in the file, where everybody who can read the file sees it",
        suggestion: `Write \`${setting("from", { env: "HALOY_API_TOKEN" })}\` instead`,
      },
    ];
  },
  function tokenForNoServer({ apiToken, server }, { key }) {
    if (!apiToken || server !== undefined) return [];
    return [
      {
        path: ["apiToken"],
        message: "is for a server, and none is named: it is sent to the only one you added",
        suggestion: `Name the server under "${key("server")}"`,
      },
    ];
  },
  function domainOfServer({ domains, server = "" }) {
    const host = server.toLowerCase().replace(/^[a-z]+:\/\/|[:/?#].*$/g, "");
    if (host === "localhost") return [];
    return domainNames(domains).flatMap(([name, path]): Finding[] =>
      name === host
        ? [
            {
              path,
              message: "is the server's own name, where requests to haloyd go",
              suggestion: "Give the app a host name of its own",
              because: [{ path: ["server"], message: `is "${server}"` }],
            },
          ]
        : [],
    );
  },
  function portVariable({ env, port }, { setting }, layered) {
    const written = layered.draft.port !== undefined;
    return env.flatMap((entry, index): Finding[] => {
      if (entry.name !== "PORT" || !("value" in entry) || !/^\d{1,5}$/.test(entry.value)) return [];
      if (Number(entry.value) === port) return [];
      return [
        {
          path: ["env", index, "value"],
          message: `is not the port that requests go to: ${port}`,
          suggestion: `If the app listens on PORT, write \`${setting("port", Number(entry.value))}\``,
          because: written ? [{ path: ["port"], message: `is ${port}` }] : [],
        },
      ];
    });
  },
  function ownVariable({ env }) {
    return env.flatMap(({ name }, index): Finding[] =>
      name === "HALOY_REPLICA_ID"
        ? [
            {
              path: ["env", index, "name"],
              message: "is a variable that Haloy sets itself",
              suggestion: "Choose another name",
            },
          ]
        : [],
    );
  },
  function unknownVariables({ env }) {
    const names = new Set(env.map(({ name }) => name));
    return env.flatMap((entry, index) => {
      if (!("value" in entry)) return [];
      const unknown = referencesIn(entry.value).filter((name) => !names.has(name));
      return [...new Set(unknown)].map((name) => ({
        path: ["env", index, "value"],
        message: `has \${${name}}, and there is no variable ${name}: it stays as it is written`,
        suggestion: `Add ${name} to env, or take no notice if the app expects it so`,
      }));
    });
  },
  function bracesMissing({ env }) {
    const names = new Set(env.map(({ name }) => name));
    return env.flatMap((entry, index): Finding[] => {
      if (!("value" in entry)) return [];
      const found = [...entry.value.matchAll(/\$([A-Za-z_]\w*)/g)]
        .map(([, name = ""]) => name)
        .find((name) => names.has(name));
      if (found === undefined) return [];
      return [
        {
          path: ["env", index, "value"],
          message: `has $${found}, which stays as it is written`,
          suggestion: `To get the value of ${found}, write \${${found}}`,
        },
      ];
    });
  },
  function commandInOneWord({ command }, { setting }) {
    const [only = "", ...more] = command ?? [];
    if (more.length > 0 || !/\S\s+\S/.test(only)) return [];
    const plain = !/["'\\$&|;<>*?`(){}~#]/.test(only);
    const meant = plain ? only.trim().split(/\s+/) : ["sh", "-c", only.trim()];
    return [
      {
        path: ["command", 0],
        message: "is the name of one program, with spaces in it",
        suggestion: `If these are a program and its arguments, write \`${setting("command", meant)}\``,
      },
    ];
  },
  function databaseForgets({ preset, volumes }, { setting }) {
    if (preset !== "database" || volumes.length > 0) return [];
    return [
      {
        path: ["preset"],
        message: `is "database", and nothing of it is kept: every deploy starts a new container without volumes`,
        suggestion: `Mount where its data is, such as \`${setting("volumes", ["data:/var/lib/data"])}\``,
      },
    ];
  },
  function fileOfAll(_target, _notation, { key }) {
    if (key !== "local") return [];
    return [
      {
        path: [],
        target: "key",
        message: `is called like the file ".env.local", which all targets read`,
        suggestion: `Give the target another key, so that ".env.<target>" is its own`,
      },
    ];
  },
  function databaseTwice({ image, volumes, deploymentStrategy }, { setting }) {
    const name = referenceOf(image?.repository)?.repository.split("/").at(-1) ?? "";
    if (deploymentStrategy !== "rolling" || volumes.length === 0 || !DATABASES.has(name)) return [];
    return [
      {
        path: ["volumes"],
        message: `serve two ${name} containers at once while a new version starts`,
        suggestion: `Write \`${setting("preset", "database")}\`, or \`${setting("deploymentStrategy", "replace")}\``,
      },
    ];
  },
  function noLogs({ log }) {
    if (log?.driver !== "none") return [];
    const message = `is "none": "haloy logs" will show nothing, nor will a failed deploy`;
    return [{ path: ["log", "driver"], message }];
  },
];
