// A React list of 100 rows as a team would write it: the tree that every side renders.
const { jsx, jsxs } = require("react/jsx-runtime");

function Row({ item, currency }) {
  return jsxs("li", {
    className: "row",
    id: item.id,
    children: [
      jsx("span", { className: "name", children: item.name }),
      jsxs("span", { className: "price", children: [item.priceCents / 100, " ", currency] }),
      jsxs("button", { type: "button", children: ["Take ", item.quantity] }),
    ],
  });
}

module.exports = function List({ items, currency }) {
  return jsx("ul", {
    children: items.map((item) => jsx(Row, { item, currency }, item.id)),
  });
};
