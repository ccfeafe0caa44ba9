/** The errors of the bus: each carries the `code` that a Nack would carry for the same failure. */

export type ErrorCode =
  | "validation"
  | "unauthorized"
  | "incompatible-version"
  | "delivery"
  | "timeout"
  | "dedupe"
  | "unknown";

/** What is wrong with one value, and where: `path` leads from the message to the value. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * A message that the bus does not take, or a call that it cannot serve.
 * Codes: `validation` (the message or an argument is wrong), `delivery` (the bus is disposed).
 */
export class BusValidationError extends Error {
  override readonly name = "BusValidationError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, message: string, issues: readonly Issue[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.issues = issues;
  }
}

/**
 * A message that somebody may not send or read.
 * Codes: `unauthorized`, `incompatible-version`, or the code that a responder refuses with.
 */
export class BusPolicyError extends Error {
  override readonly name = "BusPolicyError";
  readonly code: ErrorCode;

  constructor(message: string, code: ErrorCode = "unauthorized") {
    super(message);
    this.code = code;
  }
}

/** Why a message was refused. */
export type BusError = BusValidationError | BusPolicyError;

/**
 * A bridge that could not be made, or refused a caller.
 * Codes: `unauthorized` (wrong token), `conflict` (the page has another bridge), `delivery` (the
 * bridge is disposed), `validation` (a wrong option).
 */
export class HostBridgeError extends Error {
  override readonly name = "HostBridgeError";
  readonly code: ErrorCode | "conflict";

  constructor(code: ErrorCode | "conflict", message: string) {
    super(message);
    this.code = code;
  }
}
