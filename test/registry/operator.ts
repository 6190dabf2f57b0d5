/**
 * Somebody at a computer with the `haloy` command, a folder with a config, and a server.
 *
 * @module
 */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Ended, haloy, ROOT } from "../cli/haloy.ts";
import type { TestServer } from "../e2e/server.ts";

/** How a command is run. */
export interface Running {
  /** What is piped in. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A person. Dispose it when the test is over. */
export class Operator implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), "haloy-operator-"));
  readonly #env: Readonly<Record<string, string | undefined>>;

  /** Of `server` only the environment is used: a config names the server itself. */
  constructor({ env }: Pick<TestServer, "env">, runtime: string = "node") {
    this.#env = { ...env, HOME: this.dir, HALOY_RUNTIME: runtime };
  }

  /** Write `haloy.yaml`. */
  config(config: Readonly<Record<string, unknown>>): void {
    writeFileSync(join(this.dir, "haloy.yaml"), stringify(config));
  }

  /** Run `haloy`. */
  haloy(args: readonly string[], { stdin, env }: Running = {}): Promise<Ended> {
    return haloy(args, {
      cwd: this.dir,
      env: { ...this.#env, ...env },
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** Run what somebody types into a shell, with `haloy` in the path. */
  shell(line: string, { env }: Pick<Running, "env"> = {}): Promise<Ended> {
    const path = `${join(ROOT, "bin")}:${this.#env.PATH}`;
    return haloy(["-c", line], {
      program: "/bin/bash",
      cwd: this.dir,
      env: { ...this.#env, PATH: path, ...env },
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Files of a haloyd that hold `registries.yaml`, or parts of it. */
export function registriesFiles({ haloyd }: TestServer): string[] {
  return readdirSync(haloyd.dataDir).filter((name) => name.startsWith("registries.yaml"));
}
