/** The exported schemas: one for each kind of message, strict, and the union of them. */

import type { Issue } from "../errors.ts";
import { isRecord, nested, object, optional, rule, toResult } from "./object-schema.ts";
import type { ObjectSchema, ParseResult, Rule } from "./object-schema.ts";
import type {
  CommandMessage,
  EventMessage,
  Message,
  MessageBase,
  QueryMessage,
  StateMessage,
  UserContext,
  UserContextMessage,
  ValidationDescriptor,
} from "./types.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

// ISO 8601 as RFC 3339 narrows it. Days are checked against their month here, because Date.parse
// turns 30 February into 2 March.
const DATE_TIME = new RegExp(
  "^\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)" +
    "|02-(?:0[1-9]|[12]\\d))T(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?" +
    "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$",
);

type Test = (value: unknown) => boolean;

const isString: Test = (value) => typeof value === "string";
const isText: Test = (value) => isString(value) && value !== "";
const isNumber: Test = (value) => Number.isFinite(value);

const text = rule("a non-empty string", isText);
const uuid = rule("a UUID", (value) => isString(value) && UUID.test(value as string));
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

const dateTime = rule("an ISO date-time like 2026-05-01T10:00:00Z", (value) => {
  if (!isString(value) || !DATE_TIME.test(value as string)) return false;
  const day = (value as string).slice(0, 10);
  return !day.endsWith("02-29") || new Date(day).getUTCDate() === 29;
});

const url = rule("an absolute URL", (value) => {
  try {
    return isText(value) && !!new URL(value as string);
  } catch {
    return false;
  }
});

export const ValidationDescriptorSchema = object<ValidationDescriptor>({
  required: optional(textList),
  min: optional(record("numbers", isNumber)),
  max: optional(record("numbers", isNumber)),
});

export const UserContextSchema = object<UserContext>({
  userId: text,
  displayName: rule("a string", isString),
  avatarUrl: optional(url),
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

const kinds = ["event", "command", "query", "state", "user-context"];

const envelope = {
  messageName: text,
  messageVersion: integerFrom(1),
  messageId: uuid,
  correlationId: uuid,
  causationId: optional(uuid),
  source: text,
  target: optional(text),
  occurredAtUtc: dateTime,
  kind: oneOf(...kinds),
  sensitivity: oneOf("public", "internal", "restricted"),
  validationDescriptor: optional(nested(ValidationDescriptorSchema)),
};

const byKind = new Map<unknown, ObjectSchema<unknown>>();

function ofKind<T extends Message>(kind: T["kind"], rules: Record<string, Rule>): ObjectSchema<T> {
  const schema = object<T>({ ...envelope, kind: oneOf(kind), payload: anything, ...rules });
  byKind.set(kind, schema);
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
  operation: oneOf("replace", "patch", "remove", "reset"),
  revision: integerFrom(0),
});

export const UserContextMessageSchema = ofKind<UserContextMessage>("user-context", {
  payload: nested(UserContextSchema),
});

/** Checks the envelope of any kind; `strict` false leaves unknown keys to the caller. */
export function checkEnvelope(value: unknown, issues: Issue[], strict: boolean): void {
  const schema = byKind.get((value as Partial<Message> | null | undefined)?.kind);
  // Of a kind that does not exist, no key is known to be wrong.
  if (schema === undefined) MessageBaseSchema.parse(value, issues, false);
  else schema.parse(value, issues, strict);
}

/** A message of any kind. */
export const MessageSchema = {
  safeParse(value: unknown): ParseResult<Message> {
    return toResult((issues) => {
      checkEnvelope(value, issues, true);
      return value;
    });
  },
};
