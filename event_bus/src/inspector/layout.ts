/** Where things stand in the inspector. Heights of rows are those of message-list.ts. */

export const layout = /* css */ `
.launcher {
  position: fixed;
  right: 14px;
  bottom: 14px;
  z-index: 2147483646;
  width: 44px;
  height: 44px;
  padding: 0;
  border-radius: 50%;
  box-shadow: 0 2px 10px var(--shadow);
}
.launcher:focus-visible { outline-offset: 2px; }
.launcher svg { width: 20px; height: 20px; }
.badge {
  position: absolute;
  top: -5px;
  left: 27px;
  min-width: 20px;
  padding: 0 5px;
  border-radius: 10px;
  background: var(--text);
  color: var(--ground);
  font: 600 11px/20px var(--mono);
  text-align: center;
}
.badge.alarm { top: auto; bottom: -5px; background: var(--bad); }
.panel {
  position: fixed;
  inset: auto 0 0 0;
  z-index: 2147483647;
  display: flex;
  flex-direction: column;
  height: min(var(--height), 100dvh - 60px);
  border-top: 1px solid var(--line);
  background: var(--ground);
  box-shadow: 0 -4px 24px var(--shadow);
}
.edge {
  position: absolute;
  inset: -4px 0 auto 0;
  height: 9px;
  cursor: ns-resize;
  touch-action: none;
}
.edge:hover {
  background: linear-gradient(var(--accent), var(--accent)) center / 100% 2px no-repeat;
}
.head-bar {
  display: flex;
  flex: none;
  align-items: center;
  justify-content: space-between;
  padding: 0 8px;
  border-bottom: 1px solid var(--line);
  background: var(--raised);
}
.tabs { display: flex; min-width: 0; }
.tab {
  min-height: 36px;
  padding: 0 10px;
  border: 0;
  border-radius: 0;
  background: none;
  color: var(--quiet);
}
.tab[aria-selected="true"] {
  color: var(--text);
  font-weight: 600;
  box-shadow: inset 0 -2px var(--accent);
}
.tab-count {
  min-width: 20px;
  padding: 0 5px;
  border-radius: 9px;
  background: var(--line);
  color: var(--text);
  font: 500 11px/18px var(--mono);
}
.tabpanel { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.scroll {
  flex: 1;
  min-height: 0;
  padding-bottom: 12px;
  overflow: auto;
  overscroll-behavior: contain;
}

.messages { display: flex; flex: 1; flex-direction: column; min-height: 0; }
.filters {
  display: flex;
  flex: none;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px;
  padding: 6px 10px;
  border-bottom: 1px solid var(--line);
}
.filters .count { margin-inline-start: 6px; }
.filters .actions { display: flex; gap: 6px; margin-inline-start: auto; }
.warning { flex: none; padding: 4px 12px; background: var(--warn-ground); color: var(--warn); }
.split { position: relative; display: flex; flex: 1; min-height: 0; }
.list-area { position: relative; flex: 1; min-width: 0; }
.list {
  position: absolute;
  inset: 0;
  overflow: auto;
  overscroll-behavior: contain;
  overflow-anchor: none;
}
.rows { height: var(--total); padding-top: var(--before); overflow: clip; }
.row {
  display: grid;
  grid-template-columns:
    100px minmax(150px, 1.3fr) 96px minmax(150px, 1.4fr) minmax(60px, 2fr) 92px 74px;
  column-gap: 12px;
  align-items: center;
  height: 30px;
  padding: 0 14px;
  border-bottom: 1px solid var(--raised);
  cursor: default;
}
.row > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row:not(.head):hover { background: var(--hover); }
.row[aria-selected="true"], .row[aria-selected="true"]:hover { background: var(--chosen); }
.row[data-status="rejected"] { box-shadow: inset 3px 0 var(--bad); }
.row[data-status="rejected"] .c-Content { color: var(--bad); }
.row[data-unheard] .receivers { color: var(--warn); }
.head {
  position: sticky;
  top: 0;
  z-index: 1;
  background: var(--raised);
  color: var(--quiet);
  font-size: 12px;
}
.c-Time { color: var(--quiet); font: 12px/1 var(--mono); }
.head .c-Time { font: inherit; }
.c-Message { font-family: var(--mono); font-weight: 500; }
.head .c-Message { font: inherit; }
.c-Content { color: var(--quiet); font: 12px/1.4 var(--mono); }
.head .c-Content { font: inherit; }
.c-Latency { text-align: end; font: 12px/1 var(--mono); }
.head .c-Latency { font: inherit; }
.list[data-width="medium"] .row {
  grid-template-columns: 94px minmax(110px, 1fr) minmax(130px, 1.15fr) 88px 66px;
  column-gap: 10px;
}
.list[data-width="medium"] :is(.c-Content, .c-Kind) { display: none; }
.list[data-width="narrow"] .head { display: none; }
.list[data-width="narrow"] .row {
  grid-template: "name name status" 22px "kind route latency" 20px / auto minmax(0, 1fr) auto;
  column-gap: 8px;
  align-content: center;
  height: 54px;
}
.list[data-width="narrow"] :is(.c-Content, .c-Time) { display: none; }
.list[data-width="narrow"] .c-Message { grid-area: name; }
.list[data-width="narrow"] .c-Kind { grid-area: kind; font-size: 12px; }
.list[data-width="narrow"] .c-From { grid-area: route; font-size: 12px; color: var(--quiet); }
.list[data-width="narrow"] .c-Status { grid-area: status; justify-self: end; }
.list[data-width="narrow"] .c-Latency { grid-area: latency; color: var(--quiet); }
.empty { padding: 28px 14px; text-align: center; }
.list-area .empty { position: absolute; inset: 30px 0 auto 0; }
.jump {
  position: absolute;
  bottom: 10px;
  left: 50%;
  translate: -50%;
  border-color: var(--control);
  border-radius: 14px;
  box-shadow: 0 2px 8px var(--shadow);
}

.detail {
  display: flex;
  flex: none;
  flex-direction: column;
  width: clamp(340px, 42%, 640px);
  min-height: 0;
  border-inline-start: 1px solid var(--line);
  background: var(--ground);
}
.detail-head {
  display: flex;
  flex: none;
  align-items: center;
  gap: 6px;
  padding: 3px 6px 3px 14px;
  border-bottom: 1px solid var(--line);
}
.title {
  flex: 1;
  min-width: 0;
  overflow: hidden;
  font: 600 13px/1.4 var(--mono);
  text-overflow: ellipsis;
  white-space: nowrap;
}
.back { display: none; }
.detail-content {
  flex: 1;
  min-height: 0;
  padding: 10px 14px 16px;
  overflow: auto;
  overscroll-behavior: contain;
}
.tags { display: flex; flex-wrap: wrap; gap: 14px; color: var(--quiet); }
.refusal {
  margin-top: 10px;
  padding: 8px 10px;
  border: 1px solid var(--bad-line);
  border-radius: 6px;
  background: var(--bad-ground);
  overflow-wrap: anywhere;
}
.refusal strong { color: var(--bad); }
.refusal li { margin-top: 3px; }
.refusal.mild { border-color: transparent; background: var(--warn-ground); color: var(--warn); }
code { font: 12px/1.4 var(--mono); }
.facts {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  align-items: baseline;
  gap: 3px 14px;
  margin-top: 10px;
}
.facts dt { color: var(--quiet); }
.facts dd { overflow-wrap: anywhere; }
.who {
  display: inline-block;
  padding: 0 6px;
  border-radius: 4px;
  background: var(--raised);
  font: 12px/20px var(--mono);
}
.effect { display: block; }
.part { margin-top: 12px; padding-top: 8px; border-top: 1px solid var(--line); }
.part-head { display: flex; align-items: center; justify-content: space-between; }
.part-head h3 { font-weight: 600; }
.tree { margin-top: 4px; font: 12px/1.6 var(--mono); overflow-wrap: anywhere; }
.tree .leaf { margin-inline-start: 8px; padding-inline-start: 16px; text-indent: -8px; }
.tree .children {
  margin-inline-start: 5px;
  padding-inline-start: 16px;
  border-inline-start: 1px solid var(--line);
}
.tree summary {
  display: flex;
  min-height: 20px;
  border-radius: 3px;
  cursor: pointer;
  list-style: none;
}
.tree summary::before {
  content: "";
  width: 0;
  height: 0;
  flex: none;
  margin: 6px 6px 0 4px;
  border: 4px solid transparent;
  border-inline-start: 6px solid var(--quiet);
  border-inline-end-width: 0;
}
.tree details[open] > summary::before { rotate: 90deg; }
.tree summary:hover { background: var(--hover); }
.tree summary > .k { flex: none; white-space: pre; }
.tree summary > .v { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tree details[open] > summary > .v { opacity: 0; }

.store {
  display: grid;
  grid-template-columns: minmax(150px, 1fr) minmax(220px, 2fr) minmax(160px, 1fr) auto;
  gap: 4px 16px;
  align-items: start;
  padding: 8px 14px;
  border-bottom: 1px solid var(--line);
}
.store-head h2 { font: 600 13px/1.5 var(--mono); overflow-wrap: anywhere; }
.revision { color: var(--quiet); }
.store-value .tree { margin: 0; }
.store-change { overflow-wrap: anywhere; }
.subscribers { width: 100%; border-collapse: collapse; }
.subscribers :is(th, td) {
  padding: 5px 14px;
  border-bottom: 1px solid var(--line);
  text-align: end;
}
.subscribers thead th { color: var(--quiet); font-weight: 400; font-size: 12px; }
.subscribers :is(th:first-child) { text-align: start; overflow-wrap: anywhere; }
.subscribers tbody th { font: 500 13px/1.5 var(--mono); }
.number { font: 12px/1.5 var(--mono); }
.number[data-change="1"] { color: var(--warn); font-weight: 700; }
.scroll > .hint { padding: 10px 14px; }
.leaks .refusal { margin: 10px 14px; }

@media (max-width: 640px) {
  .panel { height: min(max(var(--height), 72dvh), 100dvh - 60px); }
  .tab { min-height: 44px; padding: 0 8px; }
  button.icon { width: 40px; height: 40px; }
  .filters { display: grid; grid-template-columns: 1fr 1fr 1fr; padding: 8px 10px; }
  .filters .search { grid-column: 1 / -1; max-width: none; height: 36px; }
  .filters select { max-width: none; min-width: 0; height: 36px; }
  .filters .count { margin: 0; grid-column: span 1; }
  .filters .actions { grid-column: span 2; }
  .filters .actions button { min-height: 36px; }
  .messages { position: relative; }
  .split { position: static; }
  .messages:has(.open) > .filters, .open > .list-area { visibility: hidden; }
  .detail { position: absolute; inset: 0; width: auto; border: 0; }
  .back { display: inline-flex; }
  .back ~ .icon { display: none; }
  .detail-head { padding-inline: 4px; }
  .store { grid-template-columns: minmax(0, 1fr) auto; }
  .store-head { grid-area: 1 / 1; }
  .store > button { grid-area: 1 / 2; }
  .store-value, .store-change { grid-column: 1 / -1; }
  .subscribers :is(th, td) { padding: 8px 10px 8px 2px; }
  .subscribers tbody th { font-size: 12px; }
  .subscribers :is(th, td):first-child { padding-inline-start: 14px; }
}
`;
