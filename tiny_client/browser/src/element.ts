/** The element around each fragment of a page. */
import type { Props } from "../../../runtimes/runtime.ts";
import { start } from "./island.ts";
import type { FragmentEventDetail } from "./island.ts";

/**
 * `<tiny-fragment name contract-version api hydrate …>`: makes the server's HTML in it interactive,
 * or renders the fragment where there is none. Attribute `status`: pending, rendered,
 * fallback, hydrating, active, failed. Events: `tiny-fragment-ready`, `tiny-fragment-error`.
 */
export class TinyFragment extends HTMLElement {
  declare props?: Props;
  #stop: (() => void) | undefined;

  connectedCallback(): void {
    // Not before its content is there: from the parser, or from a script that builds it bit by bit.
    if (document.readyState !== "loading" || this.#whole()) return queueMicrotask(this.#begin);
    const parser = new MutationObserver(() => {
      if (!this.#whole()) return;
      parser.disconnect();
      this.#begin();
    });
    parser.observe(this, { childList: true });
    addEventListener("DOMContentLoaded", this.#begin);
  }

  #begin = (): void => {
    const waits = this.#stop || /^(fallback|pending)$/.test(this.getAttribute("status")!);
    // One that came late is in its place only after it was moved: then it is connected again.
    if (this.isConnected && !waits && !this.closest("[data-tiny-late]")) this.#stop = start(this);
  };

  /** Whether the host's HTML of it is here to its end: there stands a comment. */
  #whole(): boolean {
    return this.lastChild?.nodeType === Node.COMMENT_NODE;
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
