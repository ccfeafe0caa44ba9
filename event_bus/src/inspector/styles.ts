/** The inspector's style sheets: constructed, so that a strict policy lets them be. */

import { layout } from "./layout.ts";
import { theme } from "./theme.ts";

/** A rule whose custom properties change as the panel does. */
export interface DynamicRule {
  set(property: `--${string}`, value: string): void;
}

export interface Sheets {
  readonly sheets: CSSStyleSheet[];
  readonly listRule: DynamicRule;
  readonly panelRule: DynamicRule;
}

let shared: CSSStyleSheet | undefined;

export function createSheets(): Sheets {
  shared ??= sheetOf(theme + layout);
  const own = sheetOf(".rows {} .panel {}");
  return { sheets: [shared, own], listRule: ruleOf(own, 0), panelRule: ruleOf(own, 1) };
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

function ruleOf(sheet: CSSStyleSheet, index: number): DynamicRule {
  const { style } = sheet.cssRules[index] as CSSStyleRule;
  return {
    set(property, value) {
      if (style.getPropertyValue(property) !== value) style.setProperty(property, value);
    },
  };
}
