this.tinyFrontendExports = this.tinyFrontendExports || {};
this.tinyFrontendExports.Cart = (function (React, jsxRuntime) {
	'use strict';

	// require("fs") in a comment
	const note = 'call require("left-pad") yourself';
	const quote = /["'`]/g;
	function Cart(props) { const [n] = React.useState(0); return jsxRuntime.jsx("p", { title: note.replace(quote, ""), children: [n, React.version, `a ${props.x ? `b ${n}` : ""}`] }); }

	return Cart;

})(tinyFrontendDeps.react, tinyFrontendDeps.react/jsx-runtime);
