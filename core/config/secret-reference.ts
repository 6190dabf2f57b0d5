/**
 * `provider:source:key`, as under `from.secret`.
 *
 * @module
 */

/** One secret: whom to ask, in which of its sources, for what. */
export interface ParsedSecretReference {
  /** Null, as the source: the only source under `secret_providers` is meant. */
  readonly provider: string | null;
  readonly source: string | null;
  /** May have colons in it. */
  readonly key: string;
}

/**
 * The parts of a secret reference: `provider:source:key`, or a key alone as in the founding
 * document's "String Shorthand". Null: it is none.
 */
export function parseSecretReference(text: string): ParsedSecretReference | null {
  if (/^[^:\s]+$/.test(text)) return { provider: null, source: null, key: text };
  const [, provider, source, key] = /^([^:\s]+):([^:\s]+):(\S(?:.*\S)?)$/.exec(text) ?? [];
  if (provider === undefined || source === undefined || key === undefined) return null;
  return { provider, source, key };
}
