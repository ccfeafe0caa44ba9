/** The tab of the subscribers: who listens how often, and who left something behind. */

import type { Leak } from "../bridge/types.ts";
import { button, element } from "./dom.ts";
import { plural } from "./format.ts";
import type { History } from "./history.ts";
import type { InspectedBus, View } from "./source.ts";

/** Rows of the table at most. */
export const MAX_SUBSCRIBERS = 200;
/** Milliseconds between two looks at the bus. */
const LOOK_EVERY_MS = 250;

export interface SubscribersViewOptions {
  readonly bus: InspectedBus;
  readonly leaks: readonly Leak[] | undefined;
  readonly history: History;
}

export function createSubscribersView(options: SubscribersViewOptions): View {
  const { bus, history } = options;
  const body = element("tbody");
  const table = element(
    "table",
    { class: "subscribers" },
    element(
      "caption",
      { class: "hidden" },
      "Subscribers: how many subscriptions each has open, what it received and published",
    ),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...["Subscriber", "Open", "Change", "Received", "Published"].map((name) =>
          element("th", { scope: "col" }, name),
        ),
      ),
    ),
    body,
  );
  const leaks = element("div", { class: "leaks" });
  const empty = element("div", { class: "empty" }, element("p", {}, "Nobody subscribes."));
  const remark = element(
    "p",
    { class: "hint" },
    "Open: the subscriptions of now. Where they grow with each mount of a fragment, it does not " +
      "unsubscribe. ",
    button({ label: "Count changes from now", class: "link" }, () => {
      marked = new Map(bus.subscriptions());
      written = "";
    }),
  );
  const root = element("div", { class: "scroll" }, leaks, table, empty, remark);
  let marked = new Map(bus.subscriptions());
  let lastLook = -Infinity;
  let written = "";

  function update(now: number): void {
    if (written !== "" && now - lastLook < LOOK_EVERY_MS) return;
    lastLook = now;
    const current = bus.subscriptions();
    const found = options.leaks ?? [];
    const state = JSON.stringify([[...current], history.version, found.length]);
    if (state === written) return;
    written = state;
    leaks.replaceChildren(...found.slice(-MAX_LEAKS).map(leakNote));
    const leaking = new Set(found.map(({ name }) => name));
    const ids = [...new Set([...current.keys(), ...marked.keys()])].sort();
    const rows = ids.slice(0, MAX_SUBSCRIBERS).map((id) => {
      const count = current.get(id) ?? 0;
      return subscriberRow(id, count, count - (marked.get(id) ?? 0), leaking.has(id), history);
    });
    body.replaceChildren(...rows);
    table.hidden = remark.hidden = ids.length === 0;
    empty.hidden = ids.length > 0;
  }

  return { root, count: () => bus.subscriptions().size, update, escape: () => false };
}

/** Leaks that are named; the newest. */
const MAX_LEAKS = 20;

function leakNote({ name, subscriptions }: Leak): HTMLElement {
  return element(
    "p",
    { class: "refusal" },
    element("strong", {}, `${name} leaked ${plural(subscriptions.length, "subscription")}`),
    ` when it left the page: ${subscriptions.join(", ")}`,
  );
}

const leakTag = (): HTMLElement =>
  element("span", { class: "status", "data-status": "rejected" }, "Leak");

function subscriberRow(
  id: string,
  count: number,
  change: number,
  leaks: boolean,
  history: History,
): HTMLElement {
  const number = (value: number): HTMLElement =>
    element("td", { class: "number" }, value.toLocaleString("en"));
  const sign = change === 0 ? "–" : change > 0 ? `+${change}` : String(change);
  return element(
    "tr",
    {},
    element(
      "th",
      { scope: "row" },
      id,
      ...(leaks ? [" ", leakTag()] : []),
    ),
    number(count),
    element("td", { class: "number", "data-change": Math.sign(change) }, sign),
    number(history.received.get(id) ?? 0),
    number(history.published.get(id) ?? 0),
  );
}
