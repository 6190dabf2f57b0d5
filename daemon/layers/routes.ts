/**
 * The HTTP routes of the layer store. Requests are checked here; errors leave as `HaloyError`
 * with `details.status`, for the application to answer with.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import { z } from "zod";
import { DIGEST, MAX_FRAME_SIZE, MAX_PART_INDEX } from "../../wire/layers.ts";
import { free } from "../../wire/memory.ts";
import { badRequest } from "./requests.ts";
import type { LayerStore } from "./store.ts";

/** The largest JSON request: a configuration with thousands of layers fits. */
const MAX_JSON_SIZE = 16 * 1024 * 1024;

const digest = z.string().regex(DIGEST, "must be sha256: and 64 hexadecimal digits");
const query = z.object({
  imageId: digest,
  diffIds: z.array(digest).min(1).max(1024),
  reference: z.string().min(1).max(512),
});
const load = query.extend({ config: z.base64().optional() });
const completion = z.object({
  diffId: digest.optional(),
  size: z.int().min(0),
  parts: z
    .int()
    .min(0)
    .max(MAX_PART_INDEX + 1),
});

/**
 * The routes, from the root. Authentication comes before them. `refuse` throws for a reference
 * that no client may give to an image.
 */
export function layerRoutes(store: LayerStore, refuse: (reference: string) => void): Hono {
  const routes = new Hono();
  routes.post("/v1/images/query", async (c) => {
    const asked = await body(c, query);
    refuse(asked.reference);
    return c.json(await store.queryImage(asked));
  });
  routes.post("/v1/images/load", async (c) => {
    const image = await body(c, load);
    refuse(image.reference);
    return c.json(await store.loadImage(image));
  });
  routes.get("/v1/layers/:digest", async (c) => c.json(await store.layer(c.req.param("digest"))));
  routes.put("/v1/layers/:digest/parts/:index", async (c) => {
    const { digest, index } = c.req.param();
    if (!/^[0-9]{1,5}$/.test(index) || Number(index) > MAX_PART_INDEX) {
      throw badRequest(`Cannot use "${index}" as a part's index: 0 to ${MAX_PART_INDEX}`);
    }
    const frame = await bytes(c, MAX_FRAME_SIZE);
    await store.putPart(digest, Number(index), frame);
    free(frame);
    return c.body(null, 204);
  });
  routes.post("/v1/layers/:digest/complete", async (c) =>
    c.json(await store.complete(c.req.param("digest"), await body(c, completion))),
  );
  return routes;
}

async function body<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(await bytes(c, MAX_JSON_SIZE)).toString());
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest("Cannot read the request: it is not JSON");
    throw error;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`Cannot use the request: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** The request's body. Throws `API_REQUEST_INVALID` when it has no length, or is longer than `max`. */
async function bytes(c: Context, max: number): Promise<Uint8Array> {
  const length = c.req.header("content-length");
  if (length === undefined) {
    throw badRequest("Cannot read the request: Content-Length is missing", undefined, 411);
  }
  if (!(Number(length) <= max)) {
    throw badRequest(
      `Cannot read the request: its body has more than ${max} bytes`,
      undefined,
      413,
    );
  }
  return new Uint8Array(await c.req.arrayBuffer());
}
