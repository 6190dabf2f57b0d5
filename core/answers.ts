/**
 * The shape of every hook's answer, so that a plugin that answers nonsense is caught where it
 * answers and not three stages later.
 *
 * @module
 */

import { z } from "zod";
import type { HookName } from "./hooks.ts";
import { Secret } from "./secret.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "not a sha256 digest");
const choice = z.looseObject({ strategy: z.string().min(1) });
const secret = z.custom<Secret>(
  // A plugin may carry its own copy of the class.
  (value) => value instanceof Secret || typeof (value as Secret | null)?.reveal === "function",
  "not a Secret",
);
const values = z.array(z.looseObject({ name: z.string().min(1), value: z.string().or(secret) }));
const count = z.int().min(0);

const ANSWERS: { readonly [Name in HookName]?: z.ZodType } = {
  resolveImage: z.looseObject({
    reference: z.string().min(1),
    build: z
      .looseObject({
        context: z.string().min(1),
        dockerfile: z.string().min(1),
        platforms: z.array(z.string().min(1)).min(1),
        args: values,
        stage: z.string().min(1).nullable(),
        secrets: values,
        cacheFrom: z.array(z.string()),
        cacheTo: z.array(z.string()),
      })
      .nullable(),
    push: choice.nullable(),
    login: z
      .looseObject({ registry: z.string().min(1), username: z.string(), password: secret })
      .nullable(),
    pullPolicy: z.enum(["always", "if_missing", "never"]),
    history: choice,
  }),
  resolveSecret: z.record(z.string(), secret),
  credentials: z.looseObject({ username: z.string().min(1), password: secret }),
  build: z.looseObject({
    reference: z.string().min(1),
    id: digest,
    diffIds: z.array(digest),
    platform: z.string().min(1),
    platforms: z.array(z.string().min(1)).min(1),
  }),
  push: z.looseObject({
    reference: z.string().min(1),
    id: digest.nullable(),
    bytesSent: count,
    layersSent: count,
    layersTotal: count,
  }),
  deploy: z.looseObject({
    replicas: z.array(
      z.looseObject({
        id: z.string().min(1),
        name: z.string().min(1),
        number: z.int().min(1),
        upstream: z.string().nullable(),
      }),
    ),
    imageId: z.string().min(1),
  }),
  route: z.looseObject({ changed: z.boolean() }),
  retain: z.looseObject({ keep: z.array(z.string()), remove: z.array(z.string()) }),
};

/** What is wrong with a plugin's answer to `hook`. Null: nothing. */
export function answerProblem(hook: HookName, answer: unknown, input: unknown): string | null {
  const parsed = ANSWERS[hook]?.safeParse(answer);
  if (parsed && !parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue?.path.join(".") || "the answer"}: ${issue?.message}`;
  }
  if (hook === "resolveSecret") {
    const { keys } = input as { keys: readonly string[] };
    const missing = keys.filter((key) => !Object.hasOwn(answer as object, key));
    if (missing.length > 0) return `no value for ${missing.map((key) => `"${key}"`).join(", ")}`;
  }
  return null;
}
