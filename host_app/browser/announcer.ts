/** Says one sentence to screen readers. */

const region = document.querySelector("[data-announcer]");

export function announce(text: string): void {
  if (region) region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
