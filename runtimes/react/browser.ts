/** React in the browser: hydrate the server's HTML or mount from nothing. */
import { flushSync } from "react-dom";
import { createRoot, hydrateRoot } from "react-dom/client";
import type { Root, RootOptions } from "react-dom/client";
import type { Props, RuntimeOptions, Unmount } from "../runtime.ts";
import { element } from "./shared.ts";

export { modules } from "./shared.ts";

// flushSync: when it returns, the island is interactive or its error has been reported. React would
// otherwise work in a later task, and a click before that would reach dead HTML.
const now = (start: () => Root): Unmount => {
  const root = flushSync(start);
  return () => root.unmount();
};

// Only the browser has a bus: with no handle there is no such prop either, as on the server.
const withBus = (component: unknown, props: Props, { bus }: RuntimeOptions): React.ReactElement =>
  element(component, bus ? { ...props, bus } : props);

const rootOptions = ({ idPrefix, onError }: RuntimeOptions): RootOptions => ({
  identifierPrefix: idPrefix,
  onUncaughtError: (error) => onError(error, { fatal: true }),
});

export function hydrate(
  root: Element,
  component: unknown,
  props: Props,
  options: RuntimeOptions,
): Unmount {
  const child = withBus(component, props, options);
  return now(() =>
    hydrateRoot(root, child, {
      ...rootOptions(options),
      // A mismatch: React has rendered anew, the island works.
      onRecoverableError: (error) => options.onError(error, { fatal: false }),
    }),
  );
}

export function mount(
  root: Element,
  component: unknown,
  props: Props,
  options: RuntimeOptions,
): Unmount {
  const child = withBus(component, props, options);
  return now(() => {
    const created = createRoot(root, rootOptions(options));
    created.render(child);
    return created;
  });
}
