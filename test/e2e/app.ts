/**
 * An app to deploy, in a folder of its own: busybox's web server on top of nothing.
 *
 * @module
 */

import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ensureBusybox } from "../../scripts/environment/packages.ts";

/** An app's folder. */
export interface TestApp {
  readonly dir: string;
  readonly name: string;
  /** The `Host` it answers to. */
  readonly host: string;
  /** What the next version says, and any config that differs from the last. */
  write(greeting: string, config?: Readonly<Record<string, unknown>>): void;
  /** Replace the Dockerfile's `CMD`. */
  command(...argv: string[]): void;
}

/** Make an app's folder. `base` is the config that all its versions share. */
export async function makeApp(
  name: string,
  base: Readonly<Record<string, unknown>>,
): Promise<TestApp> {
  const dir = mkdtempSync(join(tmpdir(), `haloy-app-${name}-`));
  const host = `${name}.localhost`;
  mkdirSync(join(dir, "www"));
  copyFileSync(await ensureBusybox(), join(dir, "busybox"));
  const dockerfile = (argv: readonly string[]) =>
    writeFileSync(
      join(dir, "Dockerfile"),
      [
        "FROM scratch",
        "COPY busybox /bin/busybox",
        "COPY www /www",
        "EXPOSE 8080",
        // busybox's httpd does not end on SIGTERM when it is a container's first process.
        "STOPSIGNAL SIGKILL",
        `CMD ${JSON.stringify(argv)}`,
        "",
      ].join("\n"),
    );
  const serve = ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"];
  dockerfile(serve);
  return {
    dir,
    name,
    host,
    write(greeting, config = {}) {
      writeFileSync(join(dir, "www/index.html"), `${greeting}\n`);
      const whole = {
        name,
        image: { build_config: { context: "." } },
        domains: [{ domain: host }],
        ...base,
        ...config,
      };
      writeFileSync(join(dir, "haloy.yaml"), stringify(whole));
    },
    command(...argv) {
      dockerfile(argv.length > 0 ? argv : serve);
    },
  };
}

/** Ask the router for an app's page. */
export function fetchPage(
  port: number,
  host: string,
  path = "/",
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, headers: { host }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        body += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: body.trim() }));
    }).once("error", reject);
  });
}
