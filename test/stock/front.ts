/**
 * HTTPS in front of haloyd, as a stock client expects it of every server but loopback: a second
 * Caddy with a certificate of its own authority, and its log of what was asked.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCaddy } from "../../scripts/environment/caddy.ts";

/** A TLS front that answers. */
export interface Front {
  /** `host:port`, as a config's `server`. */
  readonly server: string;
  readonly host: string;
  /** The certificate of its authority, for `SSL_CERT_FILE`. */
  readonly authority: string;
  /** `METHOD path` of every request answered so far, each with the bytes of its body. */
  requests(): readonly { readonly request: string; readonly bytes: number }[];
  stop(): Promise<void>;
}

/** Put HTTPS for `host` in front of `upstream` (`address:port`), on a free port of loopback. */
export async function startFront(dir: string, host: string, upstream: string): Promise<Front> {
  const caddy = await startCaddy({ dir });
  const log = join(dir, "requests.log");
  const answer = await fetch(`${caddy.adminUrl}/load`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: caddy.adminUrl },
    body: JSON.stringify(config(new URL(caddy.adminUrl).host, host, caddy.httpPort, upstream, log)),
  });
  if (!answer.ok) throw new Error(`Cannot configure the TLS front: ${await answer.text()}`);
  const authority = join(dir, "caddy/pki/authorities/local/root.crt");
  // The certificate is made after the configuration was accepted.
  for (let tries = 0; !(await answers(host, caddy.httpPort, authority)); tries += 1) {
    if (tries === 200) throw new Error("Cannot start the TLS front: no answer within 10 s");
    await sleep(50);
  }
  return {
    server: `${host}:${caddy.httpPort}`,
    host,
    authority,
    requests: () => (existsSync(log) ? readRequests(readFileSync(log, "utf8")) : []),
    stop: caddy.stop,
  };
}

function answers(host: string, port: number, authority: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!existsSync(authority)) return resolve(false);
    const ca = readFileSync(authority);
    const options = { host: "127.0.0.1", servername: host, port, ca, headers: { host } };
    get({ ...options, path: "/health", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once("error", () => resolve(false));
  });
}

function config(admin: string, host: string, port: number, upstream: string, log: string): object {
  const route = {
    match: [{ host: [host] }],
    handle: [{ handler: "reverse_proxy", flush_interval: -1, upstreams: [{ dial: upstream }] }],
  };
  return {
    admin: { listen: admin },
    logging: {
      logs: {
        requests: {
          include: ["http.log.access"],
          writer: { output: "file", filename: log, roll: false },
          encoder: { format: "json" },
        },
      },
    },
    apps: {
      // Without this Caddy asks the machine to trust its authority.
      pki: { certificate_authorities: { local: { install_trust: false } } },
      tls: { automation: { policies: [{ subjects: [host], issuers: [{ module: "internal" }] }] } },
      http: {
        servers: {
          front: {
            listen: [`127.0.0.1:${port}`],
            automatic_https: { disable_redirects: true },
            tls_connection_policies: [{}],
            routes: [route],
            logs: {},
          },
        },
      },
    },
  };
}

function readRequests(log: string): { request: string; bytes: number }[] {
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { request, bytes_read } = JSON.parse(line) as {
      request: { method: string; uri: string };
      bytes_read: number;
    };
    return { request: `${request.method} ${request.uri}`, bytes: bytes_read };
  });
}
