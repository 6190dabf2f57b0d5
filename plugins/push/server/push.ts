/**
 * The push itself: ask, send what is missing, have it loaded.
 *
 * @module
 */

import {
  fail,
  type HookContext,
  type Input,
  isHaloyError,
  type PushedImage,
} from "../../../plugin.ts";
import type {
  ImageLoad,
  ImageLoadAnswer,
  ImageQuery,
  ImageQueryAnswer,
  LayerAnswer,
} from "../../../wire/layers.ts";
import { LayerSender } from "./sender.ts";
import type { LayerSource, SourceLayer } from "./source.ts";

/** How long an engine may take to load an image (milliseconds). */
const LOAD_PATIENCE_MS = 60 * 60 * 1000;

/** What one push is about. */
type Job = Pick<Input<"push">, "image" | "server">;

/** What was sent so far, whatever became of it. */
interface Sent {
  bytes: number;
  layers: number;
}

/**
 * Bring the image to the server. Sources are tried in order, each for what the server lacks by
 * then; one that leaves something out, or whose layers arrive damaged, is followed by the next.
 */
export async function pushImage(
  { image, server }: Job,
  sources: readonly LayerSource[],
  context: HookContext,
): Promise<PushedImage> {
  const { signal } = context;
  const { id: imageId, diffIds, reference } = image;
  const query: ImageQuery = { imageId, diffIds, reference };
  const sent: Sent = { bytes: 0, layers: 0 };
  const pushed = (id: string): PushedImage => ({
    reference,
    id,
    bytesSent: sent.bytes,
    layersSent: sent.layers,
    layersTotal: diffIds.length,
  });
  for (const source of sources) {
    const there = await server.json<ImageQueryAnswer>("/v1/images/query", {
      method: "POST",
      json: query,
      signal,
    });
    if (there.present && there.imageId !== null) return pushed(there.imageId);
    context.log("debug", `Reading the image by ${source.name}`);
    const config = await sendMissing({ image, server }, source, there, sent, context);
    if (config === undefined) continue;
    try {
      const load: ImageLoad = { ...query, config: config ?? undefined };
      const answer = await server.json<ImageLoadAnswer>("/v1/images/load", {
        method: "POST",
        json: load,
        // Nothing is said until the engine has the image; who asks again waits for the same load.
        patienceMs: LOAD_PATIENCE_MS,
        signal,
      });
      return pushed(answer.imageId);
    } catch (error) {
      // The server lost a layer between the two requests.
      if (!isHaloyError(error) || error.code !== "LAYER_MISSING") throw error;
    }
  }
  throw fail("LAYER_CORRUPT", {
    message: `Cannot send image "${reference}": its layers arrived damaged or incomplete, also when they were sent again`,
    hint: "Build the image again. If that does not help, check memory and disks of both machines",
  });
}

/**
 * Send what `there` says is missing. Gives back the configuration in base64, null when the
 * server knows it, and undefined when this source could not give everything.
 */
async function sendMissing(
  { image, server }: Job,
  source: LayerSource,
  there: ImageQueryAnswer,
  sent: Sent,
  context: HookContext,
): Promise<string | null | undefined> {
  const { signal } = context;
  const missing = new Set(image.diffIds.filter((diffId) => !there.layers[diffId]?.have));
  let config: string | null | undefined = there.config ? null : undefined;
  if (missing.size === 0 && config === null) return null;

  const sender = new LayerSender({
    server,
    signal,
    onSent(bytes) {
      sent.bytes += bytes;
      context.progress("Sending layers", sent.bytes, undefined, "bytes");
    },
  });
  const unread = new Set(missing);
  try {
    const wanted = { image, layers: missing, config: config === undefined, signal };
    for await (const item of source.read(wanted)) {
      if (item.kind === "config") {
        config ??= Buffer.from(item.bytes).toString("base64");
      } else if (missing.size > 0) {
        const state = await stateOf(item, { image, server }, there, signal);
        if (state.have && state.diffId !== null) missing.delete(state.diffId);
        const diffId = state.have ? state.diffId : await sender.send(item, state.parts);
        if (diffId !== null) unread.delete(diffId);
      }
      if (unread.size === 0 && config !== undefined) break;
    }
    const accepted = await sender.finish();
    return [...missing].every((diffId) => accepted.has(diffId)) ? config : undefined;
  } catch (error) {
    await sender.abort(error);
    throw signal.aborted ? signal.reason : error;
  } finally {
    sent.layers += sender.layersSent;
  }
}

/** What the server has of a layer that a source offers. */
async function stateOf(
  { digest, diffId }: SourceLayer,
  { image, server }: Job,
  there: ImageQueryAnswer,
  signal: AbortSignal,
): Promise<{ have: boolean; diffId: string | null; parts: readonly number[] }> {
  if (diffId !== null) {
    const { have = false, parts = [] } = there.layers[diffId] ?? {};
    return { have, diffId, parts };
  }
  const answer = await server.json<LayerAnswer>(`/v1/layers/${digest}`, { signal });
  // A name for a layer of some other image helps nobody: this blob is part of this one.
  const known = answer.diffId !== undefined && image.diffIds.includes(answer.diffId);
  const mine = known ? (answer.diffId ?? null) : null;
  const have = mine !== null && there.layers[mine]?.have === true;
  return { have, diffId: mine, parts: answer.parts };
}
