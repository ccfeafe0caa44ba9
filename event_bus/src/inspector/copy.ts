/** A button that copies text, also where the page has no clipboard because it is not secure. */

import { button, element } from "./dom.ts";

export type Announce = (text: string) => void;

export function copyButton(label: string, text: () => string, announce: Announce): HTMLElement {
  const made = button({ label, icon: "copy", text: "Copy" }, () => {
    void copy(text(), made).then((done) => announce(done ? "Copied." : "Copying failed."));
  });
  made.setAttribute("aria-label", label);
  return made;
}

async function copy(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text, near);
  }
}

function copyBySelection(text: string, near: HTMLElement): boolean {
  const area = element("textarea", { class: "hidden", "aria-hidden": "true", tabindex: -1 });
  area.value = text;
  near.after(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    near.focus();
  }
}
