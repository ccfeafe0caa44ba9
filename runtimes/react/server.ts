/** React on the server: a component to HTML, in one synchronous call. */
import { renderToString } from "react-dom/server";
import type { Props, RenderOptions } from "../runtime.ts";
import { element } from "./shared.ts";

export { modules } from "./shared.ts";

export function render(component: unknown, props: Props, options: RenderOptions): string {
  return renderToString(element(component, props), { identifierPrefix: options.idPrefix });
}
