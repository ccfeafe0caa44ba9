/** The list of messages: of many rows only those in sight are in the DOM. */

import { element, guarded, setAttributes } from "./dom.ts";
import type { DynamicRule } from "./styles.ts";
import { makeRowElement, writeRow } from "./message-row.ts";
import type { RowElement } from "./message-row.ts";
import type { Row } from "./row.ts";

/** Rows in the DOM at most. */
export const MAX_ROWS = 200;
/** Rows beyond the edges, so that a scroll shows no gap. */
const OVERSCAN = 8;
/** Pixels; a row of two lines where the list is narrow. The stylesheet has the same. */
const ROW_HEIGHT = 30;
const NARROW_ROW_HEIGHT = 54;
/** Pixels of width below which columns go, and rows get two lines. */
const MEDIUM_BELOW = 860;
const NARROW_BELOW = 600;

export interface MessageList {
  readonly root: HTMLElement;
  /** Shows these rows, oldest first. `rewritten`: rows may say something new. */
  setRows(rows: readonly Row[], rewritten: boolean): void;
  /** Brings the DOM up to date; once a frame. */
  render(): void;
  /** Marks the row whose details are shown. */
  select(seq: number | undefined): void;
  /** Scrolls to a row and focuses it; false where it is not shown. */
  focusRow(seq: number): boolean;
  /** Stays at the newest message from now on. */
  follow(): void;
  readonly following: boolean;
  /** True where the newest message is in sight. */
  readonly atEnd: boolean;
}

export interface MessageListOptions {
  /** Where the list writes the heights that it computes. */
  readonly rule: DynamicRule;
  /** `entered`: by Enter or Space, so that the focus should go to the details. */
  readonly onOpen: (row: Row, entered: boolean) => void;
  /** The keyboard went to another row. */
  readonly onMove: (row: Row) => void;
}

const columns = ["Time", "Message", "Kind", "From → to", "Content", "Status", "Latency"];

export function createMessageList(options: MessageListOptions): MessageList {
  const header = element(
    "div",
    { role: "row", class: "row head", "aria-rowindex": 1 },
    ...columns.map((name) =>
      element("span", { role: "columnheader", class: `c-${name.split(" ")[0]}` }, name),
    ),
  );
  const body = element("div", { class: "rows", role: "presentation" });
  const root = element(
    "div",
    { class: "list", role: "grid", "aria-label": "Messages", tabindex: -1, "data-width": "wide" },
    header,
    body,
  );
  const shown = new Map<number, RowElement>();
  let rows: readonly Row[] = [];
  let rowHeight = ROW_HEIGHT;
  let viewHeight = 0;
  let scrollTop = 0;
  let following = true;
  let active = 0;
  let selected: number | undefined;
  let dirty = true;
  let rewrite = false;

  const maxScroll = (): number => Math.max(0, rows.length * rowHeight - viewHeight);

  function scrollTo(top: number): void {
    scrollTop = Math.min(Math.max(0, top), maxScroll());
    dirty = true;
  }

  /** The index of the first row that is not before `seq`. */
  function indexOf(seq: number): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function setRows(next: readonly Row[], rewritten: boolean): void {
    const anchor = rows[Math.floor(scrollTop / rowHeight)]?.seq ?? 0;
    const offset = scrollTop % rowHeight;
    rows = next;
    // What was at the top stays there, though older rows have gone or the filter has changed.
    if (!following) scrollTo(indexOf(anchor) * rowHeight + offset);
    rewrite ||= rewritten;
    dirty = true;
  }

  function windowOfRows(): readonly [number, number] {
    const inSight = Math.ceil(viewHeight / rowHeight) + 1;
    const size = Math.min(MAX_ROWS, inSight + 2 * OVERSCAN);
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
    return [Math.min(first, Math.max(0, rows.length - size)), size];
  }

  function render(): void {
    if (!dirty) return;
    if (viewHeight === 0) measure();
    dirty = false;
    if (following) scrollTop = maxScroll();
    const [first, size] = windowOfRows();
    const inWindow = rows.slice(first, first + size);
    options.rule.set("--total", `${rows.length * rowHeight}px`);
    options.rule.set("--before", `${first * rowHeight}px`);
    setAttributes(root, { "aria-rowcount": rows.length + 1 });
    putRows(inWindow, first);
    rewrite = false;
    if (Math.abs(root.scrollTop - scrollTop) >= 1) root.scrollTop = scrollTop;
  }

  function putRows(inWindow: readonly Row[], first: number): void {
    const keep = new Set(inWindow.map(({ seq }) => seq));
    for (const [seq, made] of shown) {
      if (keep.has(seq)) continue;
      // The focus must not fall to the page when its row scrolls away.
      if (made.root.matches(":focus")) root.focus({ preventScroll: true });
      made.root.remove();
      shown.delete(seq);
    }
    const reachable = keep.has(active) ? active : inWindow.at(-1)?.seq;
    let before: Element | null = null;
    for (let index = inWindow.length - 1; index >= 0; index -= 1) {
      const row = inWindow[index];
      if (row === undefined) continue;
      let made = shown.get(row.seq);
      if (made === undefined) {
        made = makeRowElement();
        shown.set(row.seq, made);
        writeRow(made, row);
      } else if (rewrite) writeRow(made, row);
      setAttributes(made.root, {
        "aria-rowindex": first + index + 2,
        "aria-selected": row.seq === selected ? "true" : "false",
        tabindex: row.seq === reachable ? 0 : -1,
      });
      if (made.root.parentNode !== body || made.root.nextElementSibling !== before) {
        body.insertBefore(made.root, before);
      }
      before = made.root;
    }
  }

  function reveal(index: number): void {
    const top = index * rowHeight;
    if (top < scrollTop) scrollTo(top);
    else if (top + rowHeight > scrollTop + viewHeight) scrollTo(top + rowHeight - viewHeight);
  }

  function goTo(index: number): Row | undefined {
    const row = rows[Math.min(Math.max(0, index), rows.length - 1)];
    if (row === undefined) return undefined;
    active = row.seq;
    following = row === rows.at(-1);
    reveal(indexOf(row.seq));
    dirty = true;
    render();
    shown.get(row.seq)?.root.focus({ preventScroll: true });
    return row;
  }

  const page = (): number => Math.max(1, Math.floor(viewHeight / rowHeight) - 1);

  function onKeydown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = rows[indexOf(active)]?.seq === active ? indexOf(active) : rows.length - 1;
    const steps: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - page(),
      PageDown: at + page(),
      Home: 0,
      End: rows.length - 1,
    };
    const next = steps[event.key];
    const enters = event.key === "Enter" || event.key === " ";
    if (next === undefined && !enters) return;
    event.preventDefault();
    const row = goTo(next ?? at);
    if (row === undefined) return;
    if (enters) options.onOpen(row, true);
    else options.onMove(row);
  }

  function rowOf(event: Event): Row | undefined {
    const target = event.target instanceof Element ? event.target.closest(".row:not(.head)") : null;
    for (const [seq, made] of shown) if (made.root === target) return rows[indexOf(seq)];
    return undefined;
  }

  function onClick(event: Event): void {
    const row = rowOf(event);
    if (row === undefined) return;
    goTo(indexOf(row.seq));
    options.onOpen(row, false);
  }

  function measure(): void {
    const width = root.clientWidth;
    if (width === 0) return;
    const narrow = width < NARROW_BELOW;
    const name = narrow ? "narrow" : width < MEDIUM_BELOW ? "medium" : "wide";
    setAttributes(root, { "data-width": name });
    const top = scrollTop / rowHeight;
    rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
    viewHeight = Math.max(rowHeight, root.clientHeight - (narrow ? 0 : ROW_HEIGHT));
    scrollTo(top * rowHeight);
    if (selected !== undefined && !following) reveal(indexOf(selected));
  }

  root.addEventListener("keydown", guarded(onKeydown));
  root.addEventListener("click", guarded(onClick));
  root.addEventListener("focusin", (event) => {
    active = rowOf(event)?.seq ?? active;
  });
  root.addEventListener(
    "scroll",
    () => {
      if (Math.abs(root.scrollTop - scrollTop) < 1) return;
      scrollTop = root.scrollTop;
      following = scrollTop + root.clientHeight >= root.scrollHeight - rowHeight / 2;
      dirty = true;
    },
    { passive: true },
  );
  // The next frame draws: changing the layout in here would be an error event of the page.
  new ResizeObserver(guarded(measure)).observe(root);

  return {
    root,
    setRows,
    render,
    select(seq) {
      if (seq === selected) return;
      selected = seq;
      dirty = true;
    },
    focusRow(seq) {
      const index = indexOf(seq);
      return rows[index]?.seq === seq && goTo(index) !== undefined;
    },
    follow() {
      following = true;
      dirty = true;
    },
    get following() {
      return following;
    },
    get atEnd() {
      return scrollTop >= maxScroll() - rowHeight / 2;
    },
  };
}
