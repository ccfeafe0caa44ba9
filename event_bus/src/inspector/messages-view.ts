/** The tab of the messages: filters above, the list, and one message's details beside it. */

import type { Announce } from "./copy.ts";
import { button, element, setText } from "./dom.ts";
import { createMatcher, isFiltering, noFilter } from "./filter.ts";
import { createFilterBar } from "./filter-bar.ts";
import { formatCount, plural } from "./format.ts";
import type { History } from "./history.ts";
import { createMessageDetail } from "./message-detail.ts";
import { createMessageList } from "./message-list.ts";
import type { Row } from "./row.ts";
import type { View } from "./source.ts";
import type { DynamicRule } from "./styles.ts";

export interface MessagesView extends View {
  /** Shows the details of a message; false where it is no longer kept. */
  go(messageId: string): boolean;
}

export interface MessagesViewOptions {
  readonly history: History;
  readonly rule: DynamicRule;
  readonly announce: Announce;
}

export function createMessagesView({ history, rule, announce }: MessagesViewOptions): MessagesView {
  let filter = noFilter;
  let matches = createMatcher(filter);
  let filtered: readonly Row[] = [];
  /** The last message to show while paused. */
  let pausedAt: number | undefined;
  let dirty = true;
  let seenVersion = -1;
  let seenChanges = -1;
  /** The last message that was in sight while the list followed. */
  let lastFollowed = 0;

  const bar = createFilterBar((next) => {
    filter = next;
    matches = createMatcher(filter);
    dirty = true;
    list.follow();
    recompute();
    announce(countText());
  });
  const pause = button({ label: "Pause", icon: "pause", text: "Pause" }, togglePause);
  const clear = button({ label: "Clear the list", icon: "clear", text: "Clear" }, () => {
    history.clear();
    showDetail(undefined);
    list.follow();
    announce("The list is empty.");
  });
  const count = element("span", { class: "count" });
  const warning = element("p", { class: "warning", hidden: true });
  const empty = element("div", { class: "empty" });
  const jump = button({ label: "Newest", icon: "down", text: "Newest", class: "jump" }, () => {
    list.follow();
    list.render();
    const last = filtered.at(-1);
    if (last !== undefined) list.focusRow(last.seq);
  });
  const detail = createMessageDetail({
    history,
    announce,
    onClose: closeDetail,
    onGo: (row) => goTo(row),
    onConversation(correlationId) {
      const { row } = detail;
      showDetail(undefined);
      bar.set({ ...noFilter, text: correlationId });
      if (row !== undefined) list.focusRow(row.seq);
    },
  });
  const list = createMessageList({
    rule,
    onOpen(row, entered) {
      showDetail(row);
      // Where the window is narrow, the details cover the list.
      if (entered || getComputedStyle(list.root).visibility === "hidden") detail.focus();
    },
    onMove(row) {
      if (detail.row !== undefined) showDetail(row);
    },
  });
  bar.root.append(count, element("span", { class: "actions" }, pause, clear));
  const listArea = element("div", { class: "list-area" }, list.root, empty, jump);
  const split = element("div", { class: "split" }, listArea, detail.root);
  const root = element("div", { class: "messages" }, bar.root, warning, split);

  function showDetail(row: Row | undefined): void {
    detail.show(row);
    list.select(row?.seq);
    split.classList.toggle("open", row !== undefined);
  }

  function closeDetail(): void {
    const { row } = detail;
    showDetail(undefined);
    if (row === undefined || !list.focusRow(row.seq)) bar.focus();
  }

  function goTo(row: Row): void {
    if (!matches(row)) bar.set(noFilter);
    recompute();
    showDetail(row);
    list.focusRow(row.seq);
    detail.focus();
  }

  function togglePause(): void {
    pausedAt = pausedAt === undefined ? history.lastSeq : undefined;
    dirty = true;
    pause.replaceChildren(...pauseFace(pausedAt !== undefined));
    announce(pausedAt === undefined ? "Goes on." : "Paused.");
  }

  function recompute(): void {
    if (!dirty && seenVersion === history.version) return;
    const until = pausedAt ?? Infinity;
    filtered = history.rows.filter((row) => row.seq <= until && matches(row));
    list.setRows(filtered, seenChanges !== history.changes);
    bar.setSources(history.published.keys());
    detail.update();
    dirty = false;
    seenVersion = history.version;
    seenChanges = history.changes;
    writeCounts();
  }

  const shownOfAll = (): number => history.rows.length - waiting();
  const waiting = (): number => (pausedAt === undefined ? 0 : newerThan(history.rows, pausedAt));

  function countText(): string {
    const all = plural(shownOfAll(), "message");
    return isFiltering(filter) ? `${filtered.length.toLocaleString("en")} of ${all}` : all;
  }

  function writeCounts(): void {
    setText(count, countText() + (waiting() > 0 ? `, ${plural(waiting(), "new", "new")}` : ""));
    warning.hidden = !history.incomplete;
    setText(
      warning,
      history.incomplete
        ? "Some messages are missing: more came at once than the bus keeps. Raise its logLimit."
        : "",
    );
    empty.hidden = filtered.length > 0;
    empty.replaceChildren(...emptyFace());
  }

  function emptyFace(): HTMLElement[] {
    if (history.rows.length > 0 && isFiltering(filter)) {
      return [
        element("p", {}, "No message passes the filter."),
        button({ label: "Show all", class: "link" }, () => bar.set(noFilter)),
      ];
    }
    return [
      element("p", {}, "No messages yet."),
      element("p", { class: "hint" }, "A bus keeps a log where it is made with a logLimit."),
    ];
  }

  function writeJump(): void {
    const last = filtered.at(-1)?.seq ?? 0;
    if (list.following) lastFollowed = last;
    const missed = list.following ? 0 : newerThan(filtered, lastFollowed);
    jump.hidden = list.following || (missed === 0 && list.atEnd);
    setText(
      jump.lastElementChild ?? jump,
      missed === 0 ? "Newest" : `${formatCount(missed)} new`,
    );
  }

  return {
    root,
    count: () => history.total,
    update() {
      recompute();
      list.render();
      writeJump();
    },
    escape() {
      if (bar.escape()) return true;
      if (detail.row === undefined) return false;
      closeDetail();
      return true;
    },
    go(messageId) {
      const row = history.find(messageId);
      if (row === undefined) return false;
      recompute();
      goTo(row);
      return true;
    },
  };
}

function pauseFace(paused: boolean): Node[] {
  const label = paused ? "Resume" : "Pause";
  const face = button({ label, icon: paused ? "play" : "pause", text: label }, () => undefined);
  return [...face.childNodes];
}

function newerThan(rows: readonly Row[], seq: number): number {
  let count = 0;
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    if ((rows[index]?.seq ?? 0) <= seq) break;
    count += 1;
  }
  return count;
}
