/**
 * Compares two snapshots of contracts: what has changed, and what of it breaks somebody.
 *
 * Without a new version, a message may get optional properties and annotations. Whatever else
 * changes its kind, its payload or its result is breaking, as is a lower version or its removal.
 */

import type { Snapshot, SnapshotMessage, SnapshotSchema } from "./snapshot.ts";

export interface Difference {
  readonly message: string;
  /** JSON pointer from the message: `/payload/properties/sku`; empty for the message itself. */
  readonly pointer: string;
  /** What has changed, and where it breaks somebody, what to do about it. */
  readonly text: string;
  readonly breaking: boolean;
}

const ANNOTATIONS = new Set([
  ..."title description default examples deprecated readOnly writeOnly".split(" "),
  ..."$comment $schema $id".split(" "),
]);

/** Keywords whose list has no order. */
const SETS = new Set(["required", "enum", "type", "anyOf"]);

/** `removed`: names that may go. */
export function compareSnapshots(
  before: Snapshot,
  after: Snapshot,
  removed: readonly string[] = [],
): Difference[] {
  const names = new Set([...Object.keys(before.messages), ...Object.keys(after.messages)]);
  return [...names].sort().flatMap((message) => {
    const differ = (pointer: string, text: string, breaking: boolean): Difference => ({
      message,
      pointer,
      text,
      breaking,
    });
    const was = own(before.messages, message);
    const is = own(after.messages, message);
    if (was === undefined) return [differ("", "is new", false)];
    if (is === undefined) {
      return removed.includes(message)
        ? [differ("", "is removed", false)]
        : [differ("", `is removed; put it back, or write with --remove ${message}`, true)];
    }
    if (is.version < was.version) {
      const text = `went from ${was.version} down to ${is.version}; raise it to ${was.version + 1}`;
      return [differ("/version", text, true)];
    }
    const raised = is.version > was.version;
    const remedy = `; raise its version to ${was.version + 1}`;
    return [
      ...(raised ? [differ("/version", `went from ${was.version} to ${is.version}`, false)] : []),
      ...changesOf(was, is).map(({ pointer, text, breaking }) =>
        differ(pointer, breaking && !raised ? text + remedy : text, breaking && !raised),
      ),
    ];
  });
}

type Change = Omit<Difference, "message">;

function changesOf(was: SnapshotMessage, is: SnapshotMessage): Change[] {
  return [
    ...(was.kind === is.kind ? [] : [changed("/kind", was.kind, is.kind)]),
    ...(was.description === is.description ? [] : [annotated("/description")]),
    ...changesOfSchema(was.payload, is.payload, "/payload"),
    ...changesOfPart(was.result, is.result, "/result"),
  ];
}

const changed = (pointer: string, was: unknown, is: unknown): Change => ({
  pointer,
  text: `was ${shown(was)} and is ${shown(is)}`,
  breaking: true,
});

const annotated = (pointer: string): Change => ({
  pointer,
  text: "is another annotation",
  breaking: false,
});

function shown(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

function isSchema(value: unknown): value is SnapshotSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A place where a schema may stand, or true or false, or nothing. */
function changesOfPart(was: unknown, is: unknown, pointer: string): Change[] {
  if (isSchema(was) && isSchema(is)) return changesOfSchema(was, is, pointer);
  return same(was, is, false) ? [] : [changed(pointer, was, is)];
}

function changesOfSchema(was: SnapshotSchema, is: SnapshotSchema, pointer: string): Change[] {
  const keywords = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keywords].sort().flatMap((keyword) => {
    const [a, b, at] = [own(was, keyword), own(is, keyword), `${pointer}/${escaped(keyword)}`];
    if (same(a, b, SETS.has(keyword))) return [];
    if (ANNOTATIONS.has(keyword)) return [annotated(at)];
    if (keyword === "properties") {
      return changesOfProperties(a ?? {}, b ?? {}, (own(was, "required") ?? []) as string[], at);
    }
    if (keyword === "required") return changesOfRequired(a ?? [], b ?? [], at);
    if (keyword === "items" || keyword === "additionalProperties") return changesOfPart(a, b, at);
    if (keyword === "anyOf" && Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      return a.flatMap((item: unknown, index) => changesOfPart(item, b[index], `${at}/${index}`));
    }
    return [changed(at, a, b)];
  });
}

function changesOfProperties(
  was: object,
  is: object,
  requiredBefore: readonly string[],
  pointer: string,
): Change[] {
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keys].sort().flatMap((key): Change[] => {
    const [a, b, at] = [own(was, key), own(is, key), `${pointer}/${escaped(key)}`];
    if (b === undefined) return [{ pointer: at, text: "is removed", breaking: true }];
    if (a !== undefined) return changesOfPart(a, b, at);
    // Where it is required only now, /required tells.
    return [{ pointer: at, text: "is new", breaking: requiredBefore.includes(key) }];
  });
}

function changesOfRequired(was: unknown, is: unknown, pointer: string): Change[] {
  const [a, b] = [was as readonly string[], is as readonly string[]];
  const only = (these: readonly string[], those: readonly string[], text: string): Change[] =>
    these
      .filter((key) => !those.includes(key))
      .map((key) => ({ pointer, text: `"${key}" ${text}`, breaking: true }));
  return [...only(b, a, "is required now"), ...only(a, b, "is no longer required")];
}

function own(record: object, key: string): any {
  return Object.hasOwn(record, key) ? record[key as keyof object] : undefined;
}

/** Equal as JSON, whatever the order of keys; `asSet`: of a list's items too. */
function same(a: unknown, b: unknown, asSet: boolean): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length &&
      a.every((item, index) =>
        asSet ? b.some((other) => same(item, other, false)) : same(item, b[index], false),
      ) &&
      (!asSet || b.every((item) => a.some((other) => same(item, other, false))))
    );
  }
  if (!isSchema(a) || !isSchema(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], false))
  );
}

/** A step of a JSON pointer. */
function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}
