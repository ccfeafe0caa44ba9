/** Names with `*` in place of segments, and the names that answers have. */

/** Message names for which a result is remembered. */
const MAX_KNOWN = 1000;

/** Whether a name stands for several. */
export function isPattern(name: string): boolean {
  return /(^|:)\*\*?(:|$)/.test(name);
}

/** `*` stands for one segment between colons, `**` at the end for one or more. */
export function matches(pattern: string, name: string): boolean {
  const wanted = pattern.split(":");
  const { length } = wanted;
  const given = name.split(":");
  return (
    (given.length === length || (given.length > length && wanted[length - 1] === "**")) &&
    wanted.every((segment, index) => /^\*\*?$/.test(segment) || segment === given[index])
  );
}

/** The name of the query or command that a message of this name answers; else the name itself. */
export function questionOf(name: string): string {
  return name.replace(/:(result|n?ack)$/, "");
}

/** What `find` says about a name, asked once for each of the names that are in use. */
export function recall<T>(known: Map<string, T>, name: string, find: (name: string) => T): T {
  let found = known.get(name);
  if (found === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, (found = find(name)));
  }
  return found;
}
