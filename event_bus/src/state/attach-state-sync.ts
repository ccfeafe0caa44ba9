/** Keeps the shared values of a page: what a `state` message changes, before anyone hears of it. */

import { listOf } from "../bus/admission.ts";
import type { Bus } from "../bus/types.ts";
import { snapshot } from "../envelope/snapshot.ts";
import type { StateMessage } from "../envelope/types.ts";
import { runValidator } from "../envelope/validator.ts";
import type { Validator } from "../envelope/validator.ts";
import type { Issue } from "../errors.ts";
import { mergePatch, own } from "./merge-patch.ts";
import { refusal } from "./refusal.ts";
import type { StateEntry, StateSyncAttachOptions, StateSyncCoordinator } from "./types.ts";

/** Above it a revision can only be counted up to, so that no message uses up the numbers. */
const MAX_FREE_REVISION = 2 ** 52;

/**
 * Follows the bus's `state` messages. A message is checked with the publish, and changes the value
 * only where nothing else refuses it. What is refused: a stale revision, as the strategy says (an
 * accepted one is the last writer, and the entry's revision is then the current one + 1: ask the
 * coordinator for it, the message keeps its own); a value that its schema does not accept (the
 * schema's output is not used: the value is what was sent); a patch that reaches for a prototype;
 * a publisher that the registry does not let publish under the state key as a message name.
 */
export function attachStateSync(bus: Bus, options: StateSyncAttachOptions): StateSyncCoordinator {
  const { initialRevisions, conflictStrategy, customConflict, schemas } = options;
  const initial = snapshot(options.initialSnapshots ?? {});
  // A key that was removed keeps its entry, without a value: revisions go on from there.
  const entries = Object.create(null) as Record<string, StateEntry>;
  const stop = new AbortController();

  function put(
    { stateKey, messageName, messageId }: Omit<StateEntry, "revision" | "value">,
    revision: number,
    value: unknown,
  ): void {
    entries[stateKey] = Object.freeze({ stateKey, messageName, revision, messageId, value });
  }

  for (const key of Object.keys({ ...initialRevisions, ...initial })) {
    const revision = (own(initialRevisions, key) as number | undefined) ?? 0;
    put({ stateKey: key, messageName: key, messageId: "" }, revision, own(initial, key));
  }

  /** Checks the change and returns what makes it. */
  function prepare(message: StateMessage, forced?: boolean): () => void {
    const { stateKey, operation, revision, payload } = message;
    const current = entries[stateKey];
    const { revision: currentRevision = -1, value: currentSnapshot } = current ?? {};
    const stale = revision <= currentRevision;
    if (
      stale
        ? !forced &&
          (conflictStrategy === "custom"
            ? customConflict?.({
                stateKey,
                incoming: message,
                currentRevision,
                currentSnapshot,
              }) !== "accept"
            : conflictStrategy === "reject-if-stale")
        : revision > MAX_FREE_REVISION && revision > currentRevision + 1
    ) {
      throw refusal(`State "${stateKey}": revision ${revision} cannot follow ${currentRevision}.`);
    }
    // No value is left by `remove`.
    const value =
      operation === "patch"
        ? mergePatch(currentSnapshot, payload)
        : own({ replace: payload, reset: own(initial, stateKey) }, operation);
    const issues: Issue[] = [];
    const schema = own(schemas, stateKey) as Validator | undefined;
    if (schema && value !== undefined) runValidator(schema, value, issues);
    if (issues.length > 0) throw refusal(`State "${stateKey}": ${listOf(issues)}.`, issues);
    return () => {
      // A later hook may have published a change of the same key meanwhile.
      if (entries[stateKey] !== current) prepare(message, true)();
      else put(message, stale ? currentRevision + 1 : revision, value);
    };
  }

  const off =
    options.enabled &&
    bus.registerBeforeDeliver((message) => {
      if (message.kind !== "state") return;
      const { stateKey, messageName } = message;
      if (messageName !== stateKey) {
        bus.registry?.assertCanPublish({ ...message, messageName: stateKey });
      }
      return prepare(message);
    });

  return Object.freeze<StateSyncCoordinator>({
    getRevision(stateKey) {
      const { value, messageId, revision } = entries[stateKey] ?? {};
      // `initialRevisions` may give a key a revision and no value.
      return value === undefined && messageId ? undefined : revision;
    },
    getSnapshot: <T>(stateKey: string) => entries[stateKey]?.value as T | undefined,
    getEntry: (stateKey) => entries[stateKey],
    entries: () => Object.values(entries).filter(({ value }) => value !== undefined),
    onChange: (listener) =>
      bus.observeAll(
        (message) => {
          if (message.kind === "state") listener(message.stateKey);
        },
        { signal: stop.signal },
      ),
    dispose() {
      if (off) off();
      stop.abort();
    },
  });
}
