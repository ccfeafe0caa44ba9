/** Vue on the server: a component to HTML, as a promise because a setup function may be async. */
import { renderToString } from "vue/server-renderer";
import type { Props, RenderOptions } from "../runtime.ts";
import { app } from "./shared.ts";

export { modules } from "./shared.ts";

export async function render(
  component: unknown,
  props: Props,
  options: RenderOptions,
): Promise<string> {
  const created = app(component, props, options);
  // Left alone, Vue in production logs an error in setup() and renders an empty comment for it.
  created.config.throwUnhandledErrorInProduction = true;
  return renderToString(created);
}
