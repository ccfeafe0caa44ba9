/** What a runtime's two bundles export: the interface between engine, page and framework. */

import type { FragmentHandle } from "../event_bus/src/bridge/types.ts";

/** The modules a runtime shares with fragment bundles, by the module id that a bundle imports. */
export type SharedModules = Record<string, unknown>;

export type Props = Record<string, unknown>;

/** Takes the component out of the page. The root's content is the framework's to clear. */
export type Unmount = () => void;

export interface RenderOptions {
  /** Stands before every id that the component generates, so that two islands never share one. */
  idPrefix: string;
}

export interface RuntimeOptions extends RenderOptions {
  /**
   * Told of every error that no component caught. `fatal` means that the component is gone or was
   * never there; otherwise it is still in the page and working as well as it can.
   */
  onError(error: unknown, info: { fatal: boolean }): void;
  /** The fragment's own handle of the page's bus; it ends when the fragment is unmounted. */
  bus?: FragmentHandle | undefined;
}

/** A runtime's server bundle. It runs in a bare V8: no timers, no streams, no TextEncoder. */
export interface ServerRuntime {
  modules: SharedModules;
  render(component: unknown, props: Props, options: RenderOptions): string | Promise<string>;
}

/**
 * A runtime's browser bundle. Both functions may throw and may report a fatal error instead; both
 * must be done when they return, as far as the component is synchronous.
 */
export interface BrowserRuntime {
  modules: SharedModules;
  /** `root` already holds the HTML that the server bundle rendered from the same props. */
  hydrate(root: Element, component: unknown, props: Props, options: RuntimeOptions): Unmount;
  /** `root` is empty. */
  mount(root: Element, component: unknown, props: Props, options: RuntimeOptions): Unmount;
}
