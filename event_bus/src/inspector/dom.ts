/** Elements without markup strings, so that no policy of a page and no payload gets in the way. */

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Node | string;

/** `true` sets an attribute without a value; `false` and undefined leave it out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Writes only what has changed: writing the same text again costs a layout. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** Paths in a box of 16 by 16, drawn with the text's colour. */
const icons = {
  bus: "M2 8h3l2-5 3 10 2-5h2",
  close: "M4 4l8 8M12 4l-8 8",
  pause: "M6 3.5v9M10 3.5v9",
  play: "M5 3.5l7 4.5-7 4.5z",
  clear: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.5M9.2 7v3.5",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  down: "M8 3v9M4 8.5L8 12.5l4-4",
  back: "M9.5 3.5L5 8l4.5 4.5",
} as const;

export type IconName = keyof typeof icons;

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" });
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}

export interface ButtonOptions {
  /** What it does, for its tooltip and for who cannot see it. */
  readonly label: string;
  readonly icon?: IconName | undefined;
  /** Shown; the label is shown where there is neither text nor icon. */
  readonly text?: string | undefined;
  readonly class?: string | undefined;
}

export function button(options: ButtonOptions, onClick: () => void): HTMLButtonElement {
  const { label, text } = options;
  const shown: Child[] = [];
  if (options.icon !== undefined) shown.push(icon(options.icon));
  if (text !== undefined) shown.push(element("span", {}, text));
  if (shown.length === 0) shown.push(label);
  const spoken = text === undefined && options.icon !== undefined ? label : undefined;
  const made = element(
    "button",
    { type: "button", class: options.class, title: spoken ?? label, "aria-label": spoken },
    ...shown,
  );
  made.addEventListener("click", guarded(onClick));
  return made;
}

const reported = new Set<string>();
/** Different errors of its own that the inspector names on the console. */
const MAX_REPORTED = 20;

/** An error of the inspector is no error of the page: it is named on the console, once. */
export function report(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  if (reported.has(text) || reported.size >= MAX_REPORTED) return;
  reported.add(text);
  console.warn("tiny-bus-inspector:", error);
}

export function guarded<A extends readonly unknown[]>(
  work: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      report(error);
    }
  };
}
