/** Random ids, also in pages that are not a secure context, where crypto.randomUUID is absent. */

/** `bytes` random bytes as hex digits. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** A random UUID, version 4 (RFC 9562). */
export function randomId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return randomHex(16).replace(
    /^(.{8})(.{4}).(.{3}).(.{3})/,
    (_, low: string, mid: string, high: string, clock: string) =>
      `${low}-${mid}-4${high}-${randomVariant()}${clock}-`,
  );
}

/** The two bits that RFC 9562 fixes, and two random ones. */
function randomVariant(): string {
  return (8 + (Number.parseInt(randomHex(1), 16) & 3)).toString(16);
}
