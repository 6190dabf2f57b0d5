/**
 * What a valid config says that was probably not meant.
 *
 * @module
 */

import type { Target } from "../../target.ts";
import type { Layered } from "../layers.ts";
import { draft } from "../merge.ts";
import type { Notation } from "../notation.ts";
import { parseSecretReference } from "../secret-reference.ts";
import type { Finding } from "../tree.ts";
import type { Config, Written } from "../types.ts";
import { IMAGE_ADVICE } from "./advice-image.ts";
import { TARGET_ADVICE } from "./advice-target.ts";
import { inFile } from "./index.ts";
import { secretsIn } from "./written.ts";

/** One piece of advice about a target. `layered` is the same target without defaults. */
export type Advice = (target: Target, notation: Notation, layered: Layered) => readonly Finding[];

function imagesUnused(written: Written, { key }: Notation): Finding[] {
  const layers = [written, ...Object.values(written.targets ?? {})];
  const used = new Set(layers.map(({ imageKey }) => imageKey));
  return Object.keys(written.images ?? {}).flatMap((name): Finding[] =>
    used.has(name)
      ? []
      : [
          {
            ...{ path: ["images", name], target: "key" },
            message: "is used by no target",
            suggestion: `Write "${key("imageKey")}" in the target that is meant, or remove the image`,
          },
        ],
  );
}

function sourcesUnused(written: Written): Finding[] {
  const references = secretsIn(draft(written)).map(([reference]) =>
    parseSecretReference(reference),
  );
  // A key alone means the only source there is.
  if (references.some((reference) => reference?.provider === null)) return [];
  const used = new Set(references.map((one) => JSON.stringify([one?.provider, one?.source])));
  return Object.entries(written.secretProviders ?? {}).flatMap(([provider, sources]) =>
    Object.keys(sources).flatMap((source): Finding[] =>
      used.has(JSON.stringify([provider, source]))
        ? []
        : [
            {
              ...{ path: ["secretProviders", provider, source], target: "key" },
              message: "is a source that no secret is read from",
              suggestion: `Read from it with "${provider}:${source}:…", or remove it`,
            },
          ],
    ),
  );
}

/**
 * Advice about a config that is valid: its targets as they were read, `written` after the schema, and
 * `config` after inheritance. Paths are those of the file.
 */
export function adviceFindings(
  targets: readonly Layered[],
  written: Written,
  config: Config,
  notation: Notation,
): Finding[] {
  const found = targets.flatMap((layered) => {
    const name = layered.key ?? String(layered.draft.name);
    const target = Object.hasOwn(config.targets, name) ? config.targets[name] : undefined;
    if (!target) return [];
    return [...TARGET_ADVICE, ...IMAGE_ADVICE].flatMap((advise) =>
      advise(target, notation, layered).map((one) => inFile(one, layered, notation)),
    );
  });
  return [...imagesUnused(written, notation), ...sourcesUnused(written), ...found];
}
