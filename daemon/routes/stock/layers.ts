/**
 * Layers one by one, as a stock Haloy client sends them: it asks which are here, sends the rest
 * as `docker save` wrote them, then has an image made of them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { DIGEST } from "../../../wire/layers.ts";
import { badRequest, hexOf } from "../../layers/requests.ts";
import type { LayerStore } from "../../layers/store.ts";
import type { Services } from "../../services.ts";
import { readBody } from "../body.ts";
import { refuseReleaseTag, withTag } from "./release-tag.ts";
import { streamedBody } from "./streamed.ts";

/** The largest layer, as in stock haloyd (bytes). */
const MAX_LAYER_BYTES = 16 * 1024 ** 3;
/** `blobs/sha256/<hex>`, the same with `/layer.tar`, or `sha256:<hex>/layer.tar`. */
const LAYER_PATH = /^(?:blobs\/sha256\/|sha256:)([0-9a-f]{64})(?:\/layer\.tar)?$/;
/** Where a configuration names its own digest. */
const CONFIG_PATH = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/;

const checkBody = z.strictObject({
  digests: z.array(z.string().regex(DIGEST, "is not a sha256 digest")).min(1).max(4096),
});
const assembleBody = z.strictObject({
  imageRef: z.string().min(1).max(512),
  config: z.base64().min(1),
  manifest: z.looseObject({
    Config: z.string(),
    Layers: z.array(z.string()).min(1).max(1024),
  }),
});

/** The routes. */
export function stockLayerRoutes({ layers, journal }: Services): Hono {
  const routes = new Hono();

  routes.post("/v1/images/layers/check", async (context) => {
    const { digests } = await readBody(context, checkBody);
    const missing: string[] = [];
    const exists: string[] = [];
    for (const digest of new Set(digests)) {
      ((await layers.has(digest)) ? exists : missing).push(digest);
    }
    return context.json({ missing, exists });
  });

  routes.post("/v1/images/layers", async (context) => {
    const digest = context.req.header("x-layer-digest") ?? "";
    hexOf(digest);
    const { size } = await layers.addBlob(digest, streamedBody(context, MAX_LAYER_BYTES));
    return context.json({ digest, size }, 201);
  });

  routes.post("/v1/images/layers/assemble", async (context) => {
    const { imageRef, config, manifest } = await readBody(context, assembleBody);
    const reference = withTag(imageRef);
    refuseReleaseTag(journal, reference);
    const bytes = Buffer.from(config, "base64");
    const imageId = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const named = CONFIG_PATH.exec(manifest.Config)?.[1];
    if (named !== undefined && `sha256:${named}` !== imageId) {
      throw badRequest(`Cannot read the request: config: its digest is ${imageId}, not ${named}`);
    }
    const diffIds: string[] = [];
    for (const path of manifest.Layers) diffIds.push(await diffIdOf(layers, path));
    await layers.loadImage({ imageId, reference, config, diffIds });
    return context.json({ success: true, message: `Loaded ${reference}` });
  });

  return routes;
}

/** The layer that a path in an image's manifest stands for: a blob's digest need not be its own. */
async function diffIdOf(layers: LayerStore, path: string): Promise<string> {
  const hex = LAYER_PATH.exec(path)?.[1];
  if (hex === undefined)
    throw badRequest(`Cannot read the request: manifest.Layers: "${path}" does not name a digest`);
  const digest = `sha256:${hex}`;
  const { diffId } = await layers.layer(digest);
  if (diffId !== undefined) return diffId;
  throw badRequest(`Cannot read the request: manifest.Layers: layer ${digest} was not sent`);
}
