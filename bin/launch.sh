# Finds a runtime that can run TypeScript source as it is, and becomes it.
# Sourced by bin/haloy and bin/haloyd, which set $root and $main. POSIX shell only.
#
# The project's own runtimes (node_modules/.bin) come from its lockfile, so their version needs
# no check, and starting costs one exec. A runtime on PATH is asked for its version first.

# The oldest suitable version: major and minor.
oldest() {
  case $1 in node) echo 24 0 ;; deno) echo 2 5 ;; bun) echo 1 3 ;; esac
}

# suitable <runtime> <program>: true when the program's version will do. Sets $version.
suitable() {
  version=$("$2" --version 2>/dev/null) || version=
  # "v24.1.0" | "deno 2.9.6 (stable, …)" | "1.4.5"
  version=${version#v}
  version=${version#deno }
  version=${version%%[!0-9.]*}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major/$minor in /* | */ | *[!0-9/]*) return 1 ;; esac
  set -- $(oldest "$1")
  [ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}

# run <runtime> <program> [argument…]: become it.
run() {
  runtime=$1
  program=$2
  shift 2
  case $runtime in
    node)
      # Keeps the JavaScript that Node makes of our TypeScript: halves the start-up.
      cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
      if [ -n "$cache" ]; then
        NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-$cache/haloy/node-compile-cache}
        export NODE_COMPILE_CACHE
      fi
      # node:sqlite, and in the first 24s type stripping, warn that they are experimental.
      # A small young generation keeps memory down while megabytes of an image pass through.
      exec "$program" --disable-warning=ExperimentalWarning --max-semi-space-size=1 "$main" "$@"
      ;;
    deno)
      exec "$program" run --allow-all --no-check --quiet --v8-flags=--max-semi-space-size=1 "$main" "$@"
      ;;
    # Bun alone would load the .env of the current directory and install missing packages.
    bun) exec "$program" --env-file=/dev/null --no-install "$main" "$@" ;;
  esac
}

case ${HALOY_RUNTIME:-} in
  '') wanted='node deno bun' ;;
  node | deno | bun) wanted=$HALOY_RUNTIME ;;
  *)
    echo "haloy: Cannot use HALOY_RUNTIME=\"$HALOY_RUNTIME\": it must be node, deno or bun" >&2
    exit 1
    ;;
esac

for runtime in $wanted; do
  program=$root/node_modules/.bin/$runtime
  if [ -x "$program" ]; then run "$runtime" "$program" "$@"; fi
done

found=
for runtime in $wanted; do
  program=$(command -v "$runtime") || continue
  if suitable "$runtime" "$program"; then run "$runtime" "$program" "$@"; fi
  found="$found
  $program is ${version:-of an unknown version}"
done

{
  echo "haloy: Cannot start: no suitable JavaScript runtime was found${HALOY_RUNTIME:+ for HALOY_RUNTIME=$HALOY_RUNTIME}"
  [ -z "$found" ] || echo "
Found, but not suitable:$found"
  echo "
Needed is one of:
  Node.js 24 or newer   https://nodejs.org
  Deno 2.5 or newer     https://deno.com
  Bun 1.3 or newer      https://bun.sh

→ Install one of them, or run \"npm install\" in $root"
} >&2
exit 1
