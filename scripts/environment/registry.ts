/**
 * A registry of our own: Debian's docker-registry on loopback, where engines speak plain HTTP.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";
import { freePort } from "./haloyd.ts";
import { ensurePackages } from "./packages.ts";
import { type Background, signal, startBackground, waitFor } from "./process.ts";

/** A registry that answers. */
export interface Registry {
  /** `127.0.0.1:port`, as the first part of a reference. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  readonly log: string;
  /** Ask it something over HTTP, logged in. */
  fetch(path: string, options?: RequestInit): Promise<Response>;
  /** End it. Its images stay for {@link Registry.start}. */
  stop(): Promise<void>;
  /** Start it again at the same address after {@link Registry.stop}. */
  start(): Promise<void>;
}

/** What {@link startRegistry} takes. */
export interface RegistryOptions {
  /** Holds its images, its log and its configuration. */
  readonly dir: string;
  readonly username?: string;
  /** The only password that it accepts. Default: one that nobody has used before. */
  readonly password?: string;
}

/** Start a registry that one user may use, installing it first when this machine lacks it. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { username = "deployer", password = randomBytes(12).toString("hex") } = options;
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  await ensurePackages(["docker-registry"]);
  const host = `127.0.0.1:${await freePort()}`;
  const users = join(dir, "htpasswd");
  writeFileSync(users, `${username}:${await bcrypt(password)}\n`);
  const config = join(dir, "registry.yaml");
  writeFileSync(
    config,
    stringify({
      version: "0.1",
      log: { level: "warn" },
      storage: { filesystem: { rootdirectory: join(dir, "data") }, delete: { enabled: true } },
      http: { addr: host, secret: randomBytes(8).toString("hex") },
      auth: { htpasswd: { realm: "haloy-test", path: users } },
    }),
  );
  const log = join(dir, "registry.log");
  const ask: Registry["fetch"] = (path, { headers, ...rest } = {}) => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    return fetch(`http://${host}${path}`, { ...rest, headers: { authorization, ...headers } });
  };
  let program: Background | undefined;
  const registry: Registry = {
    host,
    username,
    password,
    log,
    fetch: ask,
    async stop() {
      if (!program?.isRunning()) return;
      signal(program.pid, "SIGKILL");
      await program.ended();
    },
    async start() {
      if (program?.isRunning()) return;
      program = startBackground("docker-registry", ["docker-registry", "serve", config], { log });
      try {
        await waitFor(program, async () => (await ask("/v2/").catch(() => null))?.ok ?? false);
      } catch (error) {
        await registry.stop();
        throw error;
      }
    },
  };
  await registry.start();
  return registry;
}

/** The only hash that docker-registry takes, by Perl, which every Debian has. */
async function bcrypt(password: string): Promise<string> {
  // On standard input, not as an argument: tests look for the password on command lines.
  const salt = randomBytes(11).toString("hex");
  const script = `print crypt(<STDIN>, q($2y$04$${salt}))`;
  const perl = spawn("perl", ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  perl.stdin.end(password);
  return await text(perl.stdout);
}
