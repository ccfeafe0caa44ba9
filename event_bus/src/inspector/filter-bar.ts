/** The filters above the list of messages. */

import { button, element, guarded } from "./dom.ts";
import { isFiltering, noFilter } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { statusLabels } from "./row.ts";

export interface FilterBar {
  readonly root: HTMLElement;
  set(filter: Filter): void;
  /** Which sources there are to choose from. */
  setSources(sources: Iterable<string>): void;
  focus(): void;
  /** True where there was text to take back. */
  escape(): boolean;
}

type Choice = readonly [value: string, label: string];

const kinds: readonly Choice[] = [
  ["", "All kinds"],
  ["event", "Events"],
  ["command", "Commands"],
  ["query", "Queries"],
  ["state", "State"],
  ["user-context", "User context"],
];

const statuses: readonly Choice[] = [
  ["", "All outcomes"],
  ...Object.entries(statusLabels),
  ["unheard", "Received by nobody"],
];

/** Sources that the choice lists; a hostile page may make up any number. */
const MAX_SOURCES = 100;

function choose(label: string, choices: readonly Choice[]): HTMLSelectElement {
  const options = choices.map(([value, text]) => element("option", { value }, text));
  return element("select", { "aria-label": label }, ...options);
}

export function createFilterBar(onChange: (filter: Filter) => void): FilterBar {
  const text = element("input", {
    type: "search",
    "aria-label": "Filter by name or payload",
    placeholder: "Name or payload, or cart:*",
    autocomplete: "off",
    spellcheck: "false",
    class: "search",
  });
  const kind = choose("Kind", kinds);
  const source = choose("Source", [["", "All sources"]]);
  const status = choose("Outcome", statuses);
  const reset = button({ label: "Show all", class: "link" }, () => {
    set(noFilter);
    text.focus();
  });
  const known = new Set<string>();

  const current = (): Filter => ({
    text: text.value,
    kind: kind.value,
    source: source.value,
    status: status.value as Filter["status"],
  });

  function changed(): void {
    const filter = current();
    reset.hidden = !isFiltering(filter);
    onChange(filter);
  }

  function addSource(name: string): void {
    if (known.has(name) || known.size >= MAX_SOURCES) return;
    known.add(name);
    const after = [...source.options].slice(1).find((option) => option.value > name);
    source.add(element("option", { value: name }, name), after ?? null);
  }

  function set(filter: Filter): void {
    text.value = filter.text;
    kind.value = filter.kind;
    source.value = filter.source;
    status.value = filter.status;
    changed();
  }

  reset.hidden = true;
  const root = element("div", { class: "filters" }, text, kind, source, status, reset);
  root.addEventListener("input", guarded(changed));
  return {
    root,
    set,
    setSources(sources) {
      for (const name of sources) addSource(name);
    },
    focus: () => text.focus(),
    escape() {
      const { activeElement } = root.getRootNode() as ShadowRoot;
      if (activeElement !== text || text.value === "") return false;
      set({ ...current(), text: "" });
      return true;
    },
  };
}
