/**
 * Pushes what standard input says, first with a wrong password, in whatever runtime this runs
 * under, and prints both outcomes.
 *
 * @module
 */

import { text } from "node:stream/consumers";
import { type HookContext, isHaloyError, type LocalImage, Secret } from "../../plugin.ts";
import { pushImage } from "../../plugins/push/registry/push.ts";
import { engineAt } from "../push/image.ts";

interface Job {
  readonly host: string;
  readonly image: LocalImage;
  readonly login: {
    readonly registry: string;
    readonly username: string;
    readonly password: string;
  };
}

const { host, image, login } = JSON.parse(await text(process.stdin)) as Job;
const context: HookContext = {
  plugin: "push-registry",
  hook: "push",
  signal: AbortSignal.timeout(60_000),
  env: {},
  log: () => {},
  progress: () => {},
  relay: () => {},
};
const pushWith = (password: string) =>
  pushImage(
    { image, login: { ...login, password: new Secret(password) } },
    engineAt(host),
    context,
  ).catch((error) => {
    if (isHaloyError(error)) return error.toJSON();
    throw error;
  });
const wrong = await pushWith("wrong");
const right = await pushWith(login.password);
console.log(JSON.stringify({ wrong, right }));
