/** Where the error of a handler goes, so that it is seen and stops nobody else. */

import type { Message } from "../envelope/types.ts";

/** The text of whatever was thrown. */
export function textOf(error: unknown): string {
  return String((error as Partial<Error> | null | undefined)?.message ?? error);
}

/** To the page's error event, where monitors listen; to the console where there is none. */
export function reportToPage(
  cause: unknown,
  { messageName }: Message,
  subscriberId: string,
): void {
  const report = globalThis.reportError ?? console.error;
  const text = `A subscriber of "${messageName}" (${subscriberId}) failed: ${textOf(cause)}`;
  report(new Error(text, { cause }));
}

/** Calls what the bus does not own; what that throws goes to the console and no further. */
export function guard(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    console.error(error);
  }
}
