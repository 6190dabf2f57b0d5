/**
 * Logins of this server at registries. Stock routes.
 *
 * @module
 */

import { Hono } from "hono";
import { z } from "zod";
import { fail } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { verifyLogin } from "../../engine/registry/login.ts";
import {
  checkUsername,
  MAX_PASSWORD,
  type RegistriesAnswer,
  type RegistryEntry,
  registryServer,
} from "../../wire/registry-logins.ts";
import type { Services } from "../services.ts";
import { readBody } from "./body.ts";

const loginBody = z.strictObject({
  server: z.string(),
  username: z.string(),
  password: z.string().min(1, "is empty").max(MAX_PASSWORD, "is too long"),
});

const logoutBody = z.strictObject({ server: z.string() });

/** The routes. */
export function registryRoutes({
  registries,
  engine,
  report,
}: Pick<Services, "registries" | "engine" | "report">): Hono {
  const routes = new Hono();

  routes.get("/v1/registries", async (context) => {
    const answer: RegistriesAnswer = { registries: await registries.list() };
    return context.json(answer);
  });

  routes.post("/v1/registries/login", async (context) => {
    const body = await readBody(context, loginBody);
    const server = registryServer(body.server);
    const username = body.username.trim();
    checkUsername(server, username);
    const login = { registry: server, username, password: new Secret(body.password) };
    // A file that cannot be changed is told before the registry is asked.
    await registries.list();
    await verifyLogin(engine, login);
    await registries.save(login);
    report(`Logged in to ${server} as ${username}`);
    const answer: RegistryEntry = { server, username };
    return context.json(answer);
  });

  routes.post("/v1/registries/logout", async (context) => {
    const server = registryServer((await readBody(context, logoutBody)).server);
    if (!(await registries.remove(server))) {
      throw fail("REGISTRY_LOGIN_NOT_FOUND", {
        message: `Cannot log out of ${server}: this server is not logged in there`,
        hint: `"haloy server registry list" shows where it is`,
      });
    }
    report(`Logged out of ${server}`);
    return context.body(null, 204);
  });

  return routes;
}
