/** Random ids, also in pages that are not a secure context, where crypto.randomUUID is absent. */

/** By byte, its two hex digits. */
const HEX = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));

/** Drawn together, because in a browser each draw takes longer than all the rest of an id. */
const pool = new Uint8Array(4096);
let used = pool.length;

function nextByte(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++] as number;
}

/** `bytes` random bytes as hex digits. */
export function randomHex(bytes: number): string {
  let digits = "";
  for (let index = 0; index < bytes; index += 1) digits += HEX[nextByte()];
  return digits;
}

/** A random UUID, version 4 (RFC 9562). */
export function randomId(): string {
  const version = HEX[(nextByte() % 16) + 64];
  const variant = HEX[(nextByte() % 64) + 128];
  const [low, middle, rest] = [randomHex(4), randomHex(2), randomHex(1)];
  return `${low}-${middle}-${version}${rest}-${variant}${randomHex(1)}-${randomHex(6)}`;
}
