/**
 * What is written in a file, layer by layer, before inheritance.
 *
 * @module
 */

import { type Draft, draft } from "../merge.ts";
import { parseSecretReference } from "../secret-reference.ts";
import type { Finding, Path } from "../tree.ts";
import { isText, list, nearestAmong } from "./rule.ts";

/** Settings of a target, and where they are written. */
export interface WrittenLayer {
  readonly path: Path;
  readonly layer: Draft;
}

/** Places where settings of a target may be written: the top, and each target. */
export function writtenLayers(file: Draft): WrittenLayer[] {
  const targets = draft(file.targets);
  return [
    { path: [], layer: file },
    ...Object.keys(targets).map((key) => ({ path: ["targets", key], layer: draft(targets[key]) })),
  ];
}

/** Every reference to a secret in the file, with its path. */
export function secretsIn(file: Draft): (readonly [reference: string, path: Path])[] {
  const found: (readonly [string, Path])[] = [];
  const source = (value: unknown, path: Path) => {
    const { secret } = draft(draft(value).from);
    if (isText(secret)) found.push([secret, [...path, "from", "secret"]]);
  };
  const sources = (values: unknown, path: Path) => {
    for (const [index, value] of list(values).entries()) source(value, [...path, index]);
  };
  const image = (value: unknown, path: Path) => {
    const { registry, buildConfig } = draft(value);
    for (const key of ["username", "password"]) {
      source(draft(registry)[key], [...path, "registry", key]);
    }
    for (const key of ["args", "secrets"]) {
      sources(draft(buildConfig)[key], [...path, "buildConfig", key]);
    }
  };
  for (const { path, layer } of writtenLayers(file)) {
    sources(layer.env, [...path, "env"]);
    source(layer.apiToken, [...path, "apiToken"]);
    image(layer.image, [...path, "image"]);
  }
  for (const [key, value] of Object.entries(draft(file.images))) image(value, ["images", key]);
  return found;
}

/** A reference to a source that is not there, where its provider has others. */
export function sourcesKnown(file: Draft): Finding[] {
  const providers = new Map(
    Object.entries(draft(file.secretProviders)).map(([provider, sources]) => {
      const names = Object.keys(draft(sources));
      return [provider, { known: new Set(names), close: nearestAmong(names) }];
    }),
  );
  return secretsIn(file).flatMap(([reference, path]): Finding[] => {
    const { provider, source } = parseSecretReference(reference) ?? {
      provider: null,
      source: null,
    };
    if (provider === null || source === null || !NAME.test(source)) return [];
    const sources = providers.get(provider);
    if (!sources || sources.known.has(source)) return [];
    const meant = sources.close(source);
    const message = `names the source "${source}", which "${provider}" has not`;
    const suggestion =
      meant === undefined
        ? `Write it under "${provider}", or choose one that is there`
        : `Did you mean "${provider}:${meant}:…"?`;
    const because = [{ path: ["secretProviders", provider], message: "has the sources" }];
    return [{ path, message, suggestion, because }];
  });
}

/** What is no name may be a secret in a wrong place. */
const NAME = /^[\w.-]{1,64}$/;
