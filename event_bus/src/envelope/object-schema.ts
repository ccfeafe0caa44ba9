/** A strict object schema, small and without code generation, so that any CSP allows it. */

import type { Issue } from "../errors.ts";
import { runValidator } from "./validator.ts";
import type { Validated, Validator } from "./validator.ts";

/** Returns the value to deliver; what is wrong is added to `issues`, with a path from the value. */
export type Rule = (value: unknown, issues: Issue[]) => unknown;

export type ParseResult<T> =
  | { success: true; data: T }
  | { success: false; error: { readonly issues: readonly Issue[] } };

type Extended<T, S extends Record<string, Validator>> = Omit<T, keyof S> & {
  [K in keyof S]: Validated<S[K]>;
};

export interface ObjectSchema<T> {
  /** Never throws; an unknown key is an error. */
  safeParse(value: unknown): ParseResult<T>;
  /** The same schema with these keys added or replaced, such as the payload's own validator. */
  extend<S extends Record<string, Validator>>(shape: S): ObjectSchema<Extended<T, S>>;
  /** As `safeParse`, without a result object; `strict` false leaves unknown keys to the caller. */
  parse(value: unknown, issues: Issue[], strict: boolean): unknown;
}

export function object<T>(rules: Readonly<Record<string, Rule>>): ObjectSchema<T> {
  const fields = Object.entries(rules).map(([key, rule]) => ({ key, rule }));

  function parse(value: unknown, issues: Issue[], strict: boolean): unknown {
    if (!isRecord(value)) return complain(value, issues, "must be an object");
    let output = value;
    let known = 0;
    for (const { key, rule } of fields) {
      const before = value[key];
      const earlier = issues.length;
      const after = rule(before, issues);
      if (issues.length > earlier) locate(issues, earlier, key);
      if (before !== undefined) known += 1;
      if (after !== before) {
        if (output === value) output = { ...value };
        output[key] = after;
      }
    }
    const keys = strict ? Object.keys(value) : [];
    // The usual case ends here, with no look-up for each key.
    if (keys.length <= known) return output;
    for (const key of keys) {
      if (!Object.hasOwn(rules, key)) issues.push({ path: [key], message: "is not a known key" });
    }
    return output;
  }

  return {
    parse,
    safeParse: (value) => toResult((issues) => parse(value, issues, true)),
    extend(shape) {
      const added: Record<string, Rule> = {};
      for (const [key, validator] of Object.entries(shape)) {
        added[key] = (value, issues) => runValidator(validator, value, issues);
      }
      return object({ ...rules, ...added });
    },
  };
}

export function toResult<T>(parse: (issues: Issue[]) => unknown): ParseResult<T> {
  const issues: Issue[] = [];
  const data = parse(issues) as T;
  return issues.length > 0 ? { success: false, error: { issues } } : { success: true, data };
}

export function nested(schema: ObjectSchema<unknown>): Rule {
  return (value, issues) => schema.parse(value, issues, true);
}

export function rule(wanted: string, accepts: (value: unknown) => boolean): Rule {
  return (value, issues) =>
    accepts(value) ? value : complain(value, issues, `must be ${wanted}`);
}

export function optional(required: Rule): Rule {
  return (value, issues) => (value === undefined ? value : required(value, issues));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function complain(value: unknown, issues: Issue[], message: string): unknown {
  issues.push({ path: [], message });
  return value;
}

function locate(issues: Issue[], from: number, key: string): void {
  for (let index = from; index < issues.length; index += 1) {
    const { path, message } = issues[index] as Issue;
    issues[index] = { path: [key, ...path], message };
  }
}
