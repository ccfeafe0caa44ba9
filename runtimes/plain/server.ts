/** Plain functions on the server: call render(props). */
import type { Props } from "../runtime.ts";
import { html, plainComponent } from "./shared.ts";

export { modules } from "./shared.ts";

export function render(component: unknown, props: Props): string {
  return html(plainComponent(component), props);
}
