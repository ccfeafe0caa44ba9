/** One row of the list of messages. */

import { element, setAttributes, setText } from "./dom.ts";
import { formatMs, formatTime } from "./format.ts";
import { isUnheard, statusLabels } from "./row.ts";
import type { Row } from "./row.ts";

export interface RowElement {
  readonly root: HTMLElement;
  readonly time: HTMLElement;
  readonly name: HTMLElement;
  readonly kind: HTMLElement;
  readonly route: HTMLElement;
  readonly content: HTMLElement;
  readonly status: HTMLElement;
  readonly latency: HTMLElement;
}

const cell = (name: string): HTMLElement =>
  element("span", { role: "gridcell", class: `c-${name}` });

export function makeRowElement(): RowElement {
  const time = cell("Time");
  const name = cell("Message");
  const kind = cell("Kind");
  const route = cell("From");
  const content = cell("Content");
  const status = cell("Status");
  const latency = cell("Latency");
  const root = element(
    "div",
    { role: "row", class: "row", tabindex: -1 },
    ...[time, name, kind, route, content, status, latency],
  );
  return { root, time, name, kind, route, content, status, latency };
}

export function writeRow(to: RowElement, row: Row): void {
  setAttributes(to.root, { "data-status": row.status, "data-unheard": isUnheard(row) });
  setText(to.time, formatTime(row.at));
  setText(to.name, row.name);
  to.name.title = row.name;
  to.kind.replaceChildren(kindTag(row.kind));
  const receivers = element("span", { class: "receivers" }, receiversText(row));
  to.route.replaceChildren(`${row.source || "?"} → `, receivers);
  to.route.title = `${row.source} → ${receiversText(row, Infinity)}`;
  setText(to.content, row.summary);
  to.status.replaceChildren(statusTag(row));
  setText(to.latency, formatMs(row.latencyMs));
}

/** Receivers that a row names; the details name all. */
const NAMED_RECEIVERS = 3;

function receiversText(row: Row, limit = NAMED_RECEIVERS): string {
  if (row.status === "queued") return row.target || "…";
  if (row.status !== "delivered") return row.target === "" ? "–" : `(${row.target})`;
  const ids = [...new Set([...row.receivers, ...(row.answerTo === "" ? [] : [row.answerTo])])];
  if (ids.length === 0) return row.kind === "state" ? "store" : "nobody";
  const named = ids.slice(0, limit).join(", ");
  return ids.length > limit ? `${named} +${ids.length - limit}` : named;
}

export const kindTag = (kind: string): HTMLElement =>
  element("span", { class: "kind", "data-kind": kind }, kind === "" ? "?" : kind);

export const statusTag = (row: Row): HTMLElement =>
  element("span", { class: "status", "data-status": row.status }, statusLabels[row.status]);
