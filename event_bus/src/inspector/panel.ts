/** The docked panel: its tabs, its edge to drag, and what it says to a screen reader. */

import { button, element, guarded, setAttributes, setText } from "./dom.ts";
import { formatCount } from "./format.ts";
import type { History } from "./history.ts";
import { createMessagesView } from "./messages-view.ts";
import type { InspectorSource, View } from "./source.ts";
import { createStoresView } from "./stores-view.ts";
import type { DynamicRule } from "./styles.ts";
import { createSubscribersView } from "./subscribers-view.ts";

/** Pixels of height: at first, at least, and of the window that stays free at least. */
const HEIGHT = 400;
const MIN_HEIGHT = 180;
const FREE_ABOVE = 80;
/** Pixels that an arrow key moves the edge. */
const STEP = 40;

export interface Panel {
  readonly root: HTMLElement;
  update(now: number): void;
  focus(): void;
  /** True where there was something to close within the panel. */
  escape(): boolean;
  /** Lets go of the bus. */
  dispose(): void;
}

export interface PanelOptions {
  readonly source: InspectorSource;
  readonly history: History;
  readonly listRule: DynamicRule;
  readonly panelRule: DynamicRule;
  readonly onClose: () => void;
}

interface Tab {
  readonly view: View;
  readonly button: HTMLButtonElement;
  readonly count: HTMLElement;
  readonly panel: HTMLElement;
}

export function createPanel(options: PanelOptions): Panel {
  const { source, history } = options;
  const status = element("div", { role: "status", class: "hidden" });
  const announce = (text: string): void => setText(status, text);
  const messages = createMessagesView({ history, rule: options.listRule, announce });
  const stores = createStoresView({
    state: source.state,
    history,
    announce,
    onGo(messageId) {
      select(0);
      messages.go(messageId);
    },
  });
  const subscribers = createSubscribersView({ bus: source.bus, leaks: source.leaks, history });
  const tabs = [
    makeTab("Messages", messages, () => select(0)),
    makeTab("Stores", stores, () => select(1)),
    makeTab("Subscribers", subscribers, () => select(2)),
  ];
  const tablist = element(
    "div",
    { role: "tablist", class: "tabs", "aria-label": "Bus inspector" },
    ...tabs.map((tab) => tab.button),
  );
  const close = button(
    { label: "Close the bus inspector", icon: "close", class: "icon" },
    options.onClose,
  );
  const head = element("div", { class: "head-bar" }, tablist, close);
  const edge = createEdge(options.panelRule);
  const panels = tabs.map((tab) => tab.panel);
  const root = element("div", { class: "panel", hidden: true }, edge, head, ...panels, status);
  let selected = 0;

  function select(index: number): void {
    selected = index;
    for (const [at, tab] of tabs.entries()) {
      const isSelected = at === index;
      setAttributes(tab.button, {
        "aria-selected": String(isSelected),
        tabindex: isSelected ? 0 : -1,
      });
      tab.panel.hidden = !isSelected;
    }
  }

  tablist.addEventListener(
    "keydown",
    guarded(({ key }: KeyboardEvent) => {
      const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };
      const step = steps[key];
      const ends: Record<string, number> = { Home: 0, End: tabs.length - 1 };
      const next = step === undefined ? ends[key] : (selected + step + tabs.length) % tabs.length;
      if (next === undefined) return;
      select(next);
      tabs[next]?.button.focus();
    }),
  );
  select(0);

  return {
    root,
    update(now) {
      for (const { view, count } of tabs) setText(count, formatCount(view.count()));
      tabs[selected]?.view.update(now);
    },
    focus: () => tabs[selected]?.button.focus(),
    escape: () => tabs[selected]?.view.escape() ?? false,
    dispose: () => stores.close(),
  };
}

function makeTab(name: string, view: View, onSelect: () => void): Tab {
  const id = name.toLowerCase();
  const count = element("span", { class: "tab-count" });
  const tab = button({ label: name, text: name, class: "tab" }, onSelect);
  tab.append(count);
  tab.removeAttribute("title");
  setAttributes(tab, { role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` });
  const panel = element(
    "div",
    { role: "tabpanel", id: `panel-${id}`, class: "tabpanel", "aria-labelledby": `tab-${id}` },
    view.root,
  );
  return { view, button: tab, count, panel };
}

/** The upper edge: drag it, or move it with the arrow keys. */
function createEdge(rule: DynamicRule): HTMLElement {
  const edge = element("div", {
    role: "separator",
    class: "edge",
    tabindex: 0,
    "aria-orientation": "horizontal",
    "aria-label": "Height of the bus inspector",
  });
  let height = HEIGHT;

  function resize(to: number): void {
    const most = Math.max(MIN_HEIGHT, innerHeight - FREE_ABOVE);
    height = Math.min(Math.max(MIN_HEIGHT, to), most);
    rule.set("--height", `${height}px`);
    setAttributes(edge, {
      "aria-valuenow": Math.round(height),
      "aria-valuemin": MIN_HEIGHT,
      "aria-valuemax": Math.round(most),
    });
  }

  edge.addEventListener(
    "pointerdown",
    guarded((event) => {
      edge.setPointerCapture(event.pointerId);
      event.preventDefault();
    }),
  );
  edge.addEventListener(
    "pointermove",
    guarded((event) => {
      if (edge.hasPointerCapture(event.pointerId)) resize(innerHeight - event.clientY);
    }),
  );
  edge.addEventListener(
    "keydown",
    guarded((event) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      resize(height + (event.key === "ArrowUp" ? STEP : -STEP));
    }),
  );
  resize(HEIGHT);
  return edge;
}
