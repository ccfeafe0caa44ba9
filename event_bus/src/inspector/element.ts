/** The custom element: a small button in a corner of the page, and the panel that it opens. */

import { button, element, guarded, setAttributes, setText } from "./dom.ts";
import { formatCount } from "./format.ts";
import { createHistory } from "./history.ts";
import type { History } from "./history.ts";
import { createPanel } from "./panel.ts";
import type { Panel } from "./panel.ts";
import type { InspectorSource } from "./source.ts";
import { createSheets } from "./styles.ts";

export const TAG = "tiny-bus-inspector";

/** Milliseconds between two looks at the log while the panel is closed. */
const CLOSED_LOOK_MS = 400;

/** The element's properties; it shows nothing without a bus. */
export interface InspectorElement extends HTMLElement {
  bus: InspectorSource["bus"] | undefined;
  state: InspectorSource["state"];
  leaks: InspectorSource["leaks"];
  open: boolean;
}

interface Inspector {
  readonly root: HTMLElement;
  isOpen(): boolean;
  setOpen(open: boolean): void;
  dispose(): void;
}

/** Registers the element, once. */
export function defineInspector(): void {
  if (customElements.get(TAG) !== undefined) return;
  customElements.define(TAG, makeClass());
}

/** The class comes into being in a browser only, so that the module loads anywhere. */
function makeClass(): CustomElementConstructor {
  return class extends HTMLElement implements InspectorElement {
    #source: Partial<InspectorSource> = {};
    #inspector: Inspector | undefined;

    get bus() {
      return this.#source.bus;
    }
    set bus(bus) {
      this.#change({ bus });
    }
    get state() {
      return this.#source.state;
    }
    set state(state) {
      this.#change({ state });
    }
    get leaks() {
      return this.#source.leaks;
    }
    set leaks(leaks) {
      this.#change({ leaks });
    }
    get open() {
      return this.#inspector?.isOpen() ?? false;
    }
    set open(open) {
      this.#inspector?.setOpen(open);
    }

    connectedCallback(): void {
      // What was set before the element was defined hides the accessors.
      for (const name of ["bus", "state", "leaks"] as const) {
        const given = Object.getOwnPropertyDescriptor(this, name);
        if (given === undefined) continue;
        Reflect.deleteProperty(this, name);
        this.#source = { ...this.#source, [name]: given.value };
      }
      this.#start();
    }

    disconnectedCallback(): void {
      this.#stop();
    }

    #change(change: { [K in keyof InspectorSource]?: InspectorSource[K] | undefined }): void {
      this.#stop();
      this.#source = { ...this.#source, ...change } as Partial<InspectorSource>;
      this.#start();
    }

    #start = guarded(() => {
      const { bus, state, leaks } = this.#source;
      if (!this.isConnected || bus === undefined || this.#inspector !== undefined) return;
      const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      this.#inspector = createInspector(shadow, { bus, state, leaks });
      shadow.replaceChildren(this.#inspector.root);
    });

    #stop(): void {
      this.#inspector?.dispose();
      this.#inspector?.root.remove();
      this.#inspector = undefined;
    }
  };
}

function createInspector(shadow: ShadowRoot, source: InspectorSource): Inspector {
  const { sheets, listRule, panelRule } = createSheets();
  shadow.adoptedStyleSheets = sheets;
  const history = createHistory(performance.timeOrigin);
  const launcher = createLauncher(history, () => setOpen(true));
  const panel: Panel = createPanel({
    source,
    history,
    listRule,
    panelRule,
    onClose: () => setOpen(false),
  });
  const root = element("aside", { class: "root", "aria-label": "Bus inspector" });
  root.append(launcher.root, panel.root);
  const stopLooking = new AbortController();
  let cameFrom: Element | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame: number | undefined;

  const isOpen = (): boolean => !panel.root.hidden;

  const take = guarded(() => void history.take(source.bus.log()));
  const show = guarded(() => {
    if (isOpen()) panel.update(performance.now());
    else launcher.update();
  });

  function look(): void {
    take();
    show();
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
    if (isOpen()) frame = requestAnimationFrame(look);
    else timer = setTimeout(look, CLOSED_LOOK_MS);
  }

  function setOpen(open: boolean): void {
    if (open === isOpen()) return;
    if (open) cameFrom = document.activeElement;
    setAttributes(root, { "data-scheme": pageHasScheme() ? "page" : "system" });
    panel.root.hidden = !open;
    launcher.root.hidden = open;
    look();
    if (open) panel.focus();
    else giveFocusBack();
  }

  function giveFocusBack(): void {
    const to = cameFrom instanceof HTMLElement && cameFrom.isConnected ? cameFrom : null;
    if (to === null || to === document.body || to === shadow.host) launcher.root.focus();
    else to.focus();
    cameFrom = null;
  }

  const isShortcut = (event: KeyboardEvent): boolean =>
    // The code and not the key: with Alt, keyboards give other letters.
    event.code === "KeyB" && event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey;

  const onWindowKey = guarded((event: KeyboardEvent) => {
    if (!isShortcut(event)) return;
    event.preventDefault();
    event.stopPropagation();
    setOpen(!isOpen());
  });

  const onOwnKey = guarded((event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      if (!panel.escape()) setOpen(false);
    }
    event.stopPropagation();
  });

  addEventListener("keydown", onWindowKey, { capture: true, signal: stopLooking.signal });
  panel.root.addEventListener("keydown", onOwnKey);
  // What is typed here is no shortcut of the page.
  for (const type of ["keyup", "keypress", "input", "change"]) {
    panel.root.addEventListener(type, (event) => event.stopPropagation());
  }
  setAttributes(root, { "data-scheme": pageHasScheme() ? "page" : "system" });
  look();

  return {
    root,
    isOpen,
    setOpen: guarded(setOpen),
    dispose() {
      stopLooking.abort();
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
      panel.dispose();
    },
  };
}

/** A page that says in which colours it is shown is followed; else the system's are taken. */
const pageHasScheme = (): boolean =>
  getComputedStyle(document.documentElement).colorScheme !== "normal";

function createLauncher(history: History, onOpen: () => void) {
  const root = button({ label: "Bus inspector", icon: "bus", class: "launcher" }, onOpen);
  const spoken = (text = ""): HTMLElement => element("span", { class: "hidden" }, text);
  const count = element("span", { class: "badge" }, "0");
  const rejected = element("span", { class: "badge alarm", hidden: true });
  const messages = spoken();
  const refused = spoken();
  root.removeAttribute("aria-label");
  root.append(spoken("Bus inspector: "), count, messages, rejected, refused);
  let seenVersion = -1;
  return {
    root,
    update() {
      if (seenVersion === history.version) return;
      seenVersion = history.version;
      setText(count, formatCount(history.total));
      setText(messages, history.total === 1 ? " message" : " messages");
      setText(rejected, formatCount(history.rejected));
      setText(refused, history.rejected === 0 ? "" : " rejected");
      rejected.hidden = history.rejected === 0;
      setAttributes(root, { title: "Open the bus inspector (Alt+Shift+B)" });
    },
  };
}
