/** Message contracts and their snapshot, for pages and for tools. */

export { compareSnapshots } from "./compare.ts";
export type { Difference } from "./compare.ts";
export { defineContracts } from "./define.ts";
export type { Contract, ContractSchema, Contracts, Definitions, PayloadsOf } from "./define.ts";
export { SNAPSHOT_FORMAT, snapshotText, toSnapshot } from "./snapshot.ts";
export type { Snapshot, SnapshotMessage, SnapshotOptions, SnapshotSchema } from "./snapshot.ts";
export { jsonSchema } from "../schema/json-schema.ts";
export type { JsonSchemaValidator } from "../schema/json-schema.ts";
export type { FromSchema, JsonSchema } from "../schema/types.ts";
