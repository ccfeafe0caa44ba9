/** Colours and type of the inspector. Text on its ground has a contrast of 4.5 at least. */

export const theme = /* css */ `
:host {
  all: initial !important;
  color-scheme: inherit !important;
  display: block !important;
  position: fixed !important;
}
.root {
  --ground: light-dark(#ffffff, #15181e);
  --raised: light-dark(#f4f5f7, #1d2129);
  --hover: light-dark(#eef1f6, #232833);
  --chosen: light-dark(#e3edfd, #1d3152);
  --line: light-dark(#dcdfe5, #313743);
  --control: light-dark(#868e9b, #707a8a);
  --text: light-dark(#191d24, #e7eaef);
  --quiet: light-dark(#5a6271, #a0a9b8);
  --accent: light-dark(#0a58c2, #86b6ff);
  --bad: light-dark(#b3201c, #ff9a92);
  --bad-ground: light-dark(#fdeceb, #3b1b1c);
  --bad-line: light-dark(#e9aaa6, #7a3533);
  --warn: light-dark(#8a5300, #f0b95c);
  --warn-ground: light-dark(#fdf3df, #352a15);
  --good: light-dark(#176b3a, #7fd6a1);
  --violet: light-dark(#6b3fb5, #c4a8ff);
  --teal: light-dark(#0b6a75, #6fd2dd);
  --shadow: light-dark(rgb(20 25 35 / 18%), rgb(0 0 0 / 60%));
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  color: var(--text);
  font: 400 13px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
  letter-spacing: normal;
  text-align: start;
  -webkit-text-size-adjust: 100%;
}
.root[data-scheme="system"] { color-scheme: light dark; }
.root *, .root *::before { box-sizing: border-box; }
[hidden] { display: none !important; }
.hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
h2, h3, p, dl, dd, ul { margin: 0; padding: 0; font: inherit; }
ul { list-style: none; }
strong { font-weight: 600; }
svg {
  width: 16px;
  height: 16px;
  flex: none;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.5;
  stroke-linecap: round;
  stroke-linejoin: round;
}
button, input, select {
  margin: 0;
  color: inherit;
  font: inherit;
}
button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 5px;
  min-height: 28px;
  padding: 0 9px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--ground);
  cursor: pointer;
}
button:hover { background: var(--hover); }
button.icon { width: 28px; padding: 0; border-color: transparent; background: none; }
button.icon:hover { background: var(--hover); }
button.link {
  display: inline;
  min-height: 24px;
  padding: 0;
  border: 0;
  background: none;
  color: var(--accent);
  text-decoration: underline;
  text-underline-offset: 2px;
  overflow-wrap: anywhere;
  text-align: start;
}
input, select {
  height: 28px;
  border: 1px solid var(--control);
  border-radius: 6px;
  background: var(--ground);
}
select { padding: 0 4px; max-width: 150px; }
input.search { flex: 1 1 200px; min-width: 120px; max-width: 340px; padding: 0 8px; }
input::placeholder { color: var(--quiet); opacity: 1; }
.kind { color: var(--quiet); }
.kind[data-kind="event"] { color: var(--accent); }
.kind[data-kind="command"] { color: var(--violet); }
.kind[data-kind="query"] { color: var(--teal); }
.kind[data-kind="state"] { color: var(--warn); }
.status { display: inline-flex; align-items: center; gap: 6px; }
.status::before {
  content: "";
  width: 8px;
  height: 8px;
  flex: none;
  border-radius: 50%;
  background: currentColor;
}
.status[data-status="delivered"]::before { background: var(--good); }
.status[data-status="rejected"] { color: var(--bad); font-weight: 600; }
.status[data-status="rejected"]::before { border-radius: 1px; }
.status[data-status="dedupe"] { color: var(--warn); }
.status[data-status="dedupe"]::before { background: none; border: 2px solid currentColor; }
.status[data-status="queued"] { color: var(--quiet); }
.status[data-status="queued"]::before { background: none; border: 1px dashed currentColor; }
.hint, .empty, .count { color: var(--quiet); }
.k { color: var(--accent); }
.k::after { content: ": "; color: var(--quiet); }
.v-text { color: var(--good); }
.v-number { color: var(--violet); }
.v-boolean, .v-nothing { color: var(--warn); }
.v-object, .v-list, .v-other { color: var(--quiet); }
@keyframes flash { from { background: var(--chosen); } }
@media (prefers-reduced-motion: no-preference) {
  .flash { animation: flash 1.2s ease-out; }
}
@media (forced-colors: active) {
  .row[aria-selected="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
}
`;
