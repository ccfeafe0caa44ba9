import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";

import { eventWith, messages } from "../envelope/messages.fixture.ts";
import { EventMessageSchema } from "../envelope/messages.ts";
import { jsonSchema } from "./json-schema.ts";
import { versionedMessageSchema } from "./versioned.ts";

describe("a versioned message schema", () => {
  const second = versionedMessageSchema(EventMessageSchema, 2);

  test("takes messages of its version only, and says which that is", () => {
    assert.ok(second.safeParse(eventWith({ messageVersion: 2 })).success);
    const result = second.safeParse(messages.event);
    assert.ok(!result.success);
    assert.deepEqual(result.error.issues, [{ path: ["messageVersion"], message: "must be 2" }]);
    assert.deepEqual(second.versions, { min: 2, max: 2 });
  });

  test("keeps its version when it is extended, and the other way round", () => {
    const payload = jsonSchema({ type: "object", required: ["id"] });
    const bad = eventWith({ messageVersion: 1, payload: {} });
    for (const schema of [
      second.extend({ payload }),
      versionedMessageSchema(EventMessageSchema.extend({ payload }), 2),
    ]) {
      assert.deepEqual(schema.versions, { min: 2, max: 2 });
      assert.ok(schema.safeParse(eventWith({ messageVersion: 2 })).success);
      assert.equal(schema["~standard"].validate(bad).issues?.length, 2);
    }
  });

  test("may come of a Zod object, which stays one", () => {
    const zod = z.object({ messageVersion: z.number().int(), payload: z.string() });
    const schema = versionedMessageSchema(zod, 3);
    assert.deepEqual(schema.versions, { min: 3, max: 3 });
    assert.ok(schema.safeParse({ messageVersion: 3, payload: "x" }).success);
    assert.ok(!schema.safeParse({ messageVersion: 2, payload: "x" }).success);
    assert.deepEqual(schema.parse({ messageVersion: 3, payload: "x" }).payload, "x");
  });

  test("of no version in particular has no bound; of no message has none at all", () => {
    assert.deepEqual(EventMessageSchema.versions, {});
    assert.equal("versions" in jsonSchema({}), false);
  });
});
