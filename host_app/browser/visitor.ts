/** Login, logout and preferences: asks the host, then shares what it says with the page. */

import { announce } from "./announcer.ts";
import type { Shown } from "./header.ts";
import { VISITOR_URL } from "./page.ts";
import { loadVisitor, postForm, RefusedError } from "./server.ts";
import type { VisitorState } from "./server.ts";
import { type Key, say } from "./texts.ts";

const FORM = "form[data-visitor-form]";

/** Answers the forms of the account menu. A form that the host refuses is posted as it stands. */
export function answerVisitorForms({ session, preferences }: Shown): void {
  document.addEventListener("submit", (event) => {
    const { target, submitter } = event as SubmitEvent;
    if (!(target instanceof HTMLFormElement) || !target.matches(FORM)) return;
    event.preventDefault();
    const fields = new URLSearchParams();
    new FormData(target, submitter).forEach((value, name) => fields.append(name, String(value)));
    void send(target, fields);
  });

  async function send(form: HTMLFormElement, fields: URLSearchParams): Promise<void> {
    try {
      const now = await postForm(form.action, fields);
      setIfOther(session, now["shop:session"]);
      setIfOther(preferences, now["shop:preferences"]);
      finish(form, now);
    } catch (error) {
      if (error instanceof RefusedError) form.submit();
      else announce(say(preferences.get().locale, "account.failed"));
    }
  }
}

/** The form of a login or logout goes away: so does the menu, and the keyboard stays near. */
function finish(form: HTMLFormElement, now: VisitorState): void {
  const done = form.dataset["visitorForm"] as Key | "";
  if (!done) return;
  form.reset();
  const menu = form.closest("details");
  if (menu) menu.open = false;
  menu?.querySelector("summary")?.focus();
  const { locale } = now["shop:preferences"];
  announce(say(locale, done, { name: now["shop:session"].user?.name }));
}

/** Asks the host again when somebody comes back to this page, which may have missed a change. */
export function refreshOnReturn(stores: Shown, isBusy: () => boolean): () => Promise<void> {
  let changes = 0;
  let asking = false;
  for (const store of Object.values(stores)) store.listen(() => (changes += 1));

  async function refresh(): Promise<void> {
    if (asking || isBusy()) return;
    asking = true;
    const before = changes;
    try {
      const now = await loadVisitor(VISITOR_URL);
      // What was changed here meanwhile is newer.
      if (before !== changes || isBusy()) return;
      setIfOther(stores.cart, now["shop:cart"]);
      setIfOther(stores.session, now["shop:session"]);
      setIfOther(stores.preferences, now["shop:preferences"]);
    } catch {
      // Offline: what the page shows is the best there is.
    } finally {
      asking = false;
    }
  }
  window.addEventListener("focus", () => void refresh());
  window.addEventListener("pageshow", ({ persisted }) => void (persisted && refresh()));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void refresh();
  });
  return refresh;
}

function setIfOther<T>(store: { get(): T; set(value: T): void }, value: T): void {
  if (JSON.stringify(store.get()) !== JSON.stringify(value)) store.set(value);
}
