/** The element around each fragment of a page. */
import type { Props } from "../../../runtimes/runtime.ts";
import { start } from "./island.ts";
import type { FragmentEventDetail } from "./island.ts";

/**
 * `<tiny-fragment name contract-version api hydrate …>`: makes the server's HTML in it interactive,
 * or renders the fragment where there is none. Attribute `status`: rendered, fallback, hydrating,
 * active, failed. Events: `tiny-fragment-ready`, `tiny-fragment-error`.
 */
export class TinyFragment extends HTMLElement {
  declare props?: Props;
  #stop: (() => void) | undefined;

  connectedCallback(): void {
    const begin = (): void => {
      if (!this.isConnected || this.#stop || this.getAttribute("status") === "fallback") return;
      this.#stop = start(this);
    };
    // Not before its content is there: from the parser, or from a script that builds it bit by bit.
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
    else queueMicrotask(begin);
  }

  disconnectedCallback(): void {
    // In a task of its own: whoever moves the element has put it back by then, and it lives on.
    setTimeout(() => {
      if (this.isConnected) return;
      this.#stop?.();
      this.#stop = undefined;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "tiny-fragment": TinyFragment;
  }
  interface HTMLElementEventMap {
    "tiny-fragment-ready": CustomEvent<FragmentEventDetail>;
    "tiny-fragment-error": CustomEvent<FragmentEventDetail>;
  }
}
