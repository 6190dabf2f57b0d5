/**
 * Image references by the OCI distribution specification's grammar, with Docker's rule for
 * which first component is a registry: `[registry/]repository[:tag][@digest]`.
 *
 * @module
 */

/** The parts of an image reference, as written: nothing is filled in. */
export interface Reference {
  /** `host[:port]`, or null when none is written. */
  readonly registry: string | null;
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string | null;
}

const REGISTRY =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Host names that Docker Hub answers to. */
const DOCKER_HUB: ReadonlySet<string> = new Set([
  "docker.io",
  "hub.docker.com",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
]);
/** The longest repository that registries accept. */
const MAX_REPOSITORY = 255;

/** The reference that `text` writes, or the rule it breaks. */
export function parseReference(text: string): Reference | { readonly problem: string } {
  if (text === "") return { problem: "an image reference cannot be empty" };
  if (/\s/.test(text)) return { problem: `"${text}" has white space in it` };
  const [name = "", digest = null, ...more] = text.split("@");
  if (more.length > 0) return { problem: `"${text}" has more than one "@"` };
  if (digest !== null && !DIGEST.test(digest)) {
    return { problem: `"${digest}" is not a digest: sha256: and 64 hexadecimal digits` };
  }
  const slash = name.lastIndexOf("/");
  const colon = name.indexOf(":", slash + 1);
  const path = colon === -1 ? name : name.slice(0, colon);
  const tag = colon === -1 ? null : name.slice(colon + 1);
  if (tag !== null && !TAG.test(tag)) {
    return {
      problem: `"${tag}" is not a tag: 1 to 128 letters, digits, dots, dashes or underscores`,
    };
  }
  const components = path.split("/");
  const [first = ""] = components;
  const hasRegistry =
    components.length > 1 && (/[.:[]/.test(first) || first === "localhost" || /[A-Z]/.test(first));
  if (hasRegistry && !REGISTRY.test(first)) return { problem: `"${first}" is not a registry host` };
  const repository = hasRegistry ? components.slice(1) : components;
  for (const component of repository) {
    if (COMPONENT.test(component)) continue;
    const rule = /[A-Z]/.test(component)
      ? "upper case is not allowed"
      : "lower case letters and digits, separated by dots, dashes or underscores";
    return { problem: `"${component}" is not a valid part of an image name: ${rule}` };
  }
  if (repository.join("/").length > MAX_REPOSITORY) {
    return { problem: `an image name has at most ${MAX_REPOSITORY} characters` };
  }
  return { registry: hasRegistry ? first : null, repository: repository.join("/"), tag, digest };
}

/** The text of a reference. `parseReference(printReference(r))` is `r`. */
export function printReference({ registry, repository, tag, digest }: Reference): string {
  const host = registry === null ? "" : `${registry}/`;
  const suffix = `${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
  return `${host}${repository}${suffix}`;
}

/** The registry that an image comes from: the reference's own, else Docker Hub's `docker.io`. */
export function registryOf(reference: string): string {
  const parsed = parseReference(reference);
  return ("problem" in parsed ? null : parsed.registry) ?? "docker.io";
}

/** `host[:port]` of a registry, which people also write with a scheme, a path or another name. */
export function registryHost(written: string): string {
  const host = written
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "");
  return DOCKER_HUB.has(host) ? "docker.io" : host;
}
