/** Pins the schema of a message to one version of it. */

import { rule, schemaOf } from "../envelope/object-schema.ts";
import type { Schema, Versions } from "../envelope/object-schema.ts";

/** A schema of this package, or an object schema of Zod with a `messageVersion`. */
interface Extensible {
  extend(shape: never): unknown;
  readonly shape?: { readonly messageVersion?: unknown };
}

interface Refinable {
  refine(accepts: (value: unknown) => boolean): unknown;
}

/** A validator that takes one value only. */
export function only<T>(wanted: T): Schema<T> {
  return schemaOf(rule(JSON.stringify(wanted), (value) => value === wanted));
}

/** The same schema for messages of one version; `TopicRegistry` reads it from `versions`. */
export function versionedMessageSchema<S extends Extensible>(
  schema: S,
  version: number,
): S & { readonly versions: Versions } {
  // Zod takes nothing but its own in a shape.
  const own = schema.shape?.messageVersion as Refinable | undefined;
  const messageVersion = own ? own.refine((value) => value === version) : only(version);
  return Object.assign(schema.extend({ messageVersion } as never) as S, {
    versions: { min: version, max: version },
  });
}
