/**
 * What a container mounts: `source:/path[:options]`, as in `docker run --volume`.
 *
 * @module
 */

/** The parts of a volume. */
export interface Volume {
  /** `named`: a volume of the engine. `bind`: a directory or file of the server. */
  readonly kind: "named" | "bind";
  /** A volume's name, or an absolute path on the server. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly path: string;
  /** `ro`, `z`, `nocopy` and the like. */
  readonly options: readonly string[];
}

/** Docker's rule for the names of volumes. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
/** Options of mounts that Docker knows. */
export const VOLUME_OPTIONS: ReadonlySet<string> = new Set([
  ...["ro", "rw", "z", "Z", "nocopy", "delegated", "cached", "consistent"],
  ...["private", "rprivate", "shared", "rshared", "slave", "rslave"],
]);

/** The volume that `text` writes, or the rule it breaks. */
export function parseVolume(text: string): Volume | { readonly problem: string } {
  if (/^[A-Za-z]:[\\/]|\\/.test(text)) {
    return { problem: "must be paths of a Linux server, with slashes and no drive letter" };
  }
  const [source = "", path, options, ...more] = text.split(":");
  if (path === undefined || more.length > 0) {
    return { problem: `must look like "source:/path" or "source:/path:ro"` };
  }
  if (!path.startsWith("/")) {
    return { problem: `must have an absolute path in the container, not "${path}"` };
  }
  if (path === "/") return { problem: "cannot be mounted over the container's root" };
  const bind = source.startsWith("/");
  if (!bind && /^[.~]|\//.test(source)) {
    return { problem: `must name a volume or an absolute path on the server, not "${source}"` };
  }
  if (!bind && !NAME.test(source)) {
    const rule = "two or more letters, digits, dots, dashes or underscores";
    return { problem: `must name a volume with ${rule}, not "${source}"` };
  }
  const flags = options === undefined ? [] : options.split(",");
  const unknown = flags.find((flag) => !VOLUME_OPTIONS.has(flag));
  if (unknown !== undefined)
    return { problem: `has the option "${unknown}", which Docker has not` };
  return { kind: bind ? "bind" : "named", source, path, options: flags };
}
