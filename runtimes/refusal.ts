/** The error of a runtime that is handed something it cannot render. */

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object with ${keys.join(", ")}` : "an object without properties";
}

/** Says what the runtime renders, what it was given instead, and where to put that right. */
export function refusal(runtime: string, wanted: string, given: unknown): TypeError {
  return new TypeError(
    `The ${runtime} runtime renders ${wanted}; the fragment's export is ${describe(given)}. ` +
      "Export such a value as default, name it with `export`, or deploy with another runtime.",
  );
}
