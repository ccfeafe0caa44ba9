/** What the bus accepts as a validator, and how it runs one: `safeParse` or Standard Schema. */

import type { Issue } from "../errors.ts";
import type { Schema } from "./object-schema.ts";

/** What Zod and this package's own schemas offer. */
export interface SafeParseValidator<T = unknown> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: unknown };
}

/** Standard Schema, version 1 (standardschema.dev): Zod, Valibot, ArkType and others. */
export interface StandardValidator<T = unknown> {
  readonly "~standard": {
    validate(value: unknown): StandardResult<T> | Promise<StandardResult<T>>;
  };
}

type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type Validator<T = unknown> = SafeParseValidator<T> | StandardValidator<T>;

/** What a validator lets through. */
export type Validated<V> =
  V extends SafeParseValidator<infer T> ? T : V extends StandardValidator<infer T> ? T : never;

export function isValidator(value: unknown): value is Validator {
  const candidate = value as Partial<SafeParseValidator & StandardValidator> | null | undefined;
  return (
    typeof candidate?.safeParse === "function" ||
    typeof candidate?.["~standard"]?.validate === "function"
  );
}

/** Returns the validator's output; what it finds, throws or promises is added to `issues`. */
export function runValidator(validator: Validator, value: unknown, issues: Issue[]): unknown {
  try {
    // This package's own schemas need no result object.
    if ("~check" in validator) return (validator as Schema<unknown>)["~check"](value, issues);
    const result: unknown =
      "safeParse" in validator
        ? validator.safeParse(value)
        : validator["~standard"].validate(value);
    return readResult(result as Record<string, unknown>, value, issues);
  } catch (error) {
    issues.push({ path: [], message: `could not be validated: ${String(error)}` });
    return value;
  }
}

function readResult(result: Record<string, unknown>, value: unknown, issues: Issue[]): unknown {
  if (typeof result["then"] === "function") {
    issues.push({ path: [], message: "has an async validator; it must be sync" });
    return value;
  }
  if (result["success"] === true) return result["data"];
  if (!("success" in result) && result["issues"] === undefined) return result["value"];
  const error = (result["error"] ?? result) as { issues?: unknown; message?: unknown };
  const found = Array.isArray(error.issues) ? (error.issues as StandardIssue[]) : [];
  for (const { path, message } of found) issues.push({ path: (path ?? []).map(keyOf), message });
  if (found.length === 0) issues.push({ path: [], message: String(error.message ?? "is invalid") });
  return value;
}

function keyOf(step: PropertyKey | { readonly key: PropertyKey }): PropertyKey {
  return typeof step === "object" ? step.key : step;
}
