import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { connect } from "../../../client/connection.ts";
import { type HookContext, Secret } from "../../../plugin.ts";
import { follow } from "./follow.ts";

const ID = "01k0000000000000000000000a";
const outcome = { replicas: [], imageId: "sha256:1" };

/** Follow a deployment on a server that answers like this, and say what was logged and relayed. */
async function followed(
  events: (response: ServerResponse, request: number, lastEvent: string) => void,
  record: (response: ServerResponse, request: number) => void,
) {
  const asked = { events: 0, record: 0 };
  const server = createServer((request, response) => {
    const lastEvent = String(request.headers["last-event-id"]);
    if (request.url?.endsWith("/events")) events(response, asked.events++, lastEvent);
    else record(response, asked.record++);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const said: string[] = [];
  const relayed: unknown[] = [];
  const context: HookContext = {
    plugin: "deploy-haloyd",
    hook: "deploy",
    signal: AbortSignal.timeout(60_000),
    env: {},
    log: (level, message) => void said.push(`${level} ${message}`),
    progress: () => {},
    relay: (event) => void relayed.push(event),
  };
  const token = new Secret("a-token");
  const url = `http://127.0.0.1:${port}`;
  const found = await follow(connect({ url, token, tokenSource: "the test" }), ID, context);
  server.close();
  return { found, said, relayed };
}

const running = JSON.stringify({ id: ID, app: "shop", state: "checking", outcome: null });
const done = JSON.stringify({ id: ID, app: "shop", state: "succeeded", outcome });
const event = (seq: number) => `id: ${seq}\ndata: {"seq":${seq}}\n\n`;

test("an interruption is told once, and once that it is over", async () => {
  const { found, said, relayed } = await followed(
    (response, request, lastEvent) => {
      // One event, then haloyd is away for three rounds of three tries each, then the rest.
      if (request === 0) return void response.write(event(1), () => response.destroy());
      if (request < 10) return void response.destroy();
      response.end(event(Number(lastEvent) + 1));
    },
    (response, request) => void (request < 3 ? response.destroy() : response.end(done)),
  );
  expect(found).toEqual(outcome);
  expect(relayed).toEqual([{ seq: 1 }, { seq: 2 }]);
  expect(said).toEqual([
    "warn The connection to haloyd broke: the deployment goes on, reconnecting",
    "info Connected to haloyd again",
  ]);
});

test("a second interruption is told again", async () => {
  const { said } = await followed(
    (response, request) => {
      if (request < 2) return void response.write(event(request), () => response.destroy());
      response.end();
    },
    (response, request) => void response.end(request < 2 ? running : done),
  );
  expect(said.map((line) => line.split(" ")[0])).toEqual(["warn", "info", "warn", "info"]);
});

test("the end of a deployment is found through a proxy that breaks every stream of events", async () => {
  const { found } = await followed(
    (response) => void response.write(": hello\n\n", () => response.destroy()),
    (response, request) => void response.end(request < 2 ? running : done),
  );
  expect(found).toEqual(outcome);
});
