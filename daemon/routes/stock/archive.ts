/**
 * `POST /v1/images/upload`: a whole image archive, given to the engine while it arrives.
 *
 * @module
 */

import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Hono } from "hono";
import type { EngineClient } from "../../../engine/client.ts";
import { badRequest, notLoaded } from "../../layers/requests.ts";
import type { Services } from "../../services.ts";
import { checkedArchive } from "./archive-tags.ts";
import { firstPart } from "./multipart.ts";
import { refuseReleaseTag } from "./release-tag.ts";
import { streamedBody } from "./streamed.ts";

/** The route. */
export function stockArchiveRoutes({ engine, journal }: Services): Hono {
  const routes = new Hono();
  routes.post("/v1/images/upload", async (context) => {
    const part = await firstPart(context.req.header("content-type"), streamedBody(context));
    try {
      if (part.name !== "image" || !part.fileName?.endsWith(".tar")) {
        throw badRequest(
          `Cannot read the request: its first part is not a file *.tar with the name "image"`,
        );
      }
      const archive = checkedArchive(part.content, (tag) => refuseReleaseTag(journal, tag));
      const loaded = await loadArchive(engine, archive);
      return context.json({ success: true, message: `Loaded ${loaded.join(", ")}` }, 202);
    } finally {
      await part.content.return();
    }
  });
  return routes;
}

/**
 * Give an archive to the engine. Gives back the tags it set.
 *
 * @throws `ENGINE_REJECTED`, and what `archive` throws.
 */
async function loadArchive(
  engine: EngineClient,
  archive: AsyncIterable<Uint8Array>,
): Promise<string[]> {
  const body = Readable.from(archive, { objectMode: false });
  try {
    const answer = await engine.stream("/images/load", {
      method: "POST",
      query: { quiet: 1 },
      headers: { "content-type": "application/x-tar" },
      body,
    });
    return loadedTags(await text(answer));
  } finally {
    body.destroy();
  }
}

/** The tags in an answer of the engine. A load that failed is an answer with status 200, too. */
function loadedTags(answer: string): string[] {
  const lines = answer.split("\n").filter((line) => line.trim() !== "");
  const said = lines.map((line) => JSON.parse(line) as { stream?: string; error?: string });
  const error = said.find((line) => line.error !== undefined)?.error;
  if (error !== undefined || /error unpacking image/i.test(answer)) {
    throw notLoaded(error ?? answer.trim());
  }
  const tags = said.flatMap(({ stream }) => /^Loaded image: (.+)$/m.exec(stream ?? "")?.[1] ?? []);
  if (tags.length === 0) throw notLoaded("it did not set a tag");
  return tags;
}
