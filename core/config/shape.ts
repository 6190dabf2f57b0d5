/**
 * The keys of a zod schema as plain data: which maps have which known keys, and where keys are
 * free. Key spelling, suggestions and masking read it, so the schema stays their only source.
 *
 * @module
 */

import type { z } from "zod";
import { plain } from "./nearest.ts";
import type { Path } from "./tree.ts";

/** What a schema accepts at one place. */
export type Shape =
  | {
      readonly kind: "object";
      readonly keys: ReadonlyMap<string, Shape>;
      /** Other keys are allowed too, and stay as they are written. */
      readonly open: boolean;
    }
  | { readonly kind: "list"; readonly item: Shape }
  /** A map whose keys are names. */
  | { readonly kind: "record"; readonly item: Shape }
  | { readonly kind: "any" };

/** How a format spells keys of several words. */
export type Spelling = "snake" | "camel";

const ANY: Shape = { kind: "any" };

/** The part of zod's definitions that is read here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly catchall?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
}

const definition = (schema: z.core.$ZodType) => schema._zod.def as unknown as Definition;

/** The shape of a schema's input. */
export function shapeOf(schema: z.core.$ZodType | undefined): Shape {
  if (!schema) return ANY;
  const def = definition(schema);
  switch (def.type) {
    case "object": {
      const keys = Object.entries(def.shape ?? {}).map(
        ([key, inner]) => [key, shapeOf(inner)] as const,
      );
      const open = def.catchall !== undefined && definition(def.catchall).type !== "never";
      return { kind: "object", keys: new Map(keys), open };
    }
    case "array":
      return { kind: "list", item: shapeOf(def.element) };
    case "record":
      return { kind: "record", item: shapeOf(def.valueType) };
    case "pipe":
      // A preprocessed schema has its shape behind the transformation, a transformed one before.
      return shapeOf(def.in && definition(def.in).type === "transform" ? def.out : def.in);
    default:
      return shapeOf(def.innerType);
  }
}

/** The shape one step further in. */
export function stepInto(shape: Shape, step: string | number): Shape {
  if (shape.kind === "object") return shape.keys.get(String(step)) ?? ANY;
  return shape.kind === "any" ? ANY : shape.item;
}

/** The shape at the end of a path. */
export function shapeAt(shape: Shape, path: Path): Shape {
  return path.reduce<Shape>(stepInto, shape);
}

/** How a schema key is written in a format. */
export function spell(key: string, spelling: Spelling): string {
  if (spelling === "camel") return key;
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Where in nested maps a key is known, when it is not known at the top: `["image", "tag"]`. */
export function homeOf(key: string, shape: Shape): string[] | undefined {
  if (shape.kind !== "object") return undefined;
  for (const [name, inner] of shape.keys) {
    if (plain(name) === plain(key)) return [name];
    const deeper = homeOf(key, inner);
    if (deeper) return [name, ...deeper];
  }
  return undefined;
}
