/**
 * `haloy init [directory]`.
 *
 * @module
 */

import { join, resolve } from "node:path";
import process from "node:process";
import { serverHost } from "../../client/address.ts";
import { configDirectory, ServerDirectory } from "../../client/server-directory.ts";
import { FORMATS } from "../../core/config/formats.ts";
import { fail } from "../../core/errors.ts";
import { validName } from "../init/name.ts";
import { printTypeScript, printYaml } from "../init/print.ts";
import { inspect, type Project } from "../init/project.ts";
import { type Draft, sections } from "../init/sections.ts";
import { writeFiles } from "../init/write.ts";
import { stderr, stdout } from "../output.ts";
import { facts } from "../render/format.ts";
import { bold, mark } from "../render/style.ts";
import { printJson, shortPath } from "../session.ts";

/** Flags of `init`. */
export interface InitFlags {
  readonly ts?: true | undefined;
  readonly force?: true | undefined;
  readonly name?: string | undefined;
  readonly server?: string | undefined;
  readonly port?: number | undefined;
  readonly json?: true | undefined;
}

/**
 * Where the JSON Schema is that editors complete keys with: in the project, so that it is there for
 * everyone who works on it, without a network. A config in TypeScript needs none.
 */
const SCHEMA = ".haloy/schema.json";

/** Write a config for the app in a directory. */
export async function init(directory: string | undefined, flags: InitFlags): Promise<void> {
  const path = resolve(directory ?? ".");
  if (flags.name !== undefined) checkName(flags.name);
  const project = await inspect(path);
  const file = flags.ts ? project.script : "haloy.yaml";
  const others = configsIn(project).filter((other) => other !== file);
  if (!flags.force) refuseExisting(path, configsIn(project), file);
  const draft = await draftOf(project, flags);
  const content = sections(draft);
  await writeFiles(
    flags.ts
      ? [{ path: join(path, file), content: printTypeScript(content) }]
      : [
          { path: join(path, SCHEMA), content: await schema() },
          { path: join(path, file), content: printYaml(content, SCHEMA) },
        ],
  );
  if (flags.json) printJson(answer(join(path, file), flags.ts ? null : join(path, SCHEMA), draft));
  else printDraft(join(path, file), draft);
  if (others.length > 0) {
    stderr.line(
      `${mark.warn} ${others.join(" and ")} is there too: keep one config in a directory`,
    );
  }
}

async function schema(): Promise<string> {
  const { schemaText } = await import("./schema.ts");
  return await schemaText(null, "yaml");
}

function configsIn({ files }: Project): string[] {
  return FORMATS.flatMap(({ names }) => names).filter((name) => files.includes(name));
}

function refuseExisting(directory: string, [existing]: readonly string[], file: string): void {
  if (existing === undefined) return;
  throw fail("CONFIG_EXISTS", {
    message: `Cannot write ${file}: there is a config already, "${join(directory, existing)}"`,
    hint: `Edit it, or add "--force" to ${existing === file ? "replace it" : `write ${file} beside it`}`,
    at: { file: join(directory, existing) },
  });
}

function checkName(name: string): void {
  const valid = validName(name);
  if (valid === name && name !== "") return;
  throw fail("USAGE_INVALID", {
    message: `Cannot call an app "${name}": a name is 1 to 63 lower case letters, digits, dashes and underscores`,
    hint: `Write "--name ${valid || "my-app"}"`,
  });
}

async function draftOf(project: Project, flags: InitFlags): Promise<Draft> {
  const { dockerfile, ports } = project;
  const known = await new ServerDirectory(configDirectory(process.env)).list();
  const hosts = known.map(({ host }) => host);
  const only = hosts.length === 1 ? hosts[0] : undefined;
  const port = flags.port ?? ports[0];
  return {
    name: flags.name ?? project.name,
    dockerfile,
    server: (flags.server === undefined ? only : serverHost(flags.server)) ?? null,
    servers: hosts,
    port: port ?? null,
    otherPorts: ports.filter((other) => other !== port),
  };
}

function answer(file: string, schema: string | null, draft: Draft): unknown {
  const { name, server, dockerfile, port } = draft;
  return { file, schema, name, server, dockerfile, port };
}

function printDraft(file: string, { name, dockerfile, port, server }: Draft): void {
  stdout.line(`${mark.done} Wrote ${bold(shortPath(file))}`);
  stdout.line(
    facts([
      ["name", name],
      ["image", dockerfile === null ? "an example, for there is no Dockerfile" : dockerfile],
      ["port", port === null ? null : String(port)],
      ["server", server],
    ]),
  );
  const next =
    dockerfile === null
      ? `Write your image into it, then see what "haloy plan" says`
      : `Read it through, then see what "haloy plan" says`;
  stdout.line(`${mark.next} ${next}`);
}
