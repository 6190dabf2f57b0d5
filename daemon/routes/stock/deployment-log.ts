/**
 * `GET /v1/deploy/{id}/logs`: a deployment's log as stock Haloy clients follow it, from its first
 * entry to the one that says how it ended, whenever they come.
 *
 * @module
 */

import { Hono } from "hono";
import { fail } from "../../../core/errors.ts";
import { FINAL_STATES } from "../../journal.ts";
import type { Services } from "../../services.ts";
import { eventStream, KEEP_ALIVE } from "../event-stream.ts";
import { entriesOf, type LogEntry, lastEntries } from "./log-entries.ts";

/** A comment this often keeps proxies from closing a silent stream (milliseconds). */
const KEEP_ALIVE_MS = 30_000;

/** The route. */
export function stockLogRoutes({ journal }: Services): Hono {
  const routes = new Hono();
  routes.get("/v1/deploy/:id/logs", (context) => {
    const id = context.req.param("id");
    const record = journal.find(id);
    if (!record) {
      throw fail("DEPLOYMENT_NOT_FOUND", {
        message: `There is no deployment "${id}" on this server`,
      });
    }
    return eventStream(context, KEEP_ALIVE_MS, async (stream, signal) => {
      const send = async (entries: readonly LogEntry[]) => {
        for (const entry of entries) await stream.writeSSE({ data: JSON.stringify(entry) });
      };
      await stream.write(KEEP_ALIVE);
      for await (const event of journal.events(id, 0, signal)) {
        await send(entriesOf(record, event));
      }
      const ended = journal.find(id);
      if (!ended || !FINAL_STATES.has(ended.state)) return;
      const domains = (journal.release(id)?.target.domains ?? []).map(({ domain }) => domain);
      await send(lastEntries(ended, domains));
    });
  });
  return routes;
}
