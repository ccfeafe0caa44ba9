/** What a JSON Schema may say here, and the TypeScript type of what it lets through. */

export type JsonType =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "null"
  | "array"
  | "object";

export type JsonFormat = "uuid" | "date-time" | "uri";

type Primitive = string | number | boolean | null;

/** The subset of JSON Schema, draft 2020-12, that `jsonSchema` holds. */
export interface JsonSchema {
  readonly type?: JsonType | readonly JsonType[];
  readonly enum?: readonly Primitive[];
  readonly const?: Primitive;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** In characters, not in UTF-16 units. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A regular expression with the flag `u`, not anchored. */
  readonly pattern?: string;
  readonly format?: JsonFormat;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly $comment?: string;
  readonly $schema?: string;
  readonly $id?: string;
}

/** The type of the values that a JSON Schema lets through; the schema has to be a literal. */
export type FromSchema<S> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly anyOf: readonly (infer A)[] }
      ? FromEach<A>
      : S extends { readonly type: infer T }
        ? FromType<T extends readonly (infer U)[] ? U : T, S>
        : S extends { readonly properties: unknown }
          ? FromObject<S>
          : unknown;

type FromEach<A> = A extends unknown ? FromSchema<A> : never;

/** Distributes over `T`: a list of types is their union. */
type FromType<T, S> = T extends "string"
  ? string
  : T extends "number" | "integer"
    ? number
    : T extends "boolean"
      ? boolean
      : T extends "null"
        ? null
        : T extends "array"
          ? readonly (S extends { readonly items: infer I } ? FromSchema<I> : unknown)[]
          : T extends "object"
            ? FromObject<S>
            : unknown;

type FromObject<S> = S extends { readonly properties: infer P }
  ? Flat<
      { readonly [K in keyof P as K extends RequiredOf<S> ? K : never]: FromSchema<P[K]> } & {
        readonly [K in keyof P as K extends RequiredOf<S> ? never : K]?:
          | FromSchema<P[K]>
          | undefined;
      }
    >
  : { readonly [key: string]: FromRest<S> };

type FromRest<S> = S extends { readonly additionalProperties: infer A }
  ? A extends boolean
    ? unknown
    : FromSchema<A>
  : unknown;

type RequiredOf<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

type Flat<T> = { readonly [K in keyof T]: T[K] };
