(function (global, factory) {
	typeof exports === 'object' && typeof module !== 'undefined' ? module.exports = factory(require('react'), require('react/jsx-runtime')) :
	typeof define === 'function' && define.amd ? define('Cart', ['react', 'react/jsx-runtime'], factory) :
	(global = typeof globalThis !== 'undefined' ? globalThis : global || self, (global.tinyFrontendExports = global.tinyFrontendExports || {}, global.tinyFrontendExports.Cart = factory(global.tinyFrontendDeps.react, global.tinyFrontendDeps["react/jsx-runtime"])));
})(this, (function (React, jsxRuntime) { 'use strict';

	// require("fs") in a comment
	const note = 'call require("left-pad") yourself';
	const quote = /["'`]/g;
	function Cart(props) { const [n] = React.useState(0); return jsxRuntime.jsx("p", { title: note.replace(quote, ""), children: [n, React.version, `a ${props.x ? `b ${n}` : ""}`] }); }

	return Cart;

}));
