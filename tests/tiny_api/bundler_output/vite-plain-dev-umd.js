(function(global, factory) {
	typeof exports === "object" && typeof module !== "undefined" ? factory(exports) : typeof define === "function" && define.amd ? define(["exports"], factory) : (global = typeof globalThis !== "undefined" ? globalThis : global || self, factory((global.tinyFrontendExports = global.tinyFrontendExports || {}, global.tinyFrontendExports.Cart = {})));
})(this, function(exports) {
	Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
	// src/plain.js
	function render(props) {
		return `<p>${props.name} require("fs")</p>`;
	}
	exports.render = render;
});
