/** Everything about one message: where it went, what it carries, what led to it. */

import { copyButton } from "./copy.ts";
import type { Announce } from "./copy.ts";
import { button, element } from "./dom.ts";
import type { Child } from "./dom.ts";
import { formatMs, formatTime, plural, read, toJson, toText } from "./format.ts";
import type { History } from "./history.ts";
import { kindTag, statusTag } from "./message-row.ts";
import type { Row } from "./row.ts";
import { treeView } from "./tree-view.ts";
import type { OpenPaths } from "./tree-view.ts";

export interface MessageDetail {
  readonly root: HTMLElement;
  readonly row: Row | undefined;
  show(row: Row | undefined): void;
  /** Brings what is shown up to date. */
  update(): void;
  focus(): void;
}

export interface MessageDetailOptions {
  readonly history: History;
  readonly announce: Announce;
  readonly onClose: () => void;
  /** Another message was asked for. */
  readonly onGo: (row: Row) => void;
  readonly onConversation: (correlationId: string) => void;
}

export function createMessageDetail(options: MessageDetailOptions): MessageDetail {
  const { history, announce } = options;
  const title = element("h2", { tabindex: -1, class: "title" });
  const close = button({ label: "Close details", icon: "close", class: "icon" }, options.onClose);
  const back = button(
    { label: "Back to the list", icon: "back", class: "icon back" },
    options.onClose,
  );
  const content = element("div", { class: "detail-content" });
  const root = element(
    "section",
    { class: "detail", "aria-label": "Message details", hidden: true },
    element("div", { class: "detail-head" }, back, title, close),
    content,
  );
  // A payload opens at once; the envelope when somebody asks.
  const open: OpenPaths = new Set(["payload", "payload\u0000"]);
  let row: Row | undefined;
  let written = "";

  /** What the details depend on besides the row itself. */
  const stateOf = (of: Row): string =>
    `${of.seq} ${of.status} ${history.causedBy(of.messageId).length}`;

  function write(): void {
    if (row === undefined) return;
    const state = stateOf(row);
    if (state === written) return;
    written = state;
    title.replaceChildren(row.name);
    title.title = row.name;
    const { message } = row.record;
    content.replaceChildren(
      element("p", { class: "tags" }, statusTag(row), kindTag(row.kind), versionOf(message)),
      ...refusal(row),
      facts(row, options),
      section(
        "Payload",
        treeView(row.payload, open, "payload"),
        copyButton("Copy the payload", () => toJson(payloadOf(message), 2), announce),
      ),
      section(
        "Envelope",
        treeView(envelopeOf(message), open, "envelope"),
        copyButton("Copy the whole message", () => toJson(message, 2), announce),
      ),
    );
  }

  return {
    root,
    get row() {
      return row;
    },
    show(next) {
      row = next;
      root.hidden = next === undefined;
      if (next === undefined) written = "";
      else {
        const same = written.startsWith(`${next.seq} `);
        write();
        if (!same) content.scrollTop = 0;
      }
    },
    update: write,
    focus: () => title.focus(),
  };
}

const payloadOf = (message: unknown): unknown => read(message, "payload");

function versionOf(message: unknown): string {
  const version = read(message, "messageVersion");
  return version === undefined ? "" : `version ${toText(version)}`;
}

function envelopeOf(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return message;
  const envelope: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(message)) if (key !== "payload") envelope[key] = read(message, key);
  return envelope;
}

function section(name: string, body: HTMLElement, action: HTMLElement): HTMLElement {
  return element(
    "section",
    { class: "part" },
    element("div", { class: "part-head" }, element("h3", {}, name), action),
    body,
  );
}

function refusal(row: Row): HTMLElement[] {
  if (row.status === "dedupe") {
    const text = "Dropped: the same source had sent a message of this id already.";
    return [element("div", { class: "refusal mild" }, text)];
  }
  if (row.status !== "rejected") return [];
  const issues = read(row.record.error, "issues");
  const list = Array.isArray(issues) ? issues.slice(0, MAX_ISSUES).map(issueItem) : [];
  return [
    element(
      "div",
      { class: "refusal" },
      element("strong", {}, `Rejected: ${row.code || "unknown"}`),
      // The reason names its issues in a row: a list of them is easier to read.
      list.length > 1 ? element("ul", {}, ...list) : element("p", {}, row.reason),
    ),
  ];
}

/** Issues that the details list; a hostile message may have any number. */
const MAX_ISSUES = 20;

function issueItem(issue: unknown): HTMLElement {
  const path = read(issue, "path");
  const where = Array.isArray(path) ? path.map(toText).join(".") : "";
  const words = toText(read(issue, "message"));
  return element("li", {}, element("code", {}, where || "message"), ` ${words}`);
}

function facts(row: Row, options: MessageDetailOptions): HTMLElement {
  const list = element("dl", { class: "facts" });
  const fact = (term: string, ...value: Child[]): void => {
    list.append(element("dt", {}, term), element("dd", {}, ...value));
  };
  fact("Published", `${formatTime(row.at)} by `, who(row.source || "nobody it names"));
  if (row.target !== "") fact("Target", who(row.target));
  fact("Received by", ...receivers(row));
  if (row.latencyMs !== undefined) {
    const took = `, subscribers took ${formatMs(row.durationMs)}`;
    fact("Latency", formatMs(row.latencyMs) + (row.durationMs === undefined ? "" : took));
  }
  if (row.kind === "state") fact("Change", stateChange(row.record.message));
  if (row.causationId !== "") fact("Caused by", cause(row, options));
  const effects = options.history.causedBy(row.messageId);
  if (effects.length > 0) {
    const links = effects.slice(0, MAX_EFFECTS).map((effect) => effectLink(row, effect, options));
    fact("Led to", ...links);
  }
  if (row.correlationId !== "") {
    const show = (): void => options.onConversation(row.correlationId);
    fact("Conversation", button({ label: "Show all its messages", class: "link" }, show));
  }
  return list;
}

/** Messages that the details name as led to. */
const MAX_EFFECTS = 20;

const who = (id: string): HTMLElement => element("span", { class: "who" }, id);

function receivers(row: Row): Child[] {
  if (row.status === "queued") return ["Waits for its turn."];
  if (row.status !== "delivered") return ["Nobody: it was not delivered."];
  const asker: Child[] = row.answerTo === "" ? [] : [who(row.answerTo), " who asked"];
  if (row.receivers.length === 0) {
    if (asker.length > 0) return asker;
    return [row.kind === "state" ? "No subscriber; the store has it." : "Nobody subscribes to it."];
  }
  const counts = new Map<string, number>();
  for (const id of row.receivers) counts.set(id, (counts.get(id) ?? 0) + 1);
  const named = [...counts].flatMap(([id, count]) => [
    who(count === 1 ? id : `${id} (${plural(count, "time")})`),
    " ",
  ]);
  return [...named, ...asker];
}

function stateChange(message: unknown): string {
  const [operation, key, revision] = ["operation", "stateKey", "revision"].map((name) =>
    toText(read(message, name)),
  );
  return `${operation} ${key}, revision ${revision}`;
}

function cause(row: Row, { history, onGo }: MessageDetailOptions): Child {
  const found = history.find(row.causationId);
  if (found === undefined) return `${row.causationId} (no longer kept)`;
  return button({ label: found.name, class: "link" }, () => onGo(found));
}

function effectLink(row: Row, effect: Row, { onGo }: MessageDetailOptions): Child {
  const after = formatMs(effect.record.publishedAt - row.record.publishedAt);
  const link = button({ label: effect.name, class: "link" }, () => onGo(effect));
  return element("span", { class: "effect" }, link, ` by ${effect.source} after ${after}`);
}
