/** The cart's content and the way to change it: the page's cart if it shares one, else our own. */
import { useReducer, useState } from "react";
import type { Bus } from "./bus.ts";
import { applyChange, type CartChange, changedLine, type Items } from "./items.ts";
import type { Texts } from "./texts.ts";
import { useShared } from "./use-shared.ts";

export interface CartState {
  readonly items: Items;
  /** The last change in words, for a live region. */
  readonly announcement: string;
  /** Why the last change was refused; empty where it was not. */
  readonly refusal: string;
  readonly change: (change: CartChange) => void;
}

export function useCart(bus: Bus | undefined, initial: Items, texts: Texts): CartState {
  const page = useShared<{ readonly items: Items }>(bus, "shop:cart");
  const [own, changeOwn] = useReducer(applyChange, initial);
  const [refusal, setRefusal] = useState("");
  const items = page?.items ?? own;
  const announcement = useAnnouncement(items, texts);

  const change = (wanted: CartChange): void => {
    if (!bus || !page) {
      changeOwn(wanted);
      return;
    }
    const [command, payload] =
      wanted.type === "add"
        ? ["cart:add", wanted.item]
        : ["cart:set-quantity", { id: wanted.id, quantity: wanted.quantity }];
    setRefusal("");
    void bus.command(command, payload).then((answer) => {
      // Whoever owns the cart says in words why not; a bus that nobody answers on has no words.
      if (!answer.accepted) setRefusal(isWorded(answer) ? answer.message : texts.failed);
    });
  };
  return { items, announcement, refusal, change };
}

/** A refusal of the bus's own has a code that says which. */
const isWorded = ({ errorCode }: { readonly errorCode: string }): boolean =>
  errorCode === "unknown";

/** What changed since the last rendering, whoever changed it. */
function useAnnouncement(items: Items, texts: Texts): string {
  const [known, setKnown] = useState({ items, text: "" });
  if (known.items === items) return known.text;
  const line = changedLine(known.items, items);
  const text = line ? texts.changed(line.name, line.quantity) : known.text;
  setKnown({ items, text });
  return text;
}
