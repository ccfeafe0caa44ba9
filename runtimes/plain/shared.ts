/** What a fragment without a framework exports: a function to HTML, and what wakes that up. */
import type { FragmentHandle } from "../../event_bus/src/bridge/types.ts";
import { refusal } from "../refusal.ts";
import type { Props, SharedModules } from "../runtime.ts";

/** What a fragment is given besides its props, in the browser only. */
export interface PlainContext {
  /** The fragment's own handle of the page's bus, where the page has one. */
  bus: FragmentHandle | undefined;
}

export interface PlainComponent {
  render(props: Props): string;
  /** Makes the rendered HTML in `element` interactive; may answer with what undoes that. */
  mount?(element: Element, props: Props, context: PlainContext): void | (() => void);
}

export const modules: SharedModules = {};

/** Raises TypeError where the export has no render function. */
export function plainComponent(component: unknown): PlainComponent {
  if (typeof component === "function") return { render: component as PlainComponent["render"] };
  const object = component as PlainComponent | null | undefined;
  if (typeof object?.render !== "function") {
    throw refusal("plain", "a function render(props) or an object with one", component);
  }
  return object;
}

/** The component's HTML. Raises TypeError where render answers with anything but a string. */
export function html(component: PlainComponent, props: Props): string {
  const rendered: unknown = component.render(props);
  if (typeof rendered !== "string") {
    const type = typeof rendered;
    throw new TypeError(`render(props) must return HTML as a string; it returned ${type}.`);
  }
  return rendered;
}
