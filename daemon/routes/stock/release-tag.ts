/**
 * Tags that belong to releases. An image that comes from outside must not take one over: the
 * release would be another program at the next rollback.
 *
 * @module
 */

import { parseReference } from "../../../core/reference.ts";
import type { Journal } from "../../journal.ts";
import { badRequest } from "../../layers/requests.ts";

/** How Docker writes out a name without a registry. */
const DOCKER_HUB = new Set(["docker.io", "index.docker.io"]);

/**
 * @throws `API_REQUEST_INVALID` (409) when `reference` is the tag `<app>:<deployment>` of a
 * deployment in the journal, however it is written.
 */
export function refuseReleaseTag(journal: Pick<Journal, "find">, reference: string): void {
  const parsed = parseReference(reference);
  if ("problem" in parsed || parsed.tag === null) return;
  if (parsed.registry !== null && !DOCKER_HUB.has(parsed.registry)) return;
  const name = parsed.repository.replace(/^library\//, "");
  if (journal.find(parsed.tag)?.app !== name) return;
  throw badRequest(
    `Cannot load an image as "${reference}": that tag is kept for a release of "${name}"`,
    "Give the image another tag",
    409,
  );
}

/** A reference with the tag `latest` where it has none. */
export function withTag(reference: string): string {
  const parsed = parseReference(reference);
  const open = !("problem" in parsed) && parsed.tag === null && parsed.digest === null;
  return open ? `${reference}:latest` : reference;
}
