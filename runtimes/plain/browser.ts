/** Plain functions in the browser: the HTML stands or is rendered, then mount() wakes it. */
import type { Props, RuntimeOptions, Unmount } from "../runtime.ts";
import { html, plainComponent } from "./shared.ts";

export { modules } from "./shared.ts";

const nothing = (): void => {};

export function hydrate(
  root: Element,
  component: unknown,
  props: Props,
  { bus }: RuntimeOptions,
): Unmount {
  return plainComponent(component).mount?.(root, props, { bus }) ?? nothing;
}

export function mount(
  root: Element,
  component: unknown,
  props: Props,
  options: RuntimeOptions,
): Unmount {
  root.innerHTML = html(plainComponent(component), props);
  return hydrate(root, component, props, options);
}
