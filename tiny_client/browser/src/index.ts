/** The script that the host serves into a page with fragments. */
import { takeBus } from "./bus.ts";
import { TinyFragment } from "./element.ts";
import { isolate } from "./script.ts";

export { TinyFragment };

// Two hosts may compose one page, each with its copy of this script: the first one serves both.
if (!customElements.get("tiny-fragment")) {
  isolate();
  takeBus();
  customElements.define("tiny-fragment", TinyFragment);
}
