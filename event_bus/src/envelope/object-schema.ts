/** A strict object schema, small and without code generation, so that any CSP allows it. */

import type { Issue } from "../errors.ts";
import { runValidator } from "./validator.ts";
import type { Validated, Validator } from "./validator.ts";

/** Returns the value to deliver; what is wrong is added to `issues`, with a path from the value. */
export type Rule = (value: unknown, issues: Issue[]) => unknown;

/** As a rule; `strict` false leaves unknown keys to the caller. */
export type Check = (value: unknown, issues: Issue[], strict?: boolean) => unknown;

export type ParseResult<T> =
  | { success: true; data: T }
  | { success: false; error: { readonly issues: readonly Issue[] } };

/** Which versions of a message a schema takes; without a bound, any. */
export interface Versions {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** A validator of this package, which is a Standard Schema too. */
export interface Schema<T> {
  safeParse(value: unknown): ParseResult<T>;
  /** As `safeParse`, without a result object. */
  readonly "~check": Check;
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(
      value: unknown,
    ): { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: T; readonly output: T } | undefined;
  };
}

type Extended<T, S extends Record<string, Validator>> = Omit<T, keyof S> & {
  [K in keyof S]: Validated<S[K]>;
};

export interface ObjectSchema<T> extends Schema<T> {
  /** Undefined where it is not the schema of a kind of message. */
  readonly versions: Versions | undefined;
  /** The same schema with validators for these keys, such as the payload's; its own rules stay. */
  extend<S extends Record<string, Validator>>(shape: S): ObjectSchema<Extended<T, S>>;
}

/** A list or an object with this many wrong items is not read to its end. */
export const MAX_ISSUES = 20;

const unknownKey: Rule = (value, issues) => complain(value, issues, "is not a known key");

/** `rest` judges the keys that have no rule; null: nobody does. */
export function object<T>(
  rules: Readonly<Record<string, Rule>>,
  rest: Rule | null = unknownKey,
  versions?: Versions,
): ObjectSchema<T> {
  const fields = Object.entries(rules).map(([key, rule]) => ({ key, rule }));

  function check(value: unknown, issues: Issue[], strict = true): unknown {
    if (!isRecord(value)) return complain(value, issues, "must be an object");
    let output = value;
    let known = 0;
    for (const { key, rule } of fields) {
      const before = value[key];
      const earlier = issues.length;
      const after = rule(before, issues);
      if (issues.length > earlier) locate(issues, earlier, key);
      if (before !== undefined) known += 1;
      if (after !== before) output = { ...output, [key]: after };
    }
    const keys = strict && rest ? Object.keys(value) : [];
    // The usual case ends here, with no look-up for each key.
    if (keys.length <= known) return output;
    for (const key of keys) {
      const earlier = issues.length;
      if (Object.hasOwn(rules, key) || earlier >= MAX_ISSUES) continue;
      rest?.(value[key], issues);
      locate(issues, earlier, key);
    }
    return output;
  }

  return {
    ...schemaOf<T>(check),
    versions,
    extend(shape) {
      const added: Record<string, Rule> = {};
      for (const [key, validator] of Object.entries(shape)) {
        added[key] = (value, issues) => {
          rules[key]?.(value, issues);
          return runValidator(validator, value, issues);
        };
      }
      return object({ ...rules, ...added }, rest, this.versions);
    },
  };
}

export function schemaOf<T>(check: Check): Schema<T> {
  const validate = (value: unknown) => {
    const issues: Issue[] = [];
    const output = check(value, issues) as T;
    return issues.length > 0 ? { issues } : { value: output };
  };
  return {
    "~check": check,
    "~standard": { version: 1, vendor: "tiny-bus", validate },
    safeParse(value) {
      const result = validate(value);
      return result.issues
        ? { success: false, error: result }
        : { success: true, data: result.value };
    },
  };
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

export function complain(value: unknown, issues: Issue[], message: string): unknown {
  issues.push({ path: [], message });
  return value;
}

/** Puts a key before the paths of the issues that its value has got. */
export function locate(issues: Issue[], from: number, key: PropertyKey): void {
  for (let index = from; index < issues.length; index += 1) {
    const { path, message } = issues[index] as Issue;
    issues[index] = { path: [key, ...path], message };
  }
}
