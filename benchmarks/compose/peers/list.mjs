// The list that every side shows.

/** The HTML of one list. Bundles of ours contain this very function: see ../fragments.py. */
export function list(number) {
  let html = '<ul class="list">';
  for (let n = 1; n <= 100; n += 1) {
    html += `<li class="item"><a href="/items/${number}-${n}">Item ${n}</a><span>${n}.99</span></li>`;
  }
  return `${html}</ul>`;
}
