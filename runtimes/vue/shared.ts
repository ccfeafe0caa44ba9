/** The Vue module that every fragment in a page shares, and what Vue can render. */
import * as Vue from "vue";
import { refusal } from "../refusal.ts";
import type { Props, RenderOptions, SharedModules } from "../runtime.ts";

export const modules: SharedModules = { vue: Vue };

/** An app that renders as the server does and hydrates. Raises TypeError for a non-component. */
export function app(component: unknown, props: Props, options: RenderOptions): Vue.App {
  if (typeof component !== "function" && (typeof component !== "object" || component === null)) {
    throw refusal("vue", "a component (an object or a function)", component);
  }
  const created = Vue.createSSRApp(component as Vue.Component, props);
  created.config.idPrefix = options.idPrefix;
  return created;
}
