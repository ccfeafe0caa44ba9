/** Closes the account menu as one expects of a menu: by a click beside it, and by Escape. */

export function closeAsExpected(menu: HTMLDetailsElement): void {
  document.addEventListener("click", (event) => {
    if (menu.open && !event.composedPath().includes(menu)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}
