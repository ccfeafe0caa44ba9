/** Says in place what the fragment says: the HTML stays, its words become those of new HTML. */

const WORDS = ["aria-label", "lang"];

/**
 * Takes over the texts of `html` into `element`. Both must come from the same products, so that
 * they differ in words only: focus, scrolling and listeners stay as they are.
 */
export function sayAnew(element: Element, html: string): void {
  const said = element.ownerDocument.createElement("div");
  said.innerHTML = html;
  const from = said.firstElementChild;
  const to = element.firstElementChild;
  if (from && to) take(from, to);
}

function take(from: Element, to: Element): void {
  if (from.localName !== to.localName || from.childNodes.length !== to.childNodes.length) return;
  for (const name of WORDS) {
    const word = from.getAttribute(name);
    if (word !== null) to.setAttribute(name, word);
  }
  from.childNodes.forEach((node, index) => {
    const other = to.childNodes[index];
    if (node instanceof Element && other instanceof Element) take(node, other);
    else if (node instanceof Text && other instanceof Text) other.data = node.data;
  });
}
