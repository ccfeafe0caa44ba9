/** The exported schemas: one for each kind of message, strict, and the union of them. */

import type { Issue } from "../errors.ts";
import { FORMATS } from "../schema/formats.ts";
import { isRecord, object, optional, rule, schemaOf } from "./object-schema.ts";
import type { ObjectSchema, Rule, Schema } from "./object-schema.ts";
import type {
  CommandMessage,
  EventMessage,
  Message,
  MessageBase,
  MessageKind,
  QueryMessage,
  Sensitivity,
  StateMessage,
  StateOperation,
  UserContext,
  UserContextMessage,
  ValidationDescriptor,
} from "./types.ts";

type Test = (value: unknown) => boolean;

const isString: Test = (value) => typeof value === "string";
const isText: Test = (value) => isString(value) && value !== "";
const isNumber: Test = (value) => Number.isFinite(value);

const ofFormat = (wanted: string, accepts: (value: string) => boolean): Rule =>
  rule(wanted, (value) => isString(value) && accepts(value as string));

const text = rule("a non-empty string", isText);
const uuid = ofFormat("a UUID", FORMATS.uuid);
const dateTime = ofFormat("an ISO date-time like 2026-05-01T10:00:00Z", FORMATS["date-time"]);
const duration = rule("milliseconds above 0", (value) => isNumber(value) && (value as number) > 0);
const textList = rule(
  "a list of strings",
  (value) => Array.isArray(value) && value.every(isString),
);
const anything: Rule = (value) => value;

const integerFrom = (least: number): Rule =>
  rule(
    `an integer from ${least}`,
    (value) => Number.isInteger(value) && (value as number) >= least,
  );

const oneOf = (...values: readonly unknown[]): Rule =>
  rule(values.map((value) => `"${value}"`).join(" or "), (value) => values.includes(value));

const record = (wanted: string, accepts: Test): Rule =>
  rule(
    `an object of ${wanted}`,
    (value) => isRecord(value) && Object.values(value).every(accepts),
  );

export const ValidationDescriptorSchema = object<ValidationDescriptor>({
  required: optional(textList),
  min: optional(record("numbers", isNumber)),
  max: optional(record("numbers", isNumber)),
});

export const UserContextSchema = object<UserContext>({
  userId: text,
  displayName: rule("a string", isString),
  avatarUrl: optional(ofFormat("an absolute URL", FORMATS.uri)),
  rolesForUi: textList,
  tenantId: optional(text),
  locale: optional(text),
  featureFlags: optional(
    record(
      "booleans, numbers or strings",
      (value) => typeof value === "boolean" || isString(value) || isNumber(value),
    ),
  ),
  sessionVersion: optional(text),
});

const kind = oneOf("event", "command", "query", "state", "user-context");
const sensitivity = oneOf("public", "internal", "restricted");
const operation = oneOf("replace", "patch", "remove", "reset");

export const MessageKindSchema: Schema<MessageKind> = schemaOf(kind);
export const SensitivitySchema: Schema<Sensitivity> = schemaOf(sensitivity);
export const StateOperationSchema: Schema<StateOperation> = schemaOf(operation);

const envelope = {
  messageName: text,
  messageVersion: integerFrom(1),
  messageId: uuid,
  correlationId: uuid,
  causationId: optional(uuid),
  source: text,
  target: optional(text),
  occurredAtUtc: dateTime,
  kind,
  sensitivity,
  validationDescriptor: optional(ValidationDescriptorSchema["~check"]),
};

const byKind = new Map<unknown, ObjectSchema<unknown>>();

function ofKind<T extends Message>(name: T["kind"], rules: Record<string, Rule>): ObjectSchema<T> {
  const own = { ...envelope, kind: oneOf(name), payload: anything, ...rules };
  const schema = object<T>(own, undefined, {});
  byKind.set(name, schema);
  return schema;
}

export const MessageBaseSchema = object<MessageBase>(envelope);

export const EventMessageSchema = ofKind<EventMessage>("event", { eventKind: text });

export const CommandMessageSchema = ofKind<CommandMessage>("command", {
  commandName: text,
  ackTimeoutMs: optional(duration),
});

export const QueryMessageSchema = ofKind<QueryMessage>("query", {
  queryName: text,
  expectedResult: optional(text),
  timeoutMs: optional(duration),
});

export const StateMessageSchema = ofKind<StateMessage>("state", {
  stateKey: text,
  operation,
  revision: integerFrom(0),
});

export const UserContextMessageSchema = ofKind<UserContextMessage>("user-context", {
  payload: UserContextSchema["~check"],
});

/** Checks the envelope of any kind; `strict` false leaves unknown keys to the caller. */
export function checkEnvelope(value: unknown, issues: Issue[], strict = true): unknown {
  const schema = byKind.get((value as Partial<Message> | null | undefined)?.kind);
  // Of a kind that does not exist, no key is known to be wrong.
  return (schema ?? MessageBaseSchema)["~check"](value, issues, strict && !!schema);
}

/** A message of any kind. */
export const MessageSchema: Schema<Message> = schemaOf(checkEnvelope);
