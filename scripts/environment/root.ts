/**
 * Debian releases in the cache: the programs of another release than the machine's own.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, ensurePackages, runLocked } from "./packages.ts";

const MIRROR = "http://deb.debian.org/debian";

// $1 = root, $2 = suite, $3 = packages, $4 = mirror.
// The Docker CLI runs on the host, where paths mean what the caller means: as it is when the C
// library is new enough, else by the loader of the release. It brings buildx, if there is one.
const MAKE_ROOT = `set -e
root=$1; part=$1.partial
[ -e "$root" ] && exit 0
rm -rf "$part"
debootstrap --variant=minbase --include="$3" "$2" "$part" "$4" >&2
rm -f "$part"/var/cache/apt/archives/*.deb

loader=
if ! "$part/usr/bin/docker" --version > /dev/null 2>&1; then
  loader="$root/lib64/ld-linux-$(uname -m | tr _ -).so.2 --library-path $root/usr/lib/$(uname -m)-linux-gnu"
fi
plugins=$part/haloy/config/cli-plugins
mkdir -p "$plugins"
if [ -e "$part/usr/libexec/docker/cli-plugins/docker-buildx" ]; then
  printf '#!/bin/sh\\nexec %s "$@"\\n' \\
    "$loader $root/usr/libexec/docker/cli-plugins/docker-buildx" > "$plugins/docker-buildx"
  chmod +x "$plugins/docker-buildx"
fi
cat > "$part/haloy/docker" << END
#!/bin/sh
plugins=$root/haloy/config/cli-plugins
if [ -z "\\$DOCKER_CONFIG" ]; then
  export DOCKER_CONFIG=$root/haloy/config
elif [ ! -e "\\$DOCKER_CONFIG/cli-plugins" ]; then
  mkdir -p "\\$DOCKER_CONFIG" && ln -sfn "\\$plugins" "\\$DOCKER_CONFIG/cli-plugins"
fi
exec $loader $root/usr/bin/docker "\\$@"
END
chmod +x "$part/haloy/docker"
mv "$part" "$root"`;

/** A folder with a Debian release and Docker in it. */
export interface DebianRoot {
  readonly path: string;
  /** The release's Docker CLI, to be run on the host. */
  readonly dockerCli: string;
}

/** The release's folder, made by debootstrap the first time (about 40 s). */
export async function ensureRoot(suite: string, packages: readonly string[]): Promise<DebianRoot> {
  const path = join(cacheFolder(), suite);
  if (!existsSync(path)) {
    await ensurePackages(["debootstrap", "debian-archive-keyring"]);
    const args = [MAKE_ROOT, "sh", path, suite, packages.join(","), MIRROR];
    await runLocked(suite, "sh", ["-c", ...args]);
  }
  return { path, dockerCli: join(path, "haloy/docker") };
}
