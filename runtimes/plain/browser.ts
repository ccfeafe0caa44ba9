/** Plain functions in the browser: the HTML stands or is rendered, then mount() wakes it. */
import type { Props, RuntimeOptions, Unmount } from "../runtime.ts";
import { html, plainComponent } from "./shared.ts";

export { modules } from "./shared.ts";

const nothing = (): void => {};

interface Policy {
  createHTML(html: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

// Under Trusted Types HTML counts only where a policy made it. What a fragment renders is trusted
// as its code is. A page that does not allow the policy shows only what the server rendered.
let policy: Policy | undefined;
try {
  policy = (window as { trustedTypes?: Factory }).trustedTypes?.createPolicy("tiny-mosaic", {
    createHTML: (html) => html,
  });
} catch (error) {
  console.error("No HTML of plain fragments: trusted-types must allow tiny-mosaic.", error);
}

export function hydrate(
  root: Element,
  component: unknown,
  props: Props,
  { bus }: RuntimeOptions,
): Unmount {
  return plainComponent(component).mount?.(root, props, { bus }) ?? nothing;
}

export function mount(
  root: Element,
  component: unknown,
  props: Props,
  options: RuntimeOptions,
): Unmount {
  const rendered = html(plainComponent(component), props);
  root.innerHTML = policy?.createHTML(rendered) ?? rendered;
  return hydrate(root, component, props, options);
}
