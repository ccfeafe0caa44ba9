/** Writes contracts as JSON Schemas, in a form that is the same each time: the snapshot. */

import type { JsonSchemaValidator } from "../schema/json-schema.ts";
import type { ContractSchema, Contracts } from "./define.ts";

export const SNAPSHOT_FORMAT = 1;
const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/** A JSON Schema as it stands in a snapshot: whatever a library writes. */
export type SnapshotSchema = { readonly [keyword: string]: unknown };

export interface SnapshotMessage {
  readonly kind: string;
  readonly version: number;
  readonly description?: string;
  readonly payload: SnapshotSchema;
  readonly result?: SnapshotSchema;
}

export interface Snapshot {
  readonly $schema: string;
  readonly format: number;
  readonly messages: { readonly [name: string]: SnapshotMessage };
}

export interface SnapshotOptions {
  /** Writes a validator that cannot write itself: `(schema) => z.toJSONSchema(schema)`. */
  readonly convert?: ((validator: unknown) => SnapshotSchema) | undefined;
}

/** What a contracts module exports; only its definitions are read. */
export type WithDefinitions = Pick<Contracts, "definitions">;

/** Throws an Error that names the message where a validator cannot be written as JSON Schema. */
export function toSnapshot(contracts: WithDefinitions, options: SnapshotOptions = {}): Snapshot {
  const messages: Record<string, SnapshotMessage> = {};
  for (const [name, contract] of Object.entries(contracts.definitions)) {
    const { kind, version, description, payload, result } = contract;
    if (!Number.isInteger(version) || version < 1) {
      throw new Error(`${name}: version ${String(version)} is not an integer from 1`);
    }
    messages[name] = {
      kind,
      version,
      ...(description === undefined ? {} : { description }),
      payload: schemaOf(name, payload, options),
      ...(result === undefined ? {} : { result: schemaOf(name, result, options) }),
    };
  }
  return sorted({ $schema: DRAFT, format: SNAPSHOT_FORMAT, messages }) as Snapshot;
}

/** The text of a snapshot file. */
export function snapshotText(snapshot: Snapshot): string {
  return `${JSON.stringify(snapshot, null, 2)}\n`;
}

/** Standard JSON Schema: the trait that Zod 4.2 and others have beside `~standard.validate`. */
interface StandardJsonSchema {
  readonly "~standard"?: {
    readonly jsonSchema?: { input(options: { target: string }): SnapshotSchema };
  };
}

function schemaOf(name: string, schema: ContractSchema, options: SnapshotOptions): SnapshotSchema {
  if (!("safeParse" in schema) && !("~standard" in schema)) return schema as SnapshotSchema;
  const { schema: own } = schema as Partial<JsonSchemaValidator<unknown>>;
  if (own !== undefined && "~check" in schema) return own as SnapshotSchema;
  // The input is what a publisher sends; the output is what the validator makes of it.
  const trait = (schema as StandardJsonSchema)["~standard"]?.jsonSchema;
  const written = options.convert
    ? options.convert(schema)
    : trait?.input({ target: "draft-2020-12" });
  if (written === undefined) {
    throw new Error(
      `${name}: its validator cannot be written as JSON Schema. Use a JSON Schema literal or a ` +
        "library with ~standard.jsonSchema (Zod 4.2 or later, toStandardJsonSchema of Valibot), " +
        "or pass `convert` to toSnapshot.",
    );
  }
  const { $schema, ...rest } = written;
  return rest;
}

/** The same JSON value with the keys of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  // A property may be named __proto__; fromEntries makes it one.
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
