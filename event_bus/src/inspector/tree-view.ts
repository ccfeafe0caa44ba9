/** A value as a tree of `<details>`: the browser's own keys open and close it. */

import { button, element, guarded } from "./dom.ts";
import { plural } from "./format.ts";
import { makeNode, PAGE_OF_NODES } from "./tree.ts";
import type { TreeNode } from "./tree.ts";

/** Which nodes are open, by path, so that a tree made anew looks as the old one did. */
export type OpenPaths = Set<string>;

/** `label` names the root. */
export function treeView(value: unknown, open: OpenPaths = new Set(), label = ""): HTMLElement {
  const node = makeNode(value, label);
  return element("div", { class: "tree" }, nodeView(node, label, open));
}

function nodeView(node: TreeNode, path: string, open: OpenPaths): HTMLElement {
  if (node.size === 0) return element("div", { class: "leaf" }, ...nodeText(node));
  const children = element("div", { class: "children" });
  const summary = element("summary", {}, ...nodeText(node));
  const details = element("details", { open: open.has(path) }, summary, children);
  const fill = (): void => {
    if (details.open && children.childElementCount === 0) more(node, path, open, children);
  };
  // Nodes below are made when they are first looked at.
  fill();
  details.addEventListener(
    "toggle",
    guarded(() => {
      if (details.open) open.add(path);
      else open.delete(path);
      fill();
    }),
  );
  return details;
}

function more(node: TreeNode, path: string, open: OpenPaths, into: HTMLElement): void {
  const from = into.childElementCount;
  const to = Math.min(node.size, from + PAGE_OF_NODES);
  for (const child of node.children(from, to)) {
    into.append(nodeView(child, `${path}\u0000${child.key}`, open));
  }
  if (to === node.size) return;
  const label = `Show ${plural(Math.min(PAGE_OF_NODES, node.size - to), "more", "more")}`;
  const showMore = button({ label, class: "link" }, () => {
    showMore.remove();
    more(node, path, open, into);
    (into.children[to] as HTMLElement | undefined)?.querySelector("summary")?.focus();
  });
  into.append(showMore);
}

function nodeText(node: TreeNode): HTMLElement[] {
  const value = element("span", { class: `v v-${node.type}` }, node.text);
  if (node.key === "") return [value];
  return [element("span", { class: "k" }, node.key), value];
}
