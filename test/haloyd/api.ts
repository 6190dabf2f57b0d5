/**
 * Deployments asked of a haloyd over its API, as any client asks.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorJson } from "../../core/errors.ts";
import type { DeploymentAnswer } from "../../wire/routes.ts";
import { newDeploymentId } from "../deploy/harness.ts";
import type { TestServer } from "../e2e/server.ts";
import { buildImage, removeImages } from "../push/image.ts";

/** An answer, and its body: an error's, where nothing else is said. */
export interface Answer<Body = ErrorJson> {
  readonly status: number;
  readonly json: Body;
}

/** Ask haloyd. */
export async function ask<Body = ErrorJson>(
  { haloyd }: TestServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  const answer = await fetch(`${haloyd.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${haloyd.token}`, accept: "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
}

/** Begin a deployment of an image that the engine has. Gives back its ID and the answer. */
export async function begin(
  server: TestServer,
  image: string,
  config: Readonly<Record<string, unknown>>,
): Promise<Answer & { readonly id: string }> {
  const id = newDeploymentId();
  const sent = { repository: image, build: true, buildConfig: { push: "server" } };
  const body = { deploymentID: id, targetConfig: { image: sent, ...config }, secretEnv: [] };
  return { id, ...(await ask(server, "POST", "/v1/deploy", body)) };
}

/** Wait for a deployment's end. A haloyd that is being started again is waited for. */
export async function ended(server: TestServer, id: string): Promise<DeploymentAnswer> {
  for (let tries = 0; tries < 300; tries += 1) {
    const asked = ask<DeploymentAnswer>(server, "GET", `/v1/deployments/${id}`);
    const record = await asked.then(({ json }) => json).catch(() => null);
    if (record && ["succeeded", "failed", "cancelled"].includes(record.state)) return record;
    await sleep(100);
  }
  throw new Error(`Deployment ${id} did not end within 30 s`);
}

/** Deploy to the end. Throws when the deployment is refused at once. */
export async function deploy(
  server: TestServer,
  image: string,
  config: Readonly<Record<string, unknown>>,
): Promise<DeploymentAnswer> {
  const { id, status, json } = await begin(server, image, config);
  if (status !== 202) throw new Error(`haloyd answered ${status}: ${json.message}`);
  return await ended(server, id);
}

/** An image that answers with `page` on port 8080. Gives back its reference. */
export async function pageImage({ engine }: TestServer, page: string): Promise<string> {
  const reference = `haloy-test-api-${process.pid}:${page.toLowerCase()}`;
  const dockerfile = [
    "FROM scratch",
    "COPY busybox /bin/busybox",
    "COPY index.html /www/index.html",
    "STOPSIGNAL SIGKILL",
    `CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]`,
  ];
  const files = { "index.html": `${page}\n` };
  await buildImage(engine, reference, dockerfile.join("\n"), files);
  return reference;
}

/** Remove an app's containers, and the images that were built for a test. */
export async function cleanUp(
  server: TestServer,
  apps: readonly string[],
  images: readonly string[],
): Promise<void> {
  for (const app of apps) await ask(server, "POST", `/v1/stop/${app}?remove-containers=true`);
  await removeImages(server.engine, ...images);
}
