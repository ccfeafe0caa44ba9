import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { eventWith, messages } from "./messages.fixture.ts";
import {
  CommandMessageSchema,
  EventMessageSchema,
  MessageBaseSchema,
  MessageKindSchema,
  MessageSchema,
  QueryMessageSchema,
  SensitivitySchema,
  StateMessageSchema,
  StateOperationSchema,
  UserContextMessageSchema,
  UserContextSchema,
  ValidationDescriptorSchema,
} from "./messages.ts";

interface Schema {
  safeParse(value: unknown): unknown;
}

function problems(schema: Schema, value: unknown): string[] {
  const result = schema.safeParse(value) as {
    error?: { issues: { path: PropertyKey[]; message: string }[] };
  };
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
}

const byKind: Record<keyof typeof messages, Schema> = {
  event: EventMessageSchema,
  command: CommandMessageSchema,
  query: QueryMessageSchema,
  state: StateMessageSchema,
  "user-context": UserContextMessageSchema,
};

describe("the envelope schemas", () => {
  for (const [kind, schema] of Object.entries(byKind)) {
    const message = messages[kind as keyof typeof messages];

    test(`a complete ${kind} is accepted by its schema and by MessageSchema`, () => {
      assert.deepEqual(problems(schema, message), []);
      assert.deepEqual(problems(MessageSchema, message), []);
    });

    test(`a ${kind} with an unknown key is rejected, and the key is named`, () => {
      assert.deepEqual(problems(MessageSchema, { ...message, token: "x" }), [
        "token is not a known key",
      ]);
    });

    test(`a ${kind} is no message of another kind`, () => {
      const other = kind === "event" ? CommandMessageSchema : EventMessageSchema;
      assert.match(problems(other, message).join(), /^kind must be/);
    });
  }

  test("the optional keys of each kind are accepted", () => {
    const optional = {
      causationId: messages.event.messageId,
      target: "cart",
      validationDescriptor: { required: ["id"], min: { quantity: 1 }, max: { quantity: 9 } },
    };
    assert.deepEqual(problems(MessageSchema, { ...messages.event, ...optional }), []);
    assert.deepEqual(problems(MessageSchema, { ...messages.command, ackTimeoutMs: 100 }), []);
    const query = { ...messages.query, timeoutMs: 100, expectedResult: "cart:size" };
    assert.deepEqual(problems(MessageSchema, query), []);
    const payload = {
      ...messages["user-context"].payload,
      avatarUrl: "https://example.org/a.png",
      tenantId: "t1",
      locale: "de",
      featureFlags: { fast: true, variant: "b", share: 0.5 },
      sessionVersion: "7",
    };
    assert.deepEqual(problems(MessageSchema, { ...messages["user-context"], payload }), []);
  });

  test("an optional key may be there and undefined", () => {
    assert.deepEqual(problems(MessageSchema, eventWith({ target: undefined })), []);
  });

  test("a payload may be absent", () => {
    const { payload, ...rest } = messages.event;
    assert.ok(payload);
    assert.deepEqual(problems(MessageSchema, rest), []);
  });

  for (const [what, changes, problem] of [
    ["an empty name", { messageName: "" }, "messageName must be a non-empty string"],
    ["version 0", { messageVersion: 0 }, "messageVersion must be an integer from 1"],
    ["a version of 1.5", { messageVersion: 1.5 }, "messageVersion must be an integer from 1"],
    ["an id that is no UUID", { messageId: "1" }, "messageId must be a UUID"],
    ["a correlation id that is no UUID", { correlationId: "" }, "correlationId must be a UUID"],
    ["a causation id that is no UUID", { causationId: "x" }, "causationId must be a UUID"],
    ["an empty source", { source: "" }, "source must be a non-empty string"],
    ["an empty target", { target: "" }, "target must be a non-empty string"],
    ["an empty event kind", { eventKind: "" }, "eventKind must be a non-empty string"],
    [
      "a descriptor with another key",
      { validationDescriptor: { pattern: "x" } },
      "validationDescriptor.pattern is not a known key",
    ],
    [
      "a descriptor whose limit is no number",
      { validationDescriptor: { min: { quantity: "1" } } },
      "validationDescriptor.min must be an object of numbers",
    ],
  ] as const) {
    test(`${what} is rejected`, () => {
      assert.deepEqual(problems(MessageSchema, eventWith(changes)), [problem]);
    });
  }

  test("an unknown kind or sensitivity is rejected with the ones that exist", () => {
    assert.deepEqual(problems(MessageSchema, eventWith({ kind: "evnt", sensitivity: "secret" })), [
      'kind must be "event" or "command" or "query" or "state" or "user-context"',
      'sensitivity must be "public" or "internal" or "restricted"',
    ]);
  });

  for (const value of [
    "2026-05-01T10:00:00Z",
    "2026-05-01T10:00Z",
    "2026-05-01T10:00:00.123456+02:00",
    "2024-02-29T23:59:59-11:30",
  ]) {
    test(`${value} is a date-time`, () => {
      assert.deepEqual(problems(MessageSchema, eventWith({ occurredAtUtc: value })), []);
    });
  }

  for (const value of [
    "2026-05-01",
    "2026-05-01T10:00:00",
    "2026-02-30T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-05-01T24:00:00Z",
    "now",
    1,
  ]) {
    test(`${value} is no date-time`, () => {
      assert.match(
        problems(MessageSchema, eventWith({ occurredAtUtc: value })).join(),
        /^occurredAtUtc must be an ISO date-time/,
      );
    });
  }

  test("a state's revision starts at 0 and its operation is one of four", () => {
    assert.deepEqual(problems(StateMessageSchema, { ...messages.state, revision: -1 }), [
      "revision must be an integer from 0",
    ]);
    assert.deepEqual(problems(StateMessageSchema, { ...messages.state, operation: "merge" }), [
      'operation must be "replace" or "patch" or "remove" or "reset"',
    ]);
  });

  test("a timeout is a number of milliseconds above 0", () => {
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "100"]) {
      assert.equal(problems(QueryMessageSchema, { ...messages.query, timeoutMs }).length, 1);
    }
  });

  test("a user context holds no more than its keys, so that no token slips in", () => {
    const { payload } = messages["user-context"];
    assert.deepEqual(problems(UserContextSchema, { ...payload, accessToken: "x" }), [
      "accessToken is not a known key",
    ]);
    assert.deepEqual(problems(UserContextSchema, { ...payload, avatarUrl: "a.png" }), [
      "avatarUrl must be an absolute URL",
    ]);
    assert.deepEqual(problems(UserContextSchema, { ...payload, rolesForUi: ["a", 1] }), [
      "rolesForUi must be a list of strings",
    ]);
  });

  test("the words of the envelope have schemas too", () => {
    for (const [schema, word] of [
      [MessageKindSchema, "user-context"],
      [SensitivitySchema, "restricted"],
      [StateOperationSchema, "patch"],
    ] as const) {
      assert.deepEqual(problems(schema, word), []);
      assert.match(problems(schema, "other").join(), /^ must be "/);
    }
  });

  test("each speaks Standard Schema", () => {
    const { version, vendor, validate } = EventMessageSchema["~standard"];
    assert.deepEqual([version, vendor], [1, "tiny-bus"]);
    assert.deepEqual(validate(messages.event), { value: messages.event });
    assert.deepEqual(validate(eventWith({ source: "" })), {
      issues: [{ path: ["source"], message: "must be a non-empty string" }],
    });
    assert.deepEqual(MessageSchema["~standard"].validate(messages.state), {
      value: messages.state,
    });
  });

  test("whatever is no object is rejected and throws nothing", () => {
    for (const value of [undefined, null, 1, "x", [], () => 1]) {
      for (const schema of [MessageSchema, MessageBaseSchema, ValidationDescriptorSchema]) {
        assert.notDeepEqual(problems(schema, value), []);
      }
    }
  });
});

describe("an extended schema", () => {
  const positive = {
    safeParse: (value: unknown) =>
      Number(value) > 0
        ? { success: true as const, data: Number(value) }
        : { success: false as const, error: { issues: [{ path: ["deep"], message: "is 0" }] } },
  };

  test("validates the payload and returns what its validator returns", () => {
    const schema = EventMessageSchema.extend({ payload: positive });
    const message = eventWith({ payload: "7" });
    const result = schema.safeParse(message);
    assert.ok(result.success);
    assert.equal(result.data.payload, 7);
    assert.equal(message.payload, "7", "the input is left alone");
  });

  test("reports the path inside the payload", () => {
    const schema = EventMessageSchema.extend({ payload: positive });
    assert.deepEqual(problems(schema, eventWith({ payload: 0 })), ["payload.deep is 0"]);
  });

  test("knows its added keys and still no others", () => {
    const schema = EventMessageSchema.extend({ trace: positive });
    assert.deepEqual(problems(schema, eventWith({ trace: 1 })), []);
    assert.deepEqual(problems(schema, eventWith({ trace: 1, other: 1 })), [
      "other is not a known key",
    ]);
    assert.deepEqual(problems(EventMessageSchema, eventWith({ trace: 1 })), [
      "trace is not a known key",
    ]);
  });

  test("keeps its own rule for a key that is added again", () => {
    const anything = { safeParse: (data: unknown) => ({ success: true as const, data }) };
    const schema = EventMessageSchema.extend({ source: anything, payload: anything });
    assert.deepEqual(problems(schema, eventWith({ source: "" })), [
      "source must be a non-empty string",
    ]);
  });

  test("of a kind of message says that it is one; another schema does not", () => {
    assert.deepEqual(EventMessageSchema.extend({ payload: positive }).versions, {});
    assert.equal(UserContextSchema.versions, undefined);
  });
});
