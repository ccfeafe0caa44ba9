/** The React modules that every fragment in a page shares, and what React can render. */
import * as React from "react";
import * as CompilerRuntime from "react/compiler-runtime";
import * as JsxRuntime from "react/jsx-runtime";
import * as ReactDom from "react-dom";
import { refusal } from "../refusal.ts";
import type { Props, SharedModules } from "../runtime.ts";

// React ships CommonJS. Fragments get the module object itself and not the copy that a bundler
// makes for `import *`, so that their own interop code finds what it expects.
const commonJs = (namespace: object): unknown =>
  (namespace as { default?: unknown }).default ?? namespace;

export const modules: SharedModules = {
  react: commonJs(React),
  "react/compiler-runtime": commonJs(CompilerRuntime),
  "react/jsx-runtime": commonJs(JsxRuntime),
  "react-dom": commonJs(ReactDom),
};

/** Raises TypeError where the export is no component. */
export function element(component: unknown, props: Props): React.ReactElement {
  const renderable =
    typeof component === "function" ||
    (typeof component === "object" && component !== null && "$$typeof" in component);
  if (!renderable || React.isValidElement(component)) {
    throw refusal("react", "a component (a function, memo, forwardRef or lazy)", component);
  }
  return React.createElement(component as React.ComponentType<Props>, props);
}
