/** Vue in the browser: hydrate the server's HTML or mount from nothing. */
import type { Props, RuntimeOptions, Unmount } from "../runtime.ts";
import { app } from "./shared.ts";

export { modules } from "./shared.ts";

/** Hydrates where the root has content and mounts where it has none: Vue itself tells by that. */
export function hydrate(
  root: Element,
  component: unknown,
  props: Props,
  options: RuntimeOptions,
): Unmount {
  const created = app(component, props, options);
  if (options.bus) created.provide("tiny-bus", options.bus);
  // Once mounted, Vue leaves the component in the page whatever a handler or a watcher throws.
  let fatal = true;
  created.config.errorHandler = (error) => options.onError(error, { fatal });
  created.mount(root);
  fatal = false;
  return () => created.unmount();
}

export { hydrate as mount };
