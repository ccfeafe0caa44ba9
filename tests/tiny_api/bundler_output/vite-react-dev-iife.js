this.tinyFrontendExports = this.tinyFrontendExports || {};
this.tinyFrontendExports.Cart = (function(react, react_jsx_runtime) {
	// \0rolldown/runtime.js
	var __create = Object.create;
	var __defProp = Object.defineProperty;
	var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
	var __getOwnPropNames = Object.getOwnPropertyNames;
	var __getProtoOf = Object.getPrototypeOf;
	var __hasOwnProp = Object.prototype.hasOwnProperty;
	var __copyProps = (to, from, except, desc) => {
		if (from && typeof from === "object" || typeof from === "function") for (var keys = __getOwnPropNames(from), i = 0, n = keys.length, key; i < n; i++) {
			key = keys[i];
			if (!__hasOwnProp.call(to, key) && key !== except) __defProp(to, key, {
				get: ((k) => from[k]).bind(null, key),
				enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable
			});
		}
		return to;
	};
	var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(isNodeMode || !mod || !mod.__esModule || !__hasOwnProp.call(mod, "default") ? __defProp(target, "default", {
		value: mod,
		enumerable: true
	}) : target, mod));
	react = __toESM(react);
	// src/react.js
	var note = "call require(\"left-pad\") yourself";
	var quote = /["'`]/g;
	function Cart(props) {
		const [n] = (0, react.useState)(0);
		return (0, react_jsx_runtime.jsx)("p", {
			title: note.replace(quote, ""),
			children: [
				n,
				react.default.version,
				`a ${props.x ? `b ${n}` : ""}`
			]
		});
	}
	return Cart;
})(tinyFrontendDeps.react, tinyFrontendDeps.react / jsx - runtime);
