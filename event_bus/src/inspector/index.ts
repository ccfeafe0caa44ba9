/** The inspector: a panel in the page that shows what the bus does. For development only. */

import { defineInspector, TAG } from "./element.ts";
import type { InspectorElement } from "./element.ts";
import type { InspectorSource } from "./source.ts";

export { defineInspector };
export type { InspectorElement, InspectorSource };

/** Puts a closed inspector at the end of `parent`, the page's body unless given. */
export function attachInspector(
  source: InspectorSource,
  parent: ParentNode = document.body,
): InspectorElement {
  defineInspector();
  const inspector = document.createElement(TAG) as InspectorElement;
  inspector.bus = source.bus;
  inspector.state = source.state;
  inspector.leaks = source.leaks;
  parent.append(inspector);
  return inspector;
}
