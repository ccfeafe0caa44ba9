/** Lets unsaved changes go first when somebody follows a link: the next page shows them then. */

const LEAVE_TIMEOUT_MS = 1000;

export interface Unsaved {
  isBusy(): boolean;
  flush(): Promise<void>;
}

export function saveBeforeLeaving(unsaved: Unsaved): void {
  document.addEventListener("click", (event) => {
    const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
    const plain = button === 0 && !(metaKey || ctrlKey || shiftKey || altKey);
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!plain || event.defaultPrevented || !unsaved.isBusy()) return;
    if (!(link instanceof HTMLAnchorElement)) return;
    const leaves = link.pathname !== location.pathname || link.search !== location.search;
    if (!leaves || link.origin !== location.origin || link.target || link.download) return;
    event.preventDefault();
    const soon = new Promise((resolve) => setTimeout(resolve, LEAVE_TIMEOUT_MS));
    void Promise.race([unsaved.flush(), soon]).then(() => location.assign(link.href));
  });
}
