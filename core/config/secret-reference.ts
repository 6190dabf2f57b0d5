/**
 * `provider:source:key`, as under `from.secret`.
 *
 * @module
 */

/** One secret: whom to ask, in which of its sources, for what. */
export interface ParsedSecretReference {
  readonly provider: string;
  readonly source: string;
  /** May have colons in it. */
  readonly key: string;
}

/** The parts of a secret reference. Null: it is none. */
export function parseSecretReference(text: string): ParsedSecretReference | null {
  const [, provider, source, key] = /^([^:\s]+):([^:\s]+):(\S(?:.*\S)?)$/.exec(text) ?? [];
  if (provider === undefined || source === undefined || key === undefined) return null;
  return { provider, source, key };
}
