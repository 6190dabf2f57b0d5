/**
 * `POST /v1/images/disk-space-check`: whether an image fits, before a stock client sends it.
 *
 * @module
 */

import { stat, statfs } from "node:fs/promises";
import { Hono } from "hono";
import { z } from "zod";
import type { EngineInfo } from "../../../engine/types.ts";
import type { Services } from "../../services.ts";
import { readBody } from "../body.ts";

/** What stays free whatever is sent, as in stock haloyd: a full disk stops every app (bytes). */
const RESERVE = 2 * 1024 ** 3;

const bytes = z.int().min(1);
const checkBody = z.union(
  [
    z.strictObject({ uploadSizeBytes: bytes }),
    z.strictObject({
      assembledImageSizeBytes: bytes,
      layerUploadBytes: z.int().min(0).optional(),
    }),
  ],
  { error: "needs either uploadSizeBytes or assembledImageSizeBytes, above 0" },
);

/** What is going to be written under one directory. */
export interface Demand {
  readonly path: string;
  readonly bytes: number;
}

/** A file system as it is now. */
export interface FileSystem {
  readonly device: number;
  readonly availableBytes: number;
}

/** The answer, in stock names: of the file system that lacks most, or of the first one. */
export interface DiskSpaceAnswer {
  readonly ok: boolean;
  readonly path: string;
  readonly requiredBytes: number;
  readonly availableBytes: number;
}

/** The route. */
export function stockDiskRoutes({ settings, engine }: Services): Hono {
  const routes = new Hono();
  routes.post("/v1/images/disk-space-check", async (context) => {
    const sizes = await readBody(context, checkBody);
    const { DockerRootDir } = await engine.json<EngineInfo>("/info");
    const whole =
      "uploadSizeBytes" in sizes ? sizes.uploadSizeBytes : sizes.assembledImageSizeBytes;
    const sent = "uploadSizeBytes" in sizes ? sizes.uploadSizeBytes : (sizes.layerUploadBytes ?? 0);
    const kept = "uploadSizeBytes" in sizes ? 0 : sent;
    const demands: Demand[] = [
      { path: settings.dataDirectory, bytes: kept },
      // The engine keeps what it is sent until it has unpacked it.
      { path: DockerRootDir, bytes: sent + whole },
    ];
    return context.json(await checkSpace(demands, fileSystemOf));
  });
  return routes;
}

/**
 * Whether all demands fit, those on one file system together. A path that is not on this machine
 * (the engine may be on another) is left out.
 */
export async function checkSpace(
  demands: readonly Demand[],
  look: (path: string) => Promise<FileSystem | null>,
): Promise<DiskSpaceAnswer> {
  const answers = new Map<number, DiskSpaceAnswer>();
  for (const { path, bytes } of demands) {
    const found = await look(path);
    if (!found) continue;
    const { device, availableBytes } = found;
    const before = answers.get(device);
    const requiredBytes = (before?.requiredBytes ?? RESERVE) + bytes;
    const ok = requiredBytes <= availableBytes;
    answers.set(device, { ok, path: before?.path ?? path, requiredBytes, availableBytes });
  }
  const [worst] = [...answers.values()].sort((a, b) => lack(b) - lack(a));
  return worst ?? { ok: true, path: "", requiredBytes: RESERVE, availableBytes: RESERVE };
}

function lack({ requiredBytes, availableBytes }: DiskSpaceAnswer): number {
  return requiredBytes - availableBytes;
}

async function fileSystemOf(path: string): Promise<FileSystem | null> {
  try {
    const [{ dev: device }, { bavail, bsize }] = await Promise.all([stat(path), statfs(path)]);
    return { device, availableBytes: bavail * bsize };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
