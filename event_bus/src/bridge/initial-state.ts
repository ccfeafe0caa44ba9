/** Reads the state that the host wrote into the page: the values its stores begin with. */

/**
 * Merges every `<script type="application/json" data-bus-state>{"key": value}</script>` of the
 * page, in its order. What a fragment rendered into its own island does not count, nor what lacks
 * the nonce of the running script, where that has one. Wrong JSON is reported and left out.
 */
export function readInitialState(
  nonce: string | undefined = document.currentScript?.nonce,
): Record<string, unknown> {
  let state: Record<string, unknown> = {};
  const selector = 'script[type="application/json"][data-bus-state]';
  for (const element of document.querySelectorAll<HTMLElement>(selector)) {
    if ((nonce && element.nonce !== nonce) || element.closest("tiny-fragment")) continue;
    try {
      const found: unknown = JSON.parse(element.textContent ?? "");
      if (typeof found !== "object" || found === null || Array.isArray(found)) {
        throw new TypeError("It must be an object with a value for each state key.");
      }
      state = { ...state, ...found };
    } catch (error) {
      console.error("A data-bus-state element of the page cannot be read:", error);
    }
  }
  return state;
}
