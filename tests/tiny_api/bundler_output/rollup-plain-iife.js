this.tinyFrontendExports = this.tinyFrontendExports || {};
this.tinyFrontendExports.Cart = (function (exports) {
	'use strict';

	function render(props) { return `<p>${props.name} require("fs")</p>`; }

	exports.render = render;

	return exports;

})({});
