import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { fail, isHaloyError } from "../core/errors.ts";
import type { ServerConnection } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import { connect } from "./connection.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that gives these answers one after the other, and the last one from then on. */
async function serve(...answers: ((response: ServerResponse) => void)[]): Promise<{
  readonly server: ServerConnection;
  requests(): number;
}> {
  let requests = 0;
  const listening = createServer((_request, response) => {
    const answer = answers[Math.min(requests, answers.length - 1)];
    requests += 1;
    answer?.(response);
  }).listen(0, "127.0.0.1");
  servers.push(listening);
  await new Promise((resolve) => listening.once("listening", resolve));
  const { port } = listening.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const token = new Secret("a-token");
  const server = connect({ url, token, tokenSource: "the test", impatienceMs: 200 });
  return { server, requests: () => requests };
}

const answer =
  (status: number, body: string, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);
const fine = answer(200, `{"fine":true}`);
const after =
  (milliseconds: number, then: (response: ServerResponse) => void) => (response: ServerResponse) =>
    void setTimeout(() => then(response), milliseconds);

async function failure(request: Promise<unknown>) {
  const error = await request.then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
  if (!isHaloyError(error)) throw error;
  return error;
}

test.each([500, 502, 503, 504])(
  "an error that haloyd itself sent with %i is thrown at once",
  async (status) => {
    const sent = fail("ENGINE_REJECTED", { message: "no space left on device", hint: "Tidy up" });
    const { server, requests } = await serve(answer(status, JSON.stringify(sent)), fine);
    const error = await failure(server.json("/v1/images/load", { method: "POST", json: {} }));
    expect(error.toJSON()).toEqual(sent.toJSON());
    expect(requests()).toBe(1);
  },
);

test.each([
  [502, "<h1>Bad Gateway</h1>"],
  [503, ""],
  [504, `{"code":504,"message":"upstream timed out"}`],
])(
  "what a proxy answers with %i for a daemon that restarts is tried again",
  async (status, body) => {
    const { server, requests } = await serve(answer(status, body), answer(status, body), fine);
    expect(await server.json("/v1/version")).toEqual({ fine: true });
    expect(requests()).toBe(3);
  },
);

test("a proxy whose daemon stays away is named after three tries", async () => {
  const { server, requests } = await serve(answer(502, "Bad Gateway"));
  const error = await failure(server.json("/v1/version"));
  expect(error.code).toBe("DAEMON_UNREACHABLE");
  expect(error.message).toContain("a proxy in front of it answered 502 (tried 3 times)");
  expect(requests()).toBe(3);
});

test.each([
  ["https://haloy.example.com/v1/version", 'server: haloy.example.com"'],
  ["/login", "Is this the address of a haloyd?"],
])("a redirect to %s is no success and is not followed", async (location, hint) => {
  const { server, requests } = await serve(answer(301, "", { location }), fine);
  const error = await failure(server.request("/v1/deploy", { method: "POST", json: {} }));
  expect(error.code).toBe("DAEMON_REJECTED");
  expect(error.message).toContain(`answered 301 and redirects to ${location}`);
  expect(error.hint).toContain(hint);
  expect(requests()).toBe(1);
});

test("a page where JSON was asked for comes from no haloyd", async () => {
  const { server } = await serve(answer(200, "<!doctype html>"));
  const error = await failure(server.json("/v1/version"));
  expect(error.code).toBe("DAEMON_REJECTED");
  expect(error.message).toContain("<!doctype html>");
});

const cutOff = after(300, (response) => response.destroy());
const timedOut = after(300, answer(504, "Gateway Timeout"));

test("with patience, a request that somebody cut off while the daemon worked is sent again", async () => {
  const { server, requests } = await serve(cutOff, timedOut, cutOff, timedOut, fine);
  const load = server.json("/v1/images/load", { method: "POST", json: {}, patienceMs: 60_000 });
  expect(await load).toEqual({ fine: true });
  expect(requests()).toBe(5);
});

test("patience ends, and is not for a daemon that refuses at once", async () => {
  const slow = await serve(cutOff);
  const error = await failure(slow.server.json("/v1/images/load", { patienceMs: 500 }));
  expect(error.code).toBe("DAEMON_UNREACHABLE");
  expect(slow.requests()).toBeGreaterThanOrEqual(3);
  const away = await serve(answer(502, ""));
  await failure(away.server.json("/v1/images/load", { patienceMs: 60_000 }));
  expect(away.requests()).toBe(3);
});
