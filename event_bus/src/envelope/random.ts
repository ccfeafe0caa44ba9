/** Random ids, also in pages that are not a secure context, where crypto.randomUUID is absent. */

/** The character codes of the hex digits. */
const DIGITS = Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const ZERO = 48;

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

/**
 * Random hex digits in place of the zeros of a shape. Made of its characters in one go: a text
 * that is put together from parts stays in parts until it is read, and the bus reads it at once.
 */
function randomText(shape: string): string {
  const codes = Array<number>(shape.length);
  for (let at = 0; at < shape.length; at += 1) {
    const code = shape.charCodeAt(at);
    codes[at] = code === ZERO ? (DIGITS[nextByte() % 16] as number) : code;
  }
  return String.fromCharCode(...codes);
}

/** `bytes` random bytes as hex digits. */
export function randomHex(bytes: number): string {
  return randomText("00".repeat(bytes));
}

/** By variant, of which there are four. */
const SHAPES = Array.from("89ab", (variant) => `00000000-0000-4000-${variant}000-000000000000`);

/** A random UUID, version 4 (RFC 9562). */
export function randomId(): string {
  return randomText(SHAPES[nextByte() % 4] as string);
}
