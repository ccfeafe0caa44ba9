/**
 * The shop's own script, on every page before the fragments': it makes the page's bus, owns what
 * the page shares (cart, session, preferences), and answers the host's own forms.
 *
 * A classic, deferred script. With `data-dev` on its tag the bus is open and keeps a log.
 */

import { closeAsExpected } from "./account_menu.ts";
import { announce } from "./announcer.ts";
import { keepFallbackTrue } from "./cart_fallback.ts";
import { ownCart } from "./cart_owner.ts";
import { enlivenCartPage } from "./cart_page.ts";
import type { Locale, Preferences, Session } from "./contracts.ts";
import { followStores } from "./header.ts";
import { saveBeforeLeaving } from "./leave.ts";
import { makeShopBus } from "./shop_bus.ts";
import { answerProductForms } from "./product_forms.ts";
import { RefusedError } from "./server.ts";
import { say } from "./texts.ts";
import { shareUserContext } from "./user_context.ts";
import { answerVisitorForms, refreshOnReturn } from "./visitor.ts";

const development = document.currentScript?.dataset["dev"] !== undefined;
const { bus, shop } = makeShopBus(development);

const preferences = shop.atom<Preferences>("shop:preferences", { theme: "system", locale: "en" });
const session = shop.atom<Session>("shop:session", { user: null });
const locale = (): Locale => preferences.get().locale;

const { cart, saver, mayBeOld } = ownCart(
  shop,
  { full: (lines) => say(locale(), "cart.full", { lines }) },
  (error) => {
    console.error("The cart was not saved", error);
    announce(say(locale(), "cart.not-saved"));
    // It will not take it later either: show the cart that it has.
    if (error instanceof RefusedError) void refresh();
  },
);

const stores = { cart, session, preferences };
followStores(stores);
shareUserContext(bus, session, preferences);
answerVisitorForms(stores);
answerProductForms(shop, locale);
keepFallbackTrue(cart, locale);
enlivenCartPage(shop, cart, locale);
saveBeforeLeaving(saver);
const refresh = refreshOnReturn(stores, saver.isBusy);
if (mayBeOld) void refresh();

const menu = document.querySelector<HTMLDetailsElement>("details[data-account]");
if (menu) closeAsExpected(menu);
