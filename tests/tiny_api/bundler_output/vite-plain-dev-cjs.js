Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
// src/plain.js
function render(props) {
	return `<p>${props.name} require("fs")</p>`;
}
exports.render = render;
