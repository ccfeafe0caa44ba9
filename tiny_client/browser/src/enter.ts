/** Puts a component into its island, and puts back what stood there where the component fails. */
import type { BrowserRuntime, Props, Unmount } from "../../../runtimes/runtime.ts";
import { connect } from "./bus.ts";
import { Failure } from "./failure.ts";
import type { Phase } from "./failure.ts";
import { pick } from "./pick.ts";

export interface Host extends HTMLElement {
  /** Instead of the props in the HTML, for a host that makes the element in JavaScript. */
  props?: Props;
}

/** Told of errors that do not end in a Failure. `gone`: the component is no longer in the page. */
export type Report = (phase: Phase, error: unknown, gone: boolean) => void;

const ROOT = "data-tiny-root";
let withoutServer = 0;

/**
 * Hydrates the server's HTML where there is some and it `fits` the bundle; else mounts beside what
 * stands there and then takes that away. Raises Failure, and the page shows what it showed before.
 */
export function enter(
  host: Host,
  module: unknown,
  runtime: BrowserRuntime,
  fits: boolean,
  report: Report,
): Unmount {
  const children = [...host.children];
  const served = children.find((child) => child.hasAttribute(ROOT));
  const script = children.find((child) => child.hasAttribute("data-tiny-props"));
  const phase = served && fits ? "hydrate" : "mount";
  const root = phase === "hydrate" ? served! : document.createElement("div");
  // React empties the root when a render throws, so only a copy can be put back.
  const before: Node[] =
    phase === "hydrate"
      ? [root.cloneNode(true)]
      : [...host.childNodes].filter((node) => node !== script);

  let active = false;
  let fatal: { error: unknown } | undefined;
  let unmount: Unmount | undefined;
  const bus = connect(host.getAttribute("name")!);
  const onError = (error: unknown, info: { fatal: boolean }): void => {
    if (!info.fatal) report(active ? "run" : phase, error, false);
    else if (!active) fatal ??= { error };
    else {
      if (!root.hasChildNodes()) root.replaceWith(...before);
      report("run", error, true);
      bus?.dispose();
    }
  };

  try {
    const component = pick(module, host.getAttribute("export"));
    const json = script?.textContent ?? host.getAttribute("props") ?? "{}";
    const props = host.props ?? (JSON.parse(json) as Props);
    const idPrefix = host.getAttribute("id-prefix") ?? `c${withoutServer++}-`;
    if (phase === "mount") {
      root.setAttribute(ROOT, "");
      host.prepend(root);
    }
    unmount = runtime[phase](root, component, props, { idPrefix, onError, bus });
    if (fatal) throw fatal.error;
  } catch (error) {
    try {
      unmount?.();
    } catch {
      // The first error is the one to report.
    }
    bus?.dispose();
    if (phase === "mount") root.remove();
    else if (!root.isEqualNode(before[0]!)) root.replaceWith(before[0]!);
    throw new Failure(phase, error);
  }

  active = true;
  if (phase === "mount") for (const node of before) (node as ChildNode).remove();
  return () => {
    // Without the mark a later start does not take what the framework leaves for server HTML.
    root.removeAttribute(ROOT);
    try {
      unmount!();
    } finally {
      // After it: what the fragment has ended itself is no leak.
      bus?.dispose();
    }
  };
}
