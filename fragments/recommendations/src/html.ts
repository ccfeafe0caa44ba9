/** Puts values into HTML so that they stay what they are: text is text, an address an address. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element's content or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * An address for a quoted attribute: escaped, and `#` where it would run a script.
 *
 * Browsers skip control characters and blanks in an address, so they are skipped in the check too.
 */
export function escapeUrl(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.replace(/[\u0000-\u0020]/g, ""))?.[1];
  return scheme && !/^https?$/i.test(scheme) ? "#" : escapeHtml(url);
}
