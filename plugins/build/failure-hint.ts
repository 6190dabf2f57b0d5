/**
 * What to do about a failed build, where its last words tell.
 *
 * @module
 */

import type { BuildRequest } from "../../plugin.ts";

/** The next step after a build said `output` and failed. Null: nothing that we know. */
export function failureHint(
  output: string,
  { stage, platforms, dockerfile }: BuildRequest,
): string | null {
  if (/target stage \S+ could not be found|failed to reach build target/.test(output)) {
    return `Correct "image.build_config.target": no FROM in ${dockerfile} ends with "AS ${stage}"`;
  }
  if (/cache export is not supported/i.test(output)) {
    return 'Turn on the containerd image store (https://docs.docker.com/engine/storage/containerd/), choose a builder with a driver of its own ("docker buildx create --use"), or write "type=inline" under "cache_to"';
  }
  if (/exec format error/i.test(output)) {
    return `This computer cannot run programs for ${platforms.join(", ")}: install emulation ("docker run --privileged --rm tonistiigi/binfmt --install all"), or build on a computer of that kind`;
  }
  const secret = /secret (\S+?):? not found/.exec(output)?.[1];
  if (secret !== undefined) {
    return `The Dockerfile mounts the secret "${secret}": add "- name: ${secret}" and where its value comes from under "secrets" in "image: build_config:"`;
  }
  return null;
}
