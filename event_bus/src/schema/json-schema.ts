/**
 * Validators from JSON Schema literals, made of the same rules as the envelope's own schemas.
 *
 * Held, as draft 2020-12 means them: type, enum and const (of primitive values), anyOf, properties,
 * required, additionalProperties, items, minItems, maxItems, minimum, maximum, exclusiveMinimum,
 * exclusiveMaximum, minLength, maxLength, pattern, and format (uuid, date-time, uri). Annotations
 * are taken and ignored. Any other keyword is an error when the schema is made: a rule that nobody
 * holds is worse than none. A property that is there and undefined counts as absent.
 */

import { BusValidationError } from "../errors.ts";
import type { Issue } from "../errors.ts";
import {
  MAX_ISSUES,
  complain,
  isRecord,
  locate,
  object,
  schemaOf,
} from "../envelope/object-schema.ts";
import type { Rule, Schema } from "../envelope/object-schema.ts";
import { FORMATS } from "./formats.ts";
import type { FromSchema, JsonSchema } from "./types.ts";

/** A validator that can be written into a snapshot. */
export interface JsonSchemaValidator<T> extends Schema<T> {
  readonly schema: JsonSchema;
}

/** The value is of the type that the keyword applies to. */
type Test = (value: any) => boolean;

const TYPES: Readonly<Record<string, Test>> = {
  string: (value) => typeof value === "string",
  number: Number.isFinite,
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isRecord,
};

/** In characters: some take two units. */
const size = (text: string): number => [...text].length;

/** By keyword: how its test is made, and the type of the values that it applies to. */
const TESTS: Readonly<Record<string, readonly [(argument: any) => Test, string?]>> = {
  type: [
    (types) => {
      const tests: Test[] = [types].flat().map((type) => known(TYPES, type));
      return tests.reduce((all, test) => (value) => all(value) || test(value));
    },
  ],
  enum: [(values) => (value) => values.includes(value)],
  const: [(wanted) => (value) => value === wanted],
  anyOf: [
    (schemas: readonly JsonSchema[]) => {
      const rules = schemas.map((schema) => compile(schema));
      return (value) =>
        rules.some((rule) => {
          const issues: Issue[] = [];
          rule(value, issues);
          return issues.length === 0;
        });
    },
  ],
  minimum: [(limit) => (value) => value >= limit, "number"],
  maximum: [(limit) => (value) => value <= limit, "number"],
  exclusiveMinimum: [(limit) => (value) => value > limit, "number"],
  exclusiveMaximum: [(limit) => (value) => value < limit, "number"],
  minItems: [(limit) => (value) => value.length >= limit, "array"],
  maxItems: [(limit) => (value) => value.length <= limit, "array"],
  // Characters are counted only where the units leave a doubt.
  minLength: [(limit) => (value) => value.length >= limit * 2 || size(value) >= limit, "string"],
  maxLength: [(limit) => (value) => value.length <= limit || size(value) <= limit, "string"],
  pattern: [
    (source) => {
      const pattern = new RegExp(source, "u");
      return (value) => pattern.test(value);
    },
    "string",
  ],
  format: [(name) => known(FORMATS, name), "string"],
};

/** Keywords without a test of their own: `compile` reads them itself, or they are annotations. */
const NO_TEST = new RegExp(
  "^(properties|required|additionalProperties|items|title|description|default|examples" +
    "|deprecated|(read|write)Only|\\$(comment|schema|id))$",
);

function known<T>(table: Readonly<Record<string, T>>, word: string): T {
  if (Object.hasOwn(table, word)) return table[word] as T;
  throw new BusValidationError("validation", `A JSON Schema here cannot have "${word}".`);
}

/** `needed` says what undefined means; without it, undefined is a value like any other. */
function compile(schema: JsonSchema, needed?: boolean): Rule {
  // A schema that is true or false would be held by nobody either.
  if (!isRecord(schema)) known({}, `${schema}`);
  const { type, items } = schema;
  const tests: { test: Test; text: string }[] = [];
  // The type comes first: after it, most keywords need not look at it.
  for (const [keyword, argument] of Object.entries({ type, ...schema })) {
    if (argument === undefined || NO_TEST.test(keyword)) continue;
    const [make, applies = type] = known(TESTS, keyword);
    const test = make(argument);
    const guard = TYPES[applies as string] as Test;
    tests.push({
      test: applies === type ? test : (value) => !guard(value) || test(value),
      text: `must have ${keyword} ${JSON.stringify(argument).slice(0, 99)}`,
    });
  }
  const shape = shapeOf(schema);
  const each = items === undefined ? undefined : compile(items);

  return (value, issues) => {
    if (value === undefined && needed !== undefined) {
      return needed ? complain(value, issues, "is missing") : value;
    }
    for (const { test, text } of tests) {
      if (!test(value)) return complain(value, issues, text);
    }
    if (each && Array.isArray(value)) {
      for (let index = 0; index < value.length && issues.length < MAX_ISSUES; index += 1) {
        const earlier = issues.length;
        each(value[index], issues);
        locate(issues, earlier, index);
      }
    }
    return isRecord(value) ? shape(value, issues) : value;
  };
}

function shapeOf(schema: JsonSchema): Rule {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const closed = additionalProperties === false;
  // Of a closed object, nothing satisfies a key that is required and no property.
  const others = closed ? { enum: [] } : additionalProperties === true ? {} : additionalProperties;
  const rules: Record<string, Rule> = {};
  for (const key of [...required, ...Object.keys(properties)]) {
    // Every object would have it.
    if (key in {}) known({}, key);
    rules[key] = compile(properties[key] ?? others, required.includes(key));
  }
  const rest = closed ? undefined : additionalProperties === true ? null : compile(others);
  return object(rules, rest)["~check"];
}

/**
 * A validator of the values that a JSON Schema describes; their type is inferred from the literal.
 * Throws BusValidationError where the schema says what is not held.
 */
export function jsonSchema<const S extends JsonSchema>(
  schema: S,
): JsonSchemaValidator<FromSchema<S>> {
  return { ...schemaOf<FromSchema<S>>(compile(schema)), schema };
}
