(function (global, factory) {
	typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) :
	typeof define === 'function' && define.amd ? define('Cart', ['exports'], factory) :
	(global = typeof globalThis !== 'undefined' ? globalThis : global || self, factory((global.tinyFrontendExports = global.tinyFrontendExports || {}, global.tinyFrontendExports.Cart = {})));
})(this, (function (exports) { 'use strict';

	function render(props) { return `<p>${props.name} require("fs")</p>`; }

	exports.render = render;

}));
