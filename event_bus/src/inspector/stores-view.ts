/** The tab of the stores: every shared value, its revision, and what last changed it. */

import type { StateEntry } from "../state/types.ts";
import { copyButton } from "./copy.ts";
import type { Announce } from "./copy.ts";
import { button, element } from "./dom.ts";
import type { Child } from "./dom.ts";
import { formatTime, toJson } from "./format.ts";
import type { History } from "./history.ts";
import type { InspectedState, View } from "./source.ts";
import { treeView } from "./tree-view.ts";
import type { OpenPaths } from "./tree-view.ts";

/** Stores in the DOM at most. */
export const MAX_STORES = 200;

export interface StoresViewOptions {
  readonly state: InspectedState | undefined;
  readonly history: History;
  readonly announce: Announce;
  /** The message that changed a store was asked for. */
  readonly onGo: (messageId: string) => void;
}

interface Item {
  readonly root: HTMLElement;
  readonly open: OpenPaths;
  written: StateEntry;
  /** Whether its message was there to go to. */
  linked: boolean;
}

export function createStoresView(options: StoresViewOptions): View & { close(): void } {
  const { state, history } = options;
  const list = element("ul", { class: "stores", "aria-label": "Stores" });
  const empty = element("div", { class: "empty" }, element("p", {}, "No store has a value."));
  const root = element("div", { class: "scroll" }, list, empty);
  const items = new Map<string, Item>();
  let entries: readonly StateEntry[] = [];
  let stale = true;
  let dirty = true;
  let seenVersion = -1;
  const close = state?.onChange(() => {
    stale = true;
  });

  function readEntries(): void {
    if (!stale) return;
    stale = false;
    dirty = true;
    entries = state?.entries() ?? [];
  }

  function write(): void {
    const keys = new Set(entries.map(({ stateKey }) => stateKey));
    for (const [key, item] of items) {
      if (keys.has(key)) continue;
      item.root.remove();
      items.delete(key);
    }
    const sorted = entries.toSorted((a, b) => (a.stateKey < b.stateKey ? -1 : 1));
    let after: Element | null = null;
    for (const entry of sorted.slice(0, MAX_STORES)) {
      const { root: made } = writeItem(entry);
      const place: Element | null = after ? after.nextElementSibling : list.firstElementChild;
      if (place !== made) list.insertBefore(made, place);
      after = made;
    }
    list.hidden = entries.length === 0;
    empty.hidden = entries.length > 0;
  }

  function writeItem(entry: StateEntry): Item {
    const linked = history.find(entry.messageId) !== undefined;
    let item = items.get(entry.stateKey);
    const changed =
      item === undefined ||
      item.written.revision !== entry.revision ||
      item.written.messageId !== entry.messageId;
    if (item !== undefined && !changed && item.linked === linked) return item;
    if (item === undefined) {
      const made = element("li", { class: "store" });
      item = { root: made, open: new Set(), written: entry, linked };
      items.set(entry.stateKey, item);
    } else if (changed) flash(item.root);
    item.written = entry;
    item.linked = linked;
    item.root.replaceChildren(...itemFace(entry, item.open));
    return item;
  }

  function itemFace(entry: StateEntry, open: OpenPaths): HTMLElement[] {
    const copy = copyButton(
      `Copy the value of ${entry.stateKey}`,
      () => toJson(entry.value, 2),
      options.announce,
    );
    return [
      element(
        "div",
        { class: "store-head" },
        element("h2", { title: entry.stateKey }, entry.stateKey),
        element("span", { class: "revision" }, `revision ${entry.revision}`),
      ),
      element("div", { class: "store-value" }, treeView(entry.value, open, "value")),
      element("div", { class: "store-change" }, ...change(entry)),
      copy,
    ];
  }

  function change(entry: StateEntry): Child[] {
    if (entry.messageId === "") return ["Initial value"];
    const row = history.find(entry.messageId);
    if (row === undefined) return [`By ${entry.messageName}`];
    const go = (): void => options.onGo(entry.messageId);
    return [
      button({ label: row.name, class: "link" }, go),
      ` by ${row.source}, ${formatTime(row.at)}`,
    ];
  }

  return {
    root,
    count() {
      readEntries();
      return entries.length;
    },
    update() {
      readEntries();
      if (!dirty && seenVersion === history.version) return;
      seenVersion = history.version;
      dirty = false;
      write();
    },
    escape: () => false,
    close: () => close?.(),
  };
}

/** Marks what has just changed; the stylesheet leaves it out where motion is not wanted. */
function flash(root: HTMLElement): void {
  root.classList.remove("flash");
  // The next frame starts the animation anew.
  requestAnimationFrame(() => root.classList.add("flash"));
}
